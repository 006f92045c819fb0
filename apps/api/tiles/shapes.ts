/** Shapes of the database and of H3, in the units of a tile. */
import {
  TILE_BUFFER,
  TILE_EXTENT,
  type TileAddress,
  type TileFeature,
  boundaryOf,
  envelopeOf,
  featureIdOf,
  orientedRing,
  isRingInBounds,
  tilePositionsOf,
} from '#geo'
import type { Bounds } from '#domain/probe'

export type Rings = [number, number][][]

/** The strip around a tile that is drawn with it, in tile widths. */
const MARGIN = TILE_BUFFER / TILE_EXTENT

/** The tile's envelope in degrees, with the strip around it that is drawn with it. */
export const envelopeWithMargin = (tile: TileAddress): Bounds => envelopeOf(tile, MARGIN)

/** Half a pixel of a 256-pixel tile, in degrees. Outlines are simplified by no more than this. */
export const toleranceAt = (z: number): number => 360 / 2 ** z / 512

/** The outline of a cell that reaches into the box; empty for any other cell. */
export function hexagonRings(h3: string, box: Bounds, tile: TileAddress): Rings {
  const corners = boundaryOf(h3)
  if (!isRingInBounds(box, corners)) return []
  const ring = orientedRing(tilePositionsOf(corners, tile), true)
  return ring ? [ring] : []
}

export type HexagonProperties = TileFeature['properties'] & { h3: string }

/** The cell `h3` with its properties as a feature of the tile; empty where the cell does not reach into the tile. */
export function hexagonFeature(tile: TileAddress, properties: HexagonProperties): TileFeature[] {
  const rings = hexagonRings(properties.h3, envelopeWithMargin(tile), tile)
  return rings.length > 0 ? [{ kind: 'polygon', rings, properties, id: featureIdOf(properties.h3) }] : []
}

/** Polygons of GeoJSON in degrees, as rings in tile units. */
export function ringsOfGeoJson(geojson: string, tile: TileAddress): Rings {
  return polygonsOf(geojson).flatMap((polygon) => ringsOf(polygon, tile))
}

/**
 * The polygons of a geometry in degrees. A polygon that the database clipped may come back as several polygons, or with
 * stray lines, which have no area to draw; or as null, if GEOS failed.
 */
export function polygonsOf(geojson: string | null): Rings[] {
  if (geojson === null) return []
  interface Geometry {
    type: string
    coordinates: unknown
    geometries?: Geometry[]
  }
  const polygonsIn = (geometry: Geometry): Rings[] => {
    if (geometry.type === 'Polygon') return [geometry.coordinates as Rings]
    if (geometry.type === 'MultiPolygon') return geometry.coordinates as Rings[]
    return (geometry.geometries ?? []).flatMap(polygonsIn)
  }
  return polygonsIn(JSON.parse(geojson) as Geometry)
}

function ringsOf(polygon: Rings, tile: TileAddress): Rings {
  const rings = polygon.map((ring, i) => orientedRing(tilePositionsOf(ring.slice(0, -1), tile), i === 0))
  // An outer ring that has shrunk to nothing takes its holes with it.
  return rings[0] ? (rings.filter((ring) => ring !== null) as Rings) : []
}
