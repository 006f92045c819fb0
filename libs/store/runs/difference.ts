/** Where two runs differ: of other dates, or of other rules. */
import type { Standing } from '#domain/verdict'
import type { CellRange } from '#geo'
import type { Queryable } from '../database/database.js'
import type { RunRow } from './runs.js'

type RunKey = Pick<RunRow, 'id' | 'series'>

/** `from` is the run that is compared with, `to` the run in question. */
export interface RunPair {
  from: RunKey
  to: RunKey
}

const keysOf = ({ from, to }: RunPair) => [from.series, from.id, to.series, to.id]

/**
 * Cells with their class in either run (series and id $1, $2 and $3, $4): one merge of their rows in the order of the
 * key. OFFSET 0 keeps each side in that order.
 */
const comparedCells = (condition: string): string => `
  SELECT cell, coalesce(a.class, 'none') AS "from", coalesce(b.class, 'none') AS "to"
  FROM (${cellsOfRun(1, 2, condition)}) AS a FULL JOIN (${cellsOfRun(3, 4, condition)}) AS b USING (cell)`

const cellsOfRun = (series: number, run: number, condition: string): string => `
  SELECT cell, class FROM verdict WHERE series = $${series} AND first_run <= $${run}
    AND (next_run IS NULL OR next_run > $${run}) AND ${condition} ORDER BY cell OFFSET 0`

const DIFFERS = 'WHERE a.class IS DISTINCT FROM b.class'

const cellInOptionalArea = (
  parameter: number,
): string => `($${parameter}::text IS NULL OR EXISTS (SELECT 1 FROM cell_place AS p
  WHERE p.cell = d.cell AND $${parameter} IN (p.commune_code, p.province_code, p.region_code)))`

export interface Transition {
  from: Standing
  to: Standing
  cells: number
}

/** How many cells went from which class to which, in an area or everywhere; those that stayed are counted too. */
export async function transitionsBetween(
  db: Queryable,
  runs: RunPair,
  area: string | null,
): Promise<Transition[]> {
  return db.query(
    `SELECT "from", "to", count(*)::integer AS cells FROM (${comparedCells('true')}) AS d
     WHERE ${cellInOptionalArea(5)} GROUP BY 1, 2 ORDER BY 1, 2`,
    [...keysOf(runs), area],
  )
}

export interface ChangedCell {
  h3: string
  from: Standing
  to: Standing
}

/** Changed cells in the order of their index, after one. */
export async function changedCells(
  db: Queryable,
  runs: RunPair,
  page: { area: string | null; after: string; limit: number },
): Promise<ChangedCell[]> {
  return db.query(
    `SELECT to_hex(cell) AS h3, "from", "to" FROM (${comparedCells('cell > $5')} ${DIFFERS}) AS d
     WHERE ${cellInOptionalArea(6)} ORDER BY cell LIMIT $7`,
    [...keysOf(runs), page.after, page.area, page.limit],
  )
}

const CHANGES_IN_RANGES = `json_to_recordset($5::json) AS r(low bigint, high bigint)
  JOIN LATERAL (${comparedCells('cell BETWEEN r.low AND r.high')} ${DIFFERS} OFFSET 0) AS d ON true`

export async function changedCellsInRanges(
  db: Queryable,
  runs: RunPair,
  ranges: readonly CellRange[],
): Promise<ChangedCell[]> {
  return db.query(`SELECT to_hex(cell) AS h3, "from", "to" FROM ${CHANGES_IN_RANGES}`, [
    ...keysOf(runs),
    JSON.stringify(ranges),
  ])
}

/** By parents of a resolution: `h3` is the parent's. The ranges are those of working cells. */
export async function changedParentsInRanges(
  db: Queryable,
  runs: RunPair,
  ranges: readonly CellRange[],
  resolution: number,
): Promise<(Transition & { h3: string })[]> {
  return db.query(
    `SELECT to_hex(cell_parent(cell, $6)) AS h3, "from", "to", count(*)::integer AS cells
     FROM ${CHANGES_IN_RANGES} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    [...keysOf(runs), JSON.stringify(ranges), resolution],
  )
}
