/** The working cells that touch a shape, or whose centre lies in it. */
import type { FilterShape } from '#domain/feature'
import type { MultiPolygon, Polygon, Position } from '#domain/place'
import type { Bounds } from '#domain/probe'
import { POLYGON_TO_CELLS_FLAGS, polygonToCellsExperimental } from 'h3-js'
import { isConvexTouchingBox, hexagonOf, isPointInBox } from './box.js'
import { WORKING_RESOLUTION, centreOf } from './cell.js'

/** About 50,000 working cells: more than one SQL statement should carry. */
const MAX_SQUARE_DEGREES = 3.5
/** Wider than a cell, so that no cell which touches a point or a box is missed. */
const PAD_DEGREES = 0.02

/**
 * The working cells whose outline touches the shape (`outline`), or whose centre lies in it (`centre`); each once. Null where
 * the bounding boxes of its parts have more than MAX_SQUARE_DEGREES together. The shape is in degrees.
 */
export function cellsMatching(shape: FilterShape, by: 'outline' | 'centre'): string[] | null {
  const parts =
    shape.type === 'MultiPolygon'
      ? shape.coordinates.map((rings) => ({ type: 'Polygon' as const, coordinates: rings }))
      : [shape]
  const boxes = parts.map(boundsOf)
  if (boxes.reduce((sum, b) => sum + (b.east - b.west) * (b.north - b.south), 0) > MAX_SQUARE_DEGREES)
    return null
  const cells = parts.flatMap((part, i) => cellsOfPart(part, boxes[i]!, by))
  return [...new Set(cells)]
}

type ShapePart = Exclude<FilterShape, MultiPolygon>

function cellsOfPart(part: ShapePart, box: Bounds, by: 'outline' | 'centre'): string[] {
  if (by === 'outline' && part.type === 'Polygon') return cellsOverlapping(part.coordinates)
  const nearbyCells = cellsOverlapping([paddedRing(box)])
  if (by === 'outline')
    return nearbyCells.filter((h3) => isConvexTouchingBox(hexagonOf(h3).coordinates[0]!, box))
  return nearbyCells.filter((h3) =>
    part.type === 'Polygon' ? isInPolygon(part, centreOf(h3)) : isPointInBox(box, centreOf(h3)),
  )
}

const cellsOverlapping = (rings: readonly (readonly Position[])[]): string[] =>
  polygonToCellsExperimental(
    rings as [number, number][][],
    WORKING_RESOLUTION,
    POLYGON_TO_CELLS_FLAGS.containmentOverlapping,
    // Coordinates are [lng, lat].
    true,
  )

const paddedRing = ({ west, south, east, north }: Bounds): Position[] => [
  [west - PAD_DEGREES, south - PAD_DEGREES],
  [east + PAD_DEGREES, south - PAD_DEGREES],
  [east + PAD_DEGREES, north + PAD_DEGREES],
  [west - PAD_DEGREES, north + PAD_DEGREES],
  [west - PAD_DEGREES, south - PAD_DEGREES],
]

function boundsOf(part: ShapePart): Bounds {
  if (part.type === 'Box') return part.box
  const positions = part.type === 'Point' ? [part.coordinates] : part.coordinates[0]!
  const [lngs, lats] = [positions.map(([lng]) => lng), positions.map(([, lat]) => lat)]
  return {
    west: Math.min(...lngs),
    south: Math.min(...lats),
    east: Math.max(...lngs),
    north: Math.max(...lats),
  }
}

/** Whether a point lies in a polygon, by the number of edges that a line to its east crosses; holes are outside. */
function isInPolygon({ coordinates }: Polygon, [lng, lat]: Position): boolean {
  let isInside = false
  for (const ring of coordinates)
    for (let i = 1; i < ring.length; i++) {
      const [[x1, y1], [x2, y2]] = [ring[i - 1]!, ring[i]!]
      if (y1 > lat !== y2 > lat && lng < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) isInside = !isInside
    }
  return isInside
}
