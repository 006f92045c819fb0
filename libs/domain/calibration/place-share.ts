/** Compares how often an operator serves a place with what its declarations and its neighbours let one expect. Pure. */
import type { TechnologyGroup } from '../verdict/index.js'

/** One measured group of an operator in one cell: the probability that it serves before and after it was measured. */
export interface Expectation {
  operator: string
  place: string
  expected: number
  observed: number
}

/** The local share of presence of an operator's group, as log odds relative to what was expected; 0 is as expected. */
export interface PlaceShare {
  place: string
  operator: string
  group: TechnologyGroup
  logOdds: number
  /** Number of cells that it rests on. */
  n: number
}

/** Cells of either outcome that are added to both sides, so that a place with little evidence stays near 0. */
const ADDED_CELLS = 2

/** The shares of all places, in the order of place and operator. */
export function placeSharesOf(group: TechnologyGroup, expectations: readonly Expectation[]): PlaceShare[] {
  const sums = new Map<string, { of: Expectation; expected: number; observed: number; n: number }>()
  for (const one of expectations) {
    const key = `${one.place} ${one.operator}`
    const sum = sums.get(key) ?? { of: one, expected: 0, observed: 0, n: 0 }
    sum.expected += one.expected
    sum.observed += one.observed
    sum.n++
    sums.set(key, sum)
  }
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { of, expected, observed, n }]) => ({
      place: of.place,
      operator: of.operator,
      group,
      logOdds:
        Math.log((observed + ADDED_CELLS) / (expected + ADDED_CELLS)) -
        Math.log((n - observed + ADDED_CELLS) / (n - expected + ADDED_CELLS)),
      n,
    }))
}
