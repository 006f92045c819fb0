/**
 * Inferred classes of undecided cells with people or sites. They are drawn only from near, where one cell can be told
 * from the next.
 */
import { type TileAddress, type TileFeature, WORKING_RESOLUTION, rangesCovering, resolutionAt } from '#geo'
import { type Queryable } from '#store/database'
import { type RunRow } from '#store/runs'
import { inferredClassesWithin } from '#store/verdicts'
import { ruleOf } from '../runs/run-resolver.js'
import { envelopeWithMargin, hexagonFeature } from './shapes.js'

export async function inferredFeatures(
  db: Queryable,
  run: RunRow,
  tile: TileAddress,
): Promise<TileFeature[]> {
  if (resolutionAt(tile.z) < WORKING_RESOLUTION) return []
  const ranges = rangesCovering(envelopeWithMargin(tile), WORKING_RESOLUTION)
  const inferred = await inferredClassesWithin(db, run, await ruleOf(db, run), { ranges })
  return [...inferred].flatMap(([h3, cell]) =>
    hexagonFeature(tile, { h3, class: cell.class, confidence: cell.confidence }),
  )
}
