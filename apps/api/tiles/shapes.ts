/** Shapes of the database and of H3 in the units of a tile. */
import {
  TILE_BUFFER,
  TILE_EXTENT,
  type TileAddress,
  boundaryOf,
  envelopeOf,
  orientedRing,
  isRingInBounds,
  tilePositionOf,
} from '#geo'
import type { Bounds } from '#domain/probe'

export type Rings = [number, number][][]

/** What is drawn around a tile, in tile widths. */
export const MARGIN = TILE_BUFFER / TILE_EXTENT

/** The tile's envelope with what is drawn around it. */
export const envelopeWithMargin = (tile: TileAddress) => envelopeOf(tile, MARGIN)

/** Half a pixel of a 256-pixel tile, in degrees: lines are thinned by no more. */
export const toleranceAt = (z: number): number => 360 / 2 ** z / 512

/** The outline of a cell that reaches into the box, else nothing. */
export function hexagonRings(h3: string, box: Bounds, tile: TileAddress): Rings {
  const corners = boundaryOf(h3)
  if (!isRingInBounds(box, corners)) return []
  const ring = orientedRing(
    corners.map((c) => tilePositionOf(c, tile)),
    true,
  )
  return ring ? [ring] : []
}

export function ringsOfGeoJson(geojson: string, tile: TileAddress): Rings {
  return polygonsOf(geojson).flatMap((polygon) => ringsOf(polygon, tile))
}

/**
 * A clipped polygon may come back as several, or with stray lines, which have no area to draw; or as null, where GEOS
 * gave up.
 */
export function polygonsOf(geojson: string | null): Rings[] {
  if (geojson === null) return []
  interface Geometry {
    type: string
    coordinates: unknown
    geometries?: Geometry[]
  }
  const parts = (g: Geometry): Rings[] => {
    if (g.type === 'Polygon') return [g.coordinates as Rings]
    if (g.type === 'MultiPolygon') return g.coordinates as Rings[]
    return (g.geometries ?? []).flatMap(parts)
  }
  return parts(JSON.parse(geojson) as Geometry)
}

function ringsOf(polygon: Rings, tile: TileAddress): Rings {
  const rings = polygon.map((ring, i) =>
    orientedRing(
      ring.slice(0, -1).map((c) => tilePositionOf(c, tile)),
      i === 0,
    ),
  )
  // Holes of a vanished outer ring vanish with it.
  return rings[0] ? (rings.filter((ring) => ring !== null) as Rings) : []
}
