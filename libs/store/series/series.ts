/** Time series read from probes: of a cell and a site by their key, of an area for a few days. Exact. */
import { type AreaLevel } from '#domain/place'
import { type Technology, columnOf } from '#domain/probe'
import { MEASURES, type Measure, type SeriesBucket, type Spread, type TimeStep } from '#domain/series'
import type { Queryable } from '../database/database.js'
import { TIME_ZONE_SQL, momentOrDay } from '../database/local-time.js'
import { prepared, queryRow, queryRows } from '../database/query.js'
import { type Sql, allOf, join, param, raw, sql } from '../database/sql.js'
import { isCounted } from '../probes/counted.js'
import { isOfSite, publicProbesOf } from '../probes/public.js'
import { IF_OK, quantilesSql } from '../verdicts/measurements.js'

/** The measure, window and grain of a series, whatever its place. */
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
 * The whole buckets that hold the time between two moments, so that no bucket is incomplete. A day (YYYY-MM-DD) means its
 * local midnight. The database computes the span as it computes the buckets.
 */
export async function bucketSpanOf(
  db: Queryable,
  step: TimeStep,
  from: string,
  to: string,
): Promise<{ from: Date; to: Date }> {
  const bucketStep = param(step, 'text')
  const last = bucketOf(bucketStep, sql`last`)
  const span = await queryRow<{ from: Date; to: Date }>(
    db,
    prepared(sql`SELECT ${bucketOf(bucketStep, sql`"from"`)} AS "from",
       CASE WHEN ${bucketStep} = 'hour' THEN ${last} + interval '1 hour'
         ELSE (${last} AT TIME ZONE ${ZONE} + ('1 ' || ${bucketStep})::interval) AT TIME ZONE ${ZONE} END AS "to"
     FROM (SELECT ${momentOrDay(param(from, 'text'))} AS "from",
       ${momentOrDay(param(to, 'text'))} - interval '1 microsecond' AS last) AS span`),
  )
  return span!
}

const ZONE = raw(TIME_ZONE_SQL)

/** Begin of a moment's bucket. Morocco's offset is whole hours, so its hours are UTC's, also where a local hour comes twice. */
const bucketOf = (step: Sql, moment: Sql): Sql => sql`date_trunc(${step}, ${moment}, ${ZONE})`

/** The series of a cell (decimal): all that was measured there, or what is public one by one. */
export const seriesOfCell = (
  db: Queryable,
  cell: string,
  query: SeriesQuery,
  of: 'all' | 'public' = 'all',
): Promise<SeriesBucket[]> => {
  const key = param(cell, 'bigint')
  const probes = of === 'all' ? sql`probe` : publicProbesOf(key)
  return readSeries(db, query, sql`${probes} AS p`, sql`p.cell = ${key}`)
}

/** The series of a site's own line: what its devices measured in its cell, not what they measured elsewhere. */
export const seriesOfSite = (
  db: Queryable,
  site: { cell: string; code: string },
  query: SeriesQuery,
): Promise<SeriesBucket[]> =>
  readSeries(db, query, sql`probe AS p`, sql`p.cell = ${site.cell}::bigint AND ${isOfSite('p', site.code)}`)

/** The longest span of an area's series that is read from probes: it costs the whole country's probes of that span. */
export const MAX_RAW_DAYS = 3

/** The series of an area's cells, by the hour: the span may not be longer than MAX_RAW_DAYS. */
export const hourlySeriesOfArea = (
  db: Queryable,
  area: { code: string; level: AreaLevel },
  query: SeriesQuery,
): Promise<SeriesBucket[]> =>
  readSeries(
    db,
    query,
    sql`probe AS p JOIN cell_place AS c ON c.cell = p.cell`,
    sql`c.${raw(area.level)}_code = ${area.code}`,
  )

type BucketRow = Pick<SeriesBucket, 'start' | 'samples' | 'noService' | 'devices'> &
  Record<Measure, readonly [p10: number, median: number, p90: number] | null> &
  Record<`${Measure}Samples`, number>

/** `from` holds rows of probes named `p`. */
async function readSeries(db: Queryable, query: SeriesQuery, from: Sql, place: Sql): Promise<SeriesBucket[]> {
  const { measures, operator, technology } = query
  const spreads = measures.map((measure) => {
    const column = columnOf(measure)
    return sql`, (count(p.${raw(column)}) ${IF_OK})::integer AS "${raw(measure)}Samples",
      ${quantilesSql(column)} AS "${raw(measure)}"`
  })
  const conditions = [
    place,
    sql`p.measured_at >= ${query.from} AND p.measured_at < ${query.to}`,
    isCounted('p'),
    operator === null ? null : sql`p.operator = ${operator}`,
    technology === null ? null : sql`p.technology = ${technology}`,
  ]
  const rows = await queryRows<BucketRow>(
    db,
    prepared(sql`SELECT ${bucketOf(param(query.step, 'text'), sql`p.measured_at`)} AS start, count(*)::integer AS samples,
       (count(*) FILTER (WHERE p.outcome = 'no_service'))::integer AS "noService",
       count(DISTINCT p.device_id)::integer AS devices ${join(spreads, '')}
     FROM ${from} WHERE ${allOf(conditions)} GROUP BY 1 ORDER BY 1`),
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
