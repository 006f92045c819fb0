/** Devices, accounts, sessions. Secrets are stored as hashes only. */
import type { Queryable } from '../database/database.js'
import { prepared, queryRow, queryRows } from '../database/query.js'
import { raw, sql } from '../database/sql.js'

/**
 * Roles in the order of their rights: each has the rights of those before it. `operator` represents one operator, for
 * which it may open disputes.
 */
export const ROLES = ['public', 'operator', 'analyst', 'planner', 'administrator'] as const
export type Role = (typeof ROLES)[number]

/** A device that measures at a site; `id` is null for a file that a person imported. */
export interface Device {
  id: string | null
  siteCode: string
  lat: number
  lng: number
}

/**
 * The devices that hold the tokens, unless they were revoked, by the base64 form of the tokens' SHA-256. Each is looked up by itself,
 * so that no plan reads all devices or all sites for a few of them.
 */
export async function findDevices(db: Queryable, hashes: readonly Buffer[]): Promise<Map<string, Device>> {
  const texts = hashes.map((hash) => `\\x${hash.toString('hex')}`)
  const rows = await queryRows<Device & { hash: Buffer }>(
    db,
    prepared(sql`SELECT h.hash, d.* FROM unnest(${texts}::bytea[]) AS h(hash)
     CROSS JOIN LATERAL (
       SELECT d.id, d.site_code AS "siteCode", s.lat, s.lng FROM device AS d JOIN site AS s ON s.code = d.site_code
       WHERE d.token_hash = h.hash AND d.revoked_at IS NULL OFFSET 0) AS d`),
  )
  return new Map(rows.map(({ hash, ...device }) => [hash.toString('base64'), device]))
}

/** Adds a device and returns its id. */
export async function insertDevice(
  db: Queryable,
  siteCode: string,
  hash: Buffer,
  author: string,
): Promise<string> {
  const device = await queryRow<{ id: string }>(
    db,
    sql`INSERT INTO device (site_code, token_hash, created_by) VALUES (${siteCode}, ${hash}, ${author}) RETURNING id`,
  )
  return device!.id
}

/** Revokes a device. False if it does not exist or was revoked before. */
export async function revokeDevice(db: Queryable, id: string): Promise<boolean> {
  const [rows] = await db.query(
    'UPDATE device SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL RETURNING id',
    [id],
  )
  return (rows as unknown[]).length > 0
}

export interface Account {
  name: string
  role: Role
  mustChangePassword: boolean
  /** The operator that an account of the role `operator` represents; null in every other role. */
  operator: string | null
}

const ACCOUNT_COLUMNS = raw('a.name, a.role, a.must_change_password AS "mustChangePassword", a.operator')

export async function findAccount(
  db: Queryable,
  name: string,
): Promise<(Account & { passwordHash: string }) | undefined> {
  return queryRow(
    db,
    sql`SELECT ${ACCOUNT_COLUMNS}, a.password_hash AS "passwordHash" FROM account AS a WHERE name = ${name}`,
  )
}

export async function listAccounts(db: Queryable): Promise<Account[]> {
  return queryRows(db, sql`SELECT ${ACCOUNT_COLUMNS} FROM account AS a ORDER BY name`)
}

/** Adds an account. False if the name is taken. */
export async function insertAccount(
  db: Queryable,
  account: Omit<Account, 'operator'> & { operator?: string | null; passwordHash: string },
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

/** Sets the person's own password, and ends their sessions except the one whose token has the hash `ownSession`. */
export async function changePassword(
  db: Queryable,
  name: string,
  passwordHash: string,
  ownSession: Buffer,
): Promise<void> {
  await queryRows(
    db,
    sql`UPDATE account SET password_hash = ${passwordHash}, must_change_password = false WHERE name = ${name}`,
  )
  await queryRows(db, sql`DELETE FROM session WHERE account_name = ${name} AND token_hash <> ${ownSession}`)
}

const SESSION_HOURS = 12

export async function insertSession(db: Queryable, hash: Buffer, accountName: string): Promise<void> {
  await queryRows(db, sql`DELETE FROM session WHERE expires_at < now()`)
  await queryRows(
    db,
    sql`INSERT INTO session (token_hash, account_name, expires_at)
     VALUES (${hash}, ${accountName}, now() + make_interval(hours => ${SESSION_HOURS}))`,
  )
}

/** The account of a session that has not expired. `hash` is the SHA-256 of its token. */
export async function findSession(db: Queryable, hash: Buffer): Promise<Account | undefined> {
  return queryRow(
    db,
    prepared(sql`SELECT ${ACCOUNT_COLUMNS} FROM session AS s JOIN account AS a ON a.name = s.account_name
     WHERE s.token_hash = ${hash} AND s.expires_at > now()`),
  )
}

export async function deleteSession(db: Queryable, hash: Buffer): Promise<void> {
  await queryRows(db, sql`DELETE FROM session WHERE token_hash = ${hash}`)
}
