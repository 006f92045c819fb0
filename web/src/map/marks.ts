/** Marks with which a view points out places on the map. */
import L from 'leaflet'
import type { Feature, FeatureCollection, Geometry } from 'geojson'

/** Meaning of a mark; each has its own colour and line. */
export type MarkTone = 'good' | 'bad' | 'waiting' | 'chosen'

/** The marked places; `label` is shown beside the pointer. */
export type Marks = FeatureCollection<Geometry, { tone: MarkTone; label?: string }>

/** The palette of Okabe and Ito can be told apart by the colour-blind; dashes tell the tones apart in grey print. */
const STYLES: Record<MarkTone, L.PathOptions> = {
  good: { color: '#00614a', fillColor: '#009e73', weight: 2 },
  bad: { color: '#8f2d00', fillColor: '#d55e00', weight: 3, dashArray: '6 4' },
  waiting: { color: '#00507d', fillColor: '#56b4e9', weight: 2, dashArray: '2 4' },
  chosen: { color: '#7a4a00', fillColor: '#e69f00', weight: 3 },
}

const DOT_PIXELS = 6

/** A layer of the marks, on one canvas because there may be thousands. */
export function marksLayerOf(marks: Marks, renderer: L.Renderer): L.GeoJSON {
  const styleOf = (feature?: Feature<Geometry, { tone: MarkTone }>) => ({
    ...STYLES[feature!.properties.tone],
    fillOpacity: 0.55,
    renderer,
  })
  return L.geoJSON(marks, {
    style: styleOf,
    pointToLayer: (feature, at) => L.circleMarker(at, { radius: DOT_PIXELS, ...styleOf(feature) }),
    onEachFeature: ({ properties }: Marks['features'][number], layer) => {
      if (!properties.label) return
      const label = document.createElement('bdi')
      label.textContent = properties.label
      layer.bindTooltip(label, { sticky: true })
    },
  } as L.GeoJSONOptions)
}
