/**
 * The second factor of an account by codes: six digits of an authenticator app (TOTP, RFC 6238), or a recovery code. Each code is
 * used once. Codes are computed from the secret, so it is sealed (`libs/store/secrets`) and not hashed; recovery codes are stored as
 * SHA-256.
 */
import { randomInt } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { takeLock } from '../database/locks.js'
import { queryRow, queryRows } from '../database/query.js'
import { raw, sql } from '../database/sql.js'
import type { Secrets } from '../secrets/secrets.js'
import { ROLES, type Role } from './accounts.js'
import { recordChange } from './changes.js'
import { sha256 } from './secrets.js'

const ISSUER = 'Taghtiya'
const PERIOD_SECONDS = 30
/** Codes of the period before and after are taken: clocks of phones differ, and people type slowly. */
const WINDOW = 1
/** 160 bits, the length that RFC 4226 recommends. */
const SECRET_BYTES = 20
const RECOVERY_CODES = 10

export interface SecondFactorState {
  /** Since when codes of an app are taken; null if the account has no app. */
  since: Date | null
  /** Number of passkeys. */
  passkeys: number
  /** Number of recovery codes that were not used. */
  recoveryCodes: number
  /** Whether the account's role needs a second factor. */
  isRequired: boolean
}

const totpOf = (name: string, secret: string): TOTP =>
  new TOTP({ issuer: ISSUER, label: name, secret: Secret.fromBase32(secret), period: PERIOD_SECONDS })

export async function secondFactorOf(db: Queryable, name: string): Promise<SecondFactorState> {
  const row = await queryRow<SecondFactorState>(
    db,
    sql`SELECT (SELECT confirmed_at FROM second_factor WHERE account_name = a.name) AS since,
       (SELECT count(*)::int FROM passkey WHERE account_name = a.name) AS passkeys,
       (SELECT count(*)::int FROM recovery_code WHERE account_name = a.name AND used_at IS NULL) AS "recoveryCodes",
       coalesce((SELECT second_factor FROM sign_in_rule AS r WHERE r.role = a.role), false) AS "isRequired"
     FROM account AS a WHERE a.name = ${name}`,
  )
  return row ?? { since: null, passkeys: 0, recoveryCodes: 0, isRequired: false }
}

export interface NewSecondFactor {
  /** The secret in base 32, to type into an app that has no camera. */
  secret: string
  /** The same as `otpauth://…`, to be shown as a QR code. */
  uri: string
}

/** Begins to set up a second factor: it counts from its first right code on. Null if the account has one. */
export async function beginSecondFactor(
  source: DataSource,
  secrets: Secrets,
  name: string,
): Promise<NewSecondFactor | null> {
  const secret = new Secret({ size: SECRET_BYTES }).base32
  const row = await source.transaction(async (tx) =>
    queryRow(
      tx,
      sql`INSERT INTO second_factor AS s (account_name, secret)
       VALUES (${name}, ${await secrets.seal(tx, secret, placeOf(name))})
       ON CONFLICT (account_name) DO UPDATE SET secret = excluded.secret, created_at = now(), last_counter = NULL
       WHERE s.confirmed_at IS NULL RETURNING account_name`,
    ),
  )
  return row ? { secret, uri: totpOf(name, secret).toString() } : null
}

const placeOf = (name: string) => ({ table: 'second_factor', column: 'secret', row: name })

/** A code that the person with the account `name` types. */
export interface CodeUse {
  name: string
  code: string
  now: Date
}

/** Confirms a second factor by its first code, and returns new recovery codes; null if the code is wrong. */
export async function confirmSecondFactor(
  source: DataSource,
  secrets: Secrets,
  use: CodeUse,
): Promise<string[] | null> {
  const { name } = use
  return source.transaction(async (tx) => {
    if (!(await useTotp(tx, secrets, { ...use, isConfirmed: false }))) return null
    await queryRows(tx, sql`UPDATE second_factor SET confirmed_at = now() WHERE account_name = ${name}`)
    await recordChange(tx, name, 'add second factor', name)
    return replaceRecoveryCodes(tx, name)
  })
}

/** Makes new recovery codes; the earlier ones no longer work. */
export async function renewRecoveryCodes(source: DataSource, name: string): Promise<string[]> {
  return source.transaction(async (tx) => {
    await recordChange(tx, name, 'renew recovery codes', name)
    return replaceRecoveryCodes(tx, name)
  })
}

/** Replaces the recovery codes of an account by ten new ones. */
export async function replaceRecoveryCodes(tx: Queryable, name: string): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode)
  await queryRows(tx, sql`DELETE FROM recovery_code WHERE account_name = ${name}`)
  const hashes = codes.map((code) => `\\x${sha256(plainCode(code)).toString('hex')}`)
  await queryRows(
    tx,
    sql`INSERT INTO recovery_code (account_name, code_hash) SELECT ${name}, unnest(${hashes}::bytea[])`,
  )
  return codes
}

/** Letters and digits that are not taken for each other. */
const CODE_SIGNS = 'abcdefghjkmnpqrstuvwxyz23456789'

