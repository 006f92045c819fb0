/** Decides which probes count: no flag of their own takes them out, and none that came later. */
import { type Sql, param, raw, sql } from '../database/sql.js'
import type { RunWindow } from '../runs/run.js'

/** Whether a row of `probe` counts; with `flaggedBefore` only as far as was known then, so that a run can be rebuilt. */
export const isCounted = (row: string, flaggedBefore: Sql | null = null): Sql => sql`${raw(row)}.counted
  AND NOT EXISTS (SELECT 1 FROM probe_flag AS f WHERE f.cell = ${raw(row)}.cell AND f.probe_id = ${raw(row)}.id
    AND NOT f.counted${flaggedBefore ? sql` AND f.created_at < ${flaggedBefore}` : raw('')})`

/** Rows measured in the window that were received before its known-before. */
export const isInWindow = (row: string, { from, to, knownBefore }: RunWindow): Sql =>
  sql`${raw(row)}.measured_at >= ${from} AND ${raw(row)}.measured_at < ${to} AND ${raw(row)}.received_at < ${knownBefore}`

/** Rows of the window that counted as far as the run knew. */
export function countedInWindow(row: string, window: RunWindow): Sql {
  const knownBefore = param(window.knownBefore, 'timestamptz')
  return sql`${isInWindow(row, window)} AND ${isCounted(row, knownBefore)}`
}
