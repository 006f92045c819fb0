/** Reading collections of features by keyset: any depth costs the same, and nothing is held between two reads. */
import type { Feature, FeatureGeometry, FeatureValue, Filter, TimeSpan } from '#domain/feature'
import type { MultiPolygon } from '#domain/place'
import type { Bounds } from '#domain/probe'
import { cellToSql, centreOf, isConvexTouchingBox, hexagonOf, isPointInBox, rangesOfBoxes } from '#geo'
import type { Queryable } from '../database/database.js'
import { conditionOf } from './filter-sql.js'
import type { Bind, Collection, Span } from './collections.js'
import type { RunRow } from '../runs/runs.js'

export interface FeatureQuery {
  /** Of a collection that speaks of a run. */
  run: RunRow | null
  /** Degrees; two where a box crosses the antimeridian. */
  boxes: readonly Bounds[] | null
  time: TimeSpan | null
  /** By the names of columns that can be asked for. */
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

/** Features in the order of their keys, in batches; a batch may be smaller than asked, or empty. */
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
 * Rows of one read of an export: enough that the asking does not count, so few that they are gone before the collector
 * takes them for old. Boundaries may be a megabyte each.
 */
const EXPORT_BATCH = 1_000
const SHAPE_BATCH = 50

/**
 * A whole collection. The reads stand alone: a reader that is slow keeps no transaction open and no connection busy. What
 * a run says never changes between them; of other collections each row is as it was when it was read.
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

/** The database reads a batch while the one before is written. */
async function* prefetched<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = source.next()
  try {
    for (;;) {
      const { value, done } = await next
      if (done) return
      next = source.next()
      // Told by the await above; a reader that has gone by then hears of nothing.
      next.catch(() => {})
      yield value as T
    }
  } finally {
    await source.return(undefined)
  }
}

/** Cells at their centres: for tables, where the index says the rest. */
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
  // One more than asked tells whether there is another page.
  for await (const some of readFeatures(db, collection, query, limit + 1)) {
    for (const feature of some) features.push(feature)
    if (features.length > limit) return { features: features.slice(0, limit), next: features[limit - 1]!.id }
  }
  return { features, next: null }
}

/** So many rows are counted on a first page; of more, only reading them all would tell. */
const MAX_COUNTED_FEATURES = 200_000

/** How many features there are in all pages; null where that is not known at a small price. */
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
  // Which measurements are public is decided cell by cell: of a large country not even the first of them come at once.
  if (collection.id === 'probes_public' && (await countUpTo(db, 'probe', [])) === null) return null
  const values: unknown[] = []
  const bind: Bind = (value) => `$${values.push(value)}`
  return countUpTo(db, collection.from(bind, spansOf(collection, null)[0]!, run), values)
}

async function countUpTo(db: Queryable, from: string, values: unknown[]): Promise<number | null> {
  const [{ n }] = await db.query(
    `SELECT count(*)::integer AS n FROM (SELECT 1 FROM ${from} LIMIT ${MAX_COUNTED_FEATURES + 1}) AS counted`,
    values,
  )
  return n <= MAX_COUNTED_FEATURES ? (n as number) : null
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

/** The rest of a span behind what was read; null where nothing of it is left. */
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
  const values: unknown[] = []
  const bind: Bind = (value) => `$${values.push(value)}`
  const { key, columns } = collection
  const keys = key.map(({ sql }) => sql).join(', ')
  const bound = (parts: readonly string[]) =>
    key.map(({ type }, i) => `${bind(parts[i])}::${type}`).join(', ')
  const from = collection.from(bind, span, query.run)
  const conditions = [
    ...(after ? [`(${keys}) > (${bound(after)})`] : []),
    ...(at ? [`(${keys}) = (${bound(at)})`] : []),
    ...boxConditions(collection, query.boxes, bind),
    ...timeConditions(collection, query.time, bind),
    ...equalityConditions(collection, query.equal, bind),
    ...(query.filter ? [conditionOf(collection, query.filter, bind)] : []),
  ]
  const selected = [...columns.map(({ name, sql }) => `${sql} AS "${name}"`), ...shapeColumns(collection)]
  return db.query(
    `SELECT ${selected.join(', ')} FROM ${from}${conditions.map((c) => ` AND ${c}`).join('')}
     ORDER BY ${keys} LIMIT ${bind(limit)}`,
    values,
  )
}

/** Columns beside the properties; a cell's shape is made from its index. */
function shapeColumns({ shape }: Collection): string[] {
  if (shape === 'position') return ['t.lng AS "$lng"', 't.lat AS "$lat"']
  return shape === 'geom' ? ['ST_AsGeoJSON(t.geom, 7) AS "$geometry"'] : []
}

/** Cells are found by their ranges, and looked at one by one in `touches`. */
function boxConditions({ shape }: Collection, boxes: readonly Bounds[] | null, bind: Bind): string[] {
  if (!boxes || shape === 'hexagon' || shape === 'centre') return []
  const some = boxes.map(({ west, south, east, north }) => {
    const [w, s, e, n] = [west, south, east, north].map((degrees) => `${bind(degrees)}::float8`)
    return shape === 'position'
      ? `(t.lng BETWEEN ${w} AND ${e} AND t.lat BETWEEN ${s} AND ${n})`
      : // The envelope of a line without height or length is a line or a point, where a made one would be no polygon.
        `ST_Intersects(t.geom, ST_SetSRID(ST_Envelope(ST_MakeLine(ST_MakePoint(${w}, ${s}), ST_MakePoint(${e}, ${n}))), 4326))`
  })
  return [`(${some.join(' OR ')})`]
}

function timeConditions({ time }: Collection, span: TimeSpan | null, bind: Bind): string[] {
  if (!time || !span) return []
  const [start, end] = time
  const moment = (ms: number) => `${bind(new Date(ms))}::timestamptz`
  return [
    ...(span.to === null ? [] : [`${start} <= ${moment(span.to)}`]),
    ...(span.from === null ? [] : [`${end} >= ${moment(span.from)}`]),
  ]
}

const SQL_TYPES = {
  text: 'text',
  integer: 'bigint',
  number: 'float8',
  boolean: 'boolean',
  date: 'text',
  time: 'text',
} as const

function equalityConditions({ columns }: Collection, wanted: FeatureQuery['equal'], bind: Bind): string[] {
  return Object.entries(wanted).map(([name, value]) => {
    if (name === 'h3') return `t.cell = ${bind(cellToSql(String(value)))}::bigint`
    const { sql, type } = columns.find((column) => column.name === name)!
    return `${sql} = ${bind(value)}::${SQL_TYPES[type]}`
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
