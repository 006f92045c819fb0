/** Probes and what was refused of them. */
import type { Bounds, Flag } from '#domain/probe'
import type { CellRange } from '#geo'
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { flagByContext } from './arrival-flags.js'
import { PREPARED } from '../database/prepared-client.js'
import { type ListedFields, type Readers, listedColumns } from './listed.js'
import { type ProbeRow, ROW_COLUMNS } from './row.js'

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
  const found: { id: string }[] = await tx.query(
    `${PREPARED}SELECT id FROM probe WHERE id = ANY($1::uuid[])`,
    [rows.map((row) => row.id)],
  )
  return new Set(found.map((row) => row.id))
}

const COLUMN_NAMES = ROW_COLUMNS.map(({ name }) => name).join(', ')
const COLUMN_DEFINITIONS = ROW_COLUMNS.map(({ name, type }) => `${name} ${type}`).join(', ')

const INSERT_PROBES = `${PREPARED}
  INSERT INTO probe (${COLUMN_NAMES}, received_at)
  SELECT ${COLUMN_NAMES}, (SELECT clock_timestamp()) FROM json_to_recordset($1::json) AS r(${COLUMN_DEFINITIONS})
  ON CONFLICT DO NOTHING
  RETURNING id`

/** Makes the partitions of these months (`YYYY-MM-01`) where they are missing. */
export async function ensureProbeMonths(db: Queryable, months: readonly string[]): Promise<void> {
  await db.query('SELECT ensure_probe_month(m) FROM unnest($1::date[]) AS m', [months])
}

export interface QuarantinedProbe {
  deviceId: string | null
  siteCode: string | null
  field: string | null
  reason: string
  /** As it came, at most 64 KiB. */
  document: string
}

