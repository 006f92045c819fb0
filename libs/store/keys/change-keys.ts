/** Keys are made, given another end, and revoked; none is deleted. Each change stands in the log with its author. */
import type { Scope } from '#domain/account'
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { queryRow } from '../database/query.js'
import { sql } from '../database/sql.js'
import { bindToAreas, unknownAreas } from '../people/bound-areas.js'
import { recordChange } from '../people/changes.js'
import { sha256 } from '../people/secrets.js'
import { type ApiKeyRow, KEY_COLUMNS, newApiKey } from './api-keys.js'

/** The longest life of a key, days. */
export const MAX_KEY_DAYS = 366

export type NewApiKey = Pick<ApiKeyRow, 'name' | 'role' | 'operator'> & {
  /** Days from now until the key ends. */
  days: number
  /** Codes of the areas that the key is bound to; null for the whole country. */
  areas?: Scope
}

/**
 * Makes a key. The answer alone has its text; null if the name is taken, also by a key that has ended. `unknownAreas` are codes
 * that no area has.
 */
export async function addApiKey(
  source: DataSource,
  { name, role, operator, days, areas = null }: NewApiKey,
  author: string,
): Promise<{ row: ApiKeyRow; key: string } | { unknownAreas: string[] } | null> {
  const key = newApiKey()
  return source.transaction(async (tx) => {
    const unknown = await unknownAreas(tx, areas)
    if (unknown.length > 0) return { unknownAreas: unknown }
    const row = await queryRow<ApiKeyRow>(
      tx,
      sql`INSERT INTO api_key AS k (name, key_hash, role, operator, created_by, expires_at)
       VALUES (${name}, ${sha256(key)}, ${role}, ${operator}, ${author}, now() + make_interval(days => ${days}))
       ON CONFLICT DO NOTHING RETURNING ${KEY_COLUMNS}`,
    )
    if (!row) return null
    await bindToAreas(tx, 'key', row.id, areas)
    await recordChange(tx, author, 'add api key', row.id, {
      name,
      role,
      operator,
      areas,
      expiresAt: row.expiresAt,
    })
    return { row: { ...row, areas }, key }
  })
}

/** Moves the end of a key to so many days from now. Null if there is no such key, or it was revoked. */
export async function extendApiKey(
  source: DataSource,
  id: string,
  days: number,
  author: string,
): Promise<ApiKeyRow | null> {
  return source.transaction(async (tx) => {
    const before = await lockKey(tx, id)
    if (!before) return null
    await tx.query('UPDATE api_key SET expires_at = now() + make_interval(days => $2) WHERE id = $1', [
      id,
      days,
    ])
    const after = (await lockKey(tx, id))!
    await recordChange(tx, author, 'extend api key', id, {
      name: before.name,
      before: { expiresAt: before.expiresAt },
      after: { expiresAt: after.expiresAt },
    })
    return after
  })
}

/** Revokes a key. False if there is no such key, or it was revoked before. */
export async function revokeApiKey(source: DataSource, id: string, author: string): Promise<boolean> {
  return source.transaction(async (tx) => {
    const key = await lockKey(tx, id)
    if (!key) return false
    await tx.query('UPDATE api_key SET revoked_at = now(), revoked_by = $2 WHERE id = $1', [id, author])
    await recordChange(tx, author, 'revoke api key', id, {
      name: key.name,
      before: { expiresAt: key.expiresAt },
      after: { state: 'revoked' },
    })
    return true
  })
}

/** A key that was not revoked, locked until the transaction ends. */
async function lockKey(tx: Queryable, id: string): Promise<ApiKeyRow | undefined> {
  return queryRow(
    tx,
    sql`SELECT ${KEY_COLUMNS} FROM api_key AS k WHERE k.id = ${id}::uuid AND k.revoked_at IS NULL FOR UPDATE`,
  )
}
