/** Cells in which operators and measurements contradict each other; from afar, parents with how many. */
import {
  type TileAddress,
  type TileFeature,
  WORKING_RESOLUTION,
  envelopeOf,
  parentOf,
  rangesCovering,
  resolutionAt,
} from '#geo'
import { contradictedCells } from '#store/coverage'
import { type Queryable } from '#store/database'
import { type RunRow, findRule } from '#store/runs'
import { MARGIN, hexagonRings } from './shapes.js'

export async function contradictionFeatures(
  db: Queryable,
  run: RunRow,
  tile: TileAddress,
): Promise<TileFeature[]> {
  const box = envelopeOf(tile, MARGIN)
  const res = resolutionAt(tile.z)
  const rule = (await findRule(db, run.rule, run.ruleVersion))!
  const cells = await contradictedCells(db, run, rule, rangesCovering(box, res, WORKING_RESOLUTION))
  const counts = new Map<string, Record<string, number>>()
  for (const { h3, kinds } of cells) {
    const shown = res === WORKING_RESOLUTION ? h3 : parentOf(h3, res)
    const count = counts.get(shown) ?? { declared_refuted: 0, present_undeclared: 0, late_plan: 0 }
    for (const kind of kinds) count[kind]!++
    counts.set(shown, count)
  }
  return [...counts].flatMap(([h3, count]): TileFeature[] => {
    const rings = hexagonRings(h3, box, tile)
    return rings.length > 0 ? [{ kind: 'polygon', rings, properties: { h3, res, ...count } }] : []
  })
}
