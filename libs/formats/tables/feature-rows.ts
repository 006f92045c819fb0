/** Tables and features alike: the properties of a GeoJSON or GeoPackage file are read as the rows of a table. */
import { type ByteSource, readAllBytes, openBytes } from '../file/byte-source.js'
import { UnreadableFileError } from '../file/file-problem.js'
import { type PackageFeature, featuresOfGeoPackage, isSqlite } from '../geometry/geopackage.js'
import { type TableRow, tableRows } from './table.js'
import { isObject } from '../geometry/topojson.js'

export interface FeatureRows {
  rows: AsyncIterable<TableRow>
  /** By the number of their row, less one; null where the file is a table. */
  features: PackageFeature[] | null
}

const MAX_BYTES = 256 * 1024 * 1024

/** A file that cannot be read throws `UnreadableFileError`. */
export async function openFeatureRows(source: ByteSource, name: string): Promise<FeatureRows> {
  const { head, chunks } = await openBytes(source, name)
  const isJson = /^\s*[{[]/.test(Buffer.from(head).toString('latin1').replace('\u00ef\u00bb\u00bf', ''))
  const features = isJson || isSqlite(head) ? await featuresOf(chunks, isJson, name) : null
  return { features, rows: features ? propertyRows(features) : tableRows(chunks, name) }
}

async function featuresOf(
  chunks: AsyncIterable<Uint8Array>,
  isJson: boolean,
  name: string,
): Promise<PackageFeature[]> {
  const problem = () => new UnreadableFileError('the document is larger than 256 MiB', name)
  const bytes = await readAllBytes(chunks, { bytes: MAX_BYTES, problem })
  if (!isJson) return featuresOfGeoPackage(bytes, name)
  let document: unknown
  try {
    document = JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''))
  } catch (cause) {
    throw new UnreadableFileError('is not valid JSON', name, { cause, code: 'not_json' })
  }
  const features = isObject(document) ? document['features'] : null
  if (!Array.isArray(features)) throw new UnreadableFileError('is not a GeoJSON FeatureCollection', name)
  return features.map((feature: unknown) => ({
    properties: isObject(feature) && isObject(feature['properties']) ? feature['properties'] : {},
    geometry: isObject(feature) ? (feature['geometry'] ?? null) : null,
  }))
}

/** The properties as a table, in the order of the features: their line is the feature's number. */
async function* propertyRows(features: readonly PackageFeature[]): AsyncGenerator<TableRow> {
  const names = [...new Set(features.flatMap((feature) => Object.keys(feature.properties)))]
  yield { line: 0, cells: names }
  for (const [i, { properties }] of features.entries())
    yield {
      line: i + 1,
      cells: names.map((name) => (properties[name] == null ? '' : String(properties[name]))),
    }
}
