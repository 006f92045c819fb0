/** The cells of a tile with the classes that they would have at another threshold of the run's rule. */
import { type TileAddress, type TileFeature, WORKING_RESOLUTION, rangesCovering, resolutionAt } from '#geo'
import type { Queryable } from '#store/database'
import type { RunRow } from '#store/runs'
import { classesInRanges, parentsInRanges } from '#store/verdicts'
import { envelopeWithMargin } from '../tiles/shapes.js'
import { hexagonFeatures } from '../tiles/tile-features.js'
import { type ThresholdChoice, nearestStepOf, requireSteps } from './threshold-steps.js'

export async function whatIfFeatures(
  db: Queryable,
  run: RunRow,
  tile: TileAddress,
  choice: ThresholdChoice,
): Promise<TileFeature[]> {
  const { metric } = choice
  const step = nearestStepOf(choice, await requireSteps(db, run, choice))
  const resolution = resolutionAt(tile.z)
  const ranges = rangesCovering(envelopeWithMargin(tile), resolution, WORKING_RESOLUTION)
  const rows =
    resolution === WORKING_RESOLUTION
      ? await classesInRanges(db, run, { metric, step }, ranges)
      : await parentsInRanges(db, run, { metric, step, resolution }, ranges)
  return hexagonFeatures(rows, tile)
}
