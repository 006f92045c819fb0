/** Undecided cells of an area of which something is known of their operators, and the places in them. */
import type { PartialCounts, PartialKnowledge } from '#domain/verdict'
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { sql } from '../database/sql.js'
import type { RunKey } from '../runs/run.js'
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

const NO_PLACES = { localities: 0, population: 0, sites: 0 }

/** `cells` are the area's counts in the run. */
export async function partialFiguresOfArea(
  db: Queryable,
  run: RunKey,
  { code, cells }: { code: string; cells: PartialCounts },
): Promise<PartialFigures> {
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
