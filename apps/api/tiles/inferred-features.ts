/** Inferred classes of undecided cells with people or sites; only from near, where one cell can be told from the next. */
import {
  type TileAddress,
  type TileFeature,
  WORKING_RESOLUTION,
  envelopeOf,
  rangesCovering,
  resolutionAt,
} from '#geo'
import { type Queryable } from '#store/database'
import { type RunRow, findRule } from '#store/runs'
import { inferredClassesWithin } from '#store/verdicts'
import { MARGIN, hexagonRings } from './shapes.js'

export async function inferredFeatures(
  db: Queryable,
  run: RunRow,
  tile: TileAddress,
): Promise<TileFeature[]> {
  if (resolutionAt(tile.z) < WORKING_RESOLUTION) return []
  const box = envelopeOf(tile, MARGIN)
  const rule = (await findRule(db, run.rule, run.ruleVersion))!
  const offers = await inferredClassesWithin(db, run, rule, {
    ranges: rangesCovering(box, WORKING_RESOLUTION),
  })
  return [...offers].flatMap(([h3, { class: colour, confidence }]): TileFeature[] => {
    const rings = hexagonRings(h3, box, tile)
    return rings.length > 0 ? [{ kind: 'polygon', rings, properties: { h3, class: colour, confidence } }] : []
  })
}
