/** Cells, bounding boxes, and the ranges of cells that a box needs. */
import type { Polygon, Position } from '#domain/place'
import type { Bounds } from '#domain/probe'
import { type CellRange, WORKING_RESOLUTION, boundaryOf } from './cell.js'
import { isRingInBounds, rangesCovering } from './tile.js'

/** The outline of a cell as a closed ring. */
export const hexagonOf = (h3: string): Polygon => {
  const corners = boundaryOf(h3)
  return { type: 'Polygon', coordinates: [[...corners, corners[0]!]] }
}

/** Whether a point lies in a box or on its edge; degrees. */
export const isPointInBox = (b: Bounds, [lng, lat]: Position): boolean =>
  lng >= b.west && lng <= b.east && lat >= b.south && lat <= b.north

/**
 * Whether a convex polygon and a box have a point in common: they have none exactly if an edge of one of them separates the
 * two (separating axis theorem). The ring is closed and anticlockwise, as H3's boundaries are; everything in degrees.
 */
export function isConvexTouchingBox(ring: readonly Position[], box: Bounds): boolean {
  if (!isRingInBounds(box, ring)) return false
  const corners: Position[] = [
    [box.west, box.south],
    [box.east, box.south],
    [box.east, box.north],
    [box.west, box.north],
  ]
  return !ring.slice(1).some((to, i) => {
    const from = ring[i]!
    // The ring is anticlockwise, so that whatever lies to the right of an edge lies outside.
    return corners.every(
      ([lng, lat]) => (to[0] - from[0]) * (lat - from[1]) - (to[1] - from[1]) * (lng - from[0]) < 0,
    )
  })
}

/** A larger box, or one nearer to a pole, is answered from all cells: its ranges would cost more than they save. */
const MAX_SPAN_DEGREES = 30
const MAX_LATITUDE = 60

/** The range of all working cells that can exist. */
export const EVERY_CELL_RANGE: CellRange = { low: '0', high: '9223372036854775807' }

/**
 * Ranges that contain every working cell which touches one of the boxes, and some of their neighbours, in ascending order
 * and without overlaps. Null, as for "no box", gives the range of all cells.
 */
export function rangesOfBoxes(boxes: readonly Bounds[] | null): CellRange[] {
  const isLarge = (b: Bounds) =>
    b.east - b.west > MAX_SPAN_DEGREES ||
    b.north - b.south > MAX_SPAN_DEGREES ||
    Math.max(b.north, -b.south) > MAX_LATITUDE
  if (!boxes || boxes.some(isLarge)) return [EVERY_CELL_RANGE]
  return mergedRanges(boxes.flatMap((box) => rangesCovering(box, WORKING_RESOLUTION)))
}

/** Joins ranges that overlap, because two boxes may share cells. */
function mergedRanges(ranges: readonly CellRange[]): CellRange[] {
  const sorted = ranges.toSorted((a, b) => (BigInt(a.low) < BigInt(b.low) ? -1 : 1))
  const result: CellRange[] = []
  for (const range of sorted) {
    const last = result.at(-1)
    if (!last || BigInt(range.low) > BigInt(last.high)) result.push({ ...range })
    else if (BigInt(range.high) > BigInt(last.high)) last.high = range.high
  }
  return result
}
