/** Tables and features in one shape, for lists that come as either. */
import { type ByteSource, documentTextOf } from '../file/byte-source.js'
import { duplicateMemberOf } from '../file/json-text.js'
import { UnreadableFileError } from '../file/unreadable-file-error.js'
import { type FeatureFile, featuresOfGeoJson } from '../geometry/geojson.js'
import type { RawFeature } from '../geometry/raw-feature.js'
import type { Table } from '../tables/table.js'
import { featureTable } from './feature-table.js'
import { type InputOptions, openInput } from './open-input.js'

export interface FeatureRows {
  table: Table
  /** Feature n (from 0) belongs to the row with line n + 1; null where the file is a table. */
  features: RawFeature[] | null
}

/** Points fill the columns `lat` and `lng` if `hasPositions` is set. Throws `UnreadableFileError`. */
export async function openFeatureRows(
  source: ByteSource,
  options: InputOptions & { hasPositions: boolean },
): Promise<FeatureRows> {
  const input = await openInput(source, options)
  if (input.kind === 'empty') return { table: { sheets: [], notes: [] }, features: null }
  if (input.kind === 'table') return { table: input.table, features: null }
  const { features, notes } = input.kind === 'features' ? input : await jsonFeatures(input, options.name)
  const what = input.kind === 'features' ? input.what : 'the GeoJSON'
  if (features.length === 0) throw new UnreadableFileError('the file has no features', options.name)
  if (features.every(({ properties }) => Object.keys(properties).length === 0))
    throw new UnreadableFileError(
      'the features of the file have no properties, so no column can be read',
      options.name,
    )
  return { table: { what, ...featureTable(features, notes, options.hasPositions) }, features }
}

/** The features of any file that has some; a table throws `UnreadableFileError`. */
export async function openFeatures(source: ByteSource, options: InputOptions): Promise<FeatureFile> {
  const input = await openInput(source, options)
  if (input.kind === 'features') return input
  if (input.kind === 'json') return jsonFeatures(input, options.name)
  throw new UnreadableFileError(
    input.kind === 'empty'
      ? 'the file is empty, so it is not JSON either'
      : 'the file is not JSON or any other file with shapes: GeoJSON, TopoJSON, GeoPackage, a zipped shapefile or KML is needed',
    options.name,
  )
}

async function jsonFeatures(
  { chunks, encoding }: { chunks: AsyncIterable<Uint8Array>; encoding: string },
  name?: string,
): Promise<FeatureFile> {
  const text = await documentTextOf(chunks, encoding, name)
  const duplicate = duplicateMemberOf(text)
  if (duplicate !== null)
    throw new UnreadableFileError(`the member “${duplicate.slice(0, 80)}” stands twice in one object`, name)
  return featuresOfGeoJson(text, name)
}
