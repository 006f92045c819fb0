/** The measurements behind a cell's verdict: quantiles, and how samples fail. Reads the probes of one cell only. */
import type { Rule } from '#domain/rule'
import type { Failures } from '#domain/verdict'
import { type FigureColumn, thresholdsOf } from '../classification/figures.js'
import { comparison, isJudged } from '../classification/samples.js'
import { localTime, technologyCondition } from '../classification/scope.js'
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { type Sql, join, raw, sql } from '../database/sql.js'
import { TIME_ZONE_SQL } from '../database/local-time.js'
import { countedInWindow } from '../probes/counted.js'
import { MEASURED_AT_SITE } from '../probes/public.js'
import type { RunWindow } from '../runs/run.js'

/** First decile, median and last decile of the measurements; null if there are none, or too few to be public. */
export type Quantiles = [p10: number, p50: number, p90: number] | null

/** Quantiles of one network's samples; each count is the number of samples that its quantiles are of, null where they are. */
export interface NetworkQuantiles {
  downloadBps: Quantiles
  downloadCount: number | null
  uploadBps: Quantiles
  uploadCount: number | null
  latencyMs: Quantiles
  latencyCount: number | null
  /** Latency while the download filled the line. */
  loadedLatencyMs: Quantiles
  loadedLatencyCount: number | null
}

/** The samples of one network in a cell that a rule judges. */
export interface NetworkMeasurements {
  operator: string | null
  technology: string | null
  samples: number
  /** The samples that do not pass, by the way they fail. */
  failures: Failures
  quantiles: NetworkQuantiles
}

const countedOfCell = (cell: string, window: RunWindow): Sql =>
  sql`FROM probe AS p WHERE p.cell = ${cell}::bigint AND ${countedInWindow('p', window)}`

/**
 * The measurements of each network that the rule judges, among the counted probes of a run's window: the samples of the
 * evidence, as far as their months are still stored.
 */
export async function measurementsOf(
  db: Queryable,
  run: RunWindow,
  rule: Rule,
  cell: string,
): Promise<NetworkMeasurements[]> {
  const columns = thresholdsOf(rule).map(({ column }) => column)
  const rows = await queryRows<MeasurementRow>(
    db,
    sql`SELECT operator, technology, count(*)::integer AS samples,
       (count(*) FILTER (WHERE p.outcome = 'no_service'))::integer AS "noService", ${publicFailures(rule)} AS failures,
       ${quantileColumns('download')}, ${quantileColumns('upload')},
       ${quantileColumns('latency')}, ${quantileColumns('loadedLatency')}
     FROM (SELECT p.*, ${localTime(raw('measured_at'))} AS local ${countedOfCell(cell, run)}
       AND outcome IN ('ok', 'no_service') AND ${technologyCondition(rule.technologies, raw('technology IS NULL'))}) AS p
     WHERE ${isJudged({ columns, peakHours: rule.peakHours })} GROUP BY operator, technology`,
  )
  return rows.map(({ operator, technology, samples, noService, failures, ...quantiles }) => ({
    operator,
    technology,
    samples,
    failures: { noService, ...(failures ?? NOT_PUBLIC) },
    quantiles,
  }))
}

type ThresholdFailures = Omit<Failures, 'noService'>
type MeasurementRow = Omit<NetworkMeasurements, 'quantiles' | 'failures'> &
  NetworkQuantiles & { noService: number; failures: ThresholdFailures | null }

const NOT_PUBLIC: ThresholdFailures = {
  slowDownload: null,
  slowUpload: null,
  highLatency: null,
  highLoss: null,
}

/** Fewer measurements than this would be given away by their quantiles. */
const MIN_QUANTILE_SAMPLES = 3

/** Limits an aggregate to the measurements that succeeded. */
export const IF_OK = raw(`FILTER (WHERE p.outcome = 'ok')`)

/** First decile, median and last decile of a column of `p`, over the measurements that succeeded. */
export const quantilesSql = (column: string): Sql =>
  sql`percentile_cont('{0.1,0.5,0.9}'::float8[]) WITHIN GROUP (ORDER BY p.${raw(column)}::float8) ${IF_OK}`

