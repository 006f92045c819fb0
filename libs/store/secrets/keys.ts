/** The keys of the secrets: made at the first start, compared with the database at each, and replaced on demand. */
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { takeLock } from '../database/locks.js'
import { queryRows } from '../database/query.js'
import { sql } from '../database/sql.js'
import { recordChange } from '../people/changes.js'
import type { KeyFile } from './key-file.js'
import { SecretsError, newSecretKey } from './sealing.js'
import { sealAgain } from './sealed-columns.js'
import { Secrets } from './secrets.js'

/**
 * Makes the key file at the first start, seals what an earlier version stored plainly, and refuses keys that are not this database's,
 * so that a wrong file is found when the server starts and not when somebody signs in. Safe to repeat and to run from several processes.
 */
export async function prepareSecrets(source: DataSource, file: KeyFile): Promise<Secrets> {
  await source.transaction(async (tx) => {
    await takeLock(tx, 'secrets')
    const ids = await registeredKeyIds(tx)
    if (ids.length === 0 && file.keys().length === 0) file.create()
    requireKeys(file, ids)
    await registerKey(tx, file.newest().id)
    await sealAgain(tx, file)
  })
  return new Secrets(file)
}

export interface KeyRotation {
  /** The id of the new key. */
  key: string
  /** The ids of the keys that were dropped from the file. */
  dropped: string[]
  /** Number of secrets that were sealed again. */
  secrets: number
}

/**
 * Makes a new key and seals all secrets with it. The earlier keys stay in the file until that is committed: whenever this is
 * interrupted, the file has all keys that are needed. Other processes read the new key when they meet it first.
 */
export async function rotateSecrets(source: DataSource, file: KeyFile, author: string): Promise<KeyRotation> {
  const { earlier, ...rotation } = await source.transaction(async (tx) => {
    await takeLock(tx, 'secrets')
    requireKeys(file, await registeredKeyIds(tx))
    const before = file.keys()
    const key = newSecretKey()
    file.replace([key, ...before])
    const secrets = await sealAgain(tx, file)
    await queryRows(tx, sql`DELETE FROM secret_key`)
    await registerKey(tx, key.id)
    await recordChange(tx, author, 'rotate secrets', key.id, { secrets })
    return { key: key.id, secrets, earlier: before }
  })
  file.replace(file.keys().filter(({ id }) => id === rotation.key))
  return { ...rotation, dropped: earlier.map(({ id }) => id) }
}

export interface DiscardedSecrets {
  /** Number of authenticator apps that were removed; their owners set them up again. */
  secondFactors: number
  /** Number of subscriptions that were paused, and need a new secret. */
  subscriptions: number
}

/** Drops what was sealed with keys that the file no longer has, where they are lost for good. Everything else stays. */
export async function discardSecrets(
  source: DataSource,
  file: KeyFile,
  author: string,
): Promise<DiscardedSecrets> {
  return source.transaction(async (tx) => {
    await takeLock(tx, 'secrets')
    const lost = missingIds(file, await registeredKeyIds(tx))
    const isLost = sql`split_part(secret, ':', 2) = ANY(${lost}::text[]) AND starts_with(secret, 'sealed:')`
    const accounts = await queryRows<{ name: string }>(
      tx,
      sql`SELECT account_name AS name FROM second_factor WHERE ${isLost} ORDER BY 1`,
    )
    await queryRows(tx, sql`DELETE FROM second_factor WHERE ${isLost}`)
    const subscriptions = await queryRows<{ id: string }>(
      tx,
      sql`SELECT id FROM subscription WHERE ${isLost}`,
    )
    // An earlier secret is never left alone: the newer one was sealed with a newer key, or with the same.
    await queryRows(
      tx,
      sql`UPDATE subscription SET paused = true, secret = '', previous_secret = NULL WHERE ${isLost}`,
    )
    await queryRows(tx, sql`DELETE FROM secret_key WHERE id = ANY(${lost}::text[])`)
    const detail = {
      accounts: accounts.map(({ name }) => name),
      subscriptions: subscriptions.map(({ id }) => id),
    }
    await recordChange(tx, author, 'discard secrets', lost.join(', '), detail)
    return { secondFactors: accounts.length, subscriptions: subscriptions.length }
  })
}

/** The ids of the keys under which this database has secrets, or may have. */
async function registeredKeyIds(db: Queryable): Promise<string[]> {
  return (await queryRows<{ id: string }>(db, sql`SELECT id FROM secret_key ORDER BY id`)).map(({ id }) => id)
}

async function registerKey(tx: Queryable, id: string): Promise<void> {
  await queryRows(tx, sql`INSERT INTO secret_key (id) VALUES (${id}) ON CONFLICT DO NOTHING`)
}

function missingIds(file: KeyFile, ids: readonly string[]): string[] {
  const present = new Set(file.keys().map(({ id }) => id))
  return ids.filter((id) => !present.has(id))
}

function requireKeys(file: KeyFile, ids: readonly string[]): void {
  const missing = missingIds(file, ids)
  if (missing.length === 0) return
  const present = file.keys().map(({ id }) => id)
  const content = present.length === 0 ? 'does not exist or is empty' : `has ${present.join(', ')} instead`
  throw new SecretsError(
    `the secrets of this database are sealed with the key ${missing.join(', ')}, and the key file ${file.path} ${content}: ` +
      'put back the file that belongs to the database, or name it by SECRETS_KEY_FILE (docs/secrets.md)',
  )
}
