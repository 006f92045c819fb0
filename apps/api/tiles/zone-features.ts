/** The zones of a tile that are large enough to be seen, largest first. */
import { birthRunOf } from '#domain/zone'
import { type TileAddress, type TileFeature } from '#geo'
import { type Queryable } from '#store/database'
import { type RunRow } from '#store/runs'
import { zonesInBox } from '#store/zones'
import { envelopeWithMargin, ringsOfGeoJson, toleranceAt } from './shapes.js'

/**
 * Limit of the zones on a tile. More outlines cannot be told apart, and the tile would be larger than that of the
 * cells.
 */
const MAX_ZONES = 5_000

const EQUATOR_KM = 40_075
/** Mean area of a res-8 cell, from H3's own table. */
const CELL_KM2 = 0.7373
/** The Mercator projection enlarges the middle of Morocco by 1 / cos(31.8°). */
const COS_MEAN_LATITUDE = 0.85

/** Number of cells that cover one pixel of a 256-pixel tile: 95 at zoom 4, 2 at zoom 7, then 1. */
const minCellsAt = (z: number): number =>
  Math.ceil(((EQUATOR_KM * COS_MEAN_LATITUDE) / 2 ** z / 256) ** 2 / CELL_KM2)

export async function zoneFeatures(db: Queryable, run: RunRow, tile: TileAddress): Promise<TileFeature[]> {
  const zones = await zonesInBox(db, run, {
    box: envelopeWithMargin(tile),
    tolerance: toleranceAt(tile.z),
    minCells: minCellsAt(tile.z),
    limit: MAX_ZONES,
  })
  return zones.flatMap((zone): TileFeature[] => {
    const rings = ringsOfGeoJson(zone.geojson, tile)
    if (rings.length === 0) return []
    const properties = {
      id: zone.id,
      class: zone.class,
      cell_count: zone.cellCount,
      born_run: birthRunOf(zone.id),
      commune_code: zone.communeCode,
      province_code: zone.provinceCode,
      region_code: zone.regionCode,
    }
    return [{ kind: 'polygon', rings, properties }]
  })
}
