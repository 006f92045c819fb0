/**
 * Finds the cells that hold probes: they are found one after another by the primary key, however many probes each has.
 */
import type { Bounds } from '#domain/probe'
import type { CellRange } from '#geo'
import type { Queryable } from '../database/database.js'
import { prepared, queryRows } from '../database/query.js'
import { cellRanges, isPositionInBox } from '../database/shapes.js'
import { type Sql, allOf, param, raw, sql } from '../database/sql.js'

export interface MeasuredCellsQuery {
  /** Ranges without overlaps, in any order. */
  ranges: readonly CellRange[]
  /** Begins at this cell (decimal), or after it; null: at the first. */
  start: { cell: string; isIncluded: boolean } | null
  /** Keeps cells with a probe that was measured at `since` or later and before `until`: moments as SQL; null: any. */
  since: Sql | null
  until: Sql | null
  /** A number of the program's own: it stands in the text. */
  limit: number
}

/**
 * The next cells (decimal, ascending) in the ranges that hold a probe. A look at the index of each month finds the next cell
 * with probes after a position; where it lies between two ranges, the position moves on to the next range. So the cost
 * grows with the cells that are found, and with the measured cells between the ranges, not with the number of probes or
 * ranges.
 */
export async function nextMeasuredCells(db: Queryable, query: MeasuredCellsQuery): Promise<string[]> {
  const rows = await queryRows<{ cell: string }>(db, prepared(measuredCellsStatement(query)))
  return rows.map(({ cell }) => cell)
}

export function measuredCellsStatement({ ranges, start, since, until, limit }: MeasuredCellsQuery): Sql {
  const ascending = ranges.toSorted((a, b) => (BigInt(a.low) < BigInt(b.low) ? -1 : 1))
  const boundsOf = (end: keyof CellRange) =>
    param(
      ascending.map((range) => range[end]),
      'bigint[]',
    )
  const [lows, highs] = [boundsOf('low'), boundsOf('high')]
  // The range that begins last before or at a cell; array bounds are found by bisection, and out of bounds is null.
  const rangeOf = (cell: Sql) => sql`width_bucket(${cell}, ${lows})`
  const positionAfter = (cell: Sql) => sql`CASE WHEN (${highs})[${rangeOf(cell)}] > ${cell} THEN ${cell} + 1
      ELSE (${lows})[${rangeOf(cell)} + 1] END`
  const nextAfter = (cell: Sql) => sql`(SELECT ${positionAfter(cell)} AS first) AS position
    CROSS JOIN LATERAL (SELECT p.cell FROM probe AS p
      WHERE ${allOf([
        sql`p.cell >= position.first`,
        since && sql`p.measured_at >= ${since}`,
        until && sql`p.measured_at < ${until}`,
      ])} ORDER BY p.cell LIMIT 1) AS next`
  return sql`
  WITH RECURSIVE measured(cell) AS (
    SELECT next.cell FROM (SELECT ${beforeStart(start)}::bigint AS cell) AS start CROSS JOIN LATERAL ${nextAfter(sql`start.cell`)}
    UNION ALL
    SELECT next.cell FROM measured CROSS JOIN LATERAL ${nextAfter(sql`measured.cell`)}
  )
  SELECT cell::text FROM measured WHERE (${highs})[${rangeOf(sql`cell`)}] >= cell LIMIT ${raw(String(Math.floor(limit)))}`
}

/**
 * The next cells (decimal, ascending) in the ranges in which sites of a box measured, whenever that was. It reads the pairs of cells and
 * sites, of which there are few, and no probes.
 */
export async function nextCellsOfSites(
  db: Queryable,
  box: Bounds,
  { ranges, start, limit }: Pick<MeasuredCellsQuery, 'ranges' | 'start' | 'limit'>,
): Promise<string[]> {
  const after = BigInt(beforeStart(start))
  const rest = ranges.filter(({ high }) => BigInt(high) > after)
  const count = raw(String(Math.floor(limit)))
  const rows = await queryRows<{ cell: string }>(
    db,
    prepared(sql`SELECT cell::text FROM ${cellRanges(rest)} CROSS JOIN LATERAL (
       SELECT DISTINCT m.cell FROM measured_site AS m
       CROSS JOIN LATERAL (SELECT 1 FROM site AS s WHERE s.code = m.site_code AND ${isPositionInBox('s', box)} OFFSET 0) AS s
       WHERE m.cell BETWEEN r.low AND r.high AND m.cell > ${param(String(after), 'bigint')}
       ORDER BY m.cell LIMIT ${count}) AS c
     ORDER BY c.cell LIMIT ${count}`),
  )
  return rows.map(({ cell }) => cell)
}

/** The search begins after this cell; cells are positive. */
function beforeStart(start: MeasuredCellsQuery['start']): string {
  if (!start) return '-1'
  return start.isIncluded ? String(BigInt(start.cell) - 1n) : start.cell
}
