/** Keys of programs: who a key acts for, and until when. Keys are stored as hashes only. */
import type { Scope } from '#domain/account'
import { randomBytes } from 'node:crypto'
import type { Queryable } from '../database/database.js'
import { prepared, queryRow, queryRows } from '../database/query.js'
import { raw, sql } from '../database/sql.js'
import { type Role, boundAreasSql } from '../people/index.js'

/** The roles that a key may have. No program manages people, devices or keys. */
export const KEY_ROLES = ['public', 'operator', 'analyst', 'planner'] as const satisfies readonly Role[]
export type KeyRole = (typeof KEY_ROLES)[number]

/** The prefix by which keys differ from the tokens of devices, and which leak scanners can look for. */
export const KEY_PREFIX = 'tgk_'

/** A key of 256 random bits. */
export const newApiKey = (): string => `${KEY_PREFIX}${randomBytes(32).toString('base64url')}`

/** The name under which a key's actions stand in the log. No account can have it, because names have no colon. */
export const authorOfKey = (name: string): string => `key:${name}`

export interface ApiKeyRow {
  id: string
  name: string
  role: KeyRole
  /** The operator for which a key of the role `operator` acts; null in every other role. */
  operator: string | null
  /** Codes of the areas that the key is bound to; null for the whole country. */
  areas: Scope
  createdAt: Date
  createdBy: string
  /** The end of the key: from then on it is refused. */
  expiresAt: Date
  /** The time at which it was revoked; null for a key that was not. */
  revokedAt: Date | null
  revokedBy: string | null
  /** Newest use, to within five minutes; null before the first. */
  lastUsedAt: Date | null
}

const KEY_AREAS = raw(`${boundAreasSql('key', 'k.id')} AS areas`)

export const KEY_COLUMNS =
  raw(`k.id, k.name, k.role, k.operator, ${boundAreasSql('key', 'k.id')} AS areas, k.created_at AS "createdAt", k.created_by AS "createdBy",
  k.expires_at AS "expiresAt", k.revoked_at AS "revokedAt", k.revoked_by AS "revokedBy", k.last_used_at AS "lastUsedAt"`)

/** All keys, also revoked and expired ones, newest first. */
export async function listApiKeys(db: Queryable): Promise<ApiKeyRow[]> {
  return queryRows(db, sql`SELECT ${KEY_COLUMNS} FROM api_key AS k ORDER BY k.created_at DESC, k.id`)
}

/** The holder of a key, and what it may do with it at this moment. */
export interface KeyHolder extends Pick<ApiKeyRow, 'id' | 'name' | 'role' | 'operator' | 'areas'> {
  /** `expired` and `revoked` keys may do nothing. */
  state: 'valid' | 'expired' | 'revoked'
}

/** The key with the SHA-256 `hash`, whatever its state; undefined if there is none. */
export async function findKeyHolder(db: Queryable, hash: Buffer): Promise<KeyHolder | undefined> {
  return queryRow(
    db,
    prepared(sql`SELECT k.id, k.name, k.role, k.operator, ${KEY_AREAS},
       CASE WHEN k.revoked_at IS NOT NULL THEN 'revoked' WHEN k.expires_at <= now() THEN 'expired' ELSE 'valid' END AS state
     FROM api_key AS k WHERE k.key_hash = ${hash}`),
  )
}

/** Notes the use of a key, at most once in five minutes, so that a busy program does not write with each request. */
export async function noteKeyUse(db: Queryable, id: string): Promise<void> {
  await queryRows(
    db,
    prepared(sql`UPDATE api_key SET last_used_at = now()
     WHERE id = ${id}::uuid AND (last_used_at IS NULL OR last_used_at < now() - interval '5 minutes')`),
  )
}
