/** The probes behind one cell's verdict, newest first. */
import type { Flag } from '#domain/probe'
import type { Queryable } from '../database/database.js'
import { TIME_ZONE_SQL } from '../database/local-time.js'
import { queryRow, queryRows } from '../database/query.js'
import { type Sql, param, raw, sql } from '../database/sql.js'
import type { RunWindow } from '../runs/run.js'
import { isCounted, isInWindow } from './counted.js'
import { type ListedFields, listedColumns } from './listed.js'
import { isPublicIn } from './public.js'

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
  /** The code of the site; null in the grain `hour`. */
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
 * are left out: they belong to later runs. The ids of the cell in the window are put in order by what an index holds, then
 * each probe is looked up until the page is full.
 */
export async function probesOfCell(
  db: Queryable,
  run: RunWindow,
  cell: string,
  page: { grain: ProbeGrain; before: { at: string; id: string }; limit: number },
): Promise<CellProbe[]> {
  const [at, id] = KEYS[page.grain].map((expression) => raw(expression)) as [Sql, Sql]
  const all = page.grain === 'moment'
  const key = param(cell, 'bigint')
  const knownBefore = param(run.knownBefore, 'timestamptz')
  return queryRows(
    db,
    sql`SELECT ${id} AS id, ${at} AS "measuredAt", ${raw(listedColumns(all ? 'planners' : 'everybody'))},
       p.flags || ARRAY(SELECT f.flag FROM probe_flag AS f
         WHERE f.cell = p.cell AND f.probe_id = p.id AND f.created_at < ${knownBefore} ORDER BY f.flag) AS flags,
       ${isCounted('p', knownBefore)} AS counted,
       date_part('hour', p.measured_at AT TIME ZONE ${raw(TIME_ZONE_SQL)})::integer AS "localHour",
       ${raw(all ? 'p.site_code' : 'NULL')} AS "siteCode", ${raw(all ? 'p.device_id' : 'NULL')} AS "deviceId"
     FROM (SELECT p.measured_at, p.id, ${at} AS public_at, ${id} AS public_id FROM probe AS p
       WHERE p.cell = ${key} AND p.measured_at >= ${run.from} AND p.measured_at < ${run.to}
         AND (${at}, ${id}) < (${page.before.at}::timestamptz, ${page.before.id}::text)
       ORDER BY ${at} DESC, ${id} DESC OFFSET 0) AS ids
     CROSS JOIN LATERAL (SELECT p.* FROM probe AS p
       WHERE p.cell = ${key} AND p.measured_at = ids.measured_at AND p.id = ids.id AND ${isInWindow('p', run)}
         AND ${all ? raw('true') : isPublicIn(key)} OFFSET 0) AS p
     ORDER BY ids.public_at DESC, ids.public_id DESC LIMIT ${page.limit}`,
  )
}

/** Whether some of the cell's probes in the run's window may not be shown one by one. */
export async function hasWithheldProbes(db: Queryable, run: RunWindow, cell: string): Promise<boolean> {
  const key = param(cell, 'bigint')
  const inWindow = sql`p.cell = ${key} AND ${isInWindow('p', run)}`
  const row = await queryRow<{ withheld: boolean }>(
    db,
    sql`SELECT EXISTS (SELECT 1 FROM probe AS p WHERE ${inWindow} AND NOT ${isPublicIn(key)}) AS withheld`,
  )
  return row!.withheld
}
