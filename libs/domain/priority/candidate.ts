/** The zones that a budget can serve, the possible technologies of each, and the final choice. Pure. */
import {
  DEPLOYABLE_TECHNOLOGIES,
  type Deployed,
  type UnitCosts,
  benefitShareOf,
  deploymentCostOf,
} from './deployment.js'
import { type ZoneFactors, sizeOf } from './priority.js'

/** One technology by which a zone can be served. */
export interface ServiceOption {
  technology: Deployed
  /** Cost in whole dirhams (MAD). */
  cost: number
  /** Benefit in the unit of the planner's score. */
  benefit: number
}

/** A zone that can be served. */
export interface Candidate {
  zone: ZoneFactors
  /** The options, at least one; each costs more than the one before it and brings more benefit. */
  options: ServiceOption[]
}

/**
 * The options of a zone by ascending cost, without those that another option beats in cost and in benefit. `benefit` is
 * that of fibre; every other technology brings its share of it.
 */
export function undominatedOptionsOf(
  zone: ZoneFactors,
  benefit: number,
  costs: UnitCosts,
  technologies: readonly Deployed[],
): ServiceOption[] {
  const options = DEPLOYABLE_TECHNOLOGIES.filter((technology) => technologies.includes(technology)).flatMap(
    (technology) => {
      const cost = deploymentCostOf(technology, sizeOf(zone), costs)
      const optionBenefit = benefit * benefitShareOf(technology, costs)
      return cost === null || optionBenefit <= 0 ? [] : [{ technology, cost, benefit: optionBenefit }]
    },
  )
  const byCost = options.toSorted((a, b) => a.cost - b.cost || b.benefit - a.benefit)
  let bestBenefit = 0
  return byCost.filter((option) => {
    if (option.benefit <= bestBenefit) return false
    bestBenefit = option.benefit
    return true
  })
}

/** The option that was chosen for the zone with this id. */
export interface ServiceChoice extends ServiceOption {
  id: string
}

/** Cost of all options together, MAD. */
export const totalCost = (options: readonly ServiceOption[]): number =>
  options.reduce((sum, { cost }) => sum + cost, 0)

/** Benefit of all options together. */
export const totalBenefit = (options: readonly ServiceOption[]): number =>
  options.reduce((sum, { benefit }) => sum + benefit, 0)

/** The difference between two answers to the same question. */
export interface ChoiceChange {
  /** Zones that only the second answer serves. */
  added: ServiceChoice[]
  /** Zones that only the first answer serves. */
  dropped: ServiceChoice[]
  /** Zones that both serve, by different technologies; as in the second answer. */
  changed: ServiceChoice[]
}

/** The changes from one answer to another. */
export function choiceChangeBetween(
  before: readonly ServiceChoice[],
  after: readonly ServiceChoice[],
): ChoiceChange {
  const choicesBefore = new Map(before.map((choice) => [choice.id, choice]))
  const idsAfter = new Set(after.map(({ id }) => id))
  return {
    added: after.filter(({ id }) => !choicesBefore.has(id)),
    dropped: before.filter(({ id }) => !idsAfter.has(id)),
    changed: after.filter(({ id, technology }) => {
      const choice = choicesBefore.get(id)
      return choice !== undefined && choice.technology !== technology
    }),
  }
}