/** Whether the measurements that succeeded are enough to be public, or each of them is public by itself. */
const isPublic = (figure: string): Sql =>
  sql`(count(${raw(figure)}) ${IF_OK} >= ${raw(String(MIN_QUANTILE_SAMPLES))}
      OR bool_and(${raw(MEASURED_AT_SITE)}) ${IF_OK})`

/** The same quantiles; null if the measurements are too few, unless each of them is public by itself. */
const publicQuantiles = (column: string): Sql =>
  sql`CASE WHEN ${isPublic(`p.${column}`)} THEN ${quantilesSql(column)} END`

/** The number of measurements that the public quantiles are of; null where these are null. */
const publicCount = (column: string): Sql =>
  sql`CASE WHEN ${isPublic(`p.${column}`)} THEN nullif((count(p.${raw(column)}) ${IF_OK})::integer, 0) END`

/** Column of `probe` for each quantile of a network, and the name of its unit in the answer. */
const QUANTILES = {
  download: ['download_bps', 'Bps'],
  upload: ['upload_bps', 'Bps'],
  latency: ['latency_ms', 'Ms'],
  loadedLatency: ['loaded_latency_ms', 'Ms'],
} as const

function quantileColumns(name: keyof typeof QUANTILES): Sql {
  const [column, unit] = QUANTILES[name]
  return sql`${publicQuantiles(column)} AS "${raw(name + unit)}", ${publicCount(column)} AS "${raw(name)}Count"`
}

const FAILURE_OF_COLUMN: Record<FigureColumn, keyof ThresholdFailures> = {
  download_bps: 'slowDownload',
  upload_bps: 'slowUpload',
  latency_ms: 'highLatency',
  loss_ratio: 'highLoss',
}

/** Failures of the samples `p` with service, as a JSON object; null if these samples are too few to be public. */
function publicFailures(rule: Rule): Sql {
  const thresholds = thresholdsOf(rule)
  const counts = Object.entries(FAILURE_OF_COLUMN).map(([column, kind]) => {
    const threshold = thresholds.find((one) => one.column === column)
    if (!threshold) return raw(`'${kind}', 0`)
    const isReached = comparison(`p.${column}`, threshold.column, threshold.value)
    return sql`'${raw(kind)}', count(*) FILTER (WHERE p.outcome = 'ok' AND NOT ${isReached})`
  })
  return sql`CASE WHEN count(*) ${IF_OK} = 0 OR ${isPublic('*')} THEN json_build_object(${join(counts, ', ')}) END`
}

/** The measurements of one hour of the day, or of one day of the week, in local time. */
export interface ProfileRow {
  /** Hour from 0 to 23, or day from 1 (Monday) to 7. */
  at: number
  probes: number
  noService: number
  /**
   * Quantiles of the downloads, bit/s; null if none succeeded, or if fewer than three do not belong to a site's line.
   */
  downloadBps: Quantiles
  /** Number of downloads that the quantiles are of; null where these are null. */
  downloadCount: number | null
}

const PROFILE_PARTS = { hour: 'HOUR', weekday: 'ISODOW' } as const
export type ProfileBy = keyof typeof PROFILE_PARTS

/** The counted probes of a run's window by hour or day; hours and days without a probe are left out. */
export async function profileOf(
  db: Queryable,
  run: RunWindow,
  cell: string,
  by: ProfileBy,
): Promise<ProfileRow[]> {
  return queryRows(
    db,
    sql`SELECT EXTRACT(${raw(PROFILE_PARTS[by])} FROM measured_at AT TIME ZONE ${raw(TIME_ZONE_SQL)})::integer AS at,
       count(*)::integer AS probes, (count(*) FILTER (WHERE outcome = 'no_service'))::integer AS "noService",
       ${quantileColumns('download')}
     ${countedOfCell(cell, run)} GROUP BY 1 ORDER BY 1`,
  )
}
