/** Distances from many cells to the nearest of many others: a k-d tree over points of the unit sphere. */
import { centreOf } from './cell.js'

/** As `distanceM` of the domain library takes it. */
const EARTH_KM = 6_371.0088

type Point = [x: number, y: number, z: number]

function pointOf(h3: string): Point {
  const [lng, lat] = centreOf(h3).map((degrees) => (degrees * Math.PI) / 180) as [number, number]
  return [Math.cos(lat) * Math.cos(lng), Math.cos(lat) * Math.sin(lng), Math.sin(lat)]
}

interface Node {
  point: Point
  axis: 0 | 1 | 2
  /** Points that are not higher on the axis, and not lower. */
  low: Node | null
  high: Node | null
}

function treeOf(points: Point[], axis: 0 | 1 | 2 = 0): Node | null {
  if (points.length === 0) return null
  points.sort((a, b) => a[axis] - b[axis])
  const middle = points.length >> 1
  const next = ((axis + 1) % 3) as Node['axis']
  return {
    point: points[middle]!,
    axis,
    low: treeOf(points.slice(0, middle), next),
    high: treeOf(points.slice(middle + 1), next),
  }
}

const squaredChord = (a: Point, b: Point) => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2

/** The square of the chord to the nearest point, or `best` where none is nearer. */
function nearestSquaredChord(node: Node | null, to: Point, best: number): number {
  if (!node) return best
  const off = to[node.axis] - node.point[node.axis]
  const [near, far] = off < 0 ? [node.low, node.high] : [node.high, node.low]
  const found = nearestSquaredChord(near, to, Math.min(best, squaredChord(node.point, to)))
  return off * off < found ? nearestSquaredChord(far, to, found) : found
}

/**
 * Gives the kilometres along the ground between the middles of the nearest two cells, one of a list and one of these; null
 * where there are none of these. What one cell of a list has found spares the others most of the search.
 */
export function nearestDistanceKmTo(cells: readonly string[]): (from: readonly string[]) => number | null {
  const tree = treeOf(cells.map(pointOf))
  return (from) => {
    if (!tree || from.length === 0) return null
    const chord = Math.sqrt(from.reduce((best, h3) => nearestSquaredChord(tree, pointOf(h3), best), Infinity))
    return 2 * EARTH_KM * Math.asin(Math.min(1, chord / 2))
  }
}
