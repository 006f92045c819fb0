"""QGIS itself, without a window: what it reads of each collection, and a picture of the vector tiles. Says it as JSON."""
import json
import os
import sys
from collections import Counter
from urllib.parse import quote

from qgis.core import (
    QgsApplication, QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsFeatureRequest, QgsFillSymbol,
    QgsMapRendererParallelJob, QgsMapSettings, QgsProject, QgsRectangle, QgsVectorLayer,
    QgsVectorTileBasicRenderer, QgsVectorTileBasicRendererStyle, QgsVectorTileLayer, QgsWkbTypes,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor


def plain(value):
    """QGIS's own values as JSON has them."""
    if hasattr(value, 'isNull') and value.isNull():
        return None
    return value.toString('yyyy-MM-ddTHH:mm:ssZ' if hasattr(value, 'time') else 'yyyy-MM-dd') if hasattr(value, 'toString') else value


def described(feature):
    names = [field.name() for field in feature.fields()]
    return {
        'properties': dict(zip(names, [plain(value) for value in feature.attributes()])),
        'geometry': json.loads(feature.geometry().asJson(15)),
    }


def layer_of(root, collection):
    """As the window of QGIS adds it, with nothing but the address."""
    uri = (f"pagingEnabled='true' restrictToRequestBBOX='1' typename='{collection}' url='{root}/ogc'"
           " version='OGC_API_FEATURES'")
    return QgsVectorLayer(uri, collection, 'OAPIF')


def read(root, question):
    layer = layer_of(root, question['collection'])
    told = layer.featureCount()
    exact = QgsFeatureRequest().setFilterRect(QgsRectangle(*question['box'])).setFlags(QgsFeatureRequest.ExactIntersect)
    in_box = [feature['id'] for feature in layer_of(root, question['collection']).getFeatures(exact)]
    chosen = [feature['id'] for feature in layer.getFeatures(QgsFeatureRequest().setFilterExpression(question['expression']))]
    limited = layer_of(root, question['collection'])
    limited.setSubsetString(question['expression'])
    return {
        'valid': layer.isValid(),
        'crs': layer.crs().authid(),
        'geometry': QgsWkbTypes.displayString(layer.wkbType()),
        'told': told,
        'features': [described(feature) for feature in layer.getFeatures()],
        'inBox': in_box,
        'chosen': chosen,
        'limited': [feature['id'] for feature in limited.getFeatures()],
    }


def drawn(question):
    """Pixels by colour: cells by class, from an address with {z}/{x}/{y}."""
    url = quote(question['url'], safe='')
    layer = QgsVectorTileLayer(f'type=xyz&url={url}&zmin=4&zmax=12', question['layer'])
    styles = []
    for kind, colour in question['colours'].items():
        style = QgsVectorTileBasicRendererStyle(kind, question['layer'], QgsWkbTypes.PolygonGeometry)
        style.setFilterExpression(f'"class" = \'{kind}\'')
        style.setSymbol(QgsFillSymbol.createSimple({'color': colour, 'outline_style': 'no'}))
        style.setEnabled(True)
        styles.append(style)
    renderer = QgsVectorTileBasicRenderer()
    renderer.setStyles(styles)
    layer.setRenderer(renderer)
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setOutputSize(QSize(1000, 800))
    settings.setBackgroundColor(QColor('#ffffff'))
    mercator = QgsCoordinateReferenceSystem('EPSG:3857')
    settings.setDestinationCrs(mercator)
    there = QgsCoordinateTransform(QgsCoordinateReferenceSystem('EPSG:4326'), mercator, QgsProject.instance())
    settings.setExtent(there.transformBoundingBox(QgsRectangle(*question['box'])))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    if question.get('shot'):
        image.save(question['shot'])
    pixels = Counter(QColor(image.pixel(x, y)).name() for x in range(1000) for y in range(800))
    return {'valid': layer.isValid(), 'pixels': dict(pixels.most_common(20))}


def main():
    asked = json.load(sys.stdin)
    application = QgsApplication([], False)
    application.initQgis()
    told = {
        'read': [read(asked['root'], question) for question in asked['read']],
        'drawn': [drawn(question) for question in asked['draw']],
    }
    # Not through exitQgis(): tearing down its threads may fail after all is said.
    sys.stdout.write(json.dumps(told))
    sys.stdout.flush()
    os._exit(0)


main()
