/** GeoJSON and TopoJSON as features: a collection, a single feature, or a sequence of them (RFC 8142, one on each line). */
import { jsonDocumentsOf } from '../file/json-text.js'
import { isObject } from '../file/json-object.js'
import { shortValueText } from '../fields/row-rejection.js'
import { UnreadableFileError } from '../file/unreadable-file-error.js'
import { conversionNote, convertGeometry, type Crs, crsOf, type ToWgs84, toWgs84Of } from './crs.js'
import { type RawFeature, rawFeatureOf } from './raw-feature.js'
import { featuresOfTopology, isTopology } from './topojson.js'

export interface FeatureFile {
  features: RawFeature[]
  notes: string[]
}

const NOT_GEOJSON = 'the file is neither a GeoJSON FeatureCollection or Feature nor TopoJSON'

/** The features of a text, in WGS 84. Throws `UnreadableFileError`. */
export async function featuresOfGeoJson(text: string, file?: string): Promise<FeatureFile> {
  const documents = documentsOf(text, file)
  const crs = crsOfDocuments(documents, file)
  const toWgs84 = crs?.definition ? await toWgs84Of(crs) : null
  const features = documents.flatMap((document) => {
    const own = featuresOf(document, file)
    return toWgs84 && hasCrs(document) ? own.map((feature) => convertedFeature(feature, toWgs84)) : own
  })
  return { features, notes: crs?.definition ? [conversionNote(crs)] : [] }
}

/** Features of another reference system in WGS 84. */
export async function convertedFeatures(features: readonly RawFeature[], crs: Crs): Promise<FeatureFile> {
  const toWgs84 = await toWgs84Of(crs)
  return {
    features: features.map((feature) => convertedFeature(feature, toWgs84)),
    notes: [conversionNote(crs)],
  }
}

const convertedFeature = (feature: RawFeature, toWgs84: ToWgs84): RawFeature => ({
  ...feature,
  geometry: convertGeometry(feature.geometry, toWgs84),
})

function documentsOf(text: string, file?: string): unknown[] {
  try {
    return [JSON.parse(text)]
  } catch (cause) {
    const { documents, rest } = jsonDocumentsOf(text)
    const why = cause instanceof Error ? cause.message : String(cause)
    if (documents.length === 0 || (rest !== '' && documents.length === 1))
      throw new UnreadableFileError(`the file is not JSON (${why})`, file, { cause, code: 'not_json' })
    if (rest !== '')
      throw new UnreadableFileError(
        `the file is cut short, or not JSON, after ${documents.length} documents: ${shortValueText(rest)}`,
        file,
        { cause, code: 'not_json' },
      )
    return documents.map((document, i) => parsedDocument(document, i, file))
  }
}

function parsedDocument(text: string, index: number, file?: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UnreadableFileError(`document ${index + 1} of the file is not JSON (${why})`, file, {
      cause,
      code: 'not_json',
    })
  }
}

function featuresOf(document: unknown, file?: string): RawFeature[] {
  if (!isObject(document)) throw new UnreadableFileError(NOT_GEOJSON, file)
  if (isTopology(document)) return featuresOfTopology(document)
  if (document.type === 'Feature') return [rawFeatureOf(document)]
  if (document.type !== 'FeatureCollection' || !Array.isArray(document.features))
    throw new UnreadableFileError(NOT_GEOJSON, file)
  return document.features.map(rawFeatureOf)
}

/** The `crs` member of GeoJSON 2008, as GDAL, QGIS and ArcGIS write it; null for WGS 84, which needs none. */
function crsOfDocuments(documents: readonly unknown[], file?: string): Crs | null {
  const names = new Set(documents.flatMap((document) => (isObject(document) ? crsNameOf(document.crs) : [])))
  const [name] = names
  if (name === undefined) return null
  const crs = crsOf(name)
  if (crs && names.size === 1) return crs
  throw new UnreadableFileError(
    `the coordinates are in ${[...names].join(', ')}; export the file in WGS 84 (EPSG:4326) and send it again`,
    file,
  )
}

/** A document that names no system is in WGS 84, whatever those beside it name. */
const hasCrs = (document: unknown): boolean => isObject(document) && crsNameOf(document.crs).length > 0

function crsNameOf(crs: unknown): string[] {
  if (crs === undefined || crs === null) return []
  const properties = isObject(crs) && isObject(crs.properties) ? crs.properties : {}
  return [shortValueText(String(properties.name ?? properties.code ?? shortValueText(crs)))]
}
