/** Accounts of people, by name. The row of a removed account stays, so that nobody else takes its name. */
import { ROLES, type Role, type Scope, canBeBound } from '#domain/account'
import type { Queryable } from '../database/database.js'
import { queryRow, queryRows } from '../database/query.js'
import { raw, sql } from '../database/sql.js'
import { boundAreasSql } from './bound-areas.js'

export { ROLES, type Role }

export interface Account {
  name: string
  role: Role
  mustChangePassword: boolean
  /** The operator that an account of the role `operator` represents; null in every other role. */
  operator: string | null
  /** Codes of the areas that the account is bound to; null for the whole country. */
  areas: Scope
}

/** The roles whose accounts can be bound, as an array of SQL. */
const BOUND_ROLES_SQL = `'{${ROLES.filter(canBeBound).join(',')}}'::text[]`

/** An account as administrators see it. */
export interface AccountRow extends Account {
  createdAt: Date
  createdBy: string
  /** The time of the last sign-in; null if the person never signed in. */
  lastSignInAt: Date | null
  /** Since when the account may not sign in; null if it may. */
  disabledAt: Date | null
  /** Number of attempts with a wrong password since the last sign-in. */
  failedSignIns: number
  /** Whether signing in takes a second factor. */
  hasSecondFactor: boolean
  /** Number of its sessions. */
  sessions: number
  /** End of the validity of the link by which the person sets a password; null if there is none. */
  invitedUntil: Date | null
}

export const ACCOUNT_COLUMNS = raw(
  `a.name, a.role, a.must_change_password AS "mustChangePassword", a.operator,
  CASE WHEN a.role = ANY(${BOUND_ROLES_SQL}) THEN ${boundAreasSql('account', 'a.name')} END AS areas`,
)

/** Whether an account has an authenticator app or a passkey, as an expression about its row `a`. */
export const HAS_SECOND_FACTOR = raw(`(
  EXISTS (SELECT 1 FROM second_factor AS f WHERE f.account_name = a.name AND f.confirmed_at IS NOT NULL)
  OR EXISTS (SELECT 1 FROM passkey AS k WHERE k.account_name = a.name))`)

/** An account with what signing in needs; undefined if there is none of this name, or it was removed. */
export async function findAccount(
  db: Queryable,
  name: string,
): Promise<
  | (Account & {
      passwordHash: string
      disabledAt: Date | null
      hasSecondFactor: boolean
      hasPasskey: boolean
    })
  | undefined
> {
  return queryRow(
    db,
    sql`SELECT ${ACCOUNT_COLUMNS}, a.password_hash AS "passwordHash", a.disabled_at AS "disabledAt",
       ${HAS_SECOND_FACTOR} AS "hasSecondFactor",
       EXISTS (SELECT 1 FROM passkey AS k WHERE k.account_name = a.name) AS "hasPasskey"
     FROM account AS a WHERE a.name = ${name} AND a.removed_at IS NULL`,
  )
}

const ACCOUNT_ROWS = sql`SELECT ${ACCOUNT_COLUMNS}, a.created_at AS "createdAt", a.created_by AS "createdBy",
   a.last_sign_in_at AS "lastSignInAt", a.disabled_at AS "disabledAt",
   a.failed_sign_ins AS "failedSignIns",
   ${HAS_SECOND_FACTOR} AS "hasSecondFactor",
   (SELECT count(*)::int FROM session AS s WHERE s.account_name = a.name AND s.expires_at > now()) AS sessions,
   (SELECT max(i.expires_at) FROM invitation AS i WHERE i.account_name = a.name AND i.expires_at > now())
     AS "invitedUntil"
   FROM account AS a WHERE a.removed_at IS NULL`

/** All accounts that were not removed, by name. */
export async function listAccounts(db: Queryable): Promise<AccountRow[]> {
  return queryRows(db, sql`${ACCOUNT_ROWS} ORDER BY a.name`)
}

export async function findAccountRow(db: Queryable, name: string): Promise<AccountRow | undefined> {
  return queryRow(db, sql`${ACCOUNT_ROWS} AND a.name = ${name}`)
}

/** The names of all accounts that ever were, removed ones too. */
export async function listAccountNames(db: Queryable): Promise<string[]> {
  return (await queryRows<{ name: string }>(db, sql`SELECT name FROM account`)).map(({ name }) => name)
}

/** Adds an account. False if the name is taken, or was. */
export async function insertAccount(
  db: Queryable,
  account: Omit<Account, 'operator' | 'areas'> & { operator?: string | null; passwordHash: string },
  author: string,
): Promise<boolean> {
  const inserted = await queryRow(
    db,
    sql`INSERT INTO account (name, password_hash, role, must_change_password, operator, created_by)
     VALUES (${account.name}, ${account.passwordHash}, ${account.role}, ${account.mustChangePassword},
       ${account.operator ?? null}, ${author}) ON CONFLICT DO NOTHING RETURNING name`,
  )
  return inserted !== undefined
}
