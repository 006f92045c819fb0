/** Undecided cells of an area of which something is known of their operators, and the places in them. */
import type { PartialKnowledge } from '#domain/verdict'
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { sql } from '../database/sql.js'
import type { RunKey } from '../runs/run.js'
import { type PartialCounts, partialCountsOfArea, verdictOfCell } from '../verdicts/verdicts.js'
import { isPlacedWithin } from './in-area.js'
import { PLACE_SUMS, placesWithVerdicts } from './people.js'

export interface PartialPlaces {
  cells: number
  localities: number
  /** Population of the localities where it is known. */
  population: number
  sites: number
}

/** Parts of the area's undecided cells, with their places: see `OperatorKnowledge.partial`. */
export type PartialFigures = Record<keyof PartialCounts, PartialPlaces>

/** The area's undecided cells of which something is known of their operators. */
export async function partialCellsOfArea(
  db: Queryable,
  run: RunKey,
  code: string,
): Promise<{ h3: string; partial: PartialKnowledge }[]> {
  return queryRows(
    db,
    sql`SELECT to_hex(c.cell) AS h3, v.partial FROM cell_place AS c JOIN ${verdictOfCell(run, 'c.cell')}
     WHERE ${isPlacedWithin(code)} AND v.partial IS NOT NULL ORDER BY c.cell`,
  )
}

const NO_PLACES = { localities: 0, population: 0, sites: 0 }

export async function partialFiguresOfArea(
  db: Queryable,
  run: RunKey,
  code: string,
): Promise<PartialFigures> {
  const cells = await partialCountsOfArea(db, run, code)
  const rows = await queryRows<Omit<PartialPlaces, 'cells'> & { partial: PartialKnowledge }>(
    db,
    sql`SELECT v.partial, ${PLACE_SUMS} FROM ${placesWithVerdicts(run)}
     WHERE ${isPlacedWithin(code)} AND v.partial IS NOT NULL GROUP BY 1`,
  )
  const placesOf = (partial: PartialKnowledge) => {
    const { localities, population, sites } = rows.find((row) => row.partial === partial) ?? NO_PLACES
    return { localities, population, sites }
  }
  return {
    served: { cells: cells.served, ...placesOf('served') },
    noneTried: { cells: cells.noneTried, ...placesOf('none_tried') },
  }
}
