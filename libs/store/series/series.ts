/** Time series read from probes: of a cell and a site by their key, of an area for a few days. Exact. */
import { type AreaLevel } from '#domain/place'
import { type Technology, columnOf } from '#domain/probe'
import { MEASURES, type Measure, type SeriesBucket, type Spread, type TimeStep } from '#domain/series'
import type { Queryable } from '../database/database.js'
import { TIME_ZONE_SQL } from '../database/local-time.js'
import { PREPARED } from '../database/prepared-client.js'
import { publicProbesOf } from '../probes/public.js'

/** What a series is of, beside its place. */
export interface SeriesQuery {
  measures: readonly Measure[]
  step: TimeStep
  /** First bucket's begin and last bucket's end, as `spanOf` gives them. */
  from: Date
  to: Date
  operator: string | null
  technology: Technology | null
}

/** Columns in the order of MEASURES. */
export const COLUMNS_OF_MEASURES = MEASURES.map(columnOf)

/**
 * The whole buckets that hold the time between two moments, so that no bucket is told in part. A date means midnight in
 * Morocco. Civil time is the database's own, as in the buckets.
 */
export async function bucketSpanOf(
  db: Queryable,
  step: TimeStep,
  from: string,
  to: string,
): Promise<{ from: Date; to: Date }> {
  const moment = (text: string) =>
    `CASE WHEN length(${text}) > 10 THEN ${text}::timestamptz ELSE ${text}::date::timestamp AT TIME ZONE ${TIME_ZONE_SQL} END`
  const [span] = await db.query(
    `${PREPARED}SELECT ${bucketOf('"from"')} AS "from", CASE WHEN $1 = 'hour' THEN ${bucketOf('last')} + interval '1 hour'
       ELSE (${bucketOf('last')} AT TIME ZONE ${TIME_ZONE_SQL} + ('1 ' || $1)::interval) AT TIME ZONE ${TIME_ZONE_SQL} END AS "to"
     FROM (SELECT ${moment('$2::text')} AS "from", ${moment('$3::text')} - interval '1 microsecond' AS last) AS asked`,
    [step, from, to],
  )
  return span as { from: Date; to: Date }
}

/** Begin of the bucket of step $1. Morocco's offset is whole hours, so its hours are UTC's, also where one comes twice. */
const bucketOf = (moment: string) => `date_trunc($1::text, ${moment}, ${TIME_ZONE_SQL})`

/** Of all that was measured in a cell, or of what is public one by one. */
export const seriesOfCell = (
  db: Queryable,
  cell: string,
  query: SeriesQuery,
  of: 'all' | 'public' = 'all',
): Promise<SeriesBucket[]> =>
  readSeries(
    db,
    query,
    `FROM ${of === 'all' ? 'probe' : publicProbesOf('$6::bigint')} AS p WHERE p.cell = $6::bigint`,
    [cell],
  )

/** Of a site's own line: what its devices measured in its cell, not what they measured elsewhere. */
export const seriesOfSite = (
  db: Queryable,
  site: { cell: string; code: string },
  query: SeriesQuery,
): Promise<SeriesBucket[]> =>
  readSeries(db, query, 'FROM probe AS p WHERE p.cell = $6 AND p.site_code = $7', [site.cell, site.code])

/** So long a time of an area is read from probes: the whole country's probes of that time are its cost. */
export const MAX_RAW_DAYS = 3

/** Of an area's cells, by the hour: the span may not be longer than MAX_RAW_DAYS. */
export const hourlySeriesOfArea = (
  db: Queryable,
  area: { code: string; level: AreaLevel },
  query: SeriesQuery,
): Promise<SeriesBucket[]> =>
  readSeries(
    db,
    query,
    `FROM probe AS p JOIN cell_place AS c ON c.cell = p.cell WHERE c.${area.level}_code = $6`,
    [area.code],
  )

/** Rows of `p` that count: no flag of their own and none that came later takes them out. */
const COUNTED = `p.counted AND NOT EXISTS (SELECT 1 FROM probe_flag AS f
  WHERE f.cell = p.cell AND f.probe_id = p.id AND NOT f.counted)`

type BucketRow = Pick<SeriesBucket, 'start' | 'samples' | 'noService' | 'devices'> &
  Record<Measure, readonly [p10: number, median: number, p90: number] | null> &
  Record<`${Measure}Samples`, number>

async function readSeries(
  db: Queryable,
  query: SeriesQuery,
  place: string,
  parameters: readonly string[],
): Promise<SeriesBucket[]> {
  const { measures, step, from, to, operator, technology } = query
  const spreads = measures.map((measure) => {
    const column = `p.${columnOf(measure)}`
    const isOk = `FILTER (WHERE p.outcome = 'ok')`
    return `, (count(${column}) ${isOk})::integer AS "${measure}Samples",
      percentile_cont('{0.1,0.5,0.9}'::float8[]) WITHIN GROUP (ORDER BY ${column}::float8) ${isOk} AS "${measure}"`
  })
  const rows: BucketRow[] = await db.query(
    `${PREPARED}SELECT ${bucketOf('p.measured_at')} AS start, count(*)::integer AS samples,
       (count(*) FILTER (WHERE p.outcome = 'no_service'))::integer AS "noService",
       count(DISTINCT p.device_id)::integer AS devices ${spreads.join('')}
     ${place} AND p.measured_at >= $2 AND p.measured_at < $3 AND ${COUNTED}
       AND ($4::text IS NULL OR p.operator = $4) AND ($5::text IS NULL OR p.technology = $5)
     GROUP BY 1 ORDER BY 1`,
    [step, from, to, operator, technology, ...parameters],
  )
  return rows.map(({ start, samples, noService, devices, ...row }) => ({
    start,
    samples,
    noService,
    devices,
    ...Object.fromEntries(measures.map((measure) => [measure, spread(row, measure)])),
  }))
}

function spread(row: Pick<BucketRow, Measure | `${Measure}Samples`>, measure: Measure): Spread | null {
  const quantiles = row[measure]
  if (quantiles === null) return null
  const [p10, median, p90] = quantiles
  return { samples: row[`${measure}Samples`], p10, median, p90 }
}
