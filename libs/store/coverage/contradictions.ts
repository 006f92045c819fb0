/** Contradictions between operators' claims and the measurements. */
import type { Rule } from '#domain/rule'
import type { CellRange } from '#geo'
import { isInOptionalArea, isPlacedWithin } from '../areas/in-area.js'
import type { Queryable } from '../database/database.js'
import { queryRow, queryRows } from '../database/query.js'
import { cellRanges } from '../database/shapes.js'
import { type Sql, allOf, raw, sql } from '../database/sql.js'
import { type RunRow, validInRun } from '../runs/run.js'
import { isClaimKnown, isDue, meetsRule } from './claims.js'

export const CONTRADICTION_KINDS = ['declared_refuted', 'present_undeclared', 'late_plan'] as const
export type ContradictionKind = (typeof CONTRADICTION_KINDS)[number]

export interface Contradiction {
  h3: string
  kind: ContradictionKind
  operator: string
  technology: string
  /** Claimed speed, bit/s; null without a claim. */
  claimedBps: number | null
  onDate: string | null
  /** Number of measured passes; null if nothing was measured. */
  passes: number | null
  samples: number | null
}

type RowsOf = (table: 'coverage' | 'evidence', condition: Sql) => Sql

/** Rows in cells that meet a condition on `v.cell`. */
const rowsWithin =
  (within: Sql): RowsOf =>
  (table, condition) =>
    sql`${raw(table)} AS v WHERE ${condition} AND ${within}`

const rowsInRanges =
  (ranges: readonly CellRange[]): RowsOf =>
  (table, condition) => sql`${cellRanges(ranges)} CROSS JOIN LATERAL (
      SELECT v.* FROM ${raw(table)} AS v WHERE v.cell BETWEEN r.low AND r.high AND ${condition} OFFSET 0) AS v`

/**
 * Compares claims (known to the run, of its rule's speeds and technologies) with the run's evidence, network by
 * network. Gives the CTE `contradiction`, one row for each cell, kind, operator and technology.
 * declared_refuted: declared, but measured as not there. present_undeclared: measured, but not declared by an operator
 * that declares coverage elsewhere. late_plan: promised for a day before the window's end, but not measured as present.
 * `rowsOf` gives an item of FROM: the rows `v` of a table that meet a condition, in the requested cells.
 */
const withContradictions = (run: RunRow, rule: Rule, rowsOf: RowsOf): Sql => sql`
  WITH claim AS MATERIALIZED (
    SELECT cell, kind, operator, technology, max(download_bps) AS claimed, min(on_date) AS on_date
    FROM ${rowsOf('coverage', allOf([isClaimKnown('v', run.knownBefore), meetsRule('v', rule), isDue('v', run)]))}
    GROUP BY cell, kind, operator, technology
  ), network AS MATERIALIZED (
    SELECT cell, operator, technology, passes, samples, state
    FROM ${rowsOf('evidence', sql`${validInRun('v', run)} AND samples > 0`)}
  ), contradiction AS (
    SELECT c.cell, 'declared_refuted' AS kind, c.operator, c.technology, c.claimed, c.on_date, n.passes, n.samples
    FROM claim AS c JOIN network AS n USING (cell, operator, technology)
    WHERE c.kind = 'declared' AND n.state IN ('refuted', 'absent')
    UNION ALL
    SELECT n.cell, 'present_undeclared', n.operator, n.technology, NULL, NULL, n.passes, n.samples FROM network AS n
    WHERE n.state = 'present'
      AND n.operator = (SELECT d.operator FROM coverage AS d WHERE d.kind = 'declared' AND d.operator >= n.operator
        ORDER BY d.operator LIMIT 1)
      AND NOT EXISTS (SELECT 1 FROM claim AS c WHERE c.cell = n.cell AND c.operator = n.operator AND c.kind = 'declared')
    UNION ALL
    SELECT c.cell, 'late_plan', c.operator, c.technology, c.claimed, c.on_date, n.passes, n.samples
    FROM claim AS c LEFT JOIN network AS n USING (cell, operator, technology)
    WHERE c.kind = 'planned' AND n.state IS DISTINCT FROM 'present'
  )`

