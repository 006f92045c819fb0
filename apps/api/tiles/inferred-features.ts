/**
 * Inferred classes of undecided cells with people or sites, drawn only at zoom levels at which single cells can be told
 * apart.
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
