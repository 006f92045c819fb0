/** The probes behind one cell's verdict, newest first. */
import type { Flag } from '#domain/probe'
import type { Queryable } from '../database/database.js'
import { type ListedFields, listedColumns } from './listed.js'
import { publicProbesOf } from './public.js'
import type { RunRow } from '../runs/runs.js'

/** `hour` for everybody: it reveals neither the moment nor the order within the hour. `moment` for planners, who may see all. */
export type ProbeGrain = 'hour' | 'moment'

export interface CellProbe extends ListedFields {
  /** The probe's own id; in the grain `hour` a hash of it, which does not reveal it. */
  id: string
  /** The moment, or the hour in which it was. */
  measuredAt: Date
  flags: Flag[]
  /** Whether the run's evidence counts it. */
  counted: boolean
  /** Local hour in Morocco, 0 to 23. */
  localHour: number
  /** Null in the grain `hour`. */
  siteCode: string | null
  deviceId: string | null
}

const KEYS: Record<ProbeGrain, readonly [at: string, id: string]> = {
  hour: [`date_trunc('hour', p.measured_at, 'UTC')`, 'md5(p.id::text)'],
  // To the millisecond, the precision of JavaScript's times and so of the cursor.
  moment: [`date_trunc('milliseconds', p.measured_at)`, 'p.id::text'],
}

/**
 * The probes in the run's window that had been received before it, also those that it does not count. Flags set after the run
 * are left out: they belong to later runs. Reads one cell.
 */
export async function probesOfCell(
  db: Queryable,
  run: Pick<RunRow, 'from' | 'to' | 'knownBefore'>,
  cell: string,
  page: { grain: ProbeGrain; before: { at: string; id: string }; limit: number },
): Promise<CellProbe[]> {
  const [at, id] = KEYS[page.grain]
  const all = page.grain === 'moment'
  const late = 'FROM probe_flag AS f WHERE f.cell = p.cell AND f.probe_id = p.id AND f.created_at < $4'
  return db.query(
    `SELECT ${id} AS id, ${at} AS "measuredAt", ${listedColumns(all ? 'planners' : 'everybody')},
       p.flags || ARRAY(SELECT f.flag ${late} ORDER BY f.flag) AS flags,
       p.counted AND NOT EXISTS (SELECT 1 ${late} AND NOT f.counted) AS counted,
       date_part('hour', p.measured_at AT TIME ZONE 'Africa/Casablanca')::integer AS "localHour",
       ${all ? 'p.site_code' : 'NULL'} AS "siteCode", ${all ? 'p.device_id' : 'NULL'} AS "deviceId"
     FROM ${all ? 'probe' : publicProbesOf('$1::bigint')} AS p
     WHERE p.cell = $1 AND p.measured_at >= $2 AND p.measured_at < $3 AND p.received_at < $4
       AND (${at}, ${id}) < ($5::timestamptz, $6::text)
     ORDER BY ${at} DESC, ${id} DESC LIMIT $7`,
    [cell, run.from, run.to, run.knownBefore, page.before.at, page.before.id, page.limit],
  )
}

/** Whether some of the cell's probes in the run's window may not be shown one by one. */
export async function hasWithheldProbes(
  db: Queryable,
  run: Pick<RunRow, 'from' | 'to' | 'knownBefore'>,
  cell: string,
): Promise<boolean> {
  const window = 'p.cell = $1 AND p.measured_at >= $2 AND p.measured_at < $3 AND p.received_at < $4'
  const [{ withheld }] = await db.query(
    `SELECT (SELECT count(*) FROM probe AS p WHERE ${window})
       > (SELECT count(*) FROM ${publicProbesOf('$1::bigint')} AS p WHERE ${window}) AS withheld`,
    [cell, run.from, run.to, run.knownBefore],
  )
  return withheld as boolean
}