export interface ContradictionPageQuery {
  area: string | null
  kind: ContradictionKind | null
  operator: string | null
  /** Key of the last row of the previous page: `<cell> <kind> <operator> <technology>`; empty for the first page. */
  after: string
  limit: number
}

/** Key of a row for paging; the column `key` of the statement below has the same text. */
export const contradictionKey = (row: Contradiction & { cell: string }): string =>
  [row.cell.padStart(19, '0'), row.kind, row.operator, row.technology].join(' ')

/** Contradictions in the order of cells, kinds, operators and technologies. */
export async function listContradictions(
  db: Queryable,
  run: RunRow,
  rule: Rule,
  page: ContradictionPageQuery,
): Promise<(Contradiction & { cell: string })[]> {
  const conditions = [
    page.kind && sql`kind = ${page.kind}`,
    page.operator === null ? null : sql`operator = ${page.operator}`,
    sql`key COLLATE "C" > ${page.after}`,
  ]
  return queryRows(
    db,
    sql`${withContradictions(run, rule, rowsWithin(isInOptionalArea('v.cell', page.area)))}
     SELECT to_hex(cell) AS h3, cell::text, kind, operator, technology, claimed::float8 AS "claimedBps",
       on_date::text AS "onDate", passes, samples
     FROM (SELECT *, lpad(cell::text, 19, '0') || ' ' || kind || ' ' || operator || ' ' || technology AS key
       FROM contradiction) AS keyed
     WHERE ${allOf(conditions)} ORDER BY key COLLATE "C" LIMIT ${page.limit}`,
  )
}

export interface ContradictionCount {
  /** The operator's id, or the area's code. */
  of: string
  declaredRefuted: number
  presentUndeclared: number
  latePlan: number
}

const cellsOfKind = (kind: ContradictionKind) =>
  `(count(DISTINCT cell) FILTER (WHERE kind = '${kind}'))::integer`
const CELL_COUNTS = raw(`${cellsOfKind('declared_refuted')} AS "declaredRefuted",
  ${cellsOfKind('present_undeclared')} AS "presentUndeclared", ${cellsOfKind('late_plan')} AS "latePlan"`)

/** Number of contradicted cells by operator or by area of a level. */
export async function countContradictions(
  db: Queryable,
  run: RunRow,
  rule: Rule,
  by: 'operator' | 'region' | 'province' | 'commune',
): Promise<ContradictionCount[]> {
  const of = raw(by === 'operator' ? 'operator' : `${by}_code`)
  return queryRows(
    db,
    sql`${withContradictions(run, rule, rowsWithin(sql`true`))}
     SELECT ${of} AS of, ${CELL_COUNTS}
     FROM contradiction LEFT JOIN cell_place USING (cell) WHERE ${of} IS NOT NULL GROUP BY 1 ORDER BY 1`,
  )
}

/** Number of contradicted cells of an area by kind; null if the run knew no claim of any operator. */
export async function contradictionsOfArea(
  db: Queryable,
  run: RunRow,
  rule: Rule,
  code: string,
): Promise<Omit<ContradictionCount, 'of'> | null> {
  const within = sql`v.cell IN (SELECT cell FROM cell_place AS c WHERE ${isPlacedWithin(code)})`
  const row = await queryRow<Omit<ContradictionCount, 'of'> & { hasClaims: boolean }>(
    db,
    sql`${withContradictions(run, rule, rowsWithin(within))}
     SELECT EXISTS (SELECT 1 FROM coverage WHERE received_at < ${run.knownBefore}) AS "hasClaims", ${CELL_COUNTS}
     FROM contradiction`,
  )
  const { hasClaims, ...counts } = row!
  return hasClaims ? counts : null
}

/** Contradicted cells in ranges, with the kinds of their contradictions. */
export async function contradictedCells(
  db: Queryable,
  run: RunRow,
  rule: Rule,
  ranges: readonly CellRange[],
): Promise<{ h3: string; kinds: ContradictionKind[] }[]> {
  return queryRows(
    db,
    sql`${withContradictions(run, rule, rowsInRanges(ranges))}
     SELECT to_hex(cell) AS h3, array_agg(DISTINCT kind ORDER BY kind) AS kinds FROM contradiction GROUP BY cell`,
  )
}
