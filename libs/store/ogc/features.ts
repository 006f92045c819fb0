/** Reading collections of features by keyset: any depth costs the same, and nothing is held between two reads. */
import type { Feature, FeatureGeometry, FeatureValue, Filter, TimeSpan } from '#domain/feature'
import type { MultiPolygon } from '#domain/place'
import type { Bounds } from '#domain/probe'
import { cellToSql, centreOf, isConvexTouchingBox, hexagonOf, isPointInBox, rangesOfBoxes } from '#geo'
import type { Queryable } from '../database/database.js'
import { queryRow, queryRows } from '../database/query.js'
import { boxGeometry, isPositionInBox } from '../database/shapes.js'
import { type Sql, allOf, join, param, raw, sql } from '../database/sql.js'
import type { RunRow } from '../runs/run.js'
import type { Collection, Span } from './collection.js'
import { conditionOf } from './filter-sql.js'

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

type Row = Record<string, unknown>

/** Features in the order of their keys, in batches of at most `batch`; a batch may also be empty. */
export async function* readFeatures(
  db: Queryable,
  collection: Collection,
  query: FeatureQuery,
  batch: number,
): AsyncGenerator<Feature[]> {
  let after = query.after === null ? null : featureKeyOf(collection, query.after)
  for (const span of spansOf(collection, query.boxes)) {
    for (let more = true; more;) {
      const range = spanAfter(collection, span, after)
      if (!range) break
      const rows = await readRows(db, collection, query, { span: range, after, limit: batch })
      more = rows.length === batch
      if (more) after = featureKeyOf(collection, collection.idOf(rows.at(-1)!))
      yield rows
        .map((row) => featureOf(collection, row))
        .filter((f) => touchesBoxes(collection, query.boxes, f))
    }
  }
}

/**
 * Rows of one read of an export: enough that a statement's own cost does not matter, so few that they are garbage before the
 * collector moves them to the old space. Boundaries may be a megabyte each.
 */
const EXPORT_BATCH = 1_000
const SHAPE_BATCH = 50

/**
 * A whole collection. Each read is a transaction of its own: a slow client keeps none open and no connection busy. The rows
 * of a run never change between the reads; of other collections each row is as it was when it was read.
 */
export const exportFeatures = (
  db: Queryable,
  collection: Collection,
  run: RunRow | null,
  filter: Filter | null = null,
): AsyncGenerator<Feature[]> => {
  const batch = collection.shape === 'geom' ? SHAPE_BATCH : EXPORT_BATCH
  return prefetched(readFeatures(db, collection, { ...UNFILTERED, run, filter }, batch))
}

/** Reads the next batch from the database while the one before is written. */
async function* prefetched<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = source.next()
  try {
    for (;;) {
      const { value, done } = await next
      if (done) return
      next = source.next()
      // A failure is thrown by the await above; a client that has gone by then never awaits it.
      next.catch(() => {})
      yield value as T
    }
  } finally {
    await source.return(undefined)
  }
}

/** The collection with cells as points at their centres: for tables, where the H3 index says the rest. */
export const asPoints = (collection: Collection): Collection =>
  collection.shape === 'hexagon' ? { ...collection, shape: 'centre', geometry: 'Point' } : collection

/** A page and the id after which the next begins; null where there is none. */
export async function pageOfFeatures(
  db: Queryable,
  collection: Collection,
  query: FeatureQuery,
  limit: number,
): Promise<{ features: Feature[]; next: string | null }> {
  const features: Feature[] = []
  // One more feature than asked shows whether there is another page.
  for await (const batch of readFeatures(db, collection, query, limit + 1)) {
    features.push(...batch)
    if (features.length > limit) return { features: features.slice(0, limit), next: features[limit - 1]!.id }
  }
  return { features, next: null }
}

/** Counting ends at this number of rows: the number of more would take reading them all. */
const MAX_COUNTED_FEATURES = 200_000

/** The number of features in all pages; null if that is not known at a small price. */
export async function featureCount(
  db: Queryable,
  collection: Collection,
  { run, boxes, time, equal, filter, after }: FeatureQuery,
): Promise<number | null> {
  if (boxes || time || filter || after !== null || Object.keys(equal).length > 0) return null
  if (collection.id === 'cells' && run) {
    const { white, grey, black, unknown } = run.counts
    return white + grey + black + unknown
  }
  // Which measurements are public is decided cell by cell: in a large country not even the first of them come at once.
  if (collection.id === 'probes_public' && (await countUpTo(db, sql`probe`)) === null) return null
  return countUpTo(db, collection.from(spansOf(collection, null)[0]!, run))
}

