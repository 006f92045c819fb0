/** Shapes of the database and of H3 in the units of a tile. */
import { BUFFER, EXTENT, type TileAddress, boundaryOf, envelopeOf, oriented, overlaps, toTile } from '#geo'
import type { Bounds } from '#domain/probe'

export type Rings = [number, number][][]

/** What is drawn around a tile, in tile widths. */
export const MARGIN = BUFFER / EXTENT

/** The tile's envelope with what is drawn around it. */
export const marginOf = (tile: TileAddress) => envelopeOf(tile, MARGIN)

/** Half a pixel of a 256-pixel tile, in degrees: lines are thinned by no more. */
export const toleranceAt = (z: number): number => 360 / 2 ** z / 512

/** The outline of a cell that reaches into the box, else nothing. */
export function hexagon(h3: string, box: Bounds, tile: TileAddress): Rings {
  const corners = boundaryOf(h3)
  if (!overlaps(box, corners)) return []
  const ring = oriented(
    corners.map((c) => toTile(c, tile)),
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
    oriented(
      ring.slice(0, -1).map((c) => toTile(c, tile)),
      i === 0,
    ),
  )
  // Holes of a vanished outer ring vanish with it.
  return rings[0] ? (rings.filter((ring) => ring !== null) as Rings) : []
}
