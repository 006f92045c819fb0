/** The rows of a collection in the order of their keys, read in batches by statements of bounded cost. */
import type { Filter, TimeSpan } from '#domain/feature'
import type { Bounds } from '#domain/probe'
import { HOUR_MS } from '#domain/units'
import {
  EVERY_CELL_RANGE,
  cellFromSql,
  cellToSql,
  centreOf,
  isPointInBox,
  isServedCell,
  rangesOfBoxes,
} from '#geo'
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { boxGeometry, isPositionInBox } from '../database/shapes.js'
import { type Sql, allOf, join, param, raw, sql } from '../database/sql.js'
import { nextMeasuredCells } from '../probes/measured-cells.js'
import type { RunRow } from '../runs/run.js'
import type { Collection, Span } from './collection.js'
import { cellsOf, conditionOf } from './filter-sql.js'

export interface FeatureQuery {
  /** The run that the collection speaks of; null if it speaks of none. */
  run: RunRow | null
  /** Degrees; two where a box crosses the antimeridian. */
  boxes: readonly Bounds[] | null
  time: TimeSpan | null
  /** Values that columns must have, by the columns' names. */
  equal: Readonly<Record<string, string | number | boolean>>
  filter: Filter | null
  /** Id of the last feature that was read; null begins. */
  after: string | null
}

export const UNFILTERED: Omit<FeatureQuery, 'run'> = {
  boxes: null,
  time: null,
  equal: {},
  filter: null,
  after: null,
}

export type Row = Record<string, unknown>

export interface RowBatch {
  /** May be empty. */
  rows: Row[]
  /** Measured cells that have been read whole since the batch before. */
  cellCount: number
  /** An id after which nothing has been read yet; null where only the last row has one. */
  end: string | null
}

/** Reads rows in batches of at most `limit`. */
export const rowsOf = (
  db: Queryable,
  collection: Collection,
  query: FeatureQuery,
  limit: number,
): AsyncGenerator<RowBatch> =>
  (collection.ofMeasuredCells ? rowsOfMeasuredCells : rowsOfSpans)(db, collection, query, limit)

async function* rowsOfSpans(
  db: Queryable,
  collection: Collection,
  query: FeatureQuery,
  limit: number,
): AsyncGenerator<RowBatch> {
  let after = query.after === null ? null : featureKeyOf(collection, query.after)
  for (const span of spansOf(collection, query.boxes)) {
    for (let more = true; more;) {
      const rest = spanAfter(collection, span, after)
      if (!rest) break
      const rows = await readRows(db, collection, query, { span: rest, after, limit })
      more = rows.length === limit
      if (more) after = featureKeyOf(collection, collection.idOf(rows.at(-1)!))
      yield { rows, cellCount: 0, end: null }
    }
  }
}

/** Cells that are looked for by one statement, which costs some looks at indexes for each; and that are read by one. */
const MAX_CELLS = 64
const FIRST_CELLS = 4
const CELLS_GROWTH = 4
const grown = (cellCount: number): number => Math.min(MAX_CELLS, cellCount * CELLS_GROWTH)

async function* rowsOfMeasuredCells(
  db: Queryable,
  collection: Collection,
  query: FeatureQuery,
  limit: number,
): AsyncGenerator<RowBatch> {
  const ranges = rangesOfQuery(collection, query)
  if (ranges.length === 0) return
  const { since, until } = measuredIn(query.time)
  let after = query.after === null ? null : featureKeyOf(collection, query.after)
  let start = after && { cell: after[0]!, isIncluded: true }
  let readSize = 1
  for (let isLast = false, cellLimit = FIRST_CELLS; !isLast; cellLimit = grown(cellLimit)) {
    const nextCells = await nextMeasuredCells(db, { ranges, start, since, until, limit: cellLimit })
    isLast = nextCells.length < cellLimit
    const parts = partsOf(nextCells, query.boxes, readSize)
    for (let i = 0; i < parts.length; i++) readSize = grown(readSize)
    for (const part of parts) {
      const end = endOfCell(part.at(-1)!)
      const cellCount = part.length
      let cells = part.filter((cell) => isInBoxes(cell, query.boxes))
      for (let more = true; more;) {
        const rows = cells.length === 0 ? [] : await readRows(db, collection, query, { cells, after, limit })
        more = rows.length === limit
        if (more) {
          after = featureKeyOf(collection, collection.idOf(rows.at(-1)!))
          cells = cells.filter((cell) => BigInt(cell) >= BigInt(after![0]!))
        }
        yield more ? { rows, cellCount: 0, end: null } : { rows, cellCount, end }
      }
    }
    start = nextCells.length === 0 ? start : { cell: nextCells.at(-1)!, isIncluded: false }
  }
}