export async function quarantineProbes(db: Queryable, refused: readonly QuarantinedProbe[]): Promise<void> {
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

/**
 * Of `p`: a site's device measured at its site, whose position is public. It tells of an office's line, not of a person's
 * ways; whoever carried the device away from the site has the flag.
 */
export const MEASURED_AT_SITE = `p.site_code IS NOT NULL AND NOT 'far_from_site' = ANY (p.flags)
  AND EXISTS (SELECT 1 FROM site AS s WHERE s.code = p.site_code)`

/** Fewer devices would let a reader follow one of them. */
const MIN_DEVICES = 3

/**
 * The probes of a cell that are public one by one: lines of sites, and those of a network that enough devices measured with
 * the same tool. All that was ever measured decides, never what a question selects.
 */
export const publicProbesOf = (cell: string): string => `(
  SELECT p.* FROM probe AS p LEFT JOIN (
    SELECT operator, technology, tool, true AS is_common FROM probe WHERE cell = ${cell}
    GROUP BY operator, technology, tool HAVING count(DISTINCT device_id) >= ${MIN_DEVICES}) AS alike
  ON p.operator IS NOT DISTINCT FROM alike.operator AND p.technology IS NOT DISTINCT FROM alike.technology
    AND p.tool IS NOT DISTINCT FROM alike.tool
  WHERE p.cell = ${cell} AND (alike.is_common OR (${MEASURED_AT_SITE})))`

/** A probe without device, site and position finer than its cell. */
export interface ListedProbe extends ListedFields {
  h3: string
  measuredAt: Date
  flags: Flag[]
  counted: boolean
}

export const PROBE_ORDERS = ['-measuredAt', 'measuredAt', 'cell'] as const
/** Newest first, oldest first, or cell by cell. */
export type ProbeOrder = (typeof PROBE_ORDERS)[number]

/** What a page begins after. */
export interface ProbeKey {
  cell: string
  /** To the microsecond, as it is stored. */
  measuredAt: string
  id: string
}

export interface ProbePage {
  order: ProbeOrder
  after: ProbeKey | null
  /** Only this cell. */
  cell: string | null
  /** Only the lines of sites: what their devices measured there. All others are for who has to judge them. */
  ofSites: boolean
  /** Only positions in the box, whose cells lie in these ranges; they are listed cell by cell. Of lines, their sites' positions. */
  place: { box: Bounds; ranges: readonly CellRange[] } | null
  /** Measured from the one on and before the other: RFC 3339, or a day, which begins at midnight in Morocco. */
  since: string | null
  until: string | null
  limit: number
}

/** UTC as RFC 3339, to the millisecond (`MS`) or the microsecond (`US`). */
const rfc3339Sql = (moment: string, digits: 'MS' | 'US') =>
  `to_char(${moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.${digits}"Z"')`

/** Those that came after the probe. */
const LATE_FLAGS = 'FROM probe_flag AS f WHERE f.cell = p.cell AND f.probe_id = p.id'

const probeColumns = (
  readers: Readers,
) => `p.id, to_hex(p.cell) AS h3, ${rfc3339Sql('p.measured_at', 'MS')} AS "measuredAt",
  ${listedColumns(readers)},
  CASE WHEN late.any THEN p.flags || (SELECT array_agg(f.flag ORDER BY f.flag) ${LATE_FLAGS}) ELSE p.flags END AS flags,
  p.counted AND NOT (late.any IS TRUE AND EXISTS (SELECT 1 ${LATE_FLAGS} AND NOT f.counted)) AS counted`

/** Few probes have any: to see that there is none costs a quarter of collecting none. */
const JOIN_LATE_FLAGS = `LEFT JOIN LATERAL (SELECT true AS any ${LATE_FLAGS} LIMIT 1) AS late ON true`

const momentSql = (text: string) =>
  `CASE WHEN length(${text}) > 10 THEN ${text}::timestamptz ELSE ${text}::date::timestamp AT TIME ZONE 'Africa/Casablanca' END`

/** A page as the database wrote it, and the key that the next begins after. */
export interface ProbeList {
  /** JSON of `ListedProbe[]`: to make objects of a hundred rows and to write them again takes longer than to find them. */
  json: string
  count: number
  last: ProbeKey | null
}

/**
 * By time it reads the newest months' index from the cursor on, and no other month's: the same rows at any depth.
 */
export async function listProbes(db: Queryable, page: ProbePage): Promise<ProbeList> {
  const { sql, parameters } = probePage(page)
  const [row] = await db.query(sql, parameters)
  const { json, count, ...last } = row as ProbeKey & { json: string; count: number }
  return count === 0 ? { json: '[]', count, last: null } : { json, count, last }
}

/** One row, which tells of no rows where the page is empty: what is joined keeps the page's order. */
export function probePage(page: ProbePage): { sql: string; parameters: unknown[] } {
  const parameters: unknown[] = []
  const bind = (value: unknown, type: string) => `$${parameters.push(value)}::${type}`
  const conditions = ['true']
  if (page.cell !== null) conditions.push(`p.cell = ${bind(page.cell, 'bigint')}`)
  if (page.since !== null) conditions.push(`p.measured_at >= ${momentSql(bind(page.since, 'text'))}`)
  if (page.until !== null) conditions.push(`p.measured_at < ${momentSql(bind(page.until, 'text'))}`)
  if (page.after) conditions.push(afterKey(page.order, page.after, bind))
  const limit = Math.floor(page.limit)
  const order = ORDERS[page.order]
  const read = (where: readonly string[]) =>
    `SELECT p.* FROM probe AS p WHERE ${where.join(' AND ')} ORDER BY ${order} LIMIT ${limit}`
  // By time, each of the two has its index.
  const chosen = (where: readonly string[]) =>
    page.ofSites || page.cell !== null || page.order === 'cell'
      ? read(page.ofSites ? [...where, MEASURED_AT_SITE] : where)
      : `(${read([...where, 'p.site_code IS NOT NULL'])}) UNION ALL (${read([...where, 'p.site_code IS NULL'])})`
  const rows = page.place ? placeCondition(page, page.place, conditions, chosen, bind) : chosen(conditions)
  const last = (column: string) => `(array_agg(${column}))[count(*)]`
  return {
    sql: `${PREPARED}SELECT json_agg(told)::text AS json, count(*)::integer AS count, ${last('p.cell')}::text AS cell,
        ${rfc3339Sql(last('p.measured_at'), 'US')} AS "measuredAt", ${last('p.id')} AS id
      FROM (SELECT p.* FROM (${rows}) AS p ORDER BY ${order} LIMIT ${limit}) AS p ${JOIN_LATE_FLAGS}
        CROSS JOIN LATERAL (SELECT ${probeColumns(page.ofSites ? 'everybody' : 'planners')}) AS told`,
    parameters,
  }
}

const ORDERS: Record<ProbeOrder, string> = {
  '-measuredAt': 'p.measured_at DESC, p.id DESC',
  measuredAt: 'p.measured_at, p.id',
  cell: 'p.cell, p.measured_at, p.id',
}

type BindTyped = (value: unknown, type: string) => string

/** The time is said once more by itself: months are left out by it, not by the pair. */
function afterKey(order: ProbeOrder, { cell, measuredAt, id }: ProbeKey, bind: BindTyped): string {
  const [at, uuid] = [bind(measuredAt, 'timestamptz'), bind(id, 'uuid')]
  if (order === 'cell') return `(p.cell, p.measured_at, p.id) > (${bind(cell, 'bigint')}, ${at}, ${uuid})`
  const [less, atMost] = order === 'measuredAt' ? ['>', '>='] : ['<', '<=']
  return `(p.measured_at, p.id) ${less} (${at}, ${uuid}) AND p.measured_at ${atMost} ${at}`
}

/** Each range of cells is read by the key, no further than a page; what is not in the box is passed over. */
function placeCondition(
  { ofSites }: Pick<ProbePage, 'ofSites'>,
  { box, ranges }: NonNullable<ProbePage['place']>,
  conditions: readonly string[],
  chosen: (where: readonly string[]) => string,
  bind: BindTyped,
): string {
  const within = (
    of: string,
  ) => `${of}.lng BETWEEN ${bind(box.west, 'float8')} AND ${bind(box.east, 'float8')}
    AND ${of}.lat BETWEEN ${bind(box.south, 'float8')} AND ${bind(box.north, 'float8')}`
  // By its own position, a box made ever smaller would find it.
  const inBox = ofSites
    ? `EXISTS (SELECT 1 FROM site AS s WHERE s.code = p.site_code AND ${within('s')})`
    : within('p')
  const one = chosen([...conditions, 'p.cell BETWEEN r.low AND r.high', inBox])
  return `SELECT one.* FROM json_to_recordset(${bind(JSON.stringify(ranges), 'json')}) AS r(low bigint, high bigint)
    JOIN LATERAL (${one}) AS one ON true`
}
