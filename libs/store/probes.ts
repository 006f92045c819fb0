/** Probes and what was refused of them. */
import type { Bounds, Flag, Outcome, Technology } from '#domain'
import type { DataSource } from 'typeorm'
import type { Queryable } from './database.js'
import { flagByContext } from './probe-flags.js'
import type { ProbeRow } from './probe-row.js'

/**
 * Writers share this lock, a classification takes it whole for a moment to read the clock: so every probe received
 * before a run's `known_before` is committed when the run reads, and a rebuilt run sees the same probes.
 */
export const RECEIVE_LOCK = 7_410_002

/**
 * Writes probes in one transaction and returns the ids that were new; the others were there already. `flag` looks at the
 * new ones beside what is known before they are written.
 */
export async function insertProbes(
  source: DataSource,
  rows: readonly ProbeRow[],
  flag: (tx: Queryable, rows: readonly ProbeRow[]) => Promise<readonly ProbeRow[]> = flagByContext,
): Promise<Set<string>> {
  return source.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock_shared($1)', [RECEIVE_LOCK])
    const known = await knownIds(tx, rows)
    const fresh = rows.filter((row) => !known.has(row.id))
    if (fresh.length === 0) return new Set()
    const flagged = await flag(tx, fresh)
    const inserted: { id: string }[] = await tx.query(INSERT_PROBES, [JSON.stringify(flagged)])
    return new Set(inserted.map((row) => row.id))
  })
}

/** Looks in every month: a device that corrects its clock may send one probe again with another time. */
async function knownIds(tx: Queryable, rows: readonly ProbeRow[]): Promise<Set<string>> {
  const found: { id: string }[] = await tx.query('SELECT id FROM probe WHERE id = ANY($1::uuid[])', [
    rows.map((row) => row.id),
  ])
  return new Set(found.map((row) => row.id))
}

const INSERT_PROBES = `
  INSERT INTO probe (cell, measured_at, id, received_at, device_id, site_code, lat, lng, accuracy_m, technology,
    operator, outcome, download_bps, upload_bps, latency_ms, jitter_ms, loss_ratio, signal_dbm, tool, flags, counted, raw,
    device_measured_at, download_test, upload_test)
  SELECT cell, measured_at, id, (SELECT clock_timestamp()), device_id, site_code, lat, lng, accuracy_m, technology,
    operator, outcome, download_bps, upload_bps, latency_ms, jitter_ms, loss_ratio, signal_dbm, tool, flags, counted, raw,
    device_measured_at, download_test, upload_test
  FROM json_to_recordset($1::json) AS r(cell bigint, measured_at timestamptz, id uuid, device_id uuid, site_code text,
    lat float8, lng float8, accuracy_m float8, technology text, operator text, outcome text, download_bps bigint,
    upload_bps bigint, latency_ms float8, jitter_ms float8, loss_ratio float8, signal_dbm float8, tool text,
    flags text[], counted boolean, raw text, device_measured_at timestamptz, download_test text, upload_test text)
  ON CONFLICT DO NOTHING
  RETURNING id`

/** Makes the partitions of these months (`YYYY-MM-01`) where they are missing. */
export async function ensureProbeMonths(db: Queryable, months: readonly string[]): Promise<void> {
  await db.query('SELECT ensure_probe_month(m) FROM unnest($1::date[]) AS m', [months])
}

export interface RefusedProbe {
  deviceId: string | null
  siteCode: string | null
  field: string | null
  reason: string
  /** As it came, at most 64 KiB. */
  document: string
}

export async function quarantineProbes(db: Queryable, refused: readonly RefusedProbe[]): Promise<void> {
  await db.query(
    `INSERT INTO quarantine (digest, device_id, site_code, field, reason, document)
     SELECT DISTINCT ON (digest) digest, "deviceId", "siteCode", field, reason, document
     FROM (SELECT *, sha256(convert_to(concat_ws(chr(31), "deviceId", "siteCode", reason, document), 'UTF8')) AS digest
       FROM json_to_recordset($1::json) AS r("deviceId" uuid, "siteCode" text, field text, reason text, document text)) AS r
     ON CONFLICT (digest) DO UPDATE SET times = quarantine.times + 1`,
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

/** A probe as who is signed in as a planner sees it, to judge it: still no device, no site, no position finer than its cell. */
export interface ListedProbe {
  id: string
  h3: string
  measuredAt: Date
  technology: Technology | null
  operator: string | null
  outcome: Outcome
  downloadBps: number | null
  uploadBps: number | null
  latencyMs: number | null
  jitterMs: number | null
  lossRatio: number | null
  signalDbm: number | null
  tool: string | null
  flags: Flag[]
  counted: boolean
}

/** In the order of the key; `box` filters by position. */
export async function listProbes(
  db: Queryable,
  page: {
    after: { cell: string; measuredAt: string; id: string }
    cell: string | null
    box: Bounds | null
    limit: number
  },
): Promise<ListedProbe[]> {
  const box = page.box ?? { west: -180, south: -90, east: 180, north: 90 }
  return db.query(
    `SELECT id, to_hex(cell) AS h3, measured_at AS "measuredAt", technology, operator, outcome,
       download_bps::float8 AS "downloadBps", upload_bps::float8 AS "uploadBps", latency_ms AS "latencyMs",
       jitter_ms AS "jitterMs", loss_ratio AS "lossRatio", signal_dbm AS "signalDbm", tool,
       flags || ARRAY(SELECT f.flag FROM probe_flag AS f WHERE f.cell = probe.cell AND f.probe_id = probe.id ORDER BY f.flag) AS flags,
       counted AND NOT EXISTS (SELECT 1 FROM probe_flag AS f
         WHERE f.cell = probe.cell AND f.probe_id = probe.id AND NOT f.counted) AS counted
     FROM probe
     WHERE (cell, measured_at, id) > ($1, $2, $3) ${page.cell ? 'AND cell = $9' : ''}
       AND lng BETWEEN $4 AND $6 AND lat BETWEEN $5 AND $7
     ORDER BY cell, measured_at, id LIMIT $8`,
    [
      page.after.cell,
      page.after.measuredAt,
      page.after.id,
      box.west,
      box.south,
      box.east,
      box.north,
      page.limit,
    ].concat(page.cell ? [page.cell] : []),
  )
}
