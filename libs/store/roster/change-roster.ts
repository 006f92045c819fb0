/**
 * Changes of the roster of operators. Nothing is overwritten: an entry is withdrawn, and an end replaces it by one with a
 * last day, so that a run can be rebuilt with the roster that it knew.
 */
import { type RosterEntry, rosterEntryRejections } from '#domain/roster'
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { shareLock, takeLock } from '../database/locks.js'
import { queryRow, queryRows } from '../database/query.js'
import { type Sql, sql } from '../database/sql.js'
import { recordChange } from '../people/changes.js'
import { ROSTER_COLUMNS, type RosterRow, listRoster } from './roster.js'

/** Who changes the roster, and why. */
export interface RosterAuthor {
  author: string
  comment: string | null
}

/** A field that is refused, with its value as text. */
export interface RosterFieldRejection {
  field: string
  value: string
  reason: string
}

/** `missing`: no entry with this id stands. */
export type RosterResult = { entry: RosterRow } | { rejections: RosterFieldRejection[] } | { missing: true }

/** Number of standing entries: three operators in twelve regions with twelve technologies each are 432. */
export const MAX_ROSTER_ENTRIES = 1_000

/**
 * Runs `work` while nobody else changes the roster. Like every writer of what a run knows it shares the lock `receive`, so
 * that an entry is committed before a run that knows of its time reads.
 */
export async function changeRoster<T>(source: DataSource, work: (tx: Queryable) => Promise<T>): Promise<T> {
  return source.transaction(async (tx) => {
    await takeLock(tx, 'roster')
    await shareLock(tx, 'receive')
    return work(tx)
  })
}

/** The reasons why an entry cannot stand beside others. */
export function fieldRejectionsOf(
  entry: RosterEntry,
  others: readonly RosterEntry[],
): RosterFieldRejection[] {
  const rejections = rosterEntryRejections(entry, others).map(({ field, reason }) => ({
    field,
    value: valueText(entry[field as keyof RosterEntry]),
    reason,
  }))
  return others.length < MAX_ROSTER_ENTRIES
    ? rejections
    : [
        ...rejections,
        {
          field: 'operator',
          value: entry.operator,
          reason: `the roster has ${MAX_ROSTER_ENTRIES} entries already`,
        },
      ]
}

const valueText = (value: RosterEntry[keyof RosterEntry]): string =>
  Array.isArray(value) ? value.join(', ') : String(value ?? '')

/** Adds an entry. */
export async function addRosterEntry(
  source: DataSource,
  entry: RosterEntry,
  by: RosterAuthor,
): Promise<Exclude<RosterResult, { missing: true }>> {
  return changeRoster(source, async (tx) => {
    const rejections = fieldRejectionsOf(entry, await listRoster(tx))
    if (rejections.length > 0) return { rejections }
    const row = await insertRosterEntry(tx, entry, by)
    await recordChange(tx, by.author, 'add roster entry', String(row.id), { ...entry, comment: by.comment })
    return { entry: row }
  })
}

/** Writes an entry that was checked. */
export async function insertRosterEntry(
  tx: Queryable,
  { operator, technologies, regionCodes, from, to, source, isAssumption }: RosterEntry,
  { author, comment }: RosterAuthor,
): Promise<RosterRow> {
  const row = await queryRow<RosterRow>(
    tx,
    sql`INSERT INTO roster_entry (operator, technologies, region_codes, from_day, to_day, source, is_assumption, author, comment)
     VALUES (${operator}, ${technologies}::text[], ${regionCodes}::text[], ${from}::date, ${to}::date, ${source},
       ${isAssumption}, ${author}, ${comment}) RETURNING ${ROSTER_COLUMNS}`,
  )
  return row!
}

/** Gives an entry another last day (YYYY-MM-DD). It is replaced by an entry with another id. */
export async function endRosterEntry(
  source: DataSource,
  id: number,
  to: string,
  by: RosterAuthor,
): Promise<RosterResult> {
  return changeRoster(source, async (tx) => {
    const roster = await listRoster(tx)
    const entry = roster.find((row) => row.id === id)
    if (!entry) return { missing: true }
    const ended = { ...entry, to }
    const rejections = fieldRejectionsOf(
      ended,
      roster.filter((row) => row.id !== id),
    )
    if (rejections.length > 0) return { rejections }
    const row = await insertRosterEntry(tx, ended, by)
    await withdraw(tx, id, by, sql`(SELECT received_at FROM roster_entry WHERE id = ${row.id}::bigint)`)
    const detail = {
      comment: by.comment,
      replacedBy: row.id,
      before: { to: entry.to },
      after: { to },
    }
    await recordChange(tx, by.author, 'end roster entry', String(id), detail)
    return { entry: row }
  })
}

/** Withdraws an entry that should not have been written. False where none with this id stands. */
export async function withdrawRosterEntry(
  source: DataSource,
  id: number,
  by: RosterAuthor,
): Promise<boolean> {
  return changeRoster(source, async (tx) => {
    const entry = (await listRoster(tx)).find((row) => row.id === id)
    if (!(await withdraw(tx, id, by, sql`clock_timestamp()`))) return false
    const detail = { comment: by.comment, before: entry ?? null, after: null }
    await recordChange(tx, by.author, 'withdraw roster entry', String(id), detail)
    return true
  })
}

/** Withdraws at a moment: an entry and its successor meet without a gap. */
async function withdraw(tx: Queryable, id: number, { author, comment }: RosterAuthor, at: Sql) {
  const rows = await queryRows(
    tx,
    sql`WITH withdrawn AS (
       UPDATE roster_entry SET withdrawn_at = ${at}, withdrawn_by = ${author},
         withdrawal_comment = ${comment}
       WHERE id = ${id}::bigint AND withdrawn_at IS NULL RETURNING 1)
     SELECT 1 FROM withdrawn`,
  )
  return rows.length > 0
}
