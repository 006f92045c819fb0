/** Writes probes: each id once, flagged by what is known when it arrives. */
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { shareLockSql } from '../database/locks.js'
import { PREPARED } from '../database/prepared-client.js'
import { type FlaggedRows, flagByContext } from './arrival-flags.js'
import { UPDATE_DEVICES, deviceRowOf } from './device-history.js'
import { type ProbeRow, ROW_COLUMNS, arrayOf } from './row.js'

/**
 * Each id is claimed in the ledger before its probe is written, in the same transaction: two deliveries of one id, through
 * whatever process and with whatever time, wait for each other here, and the second finds the first. The price of a look is
 * that of one index, whatever is stored and over however many months. Claiming in the order of ids prevents deadlocks.
 */
export const CLAIM_IDS = `${PREPARED}
  INSERT INTO probe_ledger (id, cell, measured_at)
  SELECT id, cell, measured_at FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[]) AS r(id, cell, measured_at)
  ORDER BY id
  ON CONFLICT (id) DO NOTHING
  RETURNING id`

const COLUMN_NAMES = ROW_COLUMNS.map(({ name }) => name).join(', ')
/** The arrays are the parameters from $3 on. The flags of a row, an array themselves, come as its text. */
const COLUMN_ARRAYS = ROW_COLUMNS.map(({ type }, n) => `$${n + 3}::${type.replace('[]', '')}[]`).join(', ')
const COLUMN_VALUES = ROW_COLUMNS.map(({ name, type }) =>
  type === 'text[]' ? `${name}::text[]` : name,
).join(', ')

const parameterOf = (column: (typeof ROW_COLUMNS)[number]['name']): string =>
  `$${ROW_COLUMNS.findIndex(({ name }) => name === column) + 3}`

/** Adds the pairs in one order, so that two transactions with the same new pairs wait for each other and never deadlock. */
const ADD_MEASURED_SITES = `
  INSERT INTO measured_site (cell, site_code)
  SELECT cell, site_code FROM unnest(${parameterOf('cell')}::bigint[], ${parameterOf('site_code')}::text[]) AS r(cell, site_code)
  WHERE site_code IS NOT NULL GROUP BY cell, site_code ORDER BY cell, site_code
  ON CONFLICT DO NOTHING`

/**
 * The histories of devices ($1, their ids in $2), the sites that measured in cells, and the rows, an array for each column, in one
 * round trip.
 */
export const WRITE_PROBES = `${PREPARED}
  WITH remembered AS (${UPDATE_DEVICES}), placed AS (${ADD_MEASURED_SITES})
  INSERT INTO probe (${COLUMN_NAMES}, received_at)
  SELECT ${COLUMN_VALUES}, (SELECT clock_timestamp()) FROM unnest(${COLUMN_ARRAYS}) AS r(${COLUMN_NAMES})`

/**
 * Writes probes in one transaction and returns the ids that were new; the others had been written before. `flag` compares the
 * new ones with what is known before they are written.
 */
export async function insertProbes(
  source: DataSource,
  rows: readonly ProbeRow[],
  flag: (tx: Queryable, rows: readonly ProbeRow[]) => Promise<FlaggedRows> = flagByContext,
): Promise<Set<string>> {
  return inWriteTransaction(source, async (tx) => {
    const newIds = await claimIds(tx, rows)
    const unwritten = new Set(newIds)
    const newRows = rows.filter((row) => unwritten.delete(row.id))
    if (newRows.length === 0) return newIds
    const { rows: flagged, histories } = await flag(tx, newRows)
    const devices = [...histories].map(([id, history]) => deviceRowOf(id, history))
    const arrays = ROW_COLUMNS.map(({ name }) => arrayOf(flagged, name))
    await tx.query(WRITE_PROBES, [JSON.stringify(devices), [...histories.keys()], ...arrays])
    return newIds
  })
}

/** The ids that no probe has; from now on until the transaction ends, others who claim them wait. */
async function claimIds(tx: Queryable, rows: readonly ProbeRow[]): Promise<Set<string>> {
  const key = (['id', 'cell', 'measured_at'] as const).map((column) => arrayOf(rows, column))
  const claimed: { id: string }[] = await tx.query(CLAIM_IDS, key)
  return new Set(claimed.map(({ id }) => id))
}

/**
 * Begins in one round trip. All statements of this transaction look up keys, and a plan that was made while a month was empty
 * would stay a sequential scan until its statistics are renewed, so those are switched off.
 */
const BEGIN = `BEGIN; SET LOCAL enable_seqscan = off; SELECT ${shareLockSql('receive')}`

async function inWriteTransaction<T>(source: DataSource, work: (tx: Queryable) => Promise<T>): Promise<T> {
  const runner = source.createQueryRunner()
  try {
    await runner.query(BEGIN)
    const result = await work(runner)
    await runner.query('COMMIT')
    return result
  } catch (error) {
    // The connection may be gone: then there is nothing left to roll back.
    await runner.query('ROLLBACK').catch(() => {})
    throw error
  } finally {
    await runner.release()
  }
}

/** Makes the partitions of these months (`YYYY-MM-01`) where they are missing. */
export async function ensureProbeMonths(db: Queryable, months: readonly string[]): Promise<void> {
  await db.query('SELECT ensure_probe_month(m) FROM unnest($1::date[]) AS m', [months])
}
