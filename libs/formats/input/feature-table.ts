/** Features as the rows of a table: their properties are its columns, and the line of a row is the number of its feature. */
import { isObject } from '../file/json-object.js'
import type { RawFeature } from '../geometry/raw-feature.js'
import type { Table, TableRow } from '../tables/table.js'

/** Where points are rows with a position: the columns that a point fills where its feature has none of these names. */
const POSITION_COLUMNS = ['lat', 'lng'] as const

export function featureTable(features: readonly RawFeature[], notes: string[], hasPositions: boolean): Table {
  return { notes, sheets: [{ name: null, rows: () => featureRows(features, hasPositions) }] }
}

async function* featureRows(
  features: readonly RawFeature[],
  hasPositions: boolean,
): AsyncGenerator<TableRow> {
  const names = [...new Set(features.flatMap(({ properties }) => Object.keys(properties)))]
  // A feature's shape is where it is: columns that say the same are not looked at.
  const isPoints = hasPositions && features.some(({ geometry }) => pointOf(geometry) !== null)
  const columns = isPoints
    ? names.filter((name) => !POSITION_COLUMNS.some((column) => column === name))
    : names
  yield { line: 0, cells: isPoints ? [...POSITION_COLUMNS, ...columns] : columns }
  for (const [i, { properties, geometry, geometryError }] of features.entries()) {
    const cells = columns.map((name) => cellText(properties[name]))
    if (!isPoints) {
      yield { line: i + 1, cells }
      continue
    }
    const [lng, lat] = pointOf(geometry) ?? ['', '']
    const row: TableRow = { line: i + 1, cells: [String(lat), String(lng), ...cells] }
    yield geometryError ? { ...row, rowFault: `geometry: ${geometryError}` } : row
  }
}

/** Longitude and latitude of a point; null for anything else. */
export function pointOf(geometry: unknown): [number, number] | null {
  if (!isObject(geometry) || !Array.isArray(geometry.coordinates)) return null
  const isSingle = geometry.type === 'MultiPoint' && geometry.coordinates.length === 1
  const position: unknown = isSingle ? geometry.coordinates[0] : geometry.coordinates
  if ((geometry.type !== 'Point' && !isSingle) || !Array.isArray(position)) return null
  const [lng, lat] = position as unknown[]
  return typeof lng === 'number' && typeof lat === 'number' ? [lng, lat] : null
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
