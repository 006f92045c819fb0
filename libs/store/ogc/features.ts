/** Reading collections of features by keyset: any depth costs the same, and nothing is held between two reads. */
import type { Feature, FeatureGeometry, FeatureValue, Filter } from '#domain/feature'
import type { MultiPolygon } from '#domain/place'
import type { Bounds } from '#domain/probe'
import { EVERY_CELL_RANGE, centreOf, hexagonOf, isConvexTouchingBox, isPointInBox } from '#geo'
import type { Queryable } from '../database/database.js'
import { queryRow } from '../database/query.js'
import { type Sql, sql } from '../database/sql.js'
import type { RunRow } from '../runs/run.js'
import type { Collection } from './collection.js'
import { type FeatureQuery, type Row, UNFILTERED, featureKeyOf, isByCell, readRows, rowsOf } from './rows.js'

export { type FeatureQuery, UNFILTERED, featureKeyOf } from './rows.js'

interface FeatureBatch {
  /** May be empty. */
  features: Feature[]
  cellCount: number
  end: string | null
}

/** Features in the order of their keys, in batches of at most `limit`; see `RowBatch`. */
async function* readFeatures(
  db: Queryable,
  collection: Collection,
  query: FeatureQuery,
  limit: number,
): AsyncGenerator<FeatureBatch> {
  for await (const { rows, cellCount, end } of rowsOf(db, collection, query, limit)) {
    const features = rows
      .map((row) => featureOf(collection, row))
      .filter((feature) => touchesBoxes(collection, query.boxes, feature))
    yield { features, cellCount, end }
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
  const limit = collection.shape === 'geom' ? SHAPE_BATCH : EXPORT_BATCH
  return prefetched(readFeatures(db, collection, { ...UNFILTERED, run, filter }, limit))
}

/** Reads the next batch from the database while the one before is written. */
async function* prefetched(source: AsyncGenerator<FeatureBatch>): AsyncGenerator<Feature[]> {
  let next = source.next()
  try {
    for (;;) {
      const { value, done } = await next
      if (done) return
      next = source.next()
      // A failure is thrown by the await above; a client that has gone by then never awaits it.
      next.catch(() => {})
      yield (value as FeatureBatch).features
    }
  } finally {
    await source.return(undefined)
  }
}

/** The collection with cells as points at their centres: for tables, where the H3 index says the rest. */
export const asPoints = (collection: Collection): Collection =>
  collection.shape === 'hexagon' ? { ...collection, shape: 'centre', geometry: 'Point' } : collection

/**
 * A page that is not full ends after so many measured cells more than it has features: a filter that few probes meet
 * would else read the probes of the whole country for one request.
 */
const MAX_EMPTY_CELLS = 128

/**
 * A page and the id after which the next begins; null where there is none. A page of measured cells may have fewer features
 * than asked for and be followed by another one.
 */
export async function pageOfFeatures(
  db: Queryable,
  collection: Collection,
  query: FeatureQuery,
  limit: number,
): Promise<{ features: Feature[]; next: string | null }> {
  const features: Feature[] = []
  let cells = 0
  // One more feature than asked shows whether there is another page.
  for await (const batch of readFeatures(db, collection, query, limit + 1)) {
    features.push(...batch.features)
    if (features.length > limit) return { features: features.slice(0, limit), next: features[limit - 1]!.id }
    cells += batch.cellCount
    if (batch.end !== null && cells - features.length >= MAX_EMPTY_CELLS) return { features, next: batch.end }
  }
  return { features, next: null }
}

/** Counting ends at this number of rows: the number of more would take reading them all. */
const MAX_COUNTED_FEATURES = 200_000
const MAX_COUNTED_PROBES = 10_000

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
  if (collection.ofMeasuredCells) return publicProbeCount(db, collection)
  return countUpTo(db, collection.from(EVERY_CELL_RANGE, run), MAX_COUNTED_FEATURES)
}

/** Counts the public probes, of which each cell decides by itself which they are: only where there are few probes in all. */
async function publicProbeCount(db: Queryable, collection: Collection): Promise<number | null> {
  if ((await countUpTo(db, sql`probe`, MAX_COUNTED_PROBES)) === null) return null
  const ofCell = sql`(SELECT 1 FROM ${collection.from(EVERY_CELL_RANGE, null)} OFFSET 0) AS r`
  const from = sql`(SELECT DISTINCT cell FROM probe) AS c CROSS JOIN LATERAL ${ofCell}`
  return countUpTo(db, from, MAX_COUNTED_PROBES)
}

/** Returns null if there are more rows than `limit`. */
async function countUpTo(db: Queryable, from: Sql, limit: number): Promise<number | null> {
  const row = await queryRow<{ n: number }>(
    db,
    sql`SELECT count(*)::integer AS n FROM (SELECT 1 FROM ${from} LIMIT ${limit + 1}) AS counted`,
  )
  return row!.n <= limit ? row!.n : null
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
  const place = collection.ofMeasuredCells ? { cells: [cell] } : { span: { low: cell, high: cell } }
  const [row] = await readRows(db, collection, { ...UNFILTERED, run }, { ...place, at: key, limit: 1 })
  return row && featureOf(collection, row)
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
