/** Writes probes: each id once, flagged by what is known when it arrives. */
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { shareLock } from '../database/locks.js'
import { PREPARED } from '../database/prepared-client.js'
import { flagByContext } from './arrival-flags.js'
import { type ProbeRow, ROW_COLUMNS } from './row.js'

/**
 * Writes probes in one transaction and returns the ids that were new; the others were there already. `flag` looks at the
 * new ones beside what is known before they are written.
 */
export async function insertProbes(
  source: DataSource,
  rows: readonly ProbeRow[],
  flag: (tx: Queryable, rows: readonly ProbeRow[]) => Promise<readonly ProbeRow[]> = flagByContext,
): Promise<Set<string>> {
  return source.transaction(async (tx) => {
    await shareLock(tx, 'receive')
    const known = await knownIds(tx, rows)
    const fresh = rows.filter((row) => !known.has(row.id))
    if (fresh.length === 0) return new Set()
    const flagged = await flag(tx, fresh)
    const inserted: { id: string }[] = await tx.query(INSERT_PROBES, [JSON.stringify(flagged)])
    return new Set(inserted.map((row) => row.id))
  })
}

/** Looks in every month: a device that corrects its clock may send one probe again with another time. */
async function knownIds(tx: Queryable, rows: readonly ProbeRow[]): Promise<Set<string>> {
  const found: { id: string }[] = await tx.query(
    `${PREPARED}SELECT id FROM probe WHERE id = ANY($1::uuid[])`,
    [rows.map((row) => row.id)],
  )
  return new Set(found.map((row) => row.id))
}

const COLUMN_NAMES = ROW_COLUMNS.map(({ name }) => name).join(', ')
const COLUMN_DEFINITIONS = ROW_COLUMNS.map(({ name, type }) => `${name} ${type}`).join(', ')

const INSERT_PROBES = `${PREPARED}
  INSERT INTO probe (${COLUMN_NAMES}, received_at)
  SELECT ${COLUMN_NAMES}, (SELECT clock_timestamp()) FROM json_to_recordset($1::json) AS r(${COLUMN_DEFINITIONS})
  ON CONFLICT DO NOTHING
  RETURNING id`

/** Makes the partitions of these months (`YYYY-MM-01`) where they are missing. */
export async function ensureProbeMonths(db: Queryable, months: readonly string[]): Promise<void> {
  await db.query('SELECT ensure_probe_month(m) FROM unnest($1::date[]) AS m', [months])
}
