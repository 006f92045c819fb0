/** Where a run saw the networks of one operator, of one technology, or of both. */
import type { Technology } from '#domain/probe'
import { type CellRange, COUNTRY_RESOLUTION } from '#geo'
import type { Queryable } from '../database/database.js'
import { WILDCARD, REACHES, type Reach, reachRankSql } from './network-rollup.js'
import type { RunRow } from '../runs/runs.js'
import { VALID_IN_RUN, FROM_CELL_RANGES } from './verdicts.js'

/** Null: any. */
export interface NetworkFilter {
  operator: string | null
  technology: string | null
}

const RANK = `min(${reachRankSql('state')})`

const OF_NETWORK = 'v.operator = coalesce($4, v.operator) AND v.technology = coalesce($5, v.technology)'

const REACH_IN_RANGES = `SELECT cell, ${RANK} AS rank ${FROM_CELL_RANGES}
  (SELECT cell, state FROM evidence AS v WHERE ${VALID_IN_RUN} AND v.cell BETWEEN r.low AND r.high
    AND ${OF_NETWORK} OFFSET 0) AS v ON true
  GROUP BY cell`

/** Of the whole country, in the order of the key: no list of cells is held. */
const REACH_EVERYWHERE = `SELECT cell, ${RANK} AS rank FROM evidence AS v
  WHERE ${VALID_IN_RUN} AND $3::json IS NULL AND ${OF_NETWORK} GROUP BY cell`

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
    `SELECT to_hex(cell) AS h3, rank FROM (${REACH_IN_RANGES}) AS reached`,
    parameters(run, filter, ranges),
  )
  return rows.map(({ h3, rank }) => ({ h3, reach: REACHES[rank]! }))
}

/** Cells beneath it by what is said of them. */
export type ReachedParent = { h3: string } & Record<Reach, number>

/** Of the whole country, under the parents of the rollup's resolution. Runs from before there was one read all cells. */
export async function reachOfCountry(
  db: Queryable,
  run: RunKey,
  filter: NetworkFilter,
): Promise<ReachedParent[]> {
  if (!(await isRolledUp(db, run)))
    return reachOfParents(db, run, filter, { resolution: COUNTRY_RESOLUTION, ranges: null })
  return db.query(
    `SELECT to_hex(cell) AS h3, ${REACHES.join(', ')} FROM (${ROLLUPS_VALID_IN_RUN}) AS v
     WHERE operator = coalesce($3, '${WILDCARD}') AND technology = coalesce($4, '${WILDCARD}')`,
    [run.series, run.id, filter.operator, filter.technology],
  )
}

/** Two index scans: neither reads what ended before the run. */
const ROLLUPS_VALID_IN_RUN = ['next_run IS NULL', 'next_run > $2']
  .map((end) => `SELECT * FROM network_rollup WHERE series = $1 AND first_run <= $2 AND ${end}`)
  .join(' UNION ALL ')

async function isRolledUp(db: Queryable, run: RunKey): Promise<boolean> {
  const [{ known }] = await db.query(
    `SELECT EXISTS (SELECT 1 FROM network_rollup WHERE series = $1 AND operator = '${WILDCARD}' AND technology = '${WILDCARD}'
       AND first_run <= $2) AS known`,
    [run.series, run.id],
  )
  return known as boolean
}

/** Counts under the parents of a resolution; `ranges` are those of the cells beneath, null: of all. Reads each of them. */
export async function reachOfParents(
  db: Queryable,
  run: RunKey,
  filter: NetworkFilter,
  at: { resolution: number; ranges: readonly CellRange[] | null },
): Promise<ReachedParent[]> {
  const counts = REACHES.map((name, rank) => `(count(*) FILTER (WHERE rank = ${rank}))::integer AS ${name}`)
  return db.query(
    `SELECT to_hex(cell_parent(cell, $6)) AS h3, ${counts.join(', ')} FROM (${at.ranges ? REACH_IN_RANGES : REACH_EVERYWHERE}) AS reached
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
  const from = (await isRolledUp(db, run))
    ? `(${ROLLUPS_VALID_IN_RUN}) AS v WHERE operator <> '${WILDCARD}' AND technology <> '${WILDCARD}'`
    : `evidence AS v WHERE ${VALID_IN_RUN}`
  return db.query(
    `SELECT DISTINCT nullif(operator, '') AS operator, nullif(technology, '') AS technology FROM ${from} ORDER BY 1, 2`,
    [run.series, run.id],
  )
}
