/**
 * H3 cells in the two forms in which they are written: the 15 hexadecimal digits of the API (`h3`), and the 64-bit index as a
 * decimal number for the database (`cell`).
 */
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
import type { AreaGeometry } from '#domain/place'
import type { Bounds } from '#domain/probe'

/** The resolution of every probe and verdict: cells of about 0.8 km² in Morocco. */
export const WORKING_RESOLUTION = 8
/** The coarser resolutions that serve the map when it is zoomed out. */
export const ROLLUP_RESOLUTIONS = [4, 5, 6, 7] as const
/**
 * The resolution at which the country has a few thousand cells, for tiles up to zoom 7. At a higher zoom the cells of one
 * tile are few enough.
 */
export const COUNTRY_RESOLUTION = 5

/** The working cell that contains a point; degrees. */
export const cellAt = (lat: number, lng: number): string => latLngToCell(lat, lng, WORKING_RESOLUTION)

/** The cell as the database writes it. An H3 index never has its top bit set, so that it fits PostgreSQL's signed bigint. */
export const cellToSql = (h3: string): string => BigInt(`0x${h3}`).toString()

/** The H3 index of a cell as the database writes it. */
export const cellFromSql = (cell: string): string => BigInt(cell).toString(16)

/** Whether a text is a valid H3 index of the working resolution or of a rollup resolution. */
export const isServedCell = (h3: string): boolean => {
  if (!/^[0-9a-f]{15}$/.test(h3) || !isValidCell(h3)) return false
  const res = getResolution(h3)
  return res >= ROLLUP_RESOLUTIONS[0] && res <= WORKING_RESOLUTION
}

/** Mean width of a working cell from edge to edge; the cells of each coarser resolution are √7 times as wide. */
const WORKING_CELL_KM = 0.92
/** Length of a degree of a great circle on the mean Earth radius. */
export const KM_PER_DEGREE = 111.2

/** Width (along its middle parallel) and height of a box, in km. */
export function boxSizeKm({ west, south, east, north }: Bounds): { wideKm: number; highKm: number } {
  const parallelScale = Math.cos((((south + north) / 2) * Math.PI) / 180)
  return { wideKm: (east - west) * parallelScale * KM_PER_DEGREE, highKm: (north - south) * KM_PER_DEGREE }
}

/** The finest served resolution at which a box is at most about `maxCells` cells wide and high. */
export function resolutionForBox(box: Bounds, maxCells: { wide: number; high: number }): number {
  const { wideKm, highKm } = boxSizeKm(box)
  const minCellKm = Math.max(wideKm / maxCells.wide, highKm / maxCells.high)
  const levelsUp = Math.log(minCellKm / WORKING_CELL_KM) / Math.log(Math.sqrt(7))
  return Math.max(ROLLUP_RESOLUTIONS[0], WORKING_RESOLUTION - Math.max(0, Math.ceil(levelsUp)))
}

/** The cell of a coarser resolution that contains a cell. */
export const parentOf = (h3: string, resolution: number): string => cellToParent(h3, resolution)

/** The rings of cells around a cell, the nearest first. */
export const ringsAround = (h3: string, rings: number): string[][] => gridDiskDistances(h3, rings).slice(1)

/**
 * A number of 35 bits for a cell of resolution 8 or coarser, in place of its index of 64 bits, which JavaScript cannot hold:
 * resolution, base cell and the first eight digits. Different cells have different numbers.
 */
export const featureIdOf = (h3: string): number => Math.floor(parseInt(h3.slice(1, 10), 16) / 2)

export const resolutionOf = (h3: string): number => getResolution(h3)

/** The cell's corners as [lng, lat], not closed. */
export function boundaryOf(h3: string): [number, number][] {
  const corners = cellToBoundary(h3, true) as [number, number][]
  corners.pop()
  return corners
}

/** The cell's centre as [lng, lat]. */
export const centreOf = (h3: string): [number, number] => {
  const [lat, lng] = cellToLatLng(h3)
  return [lng, lat]
}

/** A range of cells: the first and the last index, both included, as decimal numbers for the database. */
export interface CellRange {
  low: string
  high: string
}

/** The range of the descendants of a cell at a finer resolution: in H3 their indexes are contiguous. */
export function descendantRangeOf(h3: string, resolution: number): CellRange {
  const digits = resolution - getResolution(h3)
  const shift = BigInt(3 * (15 - resolution))
  const freeBits = ((1n << BigInt(3 * digits)) - 1n) << shift
  const base = (BigInt(`0x${h3}`) & ~(15n << 52n) & ~freeBits) | (BigInt(resolution) << 52n)
  // Each free digit runs from 0 to 6, so that the last descendant has the octal digits 66…6.
  const lastDigits = digits === 0 ? 0n : BigInt(`0o${'6'.repeat(digits)}`) << shift
  return { low: base.toString(), high: (base | lastDigits).toString() }
}

/** The ranges of the descendants of cells of one resolution. Cells whose indexes follow one another share a range. */
export function descendantRangesOf(cells: readonly string[], resolution: number): CellRange[] {
  const ranges: CellRange[] = []
  let last: bigint | null = null
  for (const h3 of [...cells].sort()) {
    const range = descendantRangeOf(h3, resolution)
    const index = BigInt(`0x${h3}`)
    const step = 1n << BigInt(3 * (15 - getResolution(h3)))
    if (last !== null && index - last === step) ranges.at(-1)!.high = range.high
    else ranges.push(range)
    last = index
  }
  return ranges
}

/** The cells of a resolution whose centre lies in the shape; holes are left out. */
export function cellsCentredIn(shape: AreaGeometry, resolution: number): string[] {
  const polygons = shape.type === 'Polygon' ? [shape.coordinates] : shape.coordinates
  return polygons.flatMap((rings) => polygonToCells(rings, resolution, true))
}
