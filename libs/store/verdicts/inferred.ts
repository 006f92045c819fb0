/** Inferred classes of undecided cells, made when they are asked for: from the evidence of their neighbours in a run. */
import { type Rule } from '#domain/rule'
import { type Inferred, type Neighbour, inferredOf } from '#domain/verdict'
import { cellToSql, ringsAround } from '#geo'
import { declarersOf } from '../coverage/coverage.js'
import type { Queryable } from '../database/database.js'
import type { RunRow } from '../runs/runs.js'
import { VALID_IN_RUN, FROM_CELL_RANGES, evidenceOfCells } from './verdicts.js'
import type { CellRange } from '#geo'

/** Of the given cells (H3), those that can be offered a class. Reads the evidence within the rule's rings. */
export async function inferredClasses(
  db: Queryable,
  run: RunRow,
  rule: Rule,
  cells: readonly string[],
): Promise<Map<string, Inferred>> {
  const around = new Map(cells.map((h3) => [h3, ringsAround(h3, rule.inferenceConfidence.length)]))
  const needed = new Set([...around].flatMap(([h3, rings]) => [h3, ...rings.flat()]))
  const evidence = await evidenceOfCells(db, run, [...needed].map(cellToSql))
  const declarers = await declarersOf(db, run, rule, cells.map(cellToSql))
  const networksOf = (h3: string) => evidence.get(cellToSql(h3)) ?? []
  const inferred = new Map<string, Inferred>()
  for (const [h3, rings] of around) {
    const neighbours: Neighbour[] = rings.flatMap((ring, i) =>
      ring.map((cell) => ({ ring: i + 1, networks: networksOf(cell) })),
    )
    const offer = inferredOf(rule, networksOf(h3), neighbours, declarers.get(cellToSql(h3)) ?? [])
    if (offer) inferred.set(h3, offer)
  }
  return inferred
}

/** More cells than this are not inferred at once. */
const MAX_INFERRED_CELLS = 20_000

/** Undecided or unmeasured cells with people or sites: in ranges, or in an area. */
async function undecidedPopulatedCells(
  db: Queryable,
  run: Pick<RunRow, 'id' | 'series'>,
  where: { ranges: readonly CellRange[] } | { area: string },
): Promise<string[]> {
  const isOpen = `NOT EXISTS (SELECT 1 FROM verdict AS v WHERE ${VALID_IN_RUN} AND v.cell = p.cell AND v.class <> 'unknown')`
  const inhabited = '(SELECT cell FROM locality UNION SELECT cell FROM site)'
  const rows: { h3: string }[] =
    'area' in where
      ? await db.query(
          `SELECT to_hex(p.cell) AS h3 FROM ${inhabited} AS p JOIN cell_place AS c USING (cell)
           WHERE $3 IN (c.commune_code, c.province_code, c.region_code) AND ${isOpen} ORDER BY p.cell LIMIT $4`,
          [run.series, run.id, where.area, MAX_INFERRED_CELLS],
        )
      : await db.query(
          `SELECT DISTINCT to_hex(p.cell) AS h3 ${FROM_CELL_RANGES} (
             SELECT cell FROM locality WHERE cell BETWEEN r.low AND r.high
             UNION SELECT cell FROM site WHERE cell BETWEEN r.low AND r.high OFFSET 0) AS p ON true
           WHERE ${isOpen} LIMIT $4`,
          [run.series, run.id, JSON.stringify(where.ranges), MAX_INFERRED_CELLS],
        )
  return rows.map((row) => row.h3)
}

export async function inferredClassesWithin(
  db: Queryable,
  run: RunRow,
  rule: Rule,
  where: { ranges: readonly CellRange[] } | { area: string },
): Promise<Map<string, Inferred>> {
  return inferredClasses(db, run, rule, await undecidedPopulatedCells(db, run, where))
}
