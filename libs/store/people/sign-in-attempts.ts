/**
 * Delays guesses at one account from many addresses, which limits by address do not stop. Attempts are counted by name, whether
 * there is such an account or not, so that a delay tells nothing; in the database, so that all processes count together.
 */
import type { Queryable } from '../database/database.js'
import { queryRow, queryRows } from '../database/query.js'
import { sql } from '../database/sql.js'

/** Number of attempts for one name, from any address, before the delay begins. */
export const MAX_FREE_ATTEMPTS = 20
const FIRST_DELAY_SECONDS = 1
const MAX_DELAY_SECONDS = 5 * 60
/** The delay doubles with each attempt; beyond this power it is at its maximum anyway. */
const MAX_POWER = 20

/** Time without an attempt after which the count of a name is dropped. */
const MEMORY_SECONDS = 60 * 60
/** Time without a sign-in after which an address is no longer known to be a person's. */
const MAX_ADDRESS_DAYS = 90

export interface Attempt {
  name: string
  /** The part of the address that one subscriber has. */
  subscriber: string
  now: Date
}

/**
 * Counts an attempt before its password is checked, so that attempts at the same time are all counted. `count` is 0 for
 * addresses from which the person has signed in before: they are exempt, so that a stranger cannot lock a person out.
 * `waitMs` tells that the attempt is refused, and for how long.
 */
export async function beginAttempt(
  db: Queryable,
  { name, subscriber, now }: Attempt,
): Promise<{ count: number } | { waitMs: number }> {
  const known = await queryRow(
    db,
    sql`SELECT 1 FROM account_address WHERE account_name = ${name} AND subscriber = ${subscriber}`,
  )
  return known ? { count: 0 } : countAttempt(db, 'password', name, now)
}

/**
 * Counts a guess at what `kind` names. Codes of a second factor have six digits only, so nobody is exempt: a stranger cannot guess
 * at them without the password.
 */
export async function countAttempt(
  db: Queryable,
  kind: 'password' | 'code',
  name: string,
  now: Date,
): Promise<{ count: number } | { waitMs: number }> {
  const isOver = sql`a.last_at < ${now}::timestamptz - make_interval(secs => ${MEMORY_SECONDS})`
  const delay = sql`CASE WHEN ${isOver} OR a.attempts + 1 < ${MAX_FREE_ATTEMPTS} THEN 0
     ELSE least(${MAX_DELAY_SECONDS}, ${FIRST_DELAY_SECONDS} * 2 ^ least(a.attempts + 1 - ${MAX_FREE_ATTEMPTS}, ${MAX_POWER}))
     END`
  const counted = await queryRow<{ count: number }>(
    db,
    sql`INSERT INTO sign_in_attempt AS a (kind, name, attempts, last_at, next_at)
     VALUES (${kind}, ${name}, 1, ${now}, ${now})
     ON CONFLICT (kind, name) DO UPDATE SET attempts = CASE WHEN ${isOver} THEN 1 ELSE a.attempts + 1 END, last_at = ${now},
       next_at = ${now}::timestamptz + make_interval(secs => ${delay})
     WHERE a.next_at <= ${now} RETURNING attempts AS count`,
  )
  if (counted) return counted
  const row = await queryRow<{ nextAt: Date }>(
    db,
    sql`SELECT next_at AS "nextAt" FROM sign_in_attempt WHERE kind = ${kind} AND name = ${name}`,
  )
  return { waitMs: Math.max(0, (row?.nextAt.getTime() ?? 0) - now.getTime()) }
}

export interface RequestWindow {
  /** The hash of that which is limited: an address alone, or with a name, at one route. */
  key: string
  ms: number
}

/** Counts a request in the window of time that its key has begun, or begins now. `endsInMs` is the rest of the window. */
export async function countInWindow(
  db: Queryable,
  { key, ms }: RequestWindow,
): Promise<{ count: number; endsInMs: number }> {
  const end = sql`now() + make_interval(secs => ${ms / 1000}::float8)`
  const row = await queryRow<{ count: number; endsInMs: number }>(
    db,
    sql`INSERT INTO sign_in_attempt AS a (kind, name, attempts, last_at, next_at) VALUES ('address', ${key}, 1, now(), ${end})
     ON CONFLICT (kind, name) DO UPDATE SET last_at = now(),
       attempts = CASE WHEN a.next_at <= now() THEN 1 ELSE a.attempts + 1 END,
       next_at = CASE WHEN a.next_at <= now() THEN excluded.next_at ELSE a.next_at END
     RETURNING attempts AS count, (extract(epoch FROM next_at - now()) * 1000)::float8 AS "endsInMs"`,
  )
  return row!
}

/** Ends the counting of codes after a right one. */
export async function endCodeAttempts(db: Queryable, name: string): Promise<void> {
  await queryRows(db, sql`DELETE FROM sign_in_attempt WHERE kind = 'code' AND name = ${name}`)
}

/** Counts an attempt that failed, for the notice that the person gets at the next sign-in. */
export async function noteFailedSignIn(db: Queryable, name: string): Promise<void> {
  await queryRows(
    db,
    sql`UPDATE account SET failed_sign_ins = failed_sign_ins + 1, last_failed_sign_in_at = now() WHERE name = ${name}`,
  )
}

export interface FailedSignIns {
  /** Number of attempts with a wrong password since the last sign-in. */
  failedSignIns: number
  lastFailedSignInAt: Date | null
}

/** Ends the counting of a person who has signed in, and returns what failed before. */
export async function endAttempts(db: Queryable, { name, subscriber, now }: Attempt): Promise<FailedSignIns> {
  await queryRows(
    db,
    sql`DELETE FROM sign_in_attempt
     WHERE (kind = 'password' AND name = ${name}) OR last_at < ${now}::timestamptz - make_interval(secs => ${MEMORY_SECONDS})`,
  )
  await queryRows(
    db,
    sql`DELETE FROM account_address WHERE last_sign_in_at < ${now}::timestamptz - make_interval(days => ${MAX_ADDRESS_DAYS})`,
  )
  await queryRows(
    db,
    sql`INSERT INTO account_address (account_name, subscriber, last_sign_in_at) VALUES (${name}, ${subscriber}, ${now})
     ON CONFLICT (account_name, subscriber) DO UPDATE SET last_sign_in_at = excluded.last_sign_in_at`,
  )
  const row = await queryRow<FailedSignIns>(
    db,
    sql`WITH before AS (
       SELECT name, failed_sign_ins, last_failed_sign_in_at FROM account WHERE name = ${name} FOR UPDATE),
     reset AS (
       UPDATE account AS a SET failed_sign_ins = 0, last_failed_sign_in_at = NULL FROM before WHERE a.name = before.name
       RETURNING before.failed_sign_ins, before.last_failed_sign_in_at)
     SELECT failed_sign_ins AS "failedSignIns", last_failed_sign_in_at AS "lastFailedSignInAt" FROM reset`,
  )
  return row ?? { failedSignIns: 0, lastFailedSignInAt: null }
}
