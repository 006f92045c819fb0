/** The greedy choice of zones: the best steps that fit, one after the other. Pure. */
import { type ServiceChoice, totalCost } from './candidate.js'
import { type Constraints, maxBenefitByRegion, regionOf } from './constraint.js'
import { type UpgradeStep, candidatesInSteps } from './relaxation.js'

/** Starts from the given choices, then takes the steps in their order (see `stepsByYield`) where they fit the budget, MAD. */
export function greedyOf(
  steps: readonly UpgradeStep[],
  budget: number,
  initialChoices: readonly ServiceChoice[] = [],
): ServiceChoice[] {
  const choices = new Map(initialChoices.map((choice) => [choice.id, choice]))
  let remainingBudget = budget - totalCost(initialChoices)
  for (const { candidate, to } of steps) {
    const { id } = candidate.zone
    const choice = choices.get(id)
    if (choice && choice.cost >= to.cost) continue
    const additionalCost = to.cost - (choice?.cost ?? 0)
    if (additionalCost > remainingBudget) continue
    remainingBudget -= additionalCost
    choices.set(id, { id, ...to })
  }
  return [...choices.values()]
}

/**
 * A greedy choice that meets the conditions on regions: first the best steps of each region until it meets them, then
 * the best steps of the country. It is both an immediate answer and the solver's starting point. Null if the best steps
 * of the regions do not fit the budget, though another choice might.
 */
export function constrainedGreedyOf(
  steps: readonly UpgradeStep[],
  budget: number,
  constraints: Constraints,
): ServiceChoice[] | null {
  const required = greedyOf(stepsForConstraints(steps, constraints), Infinity)
  return totalCost(required) > budget ? null : greedyOf(steps, budget, required)
}

/** The best steps of each region, up to the one with which the region meets the conditions. */
function stepsForConstraints(
  steps: readonly UpgradeStep[],
  { oneZonePerRegion, regionShare }: Constraints,
): UpgradeStep[] {
  const maxBenefits = maxBenefitByRegion(candidatesInSteps(steps))
  const benefits = new Map<string, number>()
  return steps.filter(({ candidate, benefit }) => {
    const region = regionOf(candidate)
    const maxBenefit = maxBenefits.get(region)
    if (maxBenefit === undefined) return false
    const soFar = benefits.get(region)
    const isRequired =
      soFar === undefined ? oneZonePerRegion || regionShare > 0 : soFar < regionShare * maxBenefit
    if (isRequired) benefits.set(region, (soFar ?? 0) + benefit)
    return isRequired
  })
}
