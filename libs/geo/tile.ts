/** Web Mercator tiles (XYZ): their envelopes, the H3 resolution for a zoom, and the cells that may touch a tile. */
import { POLYGON_TO_CELLS_FLAGS, getHexagonEdgeLengthAvg, polygonToCellsExperimental } from 'h3-js'
import type { Bounds } from '#domain/probe'
import { type CellRange, KM_PER_DEGREE, descendantRangesOf } from './cell.js'

export interface TileAddress {
  z: number
  x: number
  y: number
}

export const MIN_ZOOM = 4
/**
 * The greatest zoom with tiles of its own, where a cell of resolution 8 is 30 pixels wide. The browser enlarges them
 * further.
 */
export const MAX_ZOOM = 12
/** Width and height of a tile in tile units. */
export const TILE_EXTENT = 4096
/** Margin around a tile in which features are drawn as well, in tile units, so that outlines do not end at its edge. */
export const TILE_BUFFER = 128

/** H3 resolution by zoom, chosen so that a hexagon is between 13 and 40 pixels wide. */
const RESOLUTION_BY_ZOOM = [4, 4, 4, 4, 4, 4, 4, 5, 6, 6, 7, 8, 8]

/** The H3 resolution of the cells on tiles of a zoom. */
export const resolutionAt = (z: number): number => RESOLUTION_BY_ZOOM[Math.min(z, MAX_ZOOM)]!

/** Whether a tile of this address is served. */
export const isTile = ({ z, x, y }: TileAddress): boolean =>
  [z, x, y].every(Number.isInteger) &&
  z >= MIN_ZOOM &&
  z <= MAX_ZOOM &&
  x >= 0 &&
  y >= 0 &&
  x < 2 ** z &&
  y < 2 ** z

const lngAt = (x: number, z: number) => (x / 2 ** z) * 360 - 180
const latAt = (y: number, z: number) =>
  (180 / Math.PI) * Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / 2 ** z)))

/** The bounds of a tile in degrees, extended by `margin` tile widths on each side. */
export function envelopeOf({ z, x, y }: TileAddress, margin = 0): Bounds {
  return {
    west: lngAt(x - margin, z),
    east: lngAt(x + 1 + margin, z),
    north: latAt(Math.max(0, y - margin), z),
    south: latAt(Math.min(2 ** z, y + 1 + margin), z),
  }
}

/** The position of a point ([lng, lat], degrees) in units of a tile: [0, 0] is its north-west corner, y grows southwards. */
export const tilePositionOf = (position: readonly [number, number], tile: TileAddress): [number, number] =>
  tilePositionsOf([position], tile)[0]!

/** The positions of points in units of a tile. */
export function tilePositionsOf(
  positions: readonly (readonly [number, number])[],
  { z, x, y }: TileAddress,
): [number, number][] {
  const n = 2 ** z * TILE_EXTENT
  return positions.map((position) => {
    // A tile has thousands of corners: reading them by index is faster than taking them apart.
    const sin = Math.sin((position[1] * Math.PI) / 180)
    const px = (position[0] / 360 + 0.5) * n - x * TILE_EXTENT
    const py = (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * n - y * TILE_EXTENT
    return [Math.round(px), Math.round(py)]
  })
}

/**
 * Ranges of indexes that contain every cell of `resolution` which may touch the box, and some of their neighbours. With a
 * finer `rangeResolution` they are the ranges of all the descendants of those cells.
 */
export function rangesCovering(box: Bounds, resolution: number, rangeResolution = resolution): CellRange[] {
  const cover = coverResolution(box, resolution)
  // Descendants reach beyond their ancestor by less than half of its edge, hence the margin.
  const margin = (0.5 * getHexagonEdgeLengthAvg(cover, 'km')) / KM_PER_DEGREE
  const lngMargin = margin / Math.cos((Math.max(Math.abs(box.north), Math.abs(box.south)) * Math.PI) / 180)
  const [west, east] = [box.west - lngMargin, box.east + lngMargin]
  const [south, north] = [box.south - margin, box.north + margin]
  const ring: [number, number][] = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ]
  const cells = polygonToCellsExperimental([ring], cover, POLYGON_TO_CELLS_FLAGS.containmentOverlapping, true)
  return descendantRangesOf(cells, rangeResolution)
}

/** A resolution at which up to a hundred cells cover the box, so that few cells beyond it are read. */
function coverResolution({ west, south, east, north }: Bounds, resolution: number): number {
  const km = Math.max(east - west, north - south) * KM_PER_DEGREE
  const finest = Math.max(0, resolution - 1)
  for (let res = 0; res < finest; res++) if (getHexagonEdgeLengthAvg(res, 'km') * 6 < km) return res
  return finest
}

/**
 * Whether the bounding box of a ring and a box have a point in common; degrees. Where this is false the ring itself does not
 * touch the box; where it is true it need not.
 */
export const isRingInBounds = (box: Bounds, ring: readonly (readonly [number, number])[]): boolean =>
  ring.some(([lng]) => lng >= box.west) &&
  ring.some(([lng]) => lng <= box.east) &&
  ring.some(([, lat]) => lat >= box.south) &&
  ring.some(([, lat]) => lat <= box.north)
