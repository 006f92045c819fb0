/**
 * Passkeys (WebAuthn credentials) as the second factor of an account, and the challenges that are answered with them. What a browser
 * answers is verified before it comes here.
 */
import { randomBytes } from 'node:crypto'
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { takeLock } from '../database/locks.js'
import { queryRow, queryRows } from '../database/query.js'
import { sql } from '../database/sql.js'
import { recordChange, recordEvent } from './changes.js'
import { replaceRecoveryCodes, secondFactorOf } from './second-factor.js'

/** The time within which a person touches the key or looks at the phone. */
const CHALLENGE_MINUTES = 5
const CHALLENGE_BYTES = 32
/** Limit of the passkeys of an account: a person has a few devices. */
const MAX_PASSKEYS = 20

/** - `add`: a new passkey is registered. - `sign_in`: the person signs in with one. */
export type ChallengePurpose = 'add' | 'sign_in'

/** Makes a challenge, in base64url, that the account may answer once. */
export async function newChallenge(
  db: Queryable,
  accountName: string,
  purpose: ChallengePurpose,
  now: Date,
): Promise<string> {
  const challenge = randomBytes(CHALLENGE_BYTES).toString('base64url')
  await queryRows(db, sql`DELETE FROM passkey_challenge WHERE expires_at < ${now}`)
  await queryRows(
    db,
    sql`INSERT INTO passkey_challenge (challenge, account_name, purpose, expires_at)
     VALUES (${challenge}, ${accountName}, ${purpose}, ${now}::timestamptz + make_interval(mins => ${CHALLENGE_MINUTES}))`,
  )
  return challenge
}

export interface ChallengeUse {
  challenge: string
  accountName: string
  purpose: ChallengePurpose
  now: Date
}

/** Uses up a challenge, whatever becomes of the answer. False if it is unknown, was used, has expired, or is for somebody else. */
export async function takeChallenge(db: Queryable, use: ChallengeUse): Promise<boolean> {
  const taken = await queryRow(
    db,
    sql`WITH taken AS (DELETE FROM passkey_challenge WHERE challenge = ${use.challenge}
       AND account_name = ${use.accountName} AND purpose = ${use.purpose} AND expires_at >= ${use.now} RETURNING 1)
     SELECT 1 FROM taken`,
  )
  return taken !== undefined
}

export interface PasskeyRow {
  /** The credential's id, in base64url. */
  id: string
  /** The person's name for it. */
  name: string
  createdAt: Date
  /** The time of the last sign-in with it; null if there was none. */
  lastUsedAt: Date | null
}

const PASSKEY_COLUMNS = sql`id, name, created_at AS "createdAt", last_used_at AS "lastUsedAt"`

/** The passkeys of an account, the oldest first. */
export async function listPasskeys(db: Queryable, accountName: string): Promise<PasskeyRow[]> {
  return queryRows(
    db,
    sql`SELECT ${PASSKEY_COLUMNS} FROM passkey WHERE account_name = ${accountName} ORDER BY created_at, id`,
  )
}

/** A browser needs to know this to answer with a passkey. */
export interface PasskeyHandle {
  id: string
  /** The ways to the authenticator, as the browser named them: `internal`, `usb`, `hybrid` … */
  transports: string[]
}

/** The passkeys of an account that belong to the server's name `rpId`. */
export async function passkeyHandles(
  db: Queryable,
  accountName: string,
  rpId: string,
): Promise<PasskeyHandle[]> {
  return queryRows(
    db,
    sql`SELECT id, transports FROM passkey WHERE account_name = ${accountName} AND rp_id = ${rpId} ORDER BY created_at, id`,
  )
}

/** A passkey with what verifying needs. */
export interface StoredPasskey extends PasskeyHandle {
  name: string
  /** The public key in COSE's form. */
  publicKey: Buffer
  rpId: string
}

export async function findPasskey(
  db: Queryable,
  accountName: string,
  id: string,
): Promise<StoredPasskey | undefined> {
  return queryRow(
    db,
    sql`SELECT id, name, public_key AS "publicKey", transports, rp_id AS "rpId" FROM passkey
     WHERE account_name = ${accountName} AND id = ${id}`,
  )
}

export type NewPasskey = Omit<StoredPasskey, 'publicKey'> & { publicKey: Uint8Array; counter: number }

