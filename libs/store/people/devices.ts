/** The devices that measure at sites. Tokens are stored as hashes only. */
import type { Queryable } from '../database/database.js'
import { prepared, queryRow, queryRows } from '../database/query.js'
import { sql } from '../database/sql.js'

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
