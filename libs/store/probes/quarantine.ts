/** Documents that were rejected, with the reason and the document as it came. */
import type { Queryable } from '../database/database.js'

export interface QuarantinedProbe {
  deviceId: string | null
  siteCode: string | null
  field: string | null
  reason: string
  /** The record as it came, at most 64 KiB. */
  document: string
}

/** A document that is there already, or several times among these, is one row that counts its times. */
export async function quarantineProbes(db: Queryable, refused: readonly QuarantinedProbe[]): Promise<void> {
  await db.query(
    `INSERT INTO quarantine (digest, device_id, site_code, field, reason, document, times)
     SELECT digest, "deviceId", "siteCode", min(field), reason, document, count(*)
     FROM (SELECT *, sha256(convert_to(concat_ws(chr(31), "deviceId", "siteCode", reason, document), 'UTF8')) AS digest
       FROM json_to_recordset($1::json) AS r("deviceId" uuid, "siteCode" text, field text, reason text, document text)) AS r
     GROUP BY digest, "deviceId", "siteCode", reason, document ORDER BY digest
     ON CONFLICT (digest) DO UPDATE SET times = quarantine.times + excluded.times`,
    [JSON.stringify(refused)],
  )
}

export interface QuarantineItem {
  id: string
  receivedAt: string
  times: number
  deviceId: string | null
  siteCode: string | null
  field: string | null
  reason: string
  document: string
  resolvedAt: string | null
  resolvedBy: string | null
  comment: string | null
}

const QUARANTINE_COLUMNS = `id::text, received_at AS "receivedAt", times, device_id AS "deviceId",
  site_code AS "siteCode", field, reason, document, resolved_at AS "resolvedAt", resolved_by AS "resolvedBy", comment`

export async function listQuarantine(
  db: Queryable,
  page: { after: string; limit: number; resolved: boolean },
): Promise<QuarantineItem[]> {
  return db.query(
    `SELECT ${QUARANTINE_COLUMNS} FROM quarantine
     WHERE id > $1 AND (resolved_at IS NOT NULL) = $2 ORDER BY id LIMIT $3`,
    [page.after, page.resolved, page.limit],
  )
}

export async function findQuarantined(db: Queryable, id: string): Promise<QuarantineItem | undefined> {
  const rows: QuarantineItem[] = await db.query(
    `SELECT ${QUARANTINE_COLUMNS} FROM quarantine WHERE id = $1`,
    [id],
  )
  return rows[0]
}

export async function resolveQuarantined(
  db: Queryable,
  id: string,
  author: string,
  comment: string,
): Promise<void> {
  await db.query(
    'UPDATE quarantine SET resolved_at = now(), resolved_by = $2, comment = $3 WHERE id = $1 AND resolved_at IS NULL',
    [id, author, comment],
  )
}
