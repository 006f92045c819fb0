/** Where a run saw the networks of one operator, of one technology, or of both. */
import type { Technology } from '#domain'
import type { CellRange } from '#geo'
import type { Queryable } from './database.js'
import type { RunRow } from './runs.js'
import { HOLDS, IN_RANGES } from './verdicts.js'

/** Null: any. */
export interface NetworkFilter {
  operator: string | null
  technology: string | null
}

/** What is said of the best of a cell's matching networks, the best first. */
export const REACH = ['present', 'declared', 'missing', 'undecided'] as const
export type Reach = (typeof REACH)[number]

/** States by rank in REACH; a promise counts as declared only when it is kept, so it is undecided until then. */
const RANK = `min(CASE state WHEN 'present' THEN 0 WHEN 'declared' THEN 1 WHEN 'refuted' THEN 2 WHEN 'absent' THEN 2 ELSE 3 END)`

const OF_NETWORK = 'v.operator = coalesce($4, v.operator) AND v.technology = coalesce($5, v.technology)'

const REACHED = `SELECT cell, ${RANK} AS rank ${IN_RANGES}
  (SELECT cell, state FROM evidence AS v WHERE ${HOLDS} AND v.cell BETWEEN r.low AND r.high
    AND ${OF_NETWORK} OFFSET 0) AS v ON true
  GROUP BY cell`

/** Of the whole country, in the order of the key: no list of cells is held. */
const ALL_REACHED = `SELECT cell, ${RANK} AS rank FROM evidence AS v
  WHERE ${HOLDS} AND $3::json IS NULL AND ${OF_NETWORK} GROUP BY cell`

type RunKey = Pick<RunRow, 'id' | 'series'>

const parameters = (
  run: RunKey,
  { operator, technology }: NetworkFilter,
  ranges: readonly CellRange[] | null,
) => [run.series, run.id, ranges && JSON.stringify(ranges), operator, technology]

export async function reachInRanges(
  db: Queryable,
  run: RunKey,
  filter: NetworkFilter,
  ranges: readonly CellRange[],
): Promise<{ h3: string; reach: Reach }[]> {
  const rows: { h3: string; rank: number }[] = await db.query(
    `SELECT to_hex(cell) AS h3, rank FROM (${REACHED}) AS reached`,
    parameters(run, filter, ranges),
  )
  return rows.map(({ h3, rank }) => ({ h3, reach: REACH[rank]! }))
}

/**
 * Counts under the parents of a resolution; `ranges` are those of the cells beneath, null: of all. Reads each of them.
 */
export async function reachOfParents(
  db: Queryable,
  run: RunKey,
  filter: NetworkFilter,
  at: { resolution: number; ranges: readonly CellRange[] | null },
): Promise<({ h3: string } & Record<Reach, number>)[]> {
  const counts = REACH.map((name, rank) => `(count(*) FILTER (WHERE rank = ${rank}))::integer AS ${name}`)
  return db.query(
    `SELECT to_hex(cell_parent(cell, $6)) AS h3, ${counts.join(', ')} FROM (${at.ranges ? REACHED : ALL_REACHED}) AS reached
     GROUP BY cell_parent(cell, $6)`,
    [...parameters(run, filter, at.ranges), at.resolution],
  )
}

/** The operators and technologies of which a run has evidence. */
export interface NetworkName {
  operator: string | null
  technology: Technology | null
}

export async function networksOfRun(db: Queryable, run: RunKey): Promise<NetworkName[]> {
  return db.query(
    `SELECT DISTINCT nullif(operator, '') AS operator, nullif(technology, '') AS technology FROM evidence AS v
     WHERE ${HOLDS} ORDER BY 1, 2`,
    [run.series, run.id],
  )
}
