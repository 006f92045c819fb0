/** Items of the plan as points, each with its state. */
import { type TileAddress, type TileFeature, tilePositionOf } from '#geo'
import type { Queryable } from '#store/database'
import { planInBox } from '#store/plan'
import { envelopeWithMargin } from '../tiles/shapes.js'

/** Limit of the points on a tile; more cannot be told apart. Contradicted items come first. */
const MAX_POINTS = 2_000

export async function planFeatures(db: Queryable, tile: TileAddress): Promise<TileFeature[]> {
  const points = await planInBox(db, envelopeWithMargin(tile), MAX_POINTS)
  return points.map(({ lat, lng, code, nameFr, nameAr, state, simulated }) => ({
    kind: 'point',
    rings: [[tilePositionOf([lng, lat], tile)]],
    properties: { code, name_fr: nameFr, name_ar: nameAr, state, simulated },
  }))
}
