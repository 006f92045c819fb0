/** Distances from many cells to the nearest of many others, by a k-d tree over points of the unit sphere (Bentley 1975). */
import { EARTH_RADIUS_M } from '#domain/probe'
import { centreOf } from './cell.js'

type Point = [x: number, y: number, z: number]

function pointOf(h3: string): Point {
  const [lng, lat] = centreOf(h3).map((degrees) => (degrees * Math.PI) / 180) as [number, number]
  return [Math.cos(lat) * Math.cos(lng), Math.cos(lat) * Math.sin(lng), Math.sin(lat)]
}

interface Node {
  point: Point
  axis: 0 | 1 | 2
  /** Points that are not higher than this one on the axis. */
  low: Node | null
  /** Points that are not lower than this one on the axis. */
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

/** The square of the chord from a point to the nearest point of the tree, or `best` if none is nearer. */
function nearestSquaredChord(node: Node | null, to: Point, best: number): number {
  if (!node) return best
  const offset = to[node.axis] - node.point[node.axis]
  const [sameSide, otherSide] = offset < 0 ? [node.low, node.high] : [node.high, node.low]
  const nearest = nearestSquaredChord(sameSide, to, Math.min(best, squaredChord(node.point, to)))
  return offset * offset < nearest ? nearestSquaredChord(otherSide, to, nearest) : nearest
}

/**
 * Builds a function that gives, for a list of cells, the great-circle distance in km from the nearest of them to the nearest
 * of `cells`, between their centres; null where one of the two lists is empty. The distance that one cell of the list finds
 * bounds the search of the next, so that a whole list costs little more than one cell.
 */
export function nearestDistanceKmTo(cells: readonly string[]): (from: readonly string[]) => number | null {
  const tree = treeOf(cells.map(pointOf))
  return (from) => {
    if (!tree || from.length === 0) return null
    const chord = Math.sqrt(from.reduce((best, h3) => nearestSquaredChord(tree, pointOf(h3), best), Infinity))
    return (2 * EARTH_RADIUS_M * Math.asin(Math.min(1, chord / 2))) / 1000
  }
}
