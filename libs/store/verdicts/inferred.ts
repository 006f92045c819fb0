/** Inferred classes of undecided cells, computed on request from the evidence of their neighbours in a run. */
import { type Rule } from '#domain/rule'
import { type Inferred, type Neighbour, inferredOf, verdictsOnce } from '#domain/verdict'
import { type CellRange, cellToSql, ringsAround } from '#geo'
import { isPlacedWithin } from '../areas/in-area.js'
import { declarersOf } from '../coverage/claims.js'
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { cellRanges } from '../database/shapes.js'
import { sql } from '../database/sql.js'
import type { RunKey, RunRow } from '../runs/run.js'
import { evidenceOfCells, isUndecided } from './verdicts.js'

/**
 * Inferred classes of the given cells (H3), as far as they can be inferred. Reads the evidence within the rule's rings.
 */
export async function inferredClasses(
  db: Queryable,
  run: RunRow,
  rule: Rule,
  cells: readonly string[],
): Promise<Map<string, Inferred>> {
  const around = new Map(cells.map((h3) => [h3, ringsAround(h3, rule.inferenceConfidence.length)]))
  const needed = [...new Set([...around].flatMap(([h3, rings]) => [h3, ...rings.flat()]))]
  const keys = needed.map(cellToSql)
  const evidence = await evidenceOfCells(db, run, keys)
  // Few of the cells around have evidence, and each is a neighbour of many.
  const networksByCell = new Map(
    needed.flatMap((h3, i) => {
      const networks = evidence.get(keys[i]!)
      return networks ? [[h3, networks] as const] : []
    }),
  )
  const declarers = await declarersOf(db, run, rule, cells.map(cellToSql))
  const verdictOf = verdictsOnce(rule)
  const inferred = new Map<string, Inferred>()
  for (const [h3, rings] of around) {
    const neighbours: Neighbour[] = rings.flatMap((ring, i) =>
      ring.flatMap((cell) => {
        const networks = networksByCell.get(cell)
        return networks ? [{ ring: i + 1, networks }] : []
      }),
    )
    const offer = inferredOf(
      rule,
      networksByCell.get(h3) ?? [],
      neighbours,
      declarers.get(cellToSql(h3)) ?? [],
      verdictOf,
    )
    if (offer) inferred.set(h3, offer)
  }
  return inferred
}

/** Limit of the cells for which classes are inferred at once. */
const MAX_INFERRED_CELLS = 20_000

/** Undecided or unmeasured cells with people or sites, in ranges or in an area. */
async function undecidedPopulatedCells(
  db: Queryable,
  run: RunKey,
  where: { ranges: readonly CellRange[] } | { area: string },
): Promise<string[]> {
  const inArea = (area: string) => sql`
    SELECT to_hex(c.cell) AS h3 FROM cell_place AS c
    WHERE ${isPlacedWithin(area)} AND ${isUndecided(run, 'c.cell')}
      AND (EXISTS (SELECT 1 FROM locality AS l WHERE l.cell = c.cell OFFSET 0)
        OR EXISTS (SELECT 1 FROM site AS s WHERE s.cell = c.cell OFFSET 0))
    ORDER BY c.cell LIMIT ${MAX_INFERRED_CELLS}`
  const inRanges = (ranges: readonly CellRange[]) => sql`
    SELECT DISTINCT to_hex(p.cell) AS h3 FROM ${cellRanges(ranges)} JOIN LATERAL (
      SELECT cell FROM locality WHERE cell BETWEEN r.low AND r.high
      UNION SELECT cell FROM site WHERE cell BETWEEN r.low AND r.high OFFSET 0) AS p ON true
    WHERE ${isUndecided(run, 'p.cell')} LIMIT ${MAX_INFERRED_CELLS}`
  const rows = await queryRows<{ h3: string }>(
    db,
    'area' in where ? inArea(where.area) : inRanges(where.ranges),
  )
  return rows.map((row) => row.h3)
}

/**
 * Inferred classes of the undecided cells with people or sites in ranges or an area, as far as they can be inferred.
 */
export async function inferredClassesWithin(
  db: Queryable,
  run: RunRow,
  rule: Rule,
  where: { ranges: readonly CellRange[] } | { area: string },
): Promise<Map<string, Inferred>> {
  return inferredClasses(db, run, rule, await undecidedPopulatedCells(db, run, where))
}
