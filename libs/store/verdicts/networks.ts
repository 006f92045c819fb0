/** Cells in which a run has networks of one operator, of one technology, or of both. */
import type { Technology } from '#domain/probe'
import { type CellRange, COUNTRY_RESOLUTION } from '#geo'
import type { Queryable } from '../database/database.js'
import { queryRow, queryRows } from '../database/query.js'
import { type Sql, allOf, param, raw, sql } from '../database/sql.js'
import { type RunKey, validInRun } from '../runs/run.js'
import { REACHES, type Reach, WILDCARD, reachRankSql } from './network-rollup.js'
import { validInRanges } from './verdicts.js'

/** The networks to match; null stands for any. */
export interface NetworkFilter {
  operator: string | null
  technology: string | null
}

/** Whether a row `v` belongs to a matching network; null if any matches. */
export function isOfNetwork({ operator, technology }: NetworkFilter): Sql | null {
  const conditions = [
    operator === null ? null : sql`v.operator = ${operator}`,
    technology === null ? null : sql`v.technology = ${technology}`,
  ]
  return operator === null && technology === null ? null : allOf(conditions)
}

const BEST_RANK = raw(`min(${reachRankSql('state')}) AS rank`)

/**
 * Cells by the best rank of their matching networks. Null `ranges` mean the whole country, in the order of the key, so
 * that no list of cells is held in memory.
 */
function rankedCells(run: RunKey, filter: NetworkFilter, ranges: readonly CellRange[] | null): Sql {
  const where = isOfNetwork(filter)
  const from = ranges
    ? validInRanges(run, ranges, { table: 'evidence', columns: 'cell, state', where })
    : sql`evidence AS v WHERE ${allOf([validInRun('v', run), where])}`
  return sql`SELECT cell, ${BEST_RANK} FROM ${from} GROUP BY cell`
}

export async function reachInRanges(
  db: Queryable,
  run: RunKey,
  filter: NetworkFilter,
  ranges: readonly CellRange[],
): Promise<{ h3: string; reach: Reach }[]> {
  const rows = await queryRows<{ h3: string; rank: number }>(
    db,
    sql`SELECT to_hex(cell) AS h3, rank FROM (${rankedCells(run, filter, ranges)}) AS ranked`,
  )
  return rows.map(({ h3, rank }) => ({ h3, reach: REACHES[rank]! }))
}

/** A parent cell (`h3`) with the number of the cells beneath it by their reach. */
export type ReachedParent = { h3: string } & Record<Reach, number>

/**
 * Reach of the whole country, under the parents of the rollup's resolution. Runs from before rollups existed read all
 * cells.
 */
export async function reachOfCountry(
  db: Queryable,
  run: RunKey,
  filter: NetworkFilter,
): Promise<ReachedParent[]> {
  if (!(await isRolledUp(db, run)))
    return reachOfParents(db, run, filter, { resolution: COUNTRY_RESOLUTION, ranges: null })
  return queryRows(
    db,
    sql`SELECT to_hex(cell) AS h3, ${raw(REACHES.join(', '))} FROM (${validRollups(run)}) AS v
     WHERE operator = ${filter.operator ?? WILDCARD} AND technology = ${filter.technology ?? WILDCARD}`,
  )
}

/** Rollups valid in a run, by two index scans, neither of which reads the rows that ended before the run. */
function validRollups({ id, series }: RunKey): Sql {
  const run = param(id, 'integer')
  const begun = sql`SELECT * FROM network_rollup WHERE series = ${param(series, 'integer')} AND first_run <= ${run}`
  return sql`${begun} AND next_run IS NULL UNION ALL ${begun} AND next_run > ${run}`
}

async function isRolledUp(db: Queryable, { id, series }: RunKey): Promise<boolean> {
  const row = await queryRow<{ exists: boolean }>(
    db,
    sql`SELECT EXISTS (SELECT 1 FROM network_rollup WHERE series = ${series} AND operator = ${WILDCARD}
       AND technology = ${WILDCARD} AND first_run <= ${id}) AS exists`,
  )
  return row!.exists
}

/**
 * Counts under the parents of a resolution; `ranges` are those of the cells beneath, null for all cells. Reads each of
 * them.
 */
export async function reachOfParents(
  db: Queryable,
  run: RunKey,
  filter: NetworkFilter,
  { resolution, ranges }: { resolution: number; ranges: readonly CellRange[] | null },
): Promise<ReachedParent[]> {
  const counts = REACHES.map((name, rank) => `(count(*) FILTER (WHERE rank = ${rank}))::integer AS ${name}`)
  const parent = sql`cell_parent(cell, ${param(resolution, 'integer')})`
  return queryRows(
    db,
    sql`SELECT to_hex(${parent}) AS h3, ${raw(counts.join(', '))} FROM (${rankedCells(run, filter, ranges)}) AS ranked
     GROUP BY ${parent}`,
  )
}

export interface NetworkName {
  operator: string | null
  technology: Technology | null
}

/** The operators and technologies of which a run has evidence. */
export async function networksOfRun(db: Queryable, run: RunKey): Promise<NetworkName[]> {
  const from = (await isRolledUp(db, run))
    ? sql`(${validRollups(run)}) AS v WHERE operator <> ${WILDCARD} AND technology <> ${WILDCARD}`
    : sql`evidence AS v WHERE ${validInRun('v', run)}`
  return queryRows(
    db,
    sql`SELECT DISTINCT nullif(operator, '') AS operator, nullif(technology, '') AS technology FROM ${from} ORDER BY 1, 2`,
  )
}
