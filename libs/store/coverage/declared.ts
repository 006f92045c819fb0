/** Declared coverage as a run knew it: by cell, and for the zoomed-out map by parent. */
import type { Rule } from '#domain/rule'
import type { CellRange } from '#geo'
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { cellRanges } from '../database/shapes.js'
import { type Sql, allOf, param, sql } from '../database/sql.js'
import type { RunWindow } from '../runs/run.js'
import { type NetworkFilter, type NetworkName, isOfNetwork } from '../verdicts/networks.js'
import { isClaimKnown, isDue, meetsRule } from './claims.js'

type KnownRun = Pick<RunWindow, 'knownBefore' | 'to'>

const isDeclaredInRun = (run: KnownRun): Sql =>
  allOf([sql`v.kind = 'declared'`, isClaimKnown('v', run.knownBefore), isDue('v', run)])

/**
 * Declared cells, and whether a matching claim meets the rule. Null `ranges` mean the whole country, in the order of
 * the key, so that no list of cells is held in memory.
 */
function declaredCells(
  run: KnownRun,
  rule: Rule,
  filter: NetworkFilter,
  ranges: readonly CellRange[] | null,
): Sql {
  const claims = (inRange: Sql | null) => sql`SELECT cell, ${meetsRule('v', rule)} AS meets FROM coverage AS v
    WHERE ${allOf([inRange, isDeclaredInRun(run), isOfNetwork(filter)])}`
  const from = ranges
    ? sql`${cellRanges(ranges)} JOIN LATERAL (${claims(sql`v.cell BETWEEN r.low AND r.high`)} OFFSET 0) AS v ON true`
    : sql`(${claims(null)}) AS v`
  return sql`SELECT cell, bool_or(meets) AS meets FROM ${from} GROUP BY cell`
}

export interface DeclaredCell {
  h3: string
  /** Whether a declaration has the speed and technology that the rule requires. */
  meets: boolean
}

export async function declaredInRanges(
  db: Queryable,
  run: KnownRun,
  rule: Rule,
  filter: NetworkFilter,
  ranges: readonly CellRange[],
): Promise<DeclaredCell[]> {
  return queryRows(
    db,
    sql`SELECT to_hex(cell) AS h3, meets FROM (${declaredCells(run, rule, filter, ranges)}) AS declared`,
  )
}

export interface DeclaredParent {
  h3: string
  /** Number of cells beneath the parent with any declaration. */
  declared: number
  /** Number of those cells with a declaration that meets the rule. */
  meets: number
}

/**
 * Counts under the parents of a resolution. `ranges` are those of the cells beneath, null for all cells. Reads each of
 * their claims.
 */
export async function declaredParents(
  db: Queryable,
  run: KnownRun,
  rule: Rule,
  filter: NetworkFilter,
  { resolution, ranges }: { resolution: number; ranges: readonly CellRange[] | null },
): Promise<DeclaredParent[]> {
  const parent = sql`cell_parent(cell, ${param(resolution, 'integer')})`
  return queryRows(
    db,
    sql`SELECT to_hex(${parent}) AS h3, count(*)::integer AS declared,
       (count(*) FILTER (WHERE meets))::integer AS meets
     FROM (${declaredCells(run, rule, filter, ranges)}) AS declared GROUP BY ${parent}`,
  )
}

/** The networks that operators declare in at least one cell, as a run knew it. Reads all claims. */
export async function declaredNetworks(db: Queryable, run: KnownRun): Promise<NetworkName[]> {
  return queryRows(
    db,
    sql`SELECT DISTINCT operator, technology FROM coverage AS v WHERE ${isDeclaredInRun(run)} ORDER BY 1, 2`,
  )
}
