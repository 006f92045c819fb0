/** Cells and boxes. */
import type { Polygon, Position } from '#domain/place'
import type { Bounds } from '#domain/probe'
import { type CellRange, WORKING_RESOLUTION, boundaryOf } from './cell.js'
import { rangesCovering } from './tile.js'

export const hexagonOf = (h3: string): Polygon => {
  const corners = boundaryOf(h3)
  return { type: 'Polygon', coordinates: [[...corners, corners[0]!]] }
}

export const isPointInBox = (b: Bounds, [lng, lat]: Position): boolean =>
  lng >= b.west && lng <= b.east && lat >= b.south && lat <= b.north

/** Whether a convex polygon and a box have a point in common: no edge of either has the two on different sides. */
export function isConvexTouchingBox(ring: readonly Position[], box: Bounds): boolean {
  if (!ring.some(([lng]) => lng >= box.west) || !ring.some(([lng]) => lng <= box.east)) return false
  if (!ring.some(([, lat]) => lat >= box.south) || !ring.some(([, lat]) => lat <= box.north)) return false
  const corners: Position[] = [
    [box.west, box.south],
    [box.east, box.south],
    [box.east, box.north],
    [box.west, box.north],
  ]
  return !ring.slice(1).some((to, i) => {
    const from = ring[i]!
    // H3's corners run anticlockwise: what lies to the right of an edge lies outside.
    return corners.every(
      ([lng, lat]) => (to[0] - from[0]) * (lat - from[1]) - (to[1] - from[1]) * (lng - from[0]) < 0,
    )
  })
}

/** A box larger than this, or nearer to a pole, is read cell by cell: its ranges would cost more than they save. */
const MAX_SPAN_DEGREES = 30
const MAX_LATITUDE = 60

const EVERY_CELL_RANGE: CellRange = { low: '0', high: '9223372036854775807' }

/** Ranges of working cells that hold all which touch one of the boxes, and some neighbours, in ascending order. */
export function rangesOfBoxes(boxes: readonly Bounds[] | null): CellRange[] {
  const isLarge = (b: Bounds) =>
    b.east - b.west > MAX_SPAN_DEGREES ||
    b.north - b.south > MAX_SPAN_DEGREES ||
    Math.max(b.north, -b.south) > MAX_LATITUDE
  if (!boxes || boxes.some(isLarge)) return [EVERY_CELL_RANGE]
  return mergedRanges(boxes.flatMap((box) => rangesCovering(box, WORKING_RESOLUTION)))
}

/** In ascending order, without overlaps: two boxes may share cells. */
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
