/** The changes that administrators make to accounts. Each change is in the log, in the same transaction. */
import type { Scope } from '#domain/account'
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { takeLock } from '../database/locks.js'
import { queryRow, queryRows } from '../database/query.js'
import { raw, sql } from '../database/sql.js'
import { newAccountNameFault } from './account-names.js'
import { bindToAreas, unknownAreas } from './bound-areas.js'
import { type Account, type AccountRow, type Role, findAccountRow, insertAccount } from './accounts.js'
import { recordChange } from './changes.js'
import type { FirstCredential } from './credentials.js'
import { endSessions, sessionIdOf } from './sessions.js'

export interface AccountChange {
  role?: Role
  operator?: string | null
  isDisabled?: boolean
  /** The areas that the account is bound to from now on; null for the whole country. */
  areas?: Scope
}

/**
 * - `missing`: there is no such account.
 * - `lastAdministrator`: nobody could sign in as an administrator afterwards.
 */
export type AccountRefusal = { missing: true } | { lastAdministrator: true }

/** Codes that no area has. */
export interface UnknownAreas {
  unknownAreas: string[]
}

/** Adds an account with what its person signs in by for the first time. `fault` is a sentence about the name. */
export async function addAccount(
  source: DataSource,
  account: Pick<Account, 'name' | 'role' | 'operator'> & { areas?: Scope },
  { passwordHash, invitation }: Pick<FirstCredential, 'passwordHash' | 'invitation'>,
  author: string,
): Promise<{ account: AccountRow } | { fault: string } | { taken: true } | UnknownAreas> {
  const { name, role, operator, areas = null } = account
  return source.transaction(async (tx) => {
    await takeLock(tx, 'accounts')
    const fault = await newAccountNameFault(tx, name)
    if (fault) return { fault }
    const unknown = await unknownAreas(tx, areas)
    if (unknown.length > 0) return { unknownAreas: unknown }
    if (!(await insertAccount(tx, { ...account, mustChangePassword: true, passwordHash }, author)))
      return { taken: true }
    await bindToAreas(tx, 'account', name, areas)
    if (invitation) await insertInvitation(tx, name, invitation, author)
    await recordChange(tx, author, 'add account', name, { role, operator, areas })
    return { account: (await findAccountRow(tx, name))! }
  })
}

/**
 * Changes role, operator, areas and whether the account may sign in; a disabled account's sessions end. `changeOf` gets the account as
 * it is while nobody else changes it; what it throws ends the change.
 */
export async function changeAccount(
  source: DataSource,
  name: string,
  changeOf: (before: AccountRow) => AccountChange,
  author: string,
): Promise<{ account: AccountRow } | AccountRefusal | UnknownAreas> {
  return withAccount(source, name, async (tx, before) => {
    const change = changeOf(before)
    const unknown = await unknownAreas(tx, change.areas ?? null)
    if (unknown.length > 0) return { unknownAreas: unknown }
    const role = change.role ?? before.role
    const operator = change.operator === undefined ? before.operator : change.operator
    const isDisabled = change.isDisabled ?? before.disabledAt !== null
    if ((role !== 'administrator' || isDisabled) && (await isLastAdministrator(tx, name)))
      return { lastAdministrator: true }
    await queryRows(
      tx,
      sql`UPDATE account SET role = ${role}, operator = ${operator},
       disabled_at = CASE WHEN ${isDisabled} THEN coalesce(disabled_at, now()) END WHERE name = ${name}`,
    )
    if (change.areas !== undefined) await bindToAreas(tx, 'account', name, change.areas)
    if (isDisabled) await endAccess(tx, name)
    const account = (await findAccountRow(tx, name))!
    const detail = { before: stateOf(before), after: stateOf(account) }
    await recordChange(tx, author, 'change account', name, detail)
    return { account }
  })
}

const stateOf = ({ role, operator, areas, disabledAt }: AccountRow) => ({
  role,
  operator,
  areas,
  disabled: disabledAt !== null,
})

/** Removes an account: nobody can sign in by it, and nobody else can take its name. */
export async function removeAccount(
  source: DataSource,
  name: string,
  author: string,
): Promise<{ removed: true } | AccountRefusal> {
  return withAccount(source, name, async (tx, before) => {
    if (await isLastAdministrator(tx, name)) return { lastAdministrator: true }
    await queryRows(tx, sql`UPDATE account SET removed_at = now(), password_hash = '' WHERE name = ${name}`)
    await endAccess(tx, name)
    for (const table of [
      'account_area',
      'account_address',
      'second_factor',
      'passkey',
      'passkey_challenge',
      'recovery_code',
    ])
      await queryRows(tx, sql`DELETE FROM ${raw(table)} WHERE account_name = ${name}`)
    await recordChange(tx, author, 'remove account', name, { before: stateOf(before) })
    return { removed: true }
  })
}

