/** Short routes through the places where measuring would decide a cell. */
import { type GeoPoint, distanceM } from '../probe/plausibility.js'

/**
 * A short route through all stops, starting at the first: always the nearest stop next, then improved by two-opt (pairs of
 * legs are exchanged while that shortens the route; Croes 1958). It is not guaranteed to be the shortest.
 */
export function routeOf<T extends GeoPoint>(stops: readonly T[]): T[] {
  const remaining = [...stops]
  const route = remaining.splice(0, 1)
  while (remaining.length > 0) {
    const from = route.at(-1)!
    const nearest = remaining.reduce(
      (best, stop, i) => (distanceM(from, stop) < distanceM(from, remaining[best]!) ? i : best),
      0,
    )
    route.push(...remaining.splice(nearest, 1))
  }
  return twoOptRoute(route)
}

/** Length of a route in metres, along straight lines between its stops. */
export const routeLengthM = (route: readonly GeoPoint[]): number =>
  route.reduce((sum, stop, i) => (i === 0 ? 0 : sum + distanceM(route[i - 1]!, stop)), 0)

/** A sheet has at most a few hundred stops, for which so many rounds are enough. */
const MAX_TWO_OPT_ROUNDS = 20

/** Each exchange shortens the route, so the search ends by itself; its rounds are bounded to bound the time. */
function twoOptRoute<T extends GeoPoint>(route: T[]): T[] {
  for (let round = 0, hasChanged = true; hasChanged && round < MAX_TWO_OPT_ROUNDS; round++) {
    hasChanged = false
    for (let i = 0; i < route.length - 2; i++)
      for (let j = i + 2; j < route.length; j++)
        if (twoOptGainM(route, i, j) > 1) {
          route.splice(i + 1, j - i, ...route.slice(i + 1, j + 1).reverse())
          hasChanged = true
        }
  }
  return route
}

/** Metres that are saved by reversing the stops from i + 1 to j. */
function twoOptGainM(route: readonly GeoPoint[], i: number, j: number): number {
  const [a, b, c, d] = [route[i]!, route[i + 1]!, route[j]!, route[j + 1]]
  const lengthBefore = distanceM(a, b) + (d ? distanceM(c, d) : 0)
  return lengthBefore - distanceM(a, c) - (d ? distanceM(b, d) : 0)
}