/**
 * Adds a verified passkey. `recoveryCodes` are new ones where the account had none, null otherwise. `taken`: the passkey is registered.
 * `full`: the account has as many as it may have.
 */
export async function addPasskey(
  source: DataSource,
  accountName: string,
  passkey: NewPasskey,
): Promise<{ passkey: PasskeyRow; recoveryCodes: string[] | null } | 'taken' | 'full'> {
  return source.transaction(async (tx) => {
    await takeLock(tx, 'accounts')
    if ((await listPasskeys(tx, accountName)).length >= MAX_PASSKEYS) return 'full'
    const { id, name, transports, rpId, counter } = passkey
    const row = await queryRow<PasskeyRow>(
      tx,
      sql`INSERT INTO passkey (id, account_name, name, public_key, counter, transports, rp_id)
       VALUES (${id}, ${accountName}, ${name}, ${Buffer.from(passkey.publicKey)}, ${counter}, ${transports}, ${rpId})
       ON CONFLICT DO NOTHING RETURNING ${PASSKEY_COLUMNS}`,
    )
    if (!row) return 'taken'
    await recordChange(tx, accountName, 'add passkey', accountName, { name })
    const { recoveryCodes } = await secondFactorOf(tx, accountName)
    return {
      passkey: row,
      recoveryCodes: recoveryCodes > 0 ? null : await replaceRecoveryCodes(tx, accountName),
    }
  })
}

/** Gives a passkey another name. Undefined if the account has no such passkey. */
export async function renamePasskey(
  source: DataSource,
  accountName: string,
  id: string,
  name: string,
): Promise<PasskeyRow | undefined> {
  return source.transaction(async (tx) => {
    const before = await findPasskey(tx, accountName, id)
    if (!before) return undefined
    await queryRows(
      tx,
      sql`UPDATE passkey SET name = ${name} WHERE account_name = ${accountName} AND id = ${id}`,
    )
    await recordChange(tx, accountName, 'rename passkey', accountName, {
      before: { name: before.name },
      after: { name },
    })
    return (await listPasskeys(tx, accountName)).find((row) => row.id === id)
  })
}

/**
 * Removes a passkey; the recovery codes go with the last second factor. `missing`: the account has no such passkey. `required`: it is the
 * only second factor of an account whose role needs one.
 */
export async function removePasskey(
  source: DataSource,
  accountName: string,
  id: string,
): Promise<'removed' | 'missing' | 'required'> {
  return source.transaction(async (tx) => {
    await takeLock(tx, 'accounts')
    const passkey = await findPasskey(tx, accountName, id)
    if (!passkey) return 'missing'
    const { since, passkeys, isRequired } = await secondFactorOf(tx, accountName)
    const isLast = since === null && passkeys === 1
    if (isLast && isRequired) return 'required'
    await queryRows(tx, sql`DELETE FROM passkey WHERE account_name = ${accountName} AND id = ${id}`)
    if (isLast) await queryRows(tx, sql`DELETE FROM recovery_code WHERE account_name = ${accountName}`)
    await recordChange(tx, accountName, 'remove passkey', accountName, { name: passkey.name })
    return 'removed'
  })
}

/**
 * Records a sign-in with a passkey whose signature was right. False where the counter of signatures did not grow: another authenticator
 * signs with a copy of the key, or did so before. Authenticators that do not count send 0 each time.
 */
export async function usePasskey(
  source: DataSource,
  accountName: string,
  { id, counter, now }: { id: string; counter: number; now: Date },
): Promise<boolean> {
  return source.transaction(async (tx) => {
    const used = await queryRow(
      tx,
      sql`WITH used AS (UPDATE passkey SET counter = ${counter}::bigint, last_used_at = ${now}
         WHERE account_name = ${accountName} AND id = ${id} AND (counter < ${counter}::bigint OR (counter = 0 AND ${counter}::bigint = 0))
         RETURNING 1)
       SELECT 1 FROM used`,
    )
    if (used) return true
    const row = await queryRow<{ name: string; counter: string }>(
      tx,
      sql`SELECT name, counter FROM passkey WHERE account_name = ${accountName} AND id = ${id}`,
    )
    await recordEvent(tx, {
      kind: 'sign_in',
      author: accountName,
      action: 'refuse copied passkey',
      subject: accountName,
      detail: { name: row?.name, counter, expectedAbove: Number(row?.counter) },
    })
    return false
  })
}