/** Returns null if there are more rows than are counted. */
async function countUpTo(db: Queryable, from: Sql): Promise<number | null> {
  const row = await queryRow<{ n: number }>(
    db,
    sql`SELECT count(*)::integer AS n FROM (SELECT 1 FROM ${from} LIMIT ${MAX_COUNTED_FEATURES + 1}) AS counted`,
  )
  return row!.n <= MAX_COUNTED_FEATURES ? row!.n : null
}

export async function findFeature(
  db: Queryable,
  collection: Collection,
  id: string,
  run: RunRow | null,
): Promise<Feature | undefined> {
  const key = featureKeyOf(collection, id)
  if (!key) return undefined
  const cell = isByCell(collection) ? key[0]! : '0'
  const span = { low: cell, high: cell }
  const [row] = await readRows(db, collection, { ...UNFILTERED, run }, { span, at: key, limit: 1 })
  return row && featureOf(collection, row)
}

/** The parts of the key that an id names; null where it is none of this collection. */
export function featureKeyOf(collection: Collection, id: string): string[] | null {
  const parts = collection.idPattern.exec(id)?.slice(1)
  if (!parts) return null
  return isByCell(collection) ? [cellToSql(parts[0]!), ...parts.slice(1)] : parts
}

const isByCell = (collection: Collection) => collection.key[0]!.sql === 't.cell'

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
  span: Span
  after?: readonly string[] | null
  /** One row, by its whole key. */
  at?: readonly string[]
  limit: number
}

async function readRows(
  db: Queryable,
  collection: Collection,
  query: FeatureQuery,
  { span, after, at, limit }: Part,
): Promise<Row[]> {
  const { key, columns } = collection
  const keys = raw(key.map((part) => part.sql).join(', '))
  const bound = (parts: readonly string[]) =>
    join(
      key.map(({ type }, i) => param(parts[i]!, type)),
      ', ',
    )
  const conditions = [
    after ? sql`(${keys}) > (${bound(after)})` : null,
    at ? sql`(${keys}) = (${bound(at)})` : null,
    boxCondition(collection, query.boxes),
    timeCondition(collection, query.time),
    ...equalityConditions(collection, query.equal),
    query.filter && conditionOf(collection, query.filter),
  ]
  const selected = [
    ...columns.map((column) => `${column.sql} AS "${column.name}"`),
    ...shapeColumns(collection),
  ]
  return queryRows(
    db,
    sql`SELECT ${raw(selected.join(', '))} FROM ${collection.from(span, query.run)} AND ${allOf(conditions)}
     ORDER BY ${keys} LIMIT ${limit}`,
  )
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

function timeCondition({ time }: Collection, span: TimeSpan | null): Sql | null {
  if (!time || !span) return null
  const [start, end] = time.map(raw) as [Sql, Sql]
  return allOf([
    span.to === null ? null : sql`${start} <= ${new Date(span.to)}::timestamptz`,
    span.from === null ? null : sql`${end} >= ${new Date(span.from)}::timestamptz`,
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

function featureOf(collection: Collection, row: Row): Feature {
  const properties: Record<string, FeatureValue> = {}
  for (const { name } of collection.columns) properties[name] = row[name] as FeatureValue
  return { id: collection.idOf(row), geometry: geometryOf(collection, row), properties }
}

function geometryOf({ shape }: Collection, row: Row): FeatureGeometry {
  if (shape === 'hexagon') return hexagonOf(row['h3'] as string)
  if (shape === 'centre') return { type: 'Point', coordinates: centreOf(row['h3'] as string) }
  if (shape === 'geom') return JSON.parse(row['$geometry'] as string) as MultiPolygon
  return { type: 'Point', coordinates: [row['$lng'] as number, row['$lat'] as number] }
}

function touchesBoxes(
  { shape }: Collection,
  boxes: readonly Bounds[] | null,
  { geometry }: Feature,
): boolean {
  if (!boxes || (shape !== 'hexagon' && shape !== 'centre')) return true
  return boxes.some((box) =>
    geometry.type === 'Polygon'
      ? isConvexTouchingBox(geometry.coordinates[0]!, box)
      : isPointInBox(box, geometry.coordinates as [number, number]),
  )
}
