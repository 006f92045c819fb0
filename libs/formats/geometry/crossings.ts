/** Edges of a shape that cross: making the shape valid adds a corner for each crossing. */
import type { Position } from '#domain/place'

type Edge = readonly [Position, Position]

/** Whether more than `maxCrossings` pairs of edges meet elsewhere than at their common ends. Compares each pair, in O(n²). */
export function hasMoreCrossingsThan(rings: readonly (readonly Position[])[], maxCrossings: number): boolean {
  const edges = rings.flatMap((ring) => ring.slice(1).map((to, i): Edge => [ring[i]!, to]))
  let crossings = 0
  for (let i = 0; i < edges.length; i++)
    for (let j = 0; j < i; j++) if (doCross(edges[i]!, edges[j]!) && ++crossings > maxCrossings) return true
  return false
}

function doCross([a, b]: Edge, [c, d]: Edge): boolean {
  const [ofC, ofD, ofA, ofB] = [sideOf(a, b, c), sideOf(a, b, d), sideOf(c, d, a), sideOf(c, d, b)]
  if (ofC * ofD < 0 && ofA * ofB < 0) return true
  return (
    (ofC === 0 && isBetween(a, b, c)) ||
    (ofD === 0 && isBetween(a, b, d)) ||
    (ofA === 0 && isBetween(c, d, a)) ||
    (ofB === 0 && isBetween(c, d, b))
  )
}

/** 1 to the left of the line from `a` to `b`, -1 to the right, 0 on it. */
const sideOf = ([ax, ay]: Position, [bx, by]: Position, [x, y]: Position): number =>
  Math.sign((bx - ax) * (y - ay) - (by - ay) * (x - ax))

/** Tells whether a point of the line lies within the edge and is none of its ends. */
const isBetween = ([ax, ay]: Position, [bx, by]: Position, [x, y]: Position): boolean =>
  (x - ax) * (x - bx) + (y - ay) * (y - by) < 0
