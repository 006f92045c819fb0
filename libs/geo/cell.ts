/** H3 cells as the database keeps them: the 64-bit index as a signed integer, written in decimal for SQL. */
import {
  cellToBoundary,
  cellToLatLng,
  cellToParent,
  getResolution,
  gridDiskDistances,
  isValidCell,
  latLngToCell,
  polygonToCells,
} from 'h3-js'
import type { Bounds } from '#domain/probe'

/** The grain of every probe and verdict: about 0.74 km² in Morocco. */
export const WORKING_RESOLUTION = 8
/** Coarser grains that serve the map when zoomed out. */
export const ROLLUP_RESOLUTIONS = [4, 5, 6, 7] as const
/** At which the country has a few thousand parents: for tiles up to zoom 7. Nearer, a tile's own cells are few enough. */
export const COUNTRY_RESOLUTION = 5

export const cellAt = (lat: number, lng: number): string => latLngToCell(lat, lng, WORKING_RESOLUTION)

/** An H3 index never has its top bit set, so it fits PostgreSQL's signed bigint. */
export const cellToSql = (h3: string): string => BigInt(`0x${h3}`).toString()

export const cellFromSql = (cell: string): string => BigInt(cell).toString(16)

/** A valid cell of the working or a rollup resolution. */
export const isServedCell = (h3: string): boolean => {
  if (!/^[0-9a-f]{15}$/.test(h3) || !isValidCell(h3)) return false
  const res = getResolution(h3)
  return res >= ROLLUP_RESOLUTIONS[0] && res <= WORKING_RESOLUTION
}

/** From edge to edge, on average; each coarser resolution is √7 times as wide. */
const WORKING_CELL_KM = 0.92
const KM_PER_DEGREE = 111.2

/** Width and height of a box in km, on its middle parallel. */
export function boxSizeKm({ west, south, east, north }: Bounds): { wideKm: number; highKm: number } {
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180)
  return { wideKm: (east - west) * shrink * KM_PER_DEGREE, highKm: (north - south) * KM_PER_DEGREE }
}

/** The finest served resolution at which a box is about so many cells across at most. */
export function resolutionForBox(box: Bounds, most: { wide: number; high: number }): number {
  const { wideKm, highKm } = boxSizeKm(box)
  const coarser =
    Math.log(Math.max(wideKm / most.wide, highKm / most.high) / WORKING_CELL_KM) / Math.log(Math.sqrt(7))
  return Math.max(ROLLUP_RESOLUTIONS[0], WORKING_RESOLUTION - Math.max(0, Math.ceil(coarser)))
}

/** The coarser cell that holds a cell. */
export const parentOf = (h3: string, resolution: number): string => cellToParent(h3, resolution)

/** The rings of cells around a cell, the nearest first. */
export const ringsAround = (h3: string, rings: number): string[][] => gridDiskDistances(h3, rings).slice(1)

export const resolutionOf = (h3: string): number => getResolution(h3)

/** The cell's corners as [lng, lat], not closed. */
export const boundaryOf = (h3: string): [number, number][] =>
  cellToBoundary(h3, true).slice(0, -1) as [number, number][]

/** The cell's centre as [lng, lat]. */
export const centreOf = (h3: string): [number, number] => {
  const [lat, lng] = cellToLatLng(h3)
  return [lng, lat]
}

/** First and last index, in decimal, of the descendants of a cell at a finer resolution: they are contiguous. */
export interface CellRange {
  low: string
  high: string
}

export function descendantRangeOf(h3: string, resolution: number): CellRange {
  const digits = resolution - getResolution(h3)
  const shift = BigInt(3 * (15 - resolution))
  const free = ((1n << BigInt(3 * digits)) - 1n) << shift
  const base = (BigInt(`0x${h3}`) & ~(15n << 52n) & ~free) | (BigInt(resolution) << 52n)
  // Each free digit runs from 0 to 6: octal 66…6.
  const sixes = digits === 0 ? 0n : BigInt(`0o${'6'.repeat(digits)}`) << shift
  return { low: base.toString(), high: (base | sixes).toString() }
}

type Rings = [number, number][][]

/** GeoJSON of a polygon or several, in [lng, lat]. */
export type Shape = { type: 'Polygon'; coordinates: Rings } | { type: 'MultiPolygon'; coordinates: Rings[] }

/** The cells of a resolution whose centre lies in the shape. */
export function cellsCentredIn(shape: Shape, resolution: number): string[] {
  const polygons = shape.type === 'Polygon' ? [shape.coordinates] : shape.coordinates
  return polygons.flatMap((rings) => polygonToCells(rings, resolution, true))
}
