/** Reads the roster of operators: as it was known at a time, and all of its history. */
import type { RosterEntry } from '#domain/roster'
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { momentOrDay } from '../database/local-time.js'
import { type Sql, allOf, param, raw, sql } from '../database/sql.js'

/** A stored entry. */
export interface RosterRow extends RosterEntry {
  id: number
  author: string
  /** The reason why it was written; null where nobody gave one. */
  comment: string | null
  receivedAt: Date
  /** When it was withdrawn, or replaced by one with a last day; null while it stands. */
  withdrawnAt: Date | null
  withdrawnBy: string | null
  withdrawalComment: string | null
}

const ENTRY_COLUMNS = raw(`operator, technologies, region_codes AS "regionCodes", from_day::text AS "from",
  to_day::text AS "to", source, is_assumption AS "isAssumption"`)

export const ROSTER_COLUMNS = sql`id::float8 AS id, ${ENTRY_COLUMNS}, author, comment, received_at AS "receivedAt",
  withdrawn_at AS "withdrawnAt", withdrawn_by AS "withdrawnBy", withdrawal_comment AS "withdrawalComment"`

/** Entries that were received before a moment and not withdrawn by then. */
const isKnown = (moment: Sql): Sql =>
  sql`received_at < ${moment} AND (withdrawn_at IS NULL OR withdrawn_at >= ${moment})`

/** The roster as it was known before a moment, by operator and then in the order in which it was written. */
export async function rosterKnownBefore(db: Queryable, knownBefore: Date): Promise<RosterEntry[]> {
  return queryRows(
    db,
    sql`SELECT ${ENTRY_COLUMNS} FROM roster_entry AS e WHERE ${isKnown(param(knownBefore, 'timestamptz'))}
     ORDER BY operator COLLATE "C", e.id`,
  )
}

export interface RosterQuery {
  /** A time (RFC 3339), or a day (YYYY-MM-DD), which stands for its local midnight; null: as it is now. */
  knownBefore: string | null
  /** The local day (YYYY-MM-DD) whose entries are read; null for all days. */
  day: string | null
}

/** The entries that stand, or stood at a time, in the order of `rosterKnownBefore`. */
export async function listRoster(
  db: Queryable,
  { knownBefore, day }: RosterQuery = { knownBefore: null, day: null },
): Promise<RosterRow[]> {
  const conditions = [
    knownBefore === null ? sql`withdrawn_at IS NULL` : isKnown(momentOrDay(param(knownBefore, 'text'))),
    day === null
      ? null
      : sql`(from_day IS NULL OR from_day <= ${day}::date) AND (to_day IS NULL OR to_day >= ${day}::date)`,
  ]
  return queryRows(
    db,
    sql`SELECT ${ROSTER_COLUMNS} FROM roster_entry AS e WHERE ${allOf(conditions)} ORDER BY operator COLLATE "C", e.id`,
  )
}

/** All entries that were ever written, newest first, before one of them (its id). */
export async function listRosterHistory(
  db: Queryable,
  { before, limit }: { before: number; limit: number },
): Promise<RosterRow[]> {
  return queryRows(
    db,
    sql`SELECT ${ROSTER_COLUMNS} FROM roster_entry AS e WHERE e.id < ${before} ORDER BY e.id DESC LIMIT ${limit}`,
  )
}
