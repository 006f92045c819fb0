/** Cells that operators declare; from afar parents with the share of their cells that are declared. */
import { type TileAddress, type TileFeature, WORKING_RESOLUTION, rangesCovering, resolutionAt } from '#geo'
import { type DeclaredParent, declaredInRanges, declaredParents } from '#store/coverage'
import { type Queryable } from '#store/database'
import { type RunRow, findRule } from '#store/runs'
import { type NetworkFilter } from '#store/verdicts'
import { ParentCellCache } from './parents.js'
import { hexagonRings, envelopeWithMargin } from './shapes.js'

/** How much of a parent is declared as the rule asks; `slower`: only at less than the rule asks. */
type DeclaredLevel = 'most' | 'half' | 'few' | 'slower'

/** Of all the cells beneath, also those in the sea. */
const [MIN_MOST_SHARE, MIN_HALF_SHARE] = [0.75, 0.25]

/** Of one database; `parents` remembers from tile to tile. */
export class DeclaredFeatures {
  private readonly parents = new ParentCellCache<DeclaredParent>()

  async of(db: Queryable, run: RunRow, tile: TileAddress, filter: NetworkFilter): Promise<TileFeature[]> {
    const box = envelopeWithMargin(tile)
    const res = resolutionAt(tile.z)
    const rule = (await findRule(db, run.rule, run.ruleVersion))!
    const rows: { h3: string; level: DeclaredLevel }[] =
      res === WORKING_RESOLUTION
        ? (await declaredInRanges(db, run, rule, filter, rangesCovering(box, res))).map(({ h3, meets }) => ({
            h3,
            level: meets ? 'most' : 'slower',
          }))
        : (
            await this.parents.within(JSON.stringify([run.id, filter]), box, res, (at) =>
              declaredParents(db, run, rule, filter, at),
            )
          ).map((row) => ({ ...row, level: levelOf(row.meets / 7 ** (WORKING_RESOLUTION - res)) }))
    return rows.flatMap((row): TileFeature[] => {
      const rings = hexagonRings(row.h3, box, tile)
      return rings.length > 0 ? [{ kind: 'polygon', rings, properties: { ...row, res } }] : []
    })
  }
}

function levelOf(share: number): DeclaredLevel {
  if (share === 0) return 'slower'
  return share >= MIN_MOST_SHARE ? 'most' : share >= MIN_HALF_SHARE ? 'half' : 'few'
}
