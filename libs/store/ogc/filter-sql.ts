/** Translates a filter into the condition of a statement: every value becomes a parameter. */
import type { ColumnType, Filter, FilterShape, Literal } from '#domain/feature'
import { cellToSql, cellsMatching, isServedCell } from '#geo'
import { boxGeometry } from '../database/shapes.js'
import { type Sql, join, raw, sql } from '../database/sql.js'
import type { Collection } from './collection.js'

/** A condition that cannot be expressed in SQL here; the message has the reason. */
export class UnsupportedFilterError extends Error {}

/** The condition on the rows `t` of a collection. Throws `UnsupportedFilterError`. */
export function conditionOf(collection: Collection, filter: Filter): Sql {
  switch (filter.op) {
    case 'and':
    case 'or': {
      const parts = filter.of.map((part) => conditionOf(collection, part))
      return sql`(${join(parts, filter.op === 'and' ? ' AND ' : ' OR ')})`
    }
    case 'not':
      return sql`(NOT ${conditionOf(collection, filter.of)})`
    case 'always':
      return raw(String(filter.value))
    case 'intersects':
      return intersects(collection, filter.shape)
    case 'isNull':
      return sql`(${valueOf(collection, filter.property)} IS NULL)`
    case 'like':
      return sql`(${valueOf(collection, filter.property)} LIKE ${filter.pattern}::text)`
    case 'between':
      return sql`(${valueOf(collection, filter.property)} BETWEEN ${literal(filter.low)} AND ${literal(filter.high)})`
    case 'in':
      return isOneOf(collection, filter.property, filter.values)
    case '=':
      return isOneOf(collection, filter.property, [filter.value])
    default:
      return sql`(${valueOf(collection, filter.property)} ${raw(filter.op)} ${literal(filter.value)})`
  }
}

/**
 * Lists of cells (H3) outside of which no probe meets the filter: one for each condition on the cell or the place that all
 * probes must meet. The place of a probe is the centre of its cell.
 */
export function cellsOf(filter: Filter): string[][] {
  if (filter.op === 'and') return filter.of.flatMap(cellsOf)
  if (filter.op === 'intersects') {
    const cells = cellsMatching(filter.shape, 'centre')
    return cells ? [cells] : []
  }
  if (filter.op === '=' && filter.property === 'h3') return [[String(filter.value.value)]]
  if (filter.op === 'in' && filter.property === 'h3') return [filter.values.map(({ value }) => String(value))]
  return []
}

/** Texts are ordered by code points, whatever the database's language. */
const CAST_BY_TYPE: Record<ColumnType, (expression: string) => string> = {
  text: (expression) => `(${expression})::text COLLATE "C"`,
  integer: (expression) => `(${expression})::float8`,
  number: (expression) => `(${expression})::float8`,
  boolean: (expression) => `(${expression})`,
  date: (expression) => `(${expression})::date`,
  time: (expression) => `(${expression})::timestamptz`,
}
const LITERAL_TYPES: Record<Literal['type'], string> = {
  text: 'text',
  number: 'float8',
  boolean: 'boolean',
  date: 'date',
  time: 'timestamptz',
}

function valueOf({ columns }: Collection, property: string): Sql {
  const column = columns.find(({ name }) => name === property)!
  return raw(CAST_BY_TYPE[column.type](column.sql))
}

const literal = ({ type, value }: Literal): Sql => sql`${value}::${raw(LITERAL_TYPES[type])}`

function isOneOf(collection: Collection, property: string, values: readonly Literal[]): Sql {
  // A cell is looked up by its number, because only that has an index.
  if (property === 'h3') return isOneOfCells(values.map(({ value }) => String(value)).filter(isServedCell))
  return sql`(${valueOf(collection, property)} IN (${join(values.map(literal), ', ')}))`
}

const isOneOfCells = (cells: readonly string[]): Sql => sql`(t.cell = ANY(${cells.map(cellToSql)}::bigint[]))`

function intersects({ shape: rowShape }: Collection, shape: FilterShape): Sql {
  if (rowShape === 'geom') return sql`ST_Intersects(t.geom, ${shapeSql(shape)})`
  if (rowShape === 'position')
    return sql`ST_Intersects(ST_SetSRID(ST_MakePoint(t.lng, t.lat), 4326), ${shapeSql(shape)})`
  const cells = cellsMatching(shape, rowShape === 'hexagon' ? 'outline' : 'centre')
  if (!cells)
    throw new UnsupportedFilterError('S_INTERSECTS: the shape covers too many cells; use the parameter bbox')
  return isOneOfCells(cells)
}

const shapeSql = (shape: FilterShape): Sql =>
  shape.type === 'Box'
    ? boxGeometry(shape.box)
    : sql`ST_MakeValid(ST_SetSRID(ST_GeomFromGeoJSON(${JSON.stringify(shape)}::text), 4326))`
