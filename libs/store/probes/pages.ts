/** Pages of single probes, by time or cell by cell. */
import type { Bounds, Flag } from '#domain/probe'
import type { CellRange } from '#geo'
import type { Queryable } from '../database/database.js'
import { PREPARED } from '../database/prepared-client.js'
import { type ListedFields, type Readers, listedColumns } from './listed.js'
import { MEASURED_AT_SITE } from './public.js'

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

/** The key of the last row of a page; the next page begins after it. */
export interface ProbeKey {
  cell: string
  /** The time to the microsecond, as it is stored. */
  measuredAt: string
  id: string
}

export interface ProbePage {
  order: ProbeOrder
  after: ProbeKey | null
  /** The only cell whose probes are listed; null for all. */
  cell: string | null
  /** Lists only what devices of sites measured at their sites; all other probes are for planners, who judge them. */
  ofSites: boolean
  /**
   * Lists only positions in the box, cell by cell; `ranges` covers the cells that the box touches. With `ofSites` the
   * position of the site decides.
   */
  place: { box: Bounds; ranges: readonly CellRange[] } | null
  /** Measured at `since` or later and before `until`: RFC 3339, or a day, which begins at midnight in Morocco. */
  since: string | null
  until: string | null
  limit: number
}

/** UTC as RFC 3339, to the millisecond (`MS`) or the microsecond (`US`). */
const rfc3339Sql = (moment: string, digits: 'MS' | 'US') =>
  `to_char(${moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.${digits}"Z"')`

/** Flags that were set after the probe had arrived. */
const LATE_FLAGS = 'FROM probe_flag AS f WHERE f.cell = p.cell AND f.probe_id = p.id'

const probeColumns = (
  readers: Readers,
) => `p.id, to_hex(p.cell) AS h3, ${rfc3339Sql('p.measured_at', 'MS')} AS "measuredAt",
  ${listedColumns(readers)},
  CASE WHEN late.any THEN p.flags || (SELECT array_agg(f.flag ORDER BY f.flag) ${LATE_FLAGS}) ELSE p.flags END AS flags,
  p.counted AND NOT (late.any IS TRUE AND EXISTS (SELECT 1 ${LATE_FLAGS} AND NOT f.counted)) AS counted`

/** Few probes have late flags, and looking whether there is one costs a quarter of collecting none. */
const JOIN_LATE_FLAGS = `LEFT JOIN LATERAL (SELECT true AS any ${LATE_FLAGS} LIMIT 1) AS late ON true`

const momentSql = (text: string) =>
  `CASE WHEN length(${text}) > 10 THEN ${text}::timestamptz ELSE ${text}::date::timestamp AT TIME ZONE 'Africa/Casablanca' END`

/** A page as JSON that the database wrote, and the key after which the next page begins. */
export interface ProbeList {
  /** JSON of `ListedProbe[]`. Parsing a hundred rows and serializing them again takes longer than finding them. */
  json: string
  count: number
  last: ProbeKey | null
}

/**
 * Lists one page. By time, it reads the index of the month of the cursor and of the months after it, so that a deep page costs
 * as much as the first.
 */
export async function listProbes(db: Queryable, page: ProbePage): Promise<ProbeList> {
  const { sql, parameters } = probePage(page)
  const [row] = await db.query(sql, parameters)
  const { json, count, ...last } = row as ProbeKey & { json: string; count: number }
  return count === 0 ? { json: '[]', count, last: null } : { json, count, last }
}

/** The statement of a page. It gives one row, also where the page is empty; the JSON array keeps the order of the page. */
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
  // By time, the probes with a site and those without have an index each.
  const selectRows = (where: readonly string[]) =>
    page.ofSites || page.cell !== null || page.order === 'cell'
      ? read(page.ofSites ? [...where, MEASURED_AT_SITE] : where)
      : `(${read([...where, 'p.site_code IS NOT NULL'])}) UNION ALL (${read([...where, 'p.site_code IS NULL'])})`
  const rows = page.place
    ? placeCondition(page, page.place, conditions, selectRows, bind)
    : selectRows(conditions)
  const last = (column: string) => `(array_agg(${column}))[count(*)]`
  return {
    sql: `${PREPARED}SELECT json_agg(item)::text AS json, count(*)::integer AS count, ${last('p.cell')}::text AS cell,
        ${rfc3339Sql(last('p.measured_at'), 'US')} AS "measuredAt", ${last('p.id')} AS id
      FROM (SELECT p.* FROM (${rows}) AS p ORDER BY ${order} LIMIT ${limit}) AS p ${JOIN_LATE_FLAGS}
        CROSS JOIN LATERAL (SELECT ${probeColumns(page.ofSites ? 'everybody' : 'planners')}) AS item`,
    parameters,
  }
}

const ORDERS: Record<ProbeOrder, string> = {
  '-measuredAt': 'p.measured_at DESC, p.id DESC',
  measuredAt: 'p.measured_at, p.id',
  cell: 'p.cell, p.measured_at, p.id',
}

type BindTyped = (value: unknown, type: string) => string

/** The condition on the time stands once more by itself: partitions are pruned by it, not by the pair. */
function afterKey(order: ProbeOrder, { cell, measuredAt, id }: ProbeKey, bind: BindTyped): string {
  const [at, uuid] = [bind(measuredAt, 'timestamptz'), bind(id, 'uuid')]
  if (order === 'cell') return `(p.cell, p.measured_at, p.id) > (${bind(cell, 'bigint')}, ${at}, ${uuid})`
  const [strict, inclusive] = order === 'measuredAt' ? ['>', '>='] : ['<', '<=']
  return `(p.measured_at, p.id) ${strict} (${at}, ${uuid}) AND p.measured_at ${inclusive} ${at}`
}

/** Each range of cells is read by the primary key, up to the size of a page; probes outside the box are skipped. */
function placeCondition(
  { ofSites }: Pick<ProbePage, 'ofSites'>,
  { box, ranges }: NonNullable<ProbePage['place']>,
  conditions: readonly string[],
  selectRows: (where: readonly string[]) => string,
  bind: BindTyped,
): string {
  const within = (
    of: string,
  ) => `${of}.lng BETWEEN ${bind(box.west, 'float8')} AND ${bind(box.east, 'float8')}
    AND ${of}.lat BETWEEN ${bind(box.south, 'float8')} AND ${bind(box.north, 'float8')}`
  // By the probe's own position, ever smaller boxes would reveal it.
  const inBox = ofSites
    ? `EXISTS (SELECT 1 FROM site AS s WHERE s.code = p.site_code AND ${within('s')})`
    : within('p')
  const rowsOfRange = selectRows([...conditions, 'p.cell BETWEEN r.low AND r.high', inBox])
  return `SELECT probe_row.* FROM json_to_recordset(${bind(JSON.stringify(ranges), 'json')}) AS r(low bigint, high bigint)
    JOIN LATERAL (${rowsOfRange}) AS probe_row ON true`
}
