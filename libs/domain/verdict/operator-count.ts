/**
 * The number of operators that serve a cell, from the probability of each: its distribution, the probability of a class, and
 * the bounds of what is known. Operators are taken as independent of one another, given their probabilities. Pure.
 */
import type { Class } from './class.js'
import { productOf } from './statistics.js'

export type DecidedClass = Exclude<Class, 'unknown'>

/** The probability that one operator serves a cell, and that it does not; they sum to 1, up to rounding. */
export interface PresenceOdds {
  presence: number
  absence: number
}

/**
 * The probabilities that exactly 0, 1, 2 … operators serve: the Poisson binomial distribution. With the odds r of each operator,
 * exactly k serve with the probability that none does, times the sum of the products of k of the odds (their elementary symmetric
 * sum). All terms are positive, so that nothing cancels. An operator that surely serves, as one that is counted by its claim,
 * has no odds and is counted beforehand. Factors and terms are taken in ascending order, so that the order of the list changes
 * no digit, and the SQL of the classification has the same ones.
 */
export function countProbabilities(operators: readonly PresenceOdds[]): number[] {
  const possible = operators.filter(({ absence }) => absence > 0)
  const sums = [1, ...possible.map(() => 0)]
  const odds = possible.map(({ presence, absence }) => presence / absence).sort((a, b) => a - b)
  odds.forEach((ratio, i) => {
    for (let k = i + 1; k > 0; k--) sums[k]! += ratio * sums[k - 1]!
  })
  const none = productOf(possible.map(({ absence }) => absence))
  const certain = Array.from({ length: operators.length - possible.length }, () => 0)
  return [...certain, ...sums.map((sum) => none * sum)]
}

/** Whether this number of operators makes the class. */
export function isCountOfClass(count: number, colour: DecidedClass, blackFrom: number): boolean {
  if (colour === 'white') return count === 0
  return colour === 'grey' ? count > 0 && count < blackFrom : count >= blackFrom
}

/**
 * The least probability of a class, where beside the operators of the distribution there are `openOperators` of which nothing
 * is known. The probability is linear in the presence of each of them, so that its least value is reached where each of them
 * either surely serves or surely does not.
 */
export function leastClassProbability(
  counts: readonly number[],
  openOperators: number,
  colour: DecidedClass,
  blackFrom: number,
): number {
  let least = 1
  for (let serving = 0; serving <= openOperators; serving++)
    least = Math.min(least, probabilityOfClass(counts, serving, colour, blackFrom))
  return least
}

/** The probability of a class where `serving` operators serve beside those of the distribution. */
function probabilityOfClass(
  counts: readonly number[],
  serving: number,
  colour: DecidedClass,
  blackFrom: number,
): number {
  const isBlack = colour === 'black'
  const sum = counts
    .filter((_, n) => (isBlack ? n + serving < blackFrom : isCountOfClass(n + serving, colour, blackFrom)))
    .reduce((total, probability) => total + probability, 0)
  return isBlack ? 1 - sum : sum
}

/** The knowledge by measurements about one operator in a cell: it serves, it does not, or neither is known. */
export type KnownPresence = 'serves' | 'absent' | 'open'

/** The fewest and the most operators that can serve a cell, both included. */
export interface OperatorBounds {
  lower: number
  upper: number
}

/** The bounds that follow from what is known of each operator that may serve the cell. */
export const operatorBoundsOf = (operators: readonly KnownPresence[]): OperatorBounds => ({
  lower: operators.filter((known) => known === 'serves').length,
  upper: operators.filter((known) => known !== 'absent').length,
})
