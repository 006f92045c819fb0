/** Web-mercator tiles: their envelopes, the H3 resolution that fits a zoom, the cells that may touch a tile. */
import { POLYGON_TO_CELLS_FLAGS, getHexagonEdgeLengthAvg, polygonToCellsExperimental } from 'h3-js'
import type { Bounds } from '#domain/probe'
import { type CellRange, descendantRangeOf } from './cell.js'

export interface TileAddress {
  z: number
  x: number
  y: number
}

export const MIN_ZOOM = 4
/** Beyond this the browser enlarges: a res-8 cell is already 30 pixels wide. */
export const MAX_ZOOM = 12
export const TILE_EXTENT = 4096
/** Drawn around a tile, in tile units, so that outlines do not end at its edge. */
export const TILE_BUFFER = 128

/** Keeps a hexagon between 13 and 40 pixels wide. */
const RESOLUTION_BY_ZOOM = [4, 4, 4, 4, 4, 4, 4, 5, 6, 6, 7, 8, 8]

export const resolutionAt = (z: number): number => RESOLUTION_BY_ZOOM[Math.min(z, MAX_ZOOM)]!

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

/** The tile in degrees, widened by `margin` tile widths on each side. */
export function envelopeOf({ z, x, y }: TileAddress, margin = 0): Bounds {
  return {
    west: lngAt(x - margin, z),
    east: lngAt(x + 1 + margin, z),
    north: latAt(Math.max(0, y - margin), z),
    south: latAt(Math.min(2 ** z, y + 1 + margin), z),
  }
}

/** Position of a point in the tile's own units: [0, 0] its north-west corner, [4096, 4096] its south-east. */
export function tilePositionOf(
  [lng, lat]: readonly [number, number],
  { z, x, y }: TileAddress,
): [number, number] {
  const n = 2 ** z * TILE_EXTENT
  const sin = Math.sin((lat * Math.PI) / 180)
  const px = (lng / 360 + 0.5) * n - x * TILE_EXTENT
  const py = (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * n - y * TILE_EXTENT
  return [Math.round(px), Math.round(py)]
}

/**
 * Index ranges that hold every cell of `resolution` which may touch the envelope; they hold some neighbours too.
 * Descendants overhang their ancestor by less than half of its edge, hence the margin. With a finer resolution to end at,
 * the ranges are of all the descendants there of those cells.
 */
export function rangesCovering(box: Bounds, resolution: number, endsAt = resolution): CellRange[] {
  const cover = coverResolution(box, resolution)
  const margin = (0.5 * getHexagonEdgeLengthAvg(cover, 'km')) / 111
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
  return cells.map((cell) => descendantRangeOf(cell, endsAt))
}

/** Coarse enough that a few dozen ranges hold the box. */
function coverResolution({ west, south, east, north }: Bounds, resolution: number): number {
  const km = Math.max(east - west, north - south) * 111
  const finest = Math.max(0, resolution - 2)
  for (let res = 0; res < finest; res++) if (getHexagonEdgeLengthAvg(res, 'km') * 3 < km) return res
  return finest
}

export const isRingInBounds = (box: Bounds, ring: readonly (readonly [number, number])[]): boolean =>
  ring.some(([lng]) => lng >= box.west) &&
  ring.some(([lng]) => lng <= box.east) &&
  ring.some(([, lat]) => lat >= box.south) &&
  ring.some(([, lat]) => lat <= box.north)