/**
 * Measured cells in parts that are read by one statement each: one cell of the box at first, because it may fill a page, then
 * more. Cells beside the box belong to the part before them.
 */
function partsOf(cells: readonly string[], boxes: readonly Bounds[] | null, firstSize: number): string[][] {
  const parts: string[][] = []
  let [size, readCount] = [firstSize, 0]
  for (const cell of cells) {
    const isRead = isInBoxes(cell, boxes)
    if (parts.length === 0 || (isRead && readCount === size)) {
      if (parts.length > 0) size = grown(size)
      parts.push([])
      readCount = 0
    }
    parts.at(-1)!.push(cell)
    if (isRead) readCount++
  }
  return parts
}

/** The ranges of a box hold cells around it, too; the place of a probe is the centre of its cell. */
const isInBoxes = (cell: string, boxes: readonly Bounds[] | null): boolean =>
  boxes === null || boxes.some((box) => isPointInBox(box, centreOf(cellFromSql(cell))))

/** An id after those of all probes of a cell (decimal): no hash comes after this one. */
const endOfCell = (cell: string): string => `${cellFromSql(cell)}.${'f'.repeat(32)}`

/** More cells than these are not compared with the ranges of a box: then the box alone decides where probes are looked for. */
const MAX_LISTED_CELLS = 1_000

/** The cells that a query admits: those of its box, and of a condition on the cell or the place. */
function rangesOfQuery(collection: Collection, { boxes, equal, filter }: FeatureQuery): Span[] {
  const ranges = spansOf(collection, boxes)
  const lists = [...('h3' in equal ? [[String(equal['h3'])]] : []), ...(filter ? cellsOf(filter) : [])]
  const shortest = lists.toSorted((a, b) => a.length - b.length)[0]
  if (!shortest || (boxes && shortest.length > MAX_LISTED_CELLS)) return ranges
  const isInRanges = (cell: string) =>
    ranges.some(({ low, high }) => BigInt(low) <= BigInt(cell) && BigInt(cell) <= BigInt(high))
  return shortest
    .filter(isServedCell)
    .map(cellToSql)
    .filter(isInRanges)
    .map((cell) => ({ low: cell, high: cell }))
}

/** When the probes of a time span were measured; public probes tell the hour. */
const measuredIn = (time: TimeSpan | null): { since: Sql | null; until: Sql | null } => ({
  since: time?.from == null ? null : param(new Date(time.from), 'timestamptz'),
  until: time?.to == null ? null : param(new Date(time.to + HOUR_MS), 'timestamptz'),
})

/** The parts of the key that an id names; null where it is none of this collection. */
export function featureKeyOf(collection: Collection, id: string): string[] | null {
  const parts = collection.idPattern.exec(id)?.slice(1)
  if (!parts) return null
  return isByCell(collection) ? [cellToSql(parts[0]!), ...parts.slice(1)] : parts
}

export const isByCell = (collection: Collection) => collection.key[0]!.sql === 't.cell'

const spansOf = (collection: Collection, boxes: readonly Bounds[] | null): Span[] =>
  rangesOfBoxes(isByCell(collection) ? boxes : null)

/** The rest of a span after the last row that was read; null where nothing of it is left. */
function spanAfter(collection: Collection, span: Span, after: readonly string[] | null): Span | null {
  if (!after || !isByCell(collection)) return span
  const cell = BigInt(after[0]!)
  if (cell > BigInt(span.high)) return null
  return cell > BigInt(span.low) ? { low: after[0]!, high: span.high } : span
}

interface Part {
  /** The place of the rows: these cells (decimal) for a collection of measured cells, the span for others. */
  span?: Span
  cells?: readonly string[]
  after?: readonly string[] | null
  /** One row, by its whole key. */
  at?: readonly string[]
  limit: number
}

export const readRows = (
  db: Queryable,
  collection: Collection,
  query: FeatureQuery,
  part: Part,
): Promise<Row[]> =>
  queryRows(
    db,
    part.cells
      ? rowsOfEachCell(collection, query, part.cells, part)
      : sql`SELECT ${selectedColumns(collection)} FROM ${rowsWhere(collection, query, part)}
        ORDER BY ${keyColumns(collection)} LIMIT ${part.limit}`,
  )

/** Rows of a page of which each is looked up at less cost than reading whole cells. */
const MAX_LOOKED_UP = 500

