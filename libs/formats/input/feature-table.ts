/** Features as the rows of a table: their properties are its columns, and the line of a row is the number of its feature. */
import { isObject } from '../file/json-object.js'
import { isTooDeep } from '../file/nesting.js'
import { UnreadableFileError } from '../file/unreadable-file-error.js'
import type { RawFeature } from '../geometry/raw-feature.js'
import type { Table, TableRow } from '../tables/table.js'

/** The columns that a point fills in a list of positions if its feature has none of these names. */
const POSITION_COLUMNS = ['lat', 'lng'] as const

/** Lists have dozens of columns. */
const MAX_PROPERTIES = 1_000

export function featureTable(features: readonly RawFeature[], notes: string[], hasPositions: boolean): Table {
  return { notes, sheets: [{ name: null, rows: () => featureRows(features, hasPositions) }] }
}

async function* featureRows(
  features: readonly RawFeature[],
  hasPositions: boolean,
): AsyncGenerator<TableRow> {
  const names = propertyNamesOf(features)
  // A feature's shape is where it is: columns that say the same are not looked at.
  const isPoints = hasPositions && features.some(({ geometry }) => pointOf(geometry) !== null)
  const columns = isPoints
    ? names.filter((name) => !POSITION_COLUMNS.some((column) => column === name))
    : names
  yield { line: 0, cells: isPoints ? [...POSITION_COLUMNS, ...columns] : columns }
  for (const [i, feature] of features.entries()) {
    const row = propertiesRow(feature, i + 1, columns)
    yield isPoints ? withPosition(row, feature) : row
  }
}

function propertiesRow(
  { properties, fault }: RawFeature,
  line: number,
  columns: readonly string[],
): TableRow {
  const values = columns.map((name) => properties[name])
  const faults = new Map(values.flatMap((value, i) => (isInexact(value) ? [[i, INEXACT] as const] : [])))
  return { line, cells: values.map(cellText), faults, ...(fault && { rowFault: fault }) }
}

/** JSON writes more digits than a number keeps, so the last ones of such a number are no longer those of the file. */
const isInexact = (value: unknown): boolean => Number.isInteger(value) && !Number.isSafeInteger(value)

const INEXACT = 'is a number of more digits than are kept: write it as a text, in quotation marks'

/** The row with the columns `lat` and `lng` before the others. */
function withPosition(row: TableRow, { geometry, geometryError }: RawFeature): TableRow {
  const point = pointOf(geometry)
  const [lng, lat] = point ?? ['', '']
  const shifted = [...(row.faults ?? [])].map(([i, reason]) => [i + POSITION_COLUMNS.length, reason] as const)
  const lost = point && !isPosition(point) ? POSITION_COLUMNS.map((_, i) => [i, NO_POSITION] as const) : []
  return {
    ...row,
    cells: [String(lat), String(lng), ...row.cells],
    faults: new Map([...lost, ...shifted]),
    ...(geometryError && { rowFault: `geometry: ${geometryError}` }),
  }
}

/** Whether a point has a place; one that could not be read or converted has none. */
export const isPosition = ([lng, lat]: readonly [number, number]): boolean =>
  Number.isFinite(lng) && Number.isFinite(lat)

export const NO_POSITION = 'is not a position of two numbers in the reference system of the file'

/** Longitude and latitude of a point; null for anything else. */
export function pointOf(geometry: unknown): [number, number] | null {
  if (!isObject(geometry) || !Array.isArray(geometry.coordinates)) return null
  const isSingle = geometry.type === 'MultiPoint' && geometry.coordinates.length === 1
  const position: unknown = isSingle ? geometry.coordinates[0] : geometry.coordinates
  if ((geometry.type !== 'Point' && !isSingle) || !Array.isArray(position)) return null
  const [lng, lat] = position as unknown[]
  return typeof lng === 'number' && typeof lat === 'number' ? [lng, lat] : null
}

/** The names of all properties, in the order in which they first appear. */
function propertyNamesOf(features: readonly RawFeature[]): string[] {
  const names = new Set<string>()
  for (const { properties } of features) {
    for (const name of Object.keys(properties)) names.add(name)
    if (names.size > MAX_PROPERTIES)
      throw new UnreadableFileError(`the features have more than ${MAX_PROPERTIES} different properties`)
  }
  return [...names]
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'object') return String(value)
  return isTooDeep(value) ? '(nested too deeply)' : JSON.stringify(value)
}
