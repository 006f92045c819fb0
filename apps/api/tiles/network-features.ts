/** Cells by the reach of a network; at low zoom levels parents with the number of cells by reach. */
import { type TileAddress, type TileFeature, WORKING_RESOLUTION, rangesCovering, resolutionAt } from '#geo'
import { type Queryable } from '#store/database'
import { type RunRow } from '#store/runs'
import {
  type NetworkFilter,
  REACHES,
  type Reach,
  type ReachedParent,
  reachInRanges,
  reachOfCountry,
  reachOfParents,
} from '#store/verdicts'
import { ParentCellCache } from './parent-cell-cache.js'
import { envelopeWithMargin, hexagonFeature } from './shapes.js'

/** Makes the features for one database, because it keeps the parents from tile to tile. */
export class NetworkFeatures {
  private readonly parents = new ParentCellCache<ReachedParent>()

  async of(db: Queryable, run: RunRow, tile: TileAddress, filter: NetworkFilter): Promise<TileFeature[]> {
    const res = resolutionAt(tile.z)
    const rows =
      res === WORKING_RESOLUTION
        ? await reachInRanges(db, run, filter, rangesCovering(envelopeWithMargin(tile), res))
        : await this.parentRows(db, run, tile, filter)
    return rows.flatMap((row) => hexagonFeature(tile, { ...row, res }))
  }

  private async parentRows(db: Queryable, run: RunRow, tile: TileAddress, filter: NetworkFilter) {
    const key = JSON.stringify([run.id, filter])
    const parents = await this.parents.within(key, envelopeWithMargin(tile), resolutionAt(tile.z), (at) =>
      at.ranges ? reachOfParents(db, run, filter, at) : reachOfCountry(db, run, filter),
    )
    return parents.map((row) => ({ ...row, reach: mostFrequentReach(row) }))
  }
}

/** The most frequent reach of the cells where it is known; the worse one on a tie. */
function mostFrequentReach(counts: Record<Reach, number>): Reach {
  const decided = REACHES.filter((reach) => reach !== 'undecided' && counts[reach] > 0)
  if (decided.length === 0) return 'undecided'
  return decided.reduce((best, reach) => (counts[reach] >= counts[best] ? reach : best))
}
