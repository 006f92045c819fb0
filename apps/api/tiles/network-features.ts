/** Cells by whether a network reaches them; from afar parents with how many do. */
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
import { ParentCellCache } from './parents.js'
import { hexagonRings, envelopeWithMargin } from './shapes.js'

/** Of one database; `parents` remembers from tile to tile. */
export class NetworkFeatures {
  private readonly parents = new ParentCellCache<ReachedParent>()

  async of(db: Queryable, run: RunRow, tile: TileAddress, filter: NetworkFilter): Promise<TileFeature[]> {
    const box = envelopeWithMargin(tile)
    const resolution = resolutionAt(tile.z)
    const rows =
      resolution === WORKING_RESOLUTION
        ? await reachInRanges(db, run, filter, rangesCovering(box, resolution))
        : (
            await this.parents.within(JSON.stringify([run.id, filter]), box, resolution, (at) =>
              at.ranges ? reachOfParents(db, run, filter, at) : reachOfCountry(db, run, filter),
            )
          ).map((row) => ({ ...row, reach: mostFrequentReach(row) }))
    return rows.flatMap((row): TileFeature[] => {
      const rings = hexagonRings(row.h3, box, tile)
      return rings.length > 0 ? [{ kind: 'polygon', rings, properties: { ...row, res: resolution } }] : []
    })
  }
}

/** What holds for most of the cells of which something is known; the worse on a tie. */
function mostFrequentReach(counts: Record<Reach, number>): Reach {
  const known = REACHES.filter((reach) => reach !== 'undecided' && counts[reach] > 0)
  if (known.length === 0) return 'undecided'
  return known.reduce((best, reach) => (counts[reach] >= counts[best] ? reach : best))
}
