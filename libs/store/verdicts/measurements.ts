/** The measurements behind a cell's verdict, as quantiles. Reads the probes of one cell only. */
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { type Sql, raw, sql } from '../database/sql.js'
import { TIME_ZONE_SQL } from '../database/local-time.js'
import { countedInWindow } from '../probes/counted.js'
import { MEASURED_AT_SITE } from '../probes/public.js'
import type { RunWindow } from '../runs/run.js'

/** First decile, median and last decile of the measurements; null if there are none, or too few to be public. */
export type Quantiles = [p10: number, p50: number, p90: number] | null

export interface NetworkQuantiles {
  operator: string | null
  technology: string | null
  downloadBps: Quantiles
  uploadBps: Quantiles
  latencyMs: Quantiles
  /** Latency while the download filled the line. */
  loadedLatencyMs: Quantiles
}

const countedOfCell = (cell: string, window: RunWindow): Sql =>
  sql`FROM probe AS p WHERE p.cell = ${cell}::bigint AND ${countedInWindow('p', window)}`

/** Quantiles by network of the counted probes of a run's window. */
export async function quantilesOf(db: Queryable, run: RunWindow, cell: string): Promise<NetworkQuantiles[]> {
  return queryRows(
    db,
    sql`SELECT operator, technology, ${publicQuantiles('download_bps')} AS "downloadBps",
       ${publicQuantiles('upload_bps')} AS "uploadBps", ${publicQuantiles('latency_ms')} AS "latencyMs",
       ${publicQuantiles('loaded_latency_ms')} AS "loadedLatencyMs"
     ${countedOfCell(cell, run)} AND outcome = 'ok' GROUP BY operator, technology`,
  )
}

/** Fewer measurements than this would be given away by their quantiles. */
const MIN_QUANTILE_SAMPLES = 3

/** Limits an aggregate to the measurements that succeeded. */
export const IF_OK = raw(`FILTER (WHERE p.outcome = 'ok')`)

/** First decile, median and last decile of a column of `p`, over the measurements that succeeded. */
export const quantilesSql = (column: string): Sql =>
  sql`percentile_cont('{0.1,0.5,0.9}'::float8[]) WITHIN GROUP (ORDER BY p.${raw(column)}::float8) ${IF_OK}`

/** The same quantiles; null if the measurements are too few, unless each of them is public by itself. */
const publicQuantiles = (column: string): Sql =>
  sql`CASE WHEN count(p.${raw(column)}) ${IF_OK} >= ${raw(String(MIN_QUANTILE_SAMPLES))}
      OR bool_and(${raw(MEASURED_AT_SITE)}) ${IF_OK} THEN ${quantilesSql(column)} END`

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
       ${publicQuantiles('download_bps')} AS "downloadBps"
     ${countedOfCell(cell, run)} GROUP BY 1 ORDER BY 1`,
  )
}