/** Replaces the password by one that the person must change, and ends the sessions and earlier links. */
export async function resetAccount(
  source: DataSource,
  name: string,
  { passwordHash, invitation }: Pick<FirstCredential, 'passwordHash' | 'invitation'>,
  author: string,
): Promise<{ invitedUntil: Date | null } | { missing: true }> {
  return withAccount(source, name, async (tx) => {
    await queryRows(
      tx,
      sql`UPDATE account SET password_hash = ${passwordHash}, must_change_password = true WHERE name = ${name}`,
    )
    await endAccess(tx, name)
    const invitedUntil = invitation && (await insertInvitation(tx, name, invitation, author))
    await recordChange(tx, author, 'reset account', name, { by: invitation ? 'link' : 'password' })
    return { invitedUntil }
  })
}

export interface PasswordChange {
  passwordHash: string
  /** The hash of the present password, which the person typed. */
  currentHash: string
  /** The hash of the token of the session in which the person sets it. */
  ownSession: Buffer
}

/**
 * Sets the person's own password, and ends their other sessions. False if the session ended or the password was replaced since the
 * present one was checked: else who knows a lost password could undo the reset of the account.
 */
export async function changePassword(
  source: DataSource,
  name: string,
  { passwordHash, currentHash, ownSession }: PasswordChange,
): Promise<boolean> {
  return source.transaction(async (tx) => {
    await takeLock(tx, 'accounts')
    const changed = await queryRow(
      tx,
      sql`WITH changed AS (UPDATE account SET password_hash = ${passwordHash}, must_change_password = false
         WHERE name = ${name} AND password_hash = ${currentHash}
           AND EXISTS (SELECT 1 FROM session WHERE account_name = ${name} AND token_hash = ${ownSession}) RETURNING 1)
       SELECT 1 FROM changed`,
    )
    if (!changed) return false
    await endSessions(tx, name, (await sessionIdOf(tx, ownSession)) ?? null)
    await recordChange(tx, name, 'change password', name)
    return true
  })
}

/** Runs `work` with the account while no other change of an account runs. */
async function withAccount<Result>(
  source: DataSource,
  name: string,
  work: (tx: Queryable, account: AccountRow) => Promise<Result>,
): Promise<Result | { missing: true }> {
  return source.transaction(async (tx) => {
    await takeLock(tx, 'accounts')
    const account = await findAccountRow(tx, name)
    return account ? work(tx, account) : { missing: true }
  })
}

/** Whether the account is the only one by which somebody with a password of their own can sign in as an administrator. */
async function isLastAdministrator(tx: Queryable, name: string): Promise<boolean> {
  const row = await queryRow<{ isAdministrator: boolean; others: number }>(
    tx,
    sql`SELECT bool_or(name = ${name}) AS "isAdministrator",
       count(*) FILTER (WHERE name <> ${name} AND NOT must_change_password)::int AS others
     FROM account WHERE role = 'administrator' AND disabled_at IS NULL AND removed_at IS NULL`,
  )
  return row!.isAdministrator && row!.others === 0
}

async function endAccess(tx: Queryable, name: string): Promise<void> {
  await endSessions(tx, name)
  await queryRows(tx, sql`DELETE FROM invitation WHERE account_name = ${name}`)
}

/** Adds the link by which a person sets a password; `hash` is the SHA-256 of its token. Returns when it expires. */
export async function insertInvitation(
  tx: Queryable,
  name: string,
  { hash, hours }: { hash: Buffer; hours: number },
  author: string,
): Promise<Date> {
  await queryRows(tx, sql`DELETE FROM invitation WHERE expires_at < now()`)
  const row = await queryRow<{ expiresAt: Date }>(
    tx,
    sql`INSERT INTO invitation (token_hash, account_name, created_by, expires_at)
     VALUES (${hash}, ${name}, ${author}, now() + make_interval(hours => ${hours})) RETURNING expires_at AS "expiresAt"`,
  )
  return row!.expiresAt
}

export interface Invitation {
  name: string
  expiresAt: Date
}

/** The account that a link is for; undefined if the link is unknown, was used or has expired. */
export async function findInvitation(db: Queryable, hash: Buffer): Promise<Invitation | undefined> {
  return queryRow(
    db,
    sql`SELECT i.account_name AS name, i.expires_at AS "expiresAt"
     FROM invitation AS i JOIN account AS a ON a.name = i.account_name
     WHERE i.token_hash = ${hash} AND i.expires_at > now() AND a.disabled_at IS NULL AND a.removed_at IS NULL`,
  )
}

/** Uses a link: sets the password of its account. False if somebody else used it meanwhile, or it has expired. */
export async function acceptInvitation(
  source: DataSource,
  hash: Buffer,
  passwordHash: string,
): Promise<boolean> {
  return source.transaction(async (tx) => {
    await takeLock(tx, 'accounts')
    const invitation = await findInvitation(tx, hash)
    if (!invitation) return false
    await queryRows(
      tx,
      sql`UPDATE account SET password_hash = ${passwordHash}, must_change_password = false
       WHERE name = ${invitation.name}`,
    )
    await endAccess(tx, invitation.name)
    await recordChange(tx, invitation.name, 'accept invitation', invitation.name)
    return true
  })
}
