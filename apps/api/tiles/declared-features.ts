/** Cells that operators declare; at low zoom levels parents with the share of their cells that are declared. */
import { type TileAddress, type TileFeature, WORKING_RESOLUTION, rangesCovering, resolutionAt } from '#geo'
import { type DeclaredParent, declaredInRanges, declaredParents } from '#store/coverage'
import { type Queryable } from '#store/database'
import { type RunRow } from '#store/runs'
import { type NetworkFilter } from '#store/verdicts'
import { ruleOf } from '../runs/run-resolver.js'
import { ParentCellCache } from './parent-cell-cache.js'
import { envelopeWithMargin, hexagonFeature } from './shapes.js'

/** Share of a parent that is declared as fast as the rule requires; `slower` if all declarations are slower. */
type DeclaredLevel = 'most' | 'half' | 'few' | 'slower'

/** Shares of all the cells beneath, including those in the sea. */
const [MIN_MOST_SHARE, MIN_HALF_SHARE] = [0.75, 0.25]

/** Makes the features for one database, because it keeps the parents from tile to tile. */
export class DeclaredFeatures {
  private readonly parents = new ParentCellCache<DeclaredParent>()

  async of(db: Queryable, run: RunRow, tile: TileAddress, filter: NetworkFilter): Promise<TileFeature[]> {
    const res = resolutionAt(tile.z)
    const rows =
      res === WORKING_RESOLUTION
        ? await this.cellRows(db, run, tile, filter)
        : await this.parentRows(db, run, tile, filter)
    return rows.flatMap((row) => hexagonFeature(tile, { ...row, res }))
  }

  private async cellRows(db: Queryable, run: RunRow, tile: TileAddress, filter: NetworkFilter) {
    const ranges = rangesCovering(envelopeWithMargin(tile), WORKING_RESOLUTION)
    const cells = await declaredInRanges(db, run, await ruleOf(db, run), filter, ranges)
    return cells.map(({ h3, meets }) => ({ h3, level: (meets ? 'most' : 'slower') satisfies DeclaredLevel }))
  }

  private async parentRows(db: Queryable, run: RunRow, tile: TileAddress, filter: NetworkFilter) {
    const res = resolutionAt(tile.z)
    const rule = await ruleOf(db, run)
    const key = JSON.stringify([run.id, filter])
    const parents = await this.parents.within(key, envelopeWithMargin(tile), res, (at) =>
      declaredParents(db, run, rule, filter, at),
    )
    return parents.map((row) => ({ ...row, level: levelOf(row.meets / 7 ** (WORKING_RESOLUTION - res)) }))
  }
}

function levelOf(share: number): DeclaredLevel {
  if (share === 0) return 'slower'
  return share >= MIN_MOST_SHARE ? 'most' : share >= MIN_HALF_SHARE ? 'half' : 'few'
}
