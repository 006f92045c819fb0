/** Flags that are set after a probe has arrived: by a planner, with author and comment, or by comparison with neighbours. */
import type { Scope } from '#domain/account'
import { type DeviceFigure, type Flag, disagreeingDevices } from '#domain/probe'
import { DAY_MS } from '#domain/units'
import type { DataSource } from 'typeorm'
import { isCellInScope } from '../areas/scope.js'
import type { Queryable } from '../database/database.js'
import { shareLock } from '../database/locks.js'
import { queryRow } from '../database/query.js'
import { raw, sql } from '../database/sql.js'

export interface LateFlag {
  flag: Flag
  counted: boolean
  author: string
  comment: string
  createdAt: Date
}

/**
 * Excludes a probe from the evidence of all later runs; published runs stay as they are. Answers false where no probe has the
 * id. Where the probe has the flag already, the first author and comment stay.
 */
export async function flagImplausible(
  source: DataSource,
  id: string,
  author: string,
  comment: string,
): Promise<boolean> {
  return source.transaction(async (tx) => {
    await shareLock(tx, 'receive')
    const rows: unknown[] = await tx.query('SELECT 1 FROM probe_ledger WHERE id = $1', [id])
    await tx.query(
      `INSERT INTO probe_flag (cell, probe_id, flag, counted, author, comment)
       SELECT cell, id, 'implausible', false, $2, $3 FROM probe_ledger WHERE id = $1 ON CONFLICT DO NOTHING`,
      [id, author, comment],
    )
    return rows.length > 0
  })
}

/** Whether a probe with this id lies within a scope; null where there is no such probe. */
export async function isProbeInScope(db: Queryable, id: string, scope: Scope): Promise<boolean | null> {
  const row = await queryRow<{ isInside: boolean }>(
    db,
    sql`SELECT ${scope === null ? sql`true` : isCellInScope(raw('p.cell'), scope)} AS "isInside"
     FROM probe_ledger AS p WHERE p.id = ${id}::uuid`,
  )
  return row?.isInside ?? null
}

export async function lateFlagsOf(db: Queryable, id: string): Promise<LateFlag[]> {
  return db.query(
    `SELECT f.flag, f.counted, f.author, f.comment, f.created_at AS "createdAt" FROM probe_ledger AS p
     JOIN probe_flag AS f ON f.cell = p.cell AND f.probe_id = p.id WHERE p.id = $1 ORDER BY f.created_at`,
    [id],
  )
}

/** The compared period. The rules' own windows are longer, but a repaired device should recover sooner. */
const COMPARED_DAYS = 30
/** A device with fewer measurements of a network is not compared. */
const MIN_PROBES = 5

/** Flags the probes of devices that disagree with their neighbours and returns how many. Reads a month of probes. */
export async function flagDisagreeing(source: DataSource, now: Date): Promise<number> {
  const from = new Date(now.getTime() - COMPARED_DAYS * DAY_MS)
  const figures: DeviceFigure[] = await source.query(
    `SELECT cell::text, coalesce(operator, '') AS operator, coalesce(technology, '') AS technology, device_id AS device,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY download_bps::float8) AS "medianBps"
     FROM probe
     WHERE measured_at >= $1 AND measured_at < $2 AND counted AND outcome = 'ok' AND download_bps > 0
       AND device_id IS NOT NULL
     GROUP BY cell, coalesce(operator, ''), coalesce(technology, ''), device_id HAVING count(*) >= $3`,
    [from, now, MIN_PROBES],
  )
  const devices = disagreeingDevices(figures)
  if (devices.length === 0) return 0
  const [{ count }]: [{ count: number }] = await source.query(
    `WITH flagged AS (INSERT INTO probe_flag (cell, probe_id, flag, counted, author, comment)
       SELECT p.cell, p.id, 'disagrees_with_neighbours', true, 'taghtiya', r.comment
       FROM json_to_recordset($1::json) AS r(cell bigint, operator text, technology text, device uuid, comment text)
       JOIN probe AS p ON p.cell = r.cell AND p.device_id = r.device AND coalesce(p.operator, '') = r.operator
         AND coalesce(p.technology, '') = r.technology AND p.measured_at >= $2 AND p.measured_at < $3
       ON CONFLICT DO NOTHING RETURNING 1)
     SELECT count(*)::integer AS count FROM flagged`,
    [JSON.stringify(devices), from, now],
  )
  return count
}
