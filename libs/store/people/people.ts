/** Devices, accounts, sessions. Secrets are stored as hashes only. */
import type { Queryable } from '../database/database.js'
import { PREPARED } from '../database/prepared-client.js'

/** Each may what those before it may. `operator` speaks for one operator: it may contest, and no more than `public`. */
export const ROLES = ['public', 'operator', 'analyst', 'planner', 'administrator'] as const
export type Role = (typeof ROLES)[number]

/** Who speaks for a site; `id` is null where a person brought a file. */
export interface Device {
  id: string | null
  siteCode: string
  lat: number
  lng: number
}

/** The device that holds the token, unless revoked. `hash` is the token's SHA-256. */
export async function findDevice(db: Queryable, hash: Buffer): Promise<Device | undefined> {
  const rows: Device[] = await db.query(
    `${PREPARED}SELECT d.id, d.site_code AS "siteCode", s.lat, s.lng FROM device AS d JOIN site AS s ON s.code = d.site_code
     WHERE d.token_hash = $1 AND d.revoked_at IS NULL`,
    [hash],
  )
  return rows[0]
}

export async function insertDevice(
  db: Queryable,
  siteCode: string,
  hash: Buffer,
  author: string,
): Promise<string> {
  const [{ id }] = await db.query(
    'INSERT INTO device (site_code, token_hash, created_by) VALUES ($1, $2, $3) RETURNING id',
    [siteCode, hash, author],
  )
  return id as string
}

/** True when the device was there and not yet revoked. */
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
  /** Whom an account of the role `operator` speaks for; null in every other role. */
  operator: string | null
}

const ACCOUNT_COLUMNS = 'a.name, a.role, a.must_change_password AS "mustChangePassword", a.operator'

export async function findAccount(
  db: Queryable,
  name: string,
): Promise<(Account & { passwordHash: string }) | undefined> {
  const rows = await db.query(
    `SELECT ${ACCOUNT_COLUMNS}, a.password_hash AS "passwordHash" FROM account AS a WHERE name = $1`,
    [name],
  )
  return rows[0]
}

export async function listAccounts(db: Queryable): Promise<Account[]> {
  return db.query(`SELECT ${ACCOUNT_COLUMNS} FROM account AS a ORDER BY name`)
}

/** False when the name is taken. */
export async function insertAccount(
  db: Queryable,
  account: Omit<Account, 'operator'> & { operator?: string | null; passwordHash: string },
  author: string,
): Promise<boolean> {
  const rows: unknown[] = await db.query(
    `INSERT INTO account (name, password_hash, role, must_change_password, operator, created_by)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING name`,
    [
      account.name,
      account.passwordHash,
      account.role,
      account.mustChangePassword,
      account.operator ?? null,
      author,
    ],
  )
  return rows.length > 0
}

/** Sets the person's own password and ends every other session of theirs. */
export async function changePassword(db: Queryable, name: string, hash: string, keep: Buffer): Promise<void> {
  await db.query('UPDATE account SET password_hash = $2, must_change_password = false WHERE name = $1', [
    name,
    hash,
  ])
  await db.query('DELETE FROM session WHERE account_name = $1 AND token_hash <> $2', [name, keep])
}

const SESSION_HOURS = 12

export async function insertSession(db: Queryable, hash: Buffer, accountName: string): Promise<void> {
  await db.query('DELETE FROM session WHERE expires_at < now()')
  await db.query(
    `INSERT INTO session (token_hash, account_name, expires_at) VALUES ($1, $2, now() + make_interval(hours => $3))`,
    [hash, accountName, SESSION_HOURS],
  )
}

export async function findSession(db: Queryable, hash: Buffer): Promise<Account | undefined> {
  const rows: Account[] = await db.query(
    `${PREPARED}SELECT ${ACCOUNT_COLUMNS} FROM session AS s JOIN account AS a ON a.name = s.account_name
     WHERE s.token_hash = $1 AND s.expires_at > now()`,
    [hash],
  )
  return rows[0]
}

export async function deleteSession(db: Queryable, hash: Buffer): Promise<void> {
  await db.query('DELETE FROM session WHERE token_hash = $1', [hash])
}

/** Takes the tick for this process; false when another has it. */
export async function takeLease(db: Queryable, key: string, ttlMs: number): Promise<boolean> {
  const rows: unknown[] = await db.query(
    `INSERT INTO lease (key, expires_at) VALUES ($1, now() + make_interval(secs => $2::float8 / 1000))
     ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at WHERE lease.expires_at < now() RETURNING key`,
    [key, ttlMs],
  )
  return rows.length > 0
}

export async function dropOldLeases(db: Queryable): Promise<void> {
  await db.query(`DELETE FROM lease WHERE expires_at < now() - interval '7 days'`)
}
