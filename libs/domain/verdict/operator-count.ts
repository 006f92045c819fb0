/**
 * The number of operators that serve a cell, from the probability of each: its distribution, the probability of a class, and
 * the bounds of what is known. Operators are taken as independent of one another, given their probabilities. Pure.
 */
import type { Class } from './class.js'

export type DecidedClass = Exclude<Class, 'unknown'>

/** The probability that one operator serves a cell, and that it does not; they sum to 1, up to rounding. */
export interface PresenceOdds {
  presence: number
  absence: number
}

/**
 * The probabilities that exactly 0, 1, 2 … operators serve: the Poisson binomial distribution, by convolution (Howard 1972).
 * The operators are taken in ascending order of their presence, so that the order of the list does not change a digit.
 */
export function countProbabilities(operators: readonly PresenceOdds[]): number[] {
  const counts = [1]
  for (const { presence, absence } of operators.toSorted((a, b) => a.presence - b.presence)) {
    counts.push(0)
    for (let n = counts.length - 1; n > 0; n--) counts[n] = counts[n]! * absence + counts[n - 1]! * presence
    counts[0]! *= absence
  }
  return counts
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
  for (let serving = 0; serving <= openOperators; serving++) {
    const matching = counts.filter((_, n) => isCountOfClass(n + serving, colour, blackFrom))
    least = Math.min(
      least,
      matching.reduce((sum, probability) => sum + probability, 0),
    )
  }
  return least
}

/** What measurements say of one operator in a cell: it serves, it does not, or neither is known. */
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
