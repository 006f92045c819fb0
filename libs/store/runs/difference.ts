/** Finds where two runs differ: runs of other dates, or of other rules. */
import type { Standing } from '#domain/verdict'
import type { CellRange } from '#geo'
import { isInOptionalArea } from '../areas/in-area.js'
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { cellRanges } from '../database/shapes.js'
import { type Sql, sql } from '../database/sql.js'
import { type RunKey, validInRun } from './run.js'

/** `from` is the run that is compared with, `to` the run in question. */
export interface RunPair {
  from: RunKey
  to: RunKey
}

/**
 * Cells that meet a condition, with their class in either run: one merge of the two runs' rows in the order of the key.
 * OFFSET 0 keeps each side in that order.
 */
const comparedCells = ({ from, to }: RunPair, condition: Sql): Sql => sql`
  SELECT cell, coalesce(a.class, 'none') AS "from", coalesce(b.class, 'none') AS "to"
  FROM (${cellsOfRun(from, condition)}) AS a FULL JOIN (${cellsOfRun(to, condition)}) AS b USING (cell)`

const cellsOfRun = (run: RunKey, condition: Sql): Sql => sql`
  SELECT cell, class FROM verdict AS v WHERE ${validInRun('v', run)} AND ${condition} ORDER BY cell OFFSET 0`

const DIFFERS = sql`WHERE a.class IS DISTINCT FROM b.class`

const isPlacedInArea = (area: string | null): Sql => isInOptionalArea('d.cell', area)

export interface Transition {
  from: Standing
  to: Standing
  cells: number
}

/**
 * Counts the cells that went from one class to another, in an area or everywhere; those that kept their class are
 * counted too.
 */
export async function transitionsBetween(
  db: Queryable,
  runs: RunPair,
  area: string | null,
): Promise<Transition[]> {
  return queryRows(
    db,
    sql`SELECT "from", "to", count(*)::integer AS cells FROM (${comparedCells(runs, sql`true`)}) AS d
     WHERE ${isPlacedInArea(area)} GROUP BY 1, 2 ORDER BY 1, 2`,
  )
}

export interface ChangedCell {
  h3: string
  from: Standing
  to: Standing
}

/** Cells whose class differs, in the order of their index; `after` (decimal) is the last cell of the page before. */
export async function changedCells(
  db: Queryable,
  runs: RunPair,
  page: { area: string | null; after: string; limit: number },
): Promise<ChangedCell[]> {
  return queryRows(
    db,
    sql`SELECT to_hex(cell) AS h3, "from", "to"
     FROM (${comparedCells(runs, sql`cell > ${page.after}::bigint`)} ${DIFFERS}) AS d
     WHERE ${isPlacedInArea(page.area)} ORDER BY cell LIMIT ${page.limit}`,
  )
}

const changesInRanges = (runs: RunPair, ranges: readonly CellRange[]): Sql => sql`${cellRanges(ranges)}
  JOIN LATERAL (${comparedCells(runs, sql`cell BETWEEN r.low AND r.high`)} ${DIFFERS} OFFSET 0) AS d ON true`

/** The cells in ranges whose class differs, in no order. */
export async function changedCellsInRanges(
  db: Queryable,
  runs: RunPair,
  ranges: readonly CellRange[],
): Promise<ChangedCell[]> {
  return queryRows(db, sql`SELECT to_hex(cell) AS h3, "from", "to" FROM ${changesInRanges(runs, ranges)}`)
}

/** Transitions counted by parents of a resolution: `h3` is the parent's. The ranges are those of working cells. */
export async function changedParentsInRanges(
  db: Queryable,
  runs: RunPair,
  ranges: readonly CellRange[],
  resolution: number,
): Promise<(Transition & { h3: string })[]> {
  return queryRows(
    db,
    sql`SELECT to_hex(cell_parent(cell, ${resolution})) AS h3, "from", "to", count(*)::integer AS cells
     FROM ${changesInRanges(runs, ranges)} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
  )
}