/** Fifteen of 31 signs (74 bits), in groups of five: too many to guess, so that a fast hash suffices. */
function newRecoveryCode(): string {
  const sign = () => CODE_SIGNS[randomInt(CODE_SIGNS.length)]!
  return Array.from({ length: 3 }, () => Array.from({ length: 5 }, sign).join('')).join('-')
}

/** People leave out dashes and write capitals. */
const plainCode = (code: string): string => code.toLowerCase().replace(/[\s-]/g, '')

/** Removes app, passkeys and recovery codes. False if the account has neither app nor passkey. */
export async function removeSecondFactor(source: DataSource, name: string, author: string): Promise<boolean> {
  return source.transaction(async (tx) => {
    await takeLock(tx, 'accounts')
    const { since, passkeys } = await secondFactorOf(tx, name)
    for (const table of ['second_factor', 'passkey', 'passkey_challenge', 'recovery_code'])
      await queryRows(tx, sql`DELETE FROM ${raw(table)} WHERE account_name = ${name}`)
    if (!since && passkeys === 0) return false
    await recordChange(tx, author, 'remove second factor', name, { app: since !== null, passkeys })
    return true
  })
}

/** Removes one's own authenticator app. The recovery codes stay if there are passkeys. False if there is no app. */
export async function removeApp(source: DataSource, name: string): Promise<boolean> {
  return source.transaction(async (tx) => {
    await takeLock(tx, 'accounts')
    const { since, passkeys } = await secondFactorOf(tx, name)
    await queryRows(tx, sql`DELETE FROM second_factor WHERE account_name = ${name}`)
    if (passkeys === 0) await queryRows(tx, sql`DELETE FROM recovery_code WHERE account_name = ${name}`)
    if (since) await recordChange(tx, name, 'remove second factor', name, { app: true, passkeys: 0 })
    return since !== null
  })
}

/** Uses a code of the app or a recovery code; false if it is wrong or was used. */
export async function useSecondFactor(source: DataSource, secrets: Secrets, use: CodeUse): Promise<boolean> {
  const { name, now } = use
  const plain = plainCode(use.code)
  if (/^\d{6}$/.test(plain))
    return useTotp(source.manager, secrets, { name, code: plain, now, isConfirmed: true })
  const used = await queryRow(
    source.manager,
    sql`WITH used AS (UPDATE recovery_code SET used_at = now()
       WHERE account_name = ${name} AND code_hash = ${sha256(plain)} AND used_at IS NULL RETURNING 1)
     SELECT 1 FROM used`,
  )
  if (used) await recordChange(source.manager, name, 'use recovery code', name)
  return used !== undefined
}

interface TotpUse extends CodeUse {
  /** Whether the second factor must have been confirmed before. */
  isConfirmed: boolean
}

async function useTotp(
  db: Queryable,
  secrets: Secrets,
  { name, code, now, isConfirmed }: TotpUse,
): Promise<boolean> {
  const row = await queryRow<{ secret: string }>(
    db,
    sql`SELECT secret FROM second_factor
     WHERE account_name = ${name} AND (confirmed_at IS NOT NULL) = ${isConfirmed}`,
  )
  if (!row) return false
  const totp = totpOf(name, secrets.open(row.secret, placeOf(name)))
  const delta = totp.validate({ token: code, timestamp: now.getTime(), window: WINDOW })
  if (delta === null) return false
  const counter = Math.floor(now.getTime() / 1000 / PERIOD_SECONDS) + delta
  // A code that somebody saw being typed is of no use: each period's code is taken once.
  const used = await queryRow(
    db,
    sql`WITH used AS (UPDATE second_factor SET last_counter = ${counter}
       WHERE account_name = ${name} AND coalesce(last_counter, 0) < ${counter} RETURNING 1)
     SELECT 1 FROM used`,
  )
  return used !== undefined
}

export interface SignInRule {
  role: Role
  /** Whether accounts of the role must have a second factor. */
  secondFactor: boolean
}

/** The requirements for signing in, for each role. */
export async function listSignInRules(db: Queryable): Promise<SignInRule[]> {
  const rows = await queryRows<{ role: Role }>(db, sql`SELECT role FROM sign_in_rule WHERE second_factor`)
  return ROLES.map((role) => ({ role, secondFactor: rows.some((row) => row.role === role) }))
}

/** Says whether accounts of a role must have a second factor, from their next request on. */
export async function setSignInRule(source: DataSource, rule: SignInRule, author: string): Promise<void> {
  const { role, secondFactor } = rule
  await source.transaction(async (tx) => {
    await takeLock(tx, 'accounts')
    const before = (await listSignInRules(tx)).find((one) => one.role === role)
    await queryRows(
      tx,
      sql`INSERT INTO sign_in_rule (role, second_factor, changed_by) VALUES (${role}, ${secondFactor}, ${author})
       ON CONFLICT (role) DO UPDATE SET second_factor = excluded.second_factor, changed_at = now(),
         changed_by = excluded.changed_by`,
    )
    await recordChange(tx, author, 'change sign-in rule', role, {
      before: { secondFactor: before?.secondFactor ?? false },
      after: { secondFactor },
    })
  })
}
