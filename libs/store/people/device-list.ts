/** Devices as administrators see them: which there are, when they last measured, and what becomes of them. */
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { queryRow, queryRows } from '../database/query.js'
import { allOf, raw, sql } from '../database/sql.js'
import { recordChange } from './changes.js'
import { insertDevice } from './devices.js'

export interface DeviceRow {
  id: string
  /** The name that administrators gave it; null if they gave none. */
  name: string | null
  siteCode: string
  siteName: string
  createdAt: Date
  createdBy: string
  /** Time of its newest measurement; null if it never sent one. */
  lastMeasuredAt: Date | null
  /** Since when its token is refused; null if it is not. */
  revokedAt: Date | null
  /** Id of the device that took its place. */
  replacedBy: string | null
}

export interface DeviceQuery {
  /** Part of the code or name of a site, or of the name of a device, in any case. */
  text?: string | undefined
  isRevokedToo: boolean
  after: { siteCode: string; id: string } | null
  limit: number
}

const DEVICE_ROWS = sql`SELECT d.id, d.name, d.site_code AS "siteCode", s.name AS "siteName", d.created_at AS "createdAt",
   d.created_by AS "createdBy", d.last_measured_at AS "lastMeasuredAt", d.revoked_at AS "revokedAt",
   d.replaced_by AS "replacedBy" FROM device AS d JOIN site AS s ON s.code = d.site_code`

/** A page of devices by site and id. */
export async function listDevices(db: Queryable, query: DeviceQuery): Promise<DeviceRow[]> {
  const { text, isRevokedToo, after, limit } = query
  // A text with the signs of LIKE means them as they are.
  const pattern = text ? `%${text.replace(/[\\%_]/g, '\\$&')}%` : null
  return queryRows(
    db,
    sql`${DEVICE_ROWS} WHERE ${allOf([
      isRevokedToo ? null : raw('d.revoked_at IS NULL'),
      pattern === null
        ? null
        : sql`(d.site_code ILIKE ${pattern} OR s.name ILIKE ${pattern} OR s.name_ar ILIKE ${pattern}
            OR d.name ILIKE ${pattern})`,
      after && sql`(d.site_code, d.id) > (${after.siteCode}, ${after.id}::uuid)`,
    ])} ORDER BY d.site_code, d.id LIMIT ${limit}`,
  )
}

/** A device that was not revoked. */
async function activeDevice(tx: Queryable, id: string): Promise<DeviceRow | undefined> {
  return queryRow(tx, sql`${DEVICE_ROWS} WHERE d.id = ${id}::uuid AND d.revoked_at IS NULL FOR UPDATE OF d`)
}

/** Names a device; undefined if there is no active one of this id. */
export async function renameDevice(
  source: DataSource,
  id: string,
  name: string | null,
  author: string,
): Promise<DeviceRow | undefined> {
  return source.transaction(async (tx) => {
    const before = await activeDevice(tx, id)
    if (!before) return undefined
    await queryRows(tx, sql`UPDATE device SET name = ${name} WHERE id = ${id}::uuid`)
    await recordChange(tx, author, 'rename device', id, { before: { name: before.name }, after: { name } })
    return { ...before, name }
  })
}

/** Gives a device another token, whose SHA-256 is `hash`. The earlier one is refused from now on. False if there is no active one. */
export async function rotateDeviceToken(
  source: DataSource,
  id: string,
  hash: Buffer,
  author: string,
): Promise<boolean> {
  return source.transaction(async (tx) => {
    const device = await activeDevice(tx, id)
    if (!device) return false
    await queryRows(tx, sql`UPDATE device SET token_hash = ${hash} WHERE id = ${id}::uuid`)
    await recordChange(tx, author, 'rotate token', id, { site: device.siteCode })
    return true
  })
}

/**
 * Replaces a lost device: it is revoked, and a new one of the same site and name takes its place. What the lost one sent stays
 * its own. Returns the new device's id; undefined if there is no active device of this id.
 */
export async function replaceDevice(
  source: DataSource,
  id: string,
  hash: Buffer,
  author: string,
): Promise<string | undefined> {
  return source.transaction(async (tx) => {
    const device = await activeDevice(tx, id)
    if (!device) return undefined
    const replacement = await insertDevice(tx, device.siteCode, hash, author)
    await queryRows(tx, sql`UPDATE device SET name = ${device.name} WHERE id = ${replacement}::uuid`)
    await queryRows(
      tx,
      sql`UPDATE device SET revoked_at = now(), replaced_by = ${replacement}::uuid WHERE id = ${id}::uuid`,
    )
    await recordChange(tx, author, 'replace device', id, { site: device.siteCode, replacement })
    return replacement
  })
}

/** The address at which a phone takes its token. What follows `#` is not sent to the server, so no log has it. */
export const probeLink = (publicUrl: string, token: string): string => `${publicUrl}/probe#token=${token}`
