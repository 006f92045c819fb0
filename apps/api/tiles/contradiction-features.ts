/**
 * Cells with contradictions between operators and measurements; at low zoom levels parents with the number of such
 * cells.
 */
import {
  type TileAddress,
  type TileFeature,
  WORKING_RESOLUTION,
  parentOf,
  rangesCovering,
  resolutionAt,
} from '#geo'
import { contradictedCells } from '#store/coverage'
import { type Queryable } from '#store/database'
import { type RunRow } from '#store/runs'
import { ruleOf } from '../runs/run-resolver.js'
import { envelopeWithMargin, hexagonFeature } from './shapes.js'

export async function contradictionFeatures(
  db: Queryable,
  run: RunRow,
  tile: TileAddress,
): Promise<TileFeature[]> {
  const res = resolutionAt(tile.z)
  const ranges = rangesCovering(envelopeWithMargin(tile), res, WORKING_RESOLUTION)
  const cells = await contradictedCells(db, run, await ruleOf(db, run), ranges)
  const countsByCell = new Map<string, Record<string, number>>()
  for (const { h3, kinds } of cells) {
    const drawnCell = res === WORKING_RESOLUTION ? h3 : parentOf(h3, res)
    const counts = countsByCell.get(drawnCell) ?? { declared_refuted: 0, present_undeclared: 0, late_plan: 0 }
    for (const kind of kinds) counts[kind]!++
    countsByCell.set(drawnCell, counts)
  }
  return [...countsByCell].flatMap(([h3, counts]) => hexagonFeature(tile, { h3, res, ...counts }))
}
