/** Accounts of people who sign in at an OpenID Connect provider. */
import { randomBytes } from 'node:crypto'
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { takeLock } from '../database/locks.js'
import { queryRow, queryRows } from '../database/query.js'
import { sql } from '../database/sql.js'
import { newAccountNameFault } from './account-names.js'
import { type AccountRow, type Role, findAccountRow, insertAccount } from './accounts.js'
import { recordChange } from './changes.js'
import { hashPassword } from './secrets.js'

export interface IdentifiedPerson {
  issuer: string
  /** The provider's id of the person, which never changes and is never given to another. */
  subject: string
  /** The name for a new account. */
  name: string
  role: Role
  operator: string | null
}

/**
 * - `fault`: a new account cannot have the person's name, as a sentence about it; accounts are never joined by their names.
 * - `removed`, `disabled`: an administrator has ended the account.
 */
export type IdentityRefusal = { fault: string } | { removed: true } | { disabled: true }

/** The account of a person, made at the first sign-in; its role is what the provider says at each sign-in. */
export async function accountOfPerson(
  source: DataSource,
  person: IdentifiedPerson,
): Promise<{ account: AccountRow } | IdentityRefusal> {
  // A password that nobody knows.
  const passwordHash = await hashPassword(randomBytes(32).toString('base64url'))
  return source.transaction(async (tx) => {
    await takeLock(tx, 'accounts')
    const name = await accountNameOfPerson(tx, person)
    return name === undefined ? addPerson(tx, person, passwordHash) : updateAccount(tx, name, person)
  })
}

/** The name of the account of a person at a provider; undefined if there is none, or it was erased. */
export async function accountNameOfPerson(
  db: Queryable,
  { issuer, subject }: Pick<IdentifiedPerson, 'issuer' | 'subject'>,
): Promise<string | undefined> {
  const identity = await queryRow<{ name: string }>(
    db,
    sql`SELECT account_name AS name FROM account_identity WHERE issuer = ${issuer} AND subject = ${subject}`,
  )
  return identity?.name
}

async function updateAccount(
  tx: Queryable,
  name: string,
  { issuer, role, operator }: IdentifiedPerson,
): Promise<{ account: AccountRow } | IdentityRefusal> {
  const account = await findAccountRow(tx, name)
  if (!account) return { removed: true }
  if (account.disabledAt) return { disabled: true }
  if (account.role === role && account.operator === operator) return { account }
  await queryRows(tx, sql`UPDATE account SET role = ${role}, operator = ${operator} WHERE name = ${name}`)
  const before = { role: account.role, operator: account.operator }
  await recordChange(tx, issuer, 'change account', name, { before, after: { role, operator } })
  return { account: { ...account, role, operator } }
}

async function addPerson(
  tx: Queryable,
  { issuer, subject, name, role, operator }: IdentifiedPerson,
  passwordHash: string,
): Promise<{ account: AccountRow } | IdentityRefusal> {
  const fault = await newAccountNameFault(tx, name)
  if (fault) return { fault }
  const account = { name, role, operator, mustChangePassword: false, passwordHash }
  if (!(await insertAccount(tx, account, issuer))) return { fault: 'is taken' }
  await queryRows(
    tx,
    sql`INSERT INTO account_identity (issuer, subject, account_name) VALUES (${issuer}, ${subject}, ${name})`,
  )
  await recordChange(tx, issuer, 'add account', name, { role, operator })
  return { account: (await findAccountRow(tx, name))! }
}
