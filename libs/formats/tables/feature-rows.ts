/** Tables and feature files in one shape: the properties of GeoJSON or GeoPackage features are the rows of a table. */
import { type ByteSource, readAllBytes, openBytes } from '../file/byte-source.js'
import { UnreadableFileError } from '../file/unreadable-file-error.js'
import { featuresOfGeoPackage, isSqlite } from '../geometry/geopackage.js'
import { type RawFeature, rawFeatureOf } from '../geometry/raw-feature.js'
import { type TableRow, tableRows } from './table.js'
import { isObject } from '../file/json-object.js'

export interface FeatureRows {
  rows: AsyncIterable<TableRow>
  /** Feature n (from 0) belongs to the row with line n + 1; null where the file is a table. */
  features: RawFeature[] | null
}

const MAX_BYTES = 256 * 1024 * 1024

/** Opens a table or a feature file. A file that cannot be read throws `UnreadableFileError`. */
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
): Promise<RawFeature[]> {
  const tooLargeError = () => new UnreadableFileError('the document is larger than 256 MiB', name)
  const bytes = await readAllBytes(chunks, { maxBytes: MAX_BYTES, tooLargeError })
  if (!isJson) return featuresOfGeoPackage(bytes, name)
  let document: unknown
  try {
    document = JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''))
  } catch (cause) {
    throw new UnreadableFileError('is not valid JSON', name, { cause, code: 'not_json' })
  }
  const features = isObject(document) ? document['features'] : null
  if (!Array.isArray(features)) throw new UnreadableFileError('is not a GeoJSON FeatureCollection', name)
  return features.map(rawFeatureOf)
}

/** The properties as a table; the line of a row is the 1-based number of its feature. */
async function* propertyRows(features: readonly RawFeature[]): AsyncGenerator<TableRow> {
  const names = [...new Set(features.flatMap((feature) => Object.keys(feature.properties)))]
  yield { line: 0, cells: names }
  for (const [i, { properties }] of features.entries())
    yield {
      line: i + 1,
      cells: names.map((name) => (properties[name] == null ? '' : String(properties[name]))),
    }
}
