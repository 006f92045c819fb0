/** A filter as the condition of a statement: every value of it is a parameter. */
import type { ColumnType, Filter, FilterShape, Literal } from '#domain/feature'
import { cellToSql, cellsTouching, isServedCell } from '#geo'
import type { Bind, Collection } from './collections.js'

/** A condition that cannot be asked as it is; says why. */
export class UnsupportedFilterError extends Error {}

export function conditionOf(collection: Collection, filter: Filter, bind: Bind): string {
  switch (filter.op) {
    case 'and':
    case 'or':
      return `(${filter.of.map((part) => conditionOf(collection, part, bind)).join(` ${filter.op} `)})`
    case 'not':
      return `(NOT ${conditionOf(collection, filter.of, bind)})`
    case 'always':
      return String(filter.value)
    case 'intersects':
      return intersects(collection, filter.shape, bind)
    case 'isNull':
      return `(${valueOf(collection, filter.property)} IS NULL)`
    case 'like':
      return `(${valueOf(collection, filter.property)} LIKE ${bind(filter.pattern)}::text)`
    case 'between':
      return `(${valueOf(collection, filter.property)} BETWEEN ${literal(filter.low, bind)} AND ${literal(filter.high, bind)})`
    case 'in':
      return isOneOf(collection, filter.property, filter.values, bind)
    case '=':
      return isOneOf(collection, filter.property, [filter.value], bind)
    default:
      return `(${valueOf(collection, filter.property)} ${filter.op} ${literal(filter.value, bind)})`
  }
}

/** Texts are ordered by their characters' numbers, whatever the database's language. */
const CAST_BY_TYPE: Record<ColumnType, (sql: string) => string> = {
  text: (sql) => `(${sql})::text COLLATE "C"`,
  integer: (sql) => `(${sql})::float8`,
  number: (sql) => `(${sql})::float8`,
  boolean: (sql) => `(${sql})`,
  date: (sql) => `(${sql})::date`,
  time: (sql) => `(${sql})::timestamptz`,
}
const LITERAL_TYPES: Record<Literal['type'], string> = {
  text: 'text',
  number: 'float8',
  boolean: 'boolean',
  date: 'date',
  time: 'timestamptz',
}

function valueOf({ columns }: Collection, property: string): string {
  const { sql, type } = columns.find(({ name }) => name === property)!
  return CAST_BY_TYPE[type](sql)
}

const literal = ({ type, value }: Literal, bind: Bind) => `${bind(value)}::${LITERAL_TYPES[type]}`

function isOneOf(collection: Collection, property: string, values: readonly Literal[], bind: Bind): string {
  // By the number that the index has.
  if (property === 'h3')
    return isOneOfCells(values.map(({ value }) => String(value)).filter(isServedCell), bind)
  return `(${valueOf(collection, property)} IN (${values.map((value) => literal(value, bind)).join(', ')}))`
}

const isOneOfCells = (cells: readonly string[], bind: Bind) =>
  `(t.cell = ANY(${bind(cells.map(cellToSql))}::bigint[]))`

function intersects({ shape: by }: Collection, shape: FilterShape, bind: Bind): string {
  if (by === 'geom') return `ST_Intersects(t.geom, ${shapeSql(shape, bind)})`
  if (by === 'position')
    return `ST_Intersects(ST_SetSRID(ST_MakePoint(t.lng, t.lat), 4326), ${shapeSql(shape, bind)})`
  const cells = cellsTouching(shape, by === 'hexagon' ? 'outline' : 'centre')
  if (!cells)
    throw new UnsupportedFilterError(
      'S_INTERSECTS: the shape is too large to name its cells; use the parameter bbox',
    )
  return isOneOfCells(cells, bind)
}

function shapeSql(shape: FilterShape, bind: Bind): string {
  if (shape.type !== 'Box')
    return `ST_MakeValid(ST_SetSRID(ST_GeomFromGeoJSON(${bind(JSON.stringify(shape))}::text), 4326))`
  const { west, south, east, north } = shape.box
  const [w, s, e, n] = [west, south, east, north].map((degrees) => `${bind(degrees)}::float8`)
  // The envelope of a line without height or length is a line or a point, where a made one would be no polygon.
  return `ST_SetSRID(ST_Envelope(ST_MakeLine(ST_MakePoint(${w}, ${s}), ST_MakePoint(${e}, ${n}))), 4326)`
}