/**
 * Each cell is read by itself, in the order of the key and no further than the page. That LIMIT also keeps PostgreSQL from
 * joining the cells to all probes of all months. Cells come in their order, so that those after a full page are not read.
 */
function rowsOfEachCell(
  collection: Collection,
  query: FeatureQuery,
  cells: readonly string[],
  part: Part,
): Sql {
  const isShort =
    part.limit <= MAX_LOOKED_UP && query.filter === null && Object.keys(query.equal).length === 0
  const from =
    isShort && collection.lookedUp
      ? collection.lookedUp(allOf(conditionsOfKey(collection, query, part)))
      : rowsWhere(collection, query, part)
  const rows = sql`SELECT ${selectedColumns(collection)} FROM ${from} ORDER BY ${keyColumns({ key: collection.key.slice(1) })} LIMIT ${part.limit}`
  return sql`SELECT r.* FROM unnest(${cells}::bigint[]) WITH ORDINALITY AS c(cell, n) CROSS JOIN LATERAL (${rows}) AS r
    ORDER BY c.n LIMIT ${part.limit}`
}

const keyColumns = ({ key }: Pick<Collection, 'key'>): Sql => raw(key.map((part) => part.sql).join(', '))

const selectedColumns = (collection: Collection): Sql =>
  raw(
    [
      ...collection.columns.map((column) => `${column.sql} AS "${column.name}"`),
      ...shapeColumns(collection),
    ].join(', '),
  )

/** FROM and WHERE with all conditions of a query. */
function rowsWhere(collection: Collection, query: FeatureQuery, part: Part): Sql {
  const conditions = [
    ...conditionsOfKey(collection, query, part),
    boxCondition(collection, query.boxes),
    ...equalityConditions(collection, query.equal),
    query.filter && conditionOf(collection, query.filter),
  ]
  return sql`${collection.from(part.span ?? EVERY_CELL_RANGE, query.run)} AND ${allOf(conditions)}`
}

/** The conditions on the key and the time of a row. */
function conditionsOfKey(
  collection: Collection,
  { time }: FeatureQuery,
  { after, at }: Part,
): (Sql | null)[] {
  const keys = keyColumns(collection)
  const bound = (parts: readonly string[]) =>
    join(
      collection.key.map(({ type }, i) => param(parts[i]!, type)),
      ', ',
    )
  return [
    after ? sql`(${keys}) > (${bound(after)})` : null,
    at ? sql`(${keys}) = (${bound(at)})` : null,
    timeCondition(collection, time),
  ]
}

/** Columns beside the properties; a cell's shape is made from its index. */
function shapeColumns({ shape }: Collection): string[] {
  if (shape === 'position') return ['t.lng AS "$lng"', 't.lat AS "$lat"']
  return shape === 'geom' ? ['ST_AsGeoJSON(t.geom, 7) AS "$geometry"'] : []
}

/** Cells are found by their spans, and looked at one by one in `touchesBoxes`. */
function boxCondition({ shape }: Collection, boxes: readonly Bounds[] | null): Sql | null {
  if (!boxes || shape === 'hexagon' || shape === 'centre') return null
  const conditions = boxes.map((box) =>
    shape === 'position'
      ? sql`(${isPositionInBox('t', box)})`
      : sql`ST_Intersects(t.geom, ${boxGeometry(box)})`,
  )
  return sql`(${join(conditions, ' OR ')})`
}

function timeCondition({ time, ofMeasuredCells }: Collection, span: TimeSpan | null): Sql | null {
  if (!time || !span) return null
  const [start, end] = time.map((moment) => raw(moment)) as [Sql, Sql]
  const { since, until } = measuredIn(ofMeasuredCells ? span : null)
  return allOf([
    span.to === null ? null : sql`${start} <= ${new Date(span.to)}::timestamptz`,
    span.from === null ? null : sql`${end} >= ${new Date(span.from)}::timestamptz`,
    // The same once more by the column that the partitions are made by: other months are not read.
    since && sql`t.measured_at >= ${since}`,
    until && sql`t.measured_at < ${until}`,
  ])
}

const SQL_TYPES = {
  text: 'text',
  integer: 'bigint',
  number: 'float8',
  boolean: 'boolean',
  date: 'text',
  time: 'text',
} as const

function equalityConditions({ columns }: Collection, equal: FeatureQuery['equal']): Sql[] {
  return Object.entries(equal).map(([name, value]) => {
    if (name === 'h3') return sql`t.cell = ${cellToSql(String(value))}::bigint`
    const column = columns.find((candidate) => candidate.name === name)!
    return sql`${raw(column.sql)} = ${value}::${raw(SQL_TYPES[column.type])}`
  })
}
