/** Pages of single probes, by time or cell by cell. */
import type { Scope } from '#domain/account'
import type { Bounds, Flag } from '#domain/probe'
import type { CellRange } from '#geo'
import { isCellInScope } from '../areas/scope.js'
import type { Queryable } from '../database/database.js'
import { momentOrDay } from '../database/local-time.js'
import { prepared, queryRow } from '../database/query.js'
import { isPositionInBox } from '../database/shapes.js'
import { type Sql, allOf, param, raw, sql } from '../database/sql.js'
import { type ListedFields, type Readers, listedColumns } from './listed.js'
import { nextCellsOfSites, nextMeasuredCells } from './measured-cells.js'
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

export interface ProbePageQuery {
  order: ProbeOrder
  after: ProbeKey | null
  /** The only cell whose probes are listed; null for all. */
  cell: string | null
  /** Lists only what devices of sites measured at their sites; all other probes are for planners, who judge them. */
  ofSites: boolean
  /** The areas whose probes are all listed where `ofSites` is not set, while of other places only those of sites are; null for all areas. */
  scope?: Scope
  /**
   * Lists only positions in the box, in the order `cell`; `ranges` covers the cells that the box touches. With `ofSites`
   * the position of the site decides.
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

const probeColumns = (readers: Readers): Sql =>
  raw(`p.id, to_hex(p.cell) AS h3, ${rfc3339Sql('p.measured_at', 'MS')} AS "measuredAt",
  ${listedColumns(readers)},
  CASE WHEN late.any THEN p.flags || (SELECT array_agg(f.flag ORDER BY f.flag) ${LATE_FLAGS}) ELSE p.flags END AS flags,
  p.counted AND NOT (late.any IS TRUE AND EXISTS (SELECT 1 ${LATE_FLAGS} AND NOT f.counted)) AS counted`)

const readersOf = ({ ofSites, scope = null }: ProbePageQuery): Readers =>
  ofSites ? 'everybody' : scope === null ? 'planners' : 'planners of areas'

/** Whether the probe lies in the areas of a planner of areas. */
const joinReach = ({ scope = null }: ProbePageQuery): Sql =>
  scope === null
    ? raw('')
    : sql` CROSS JOIN LATERAL (SELECT ${isCellInScope(raw('p.cell'), scope)} AS inside OFFSET 0) AS reach`

/** Few probes have late flags, and looking whether there is one costs a quarter of collecting none. */
const JOIN_LATE_FLAGS = raw(`LEFT JOIN LATERAL (SELECT true AS any ${LATE_FLAGS} LIMIT 1) AS late ON true`)

/** A page as JSON that the database wrote, and the key after which the next page begins. */
export interface ProbeList {
  /** JSON of `ListedProbe[]`. Parsing a hundred rows and serializing them again takes longer than finding them. */
  json: string
  count: number
  /** The place in the order up to which the page has read; null where it is empty and nothing follows. */
  last: ProbeKey | null
  /** Whether there may be more after it. In a box also a page that is not full may be followed by another one. */
  hasMore: boolean
}

/**
 * Lists one page. By time, it reads the index of the month of the cursor and of the months after it; in a box, it looks for
 * the next cells with probes, or of its sites, and reads those: a deep page costs as much as the first.
 */
export async function listProbes(db: Queryable, page: ProbePageQuery): Promise<ProbeList> {
  return page.place && page.cell === null
    ? listInPlace(db, page, page.place)
    : readPage(db, probePageStatement(page), page.limit)
}

async function readPage(db: Queryable, statement: Sql, limit: number): Promise<ProbeList> {
  const row = await queryRow<ProbeKey & { json: string; count: number }>(db, statement)
  const { json, count, ...last } = row!
  return count === 0
    ? { json: '[]', count, last: null, hasMore: false }
    : { json, count, last, hasMore: count === limit }
}

/** A page of all probes in the order of the time, or of a cell's. */
export function probePageStatement(page: ProbePageQuery): Sql {
  const key = page.cell === null ? null : param(page.cell, 'bigint')
  const conditions = [
    key && sql`p.cell = ${key}`,
    ...timeConditions(page),
    page.after && isAfter(page.order, page.after),
    visibleIn(page, page.place?.box ?? null),
  ]
  const read = (kind: string | null) =>
    sql`SELECT p.* FROM probe AS p WHERE ${allOf([...conditions, kind === null ? null : raw(kind)])}
      ORDER BY ${ORDERS[page.order]} LIMIT ${limitOf(page)}`
  // By time, the probes with a site and those without have an index each.
  const rows =
    page.ofSites || key || page.order === 'cell'
      ? read(null)
      : sql`(${read('p.site_code IS NOT NULL')}) UNION ALL (${read('p.site_code IS NULL')})`
  return pageOfRows(page, rows)
}

/** Cells whose probes are read by one statement: few at first, for one cell may fill a page. */
const CELL_BATCHES = [4, 16, 64] as const

/** A page that is not full ends after so many cells more than it has probes: the box may hold few that may be shown. */
const MAX_EMPTY_CELLS = 128

async function listInPlace(
  db: Queryable,
  page: ProbePageQuery,
  { box, ranges }: NonNullable<ProbePageQuery['place']>,
): Promise<ProbeList> {
  const { since, until } = momentsOf(page)
  const parts: ProbeList[] = []
  let [count, cellCount] = [0, 0]
  let start = page.after && { cell: page.after.cell, isIncluded: true }
  const pageTo = (last: ProbeKey | null, hasMore: boolean): ProbeList => ({
    json: `[${parts.map(({ json }) => json.slice(1, -1)).join(',')}]`,
    count,
    last,
    hasMore,
  })
  for (let round = 0; ; round++) {
    const limit = CELL_BATCHES[Math.min(round, CELL_BATCHES.length - 1)]!
    const cells = page.ofSites
      ? await nextCellsOfSites(db, box, { ranges, start, limit })
      : await nextMeasuredCells(db, { ranges, start, since, until, limit })
    const rest = page.limit - count
    if (cells.length > 0) {
      const part = await readPage(db, probesOfCellsStatement(page, box, cells, rest), rest)
      if (part.count > 0) parts.push(part)
      count += part.count
      cellCount += cells.length
    }
    const last = parts.at(-1)?.last ?? null
    if (count === page.limit) return pageTo(last, true)
    if (cells.length < limit) return pageTo(last, false)
    start = { cell: cells.at(-1)!, isIncluded: false }
    if (cellCount - count >= MAX_EMPTY_CELLS) return pageTo(endOfCell(start.cell), true)
  }
}

/** The place after all probes of a cell. */
const endOfCell = (cell: string): ProbeKey => ({
  cell,
  measuredAt: '9999-12-31T23:59:59.999999Z',
  id: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
})

/** The rest of a page from some cells, each of which is read in the order of its key and no further than the page. */
export function probesOfCellsStatement(
  page: ProbePageQuery,
  box: Bounds,
  cells: readonly string[],
  limit: number,
): Sql {
  const rest = { ...page, limit }
  const conditions = [
    sql`p.cell = c.cell`,
    ...timeConditions(page),
    page.after && isAfter('cell', page.after),
    visibleIn(page, box),
  ]
  const rows = sql`SELECT p.* FROM unnest(${cells}::bigint[]) AS c(cell) CROSS JOIN LATERAL (
    SELECT p.* FROM probe AS p WHERE ${allOf(conditions)} ORDER BY p.measured_at, p.id LIMIT ${limitOf(rest)}) AS p`
  return pageOfRows(rest, rows)
}

/** The statement of a page from its rows. It gives one row, also where there are none; the JSON array keeps the order. */
function pageOfRows(page: ProbePageQuery, rows: Sql): Sql {
  const order = ORDERS[page.order]
  const last = (column: string) => `(array_agg(${column}))[count(*)]`
  return prepared(sql`SELECT json_agg(item)::text AS json, count(*)::integer AS count, ${raw(last('p.cell'))}::text AS cell,
      ${raw(rfc3339Sql(last('p.measured_at'), 'US'))} AS "measuredAt", ${raw(last('p.id'))} AS id
    FROM (SELECT p.* FROM (${rows}) AS p ORDER BY ${order} LIMIT ${limitOf(page)}) AS p ${JOIN_LATE_FLAGS}${joinReach(page)}
      CROSS JOIN LATERAL (SELECT ${probeColumns(readersOf(page))}) AS item`)
}

const ORDERS: Record<ProbeOrder, Sql> = {
  '-measuredAt': raw('p.measured_at DESC, p.id DESC'),
  measuredAt: raw('p.measured_at, p.id'),
  cell: raw('p.cell, p.measured_at, p.id'),
}

const limitOf = ({ limit }: Pick<ProbePageQuery, 'limit'>): Sql => raw(String(Math.floor(limit)))

const momentsOf = ({ since, until }: ProbePageQuery): { since: Sql | null; until: Sql | null } => ({
  since: since === null ? null : momentOrDay(param(since, 'text')),
  until: until === null ? null : momentOrDay(param(until, 'text')),
})

function timeConditions(page: ProbePageQuery): (Sql | null)[] {
  const { since, until } = momentsOf(page)
  return [since && sql`p.measured_at >= ${since}`, until && sql`p.measured_at < ${until}`]
}

/** The condition on the time stands once more by itself: partitions are pruned by it, not by the pair. */
function isAfter(order: ProbeOrder, { cell, measuredAt, id }: ProbeKey): Sql {
  const [at, uuid] = [param(measuredAt, 'timestamptz'), param(id, 'uuid')]
  if (order === 'cell') return sql`(p.cell, p.measured_at, p.id) > (${param(cell, 'bigint')}, ${at}, ${uuid})`
  return order === 'measuredAt'
    ? sql`(p.measured_at, p.id) > (${at}, ${uuid}) AND p.measured_at >= ${at}`
    : sql`(p.measured_at, p.id) < (${at}, ${uuid}) AND p.measured_at <= ${at}`
}

/** Whether the reader may see the row `p`, and it lies in the box. */
function visibleIn({ ofSites, scope = null }: ProbePageQuery, box: Bounds | null): Sql | null {
  if (!ofSites && scope === null) return box && isPositionInBox('p', box)
  const ofSite = allOf([box && isSiteInBox(box), raw(MEASURED_AT_SITE)])
  if (ofSites || scope === null) return ofSite
  const ofScope = allOf([isCellInScope(raw('p.cell'), scope), box && isPositionInBox('p', box)])
  return sql`((${ofScope}) OR (${ofSite}))`
}

/** The position of the site decides where only probes of sites are shown: by the probe's own, ever smaller boxes would reveal it. */
const isSiteInBox = (box: Bounds): Sql =>
  sql`EXISTS (SELECT 1 FROM site AS s WHERE s.code = p.site_code AND ${isPositionInBox('s', box)} OFFSET 0)`
