/** Sessions: who is signed in, from where, with what, and since when. Tokens are stored as hashes only. */
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { prepared, queryRow, queryRows } from '../database/query.js'
import { sql } from '../database/sql.js'
import { ACCOUNT_COLUMNS, type Account, HAS_SECOND_FACTOR } from './accounts.js'
import { type Attempt, type FailedSignIns, endAttempts } from './sign-in-attempts.js'

const SESSION_HOURS = 12

/** Limit of the characters that are stored of what a browser calls itself. */
const MAX_USER_AGENT_LENGTH = 300

export interface NewSession {
  /** SHA-256 of the session's token. */
  hash: Buffer
  accountName: string
  /** The proof of who it is: the hash of the password that was right, or the word of an OpenID Connect provider. */
  proof: { passwordHash: string } | 'provider'
  /** The address that signs in; null if it is not known. */
  address: string | null
  /** The browser's own name for itself (`User-Agent`). */
  userAgent: string | null
  attempt: Omit<Attempt, 'name'>
}

export interface SessionRow {
  id: string
  address: string | null
  userAgent: string | null
  createdAt: Date
  /** The time of the last use, to the minute. */
  lastUsedAt: Date
  expiresAt: Date
}

/**
 * Signs an account in, and returns the attempts that failed since it signed in before. Null if the account was disabled, removed or given
 * another password since the proof was checked: who ends all sessions of an account ends also those that are about to begin.
 */
export async function startSession(source: DataSource, session: NewSession): Promise<FailedSignIns | null> {
  const { hash, accountName, proof, address } = session
  const userAgent = session.userAgent?.slice(0, MAX_USER_AGENT_LENGTH) ?? null
  const passwordHash = proof === 'provider' ? null : proof.passwordHash
  return source.transaction(async (tx) => {
    await queryRows(tx, sql`DELETE FROM session WHERE expires_at < now()`)
    const account = await queryRow(
      tx,
      sql`WITH signed_in AS (UPDATE account SET last_sign_in_at = now()
         WHERE name = ${accountName} AND disabled_at IS NULL AND removed_at IS NULL
           AND (${passwordHash}::text IS NULL OR password_hash = ${passwordHash}::text) RETURNING 1)
       SELECT 1 FROM signed_in`,
    )
    if (!account) return null
    await queryRows(
      tx,
      sql`INSERT INTO session (token_hash, account_name, expires_at, address, user_agent, is_external)
       VALUES (${hash}, ${accountName}, now() + make_interval(hours => ${SESSION_HOURS}), ${address}, ${userAgent},
         ${proof === 'provider'})`,
    )
    return endAttempts(tx, { ...session.attempt, name: accountName })
  })
}

/**
 * A provider asks for a second factor itself. It answers for the sessions that began there, not for the account: an administrator may
 * have given its person a password.
 */
const MUST_ADD_FACTOR = sql`EXISTS (SELECT 1 FROM sign_in_rule AS r WHERE r.role = a.role AND r.second_factor)
   AND NOT ${HAS_SECOND_FACTOR} AND NOT s.is_external`

/** An account that is signed in. */
export interface SessionAccount extends Account {
  /** Whether its role needs a second factor, and it has none: nothing else is allowed before. */
  mustAddFactor: boolean
  /** Whether the person signed in at an OpenID Connect provider. */
  isExternal: boolean
}

/** The account of a session that has not expired. `hash` is the SHA-256 of its token. */
export async function findSession(db: Queryable, hash: Buffer): Promise<SessionAccount | undefined> {
  const row = await queryRow<SessionAccount & { isStale: boolean }>(
    db,
    prepared(sql`SELECT ${ACCOUNT_COLUMNS}, s.last_used_at < now() - interval '1 minute' AS "isStale",
       ${MUST_ADD_FACTOR} AS "mustAddFactor", s.is_external AS "isExternal"
     FROM session AS s JOIN account AS a ON a.name = s.account_name
     WHERE s.token_hash = ${hash} AND s.expires_at > now() AND a.disabled_at IS NULL AND a.removed_at IS NULL`),
  )
  if (!row) return undefined
  const { isStale, ...account } = row
  if (isStale) await noteUse(db, hash)
  // Who comes from a provider has no password to set.
  return { ...account, mustChangePassword: account.mustChangePassword && !account.isExternal }
}

/** A database that takes no writes still lets people read: the time of the last use is then out of date. */
const noteUse = (db: Queryable, hash: Buffer): Promise<unknown> =>
  queryRows(db, sql`UPDATE session SET last_used_at = now() WHERE token_hash = ${hash}`).catch(
    () => undefined,
  )

/** Sessions of an account that have not expired, the last used first. */
export async function listSessions(db: Queryable, accountName: string): Promise<SessionRow[]> {
  return queryRows(
    db,
    sql`SELECT id, address, user_agent AS "userAgent", created_at AS "createdAt", last_used_at AS "lastUsedAt",
       expires_at AS "expiresAt"
     FROM session WHERE account_name = ${accountName} AND expires_at > now() ORDER BY last_used_at DESC, id`,
  )
}

/** Id of the session whose token has the hash. */
export async function sessionIdOf(db: Queryable, hash: Buffer): Promise<string | undefined> {
  return (await queryRow<{ id: string }>(db, sql`SELECT id FROM session WHERE token_hash = ${hash}`))?.id
}

export async function deleteSession(db: Queryable, hash: Buffer): Promise<void> {
  await queryRows(db, sql`DELETE FROM session WHERE token_hash = ${hash}`)
}

/** Ends one session of an account. False if the account has no such session. */
export async function endSession(db: Queryable, accountName: string, id: string): Promise<boolean> {
  const ended = await queryRow(
    db,
    sql`WITH ended AS (DELETE FROM session WHERE account_name = ${accountName} AND id = ${id} RETURNING id)
     SELECT id FROM ended`,
  )
  return ended !== undefined
}

/** Ends the sessions of an account, but for the one with the id `except`; returns their number. */
export async function endSessions(
  db: Queryable,
  accountName: string,
  except: string | null = null,
): Promise<number> {
  const row = await queryRow<{ ended: number }>(
    db,
    sql`WITH ended AS (
       DELETE FROM session WHERE account_name = ${accountName} AND id IS DISTINCT FROM ${except}::uuid RETURNING id)
     SELECT count(*)::int AS ended FROM ended`,
  )
  return row!.ended
}
