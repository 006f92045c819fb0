/**
 * The choice of zones as a multiple-choice knapsack: its upgrade steps, and its linear relaxation as a bound on what any
 * choice can bring (Sinha and Zoltners 1979). Pure.
 */
import type { Candidate, ServiceOption } from './candidate.js'
import {
  type Constraints,
  cheapestByRegion,
  hasConstraints,
  maxBenefitByRegion,
  regionOf,
} from './constraint.js'

/** Going from one option of a zone, or from no service, to a dearer option of the same zone. */
export interface UpgradeStep {
  candidate: Candidate
  to: ServiceOption
  /** Cost of the step alone, MAD. */
  cost: number
  /** Benefit of the step alone. */
  benefit: number
  /** Benefit for one dirham. */
  yield: number
}

/**
 * The steps along the upper convex hull of a zone's options. Their yields fall from step to step, so that whoever takes the
 * best steps of all zones first never takes a zone's second step before its first.
 */
function hullStepsOf(candidate: Candidate): UpgradeStep[] {
  const hull: ServiceOption[] = []
  const corner = (i: number) => hull[i] ?? { cost: 0, benefit: 0 }
  const isUnderHull = (middle: ServiceOption, end: ServiceOption) => {
    const start = corner(hull.length - 2)
    return (
      (middle.benefit - start.benefit) * (end.cost - middle.cost) <=
      (end.benefit - middle.benefit) * (middle.cost - start.cost)
    )
  }
  for (const option of candidate.options) {
    while (hull.length > 0 && isUnderHull(hull.at(-1)!, option)) hull.pop()
    hull.push(option)
  }
  return hull.map((to, i) => {
    const cost = to.cost - corner(i - 1).cost
    const benefit = to.benefit - corner(i - 1).benefit
    return { candidate, to, cost, benefit, yield: cost === 0 ? Infinity : benefit / cost }
  })
}

/** The steps of all zones by falling yield; steps of equal yield are in the order of the zones' ids, then of their costs. */
export function stepsByYield(candidates: readonly Candidate[]): UpgradeStep[] {
  const byId = candidates.toSorted((a, b) => (a.zone.id < b.zone.id ? -1 : Number(a.zone.id > b.zone.id)))
  // The sort is stable, so that steps of equal yield stay in the order of the ids.
  return byId.flatMap(hullStepsOf).sort((a, b) => (a.yield === b.yield ? 0 : b.yield - a.yield))
}

export const candidatesInSteps = (steps: readonly UpgradeStep[]): Set<Candidate> =>
  new Set(steps.map(({ candidate }) => candidate))

/** The linear relaxation over all zones, the conditions on regions included. */
export interface Relaxation {
  /** No choice that meets the conditions costs less, MAD. */
  minCost: number
  /** No choice within the budget that meets the conditions brings more benefit. */
  upperBound: number
  /** Benefit of a further dirham at the end of the budget; 0 where the budget is enough for everything. */
  marginalYield: number
  /** The same for the regions that have to be given more than that. */
  marginalYieldByRegion: Map<string, number>
}

/**
 * The relaxation in closed form. A region that must be brought a share of its benefit must be given the money that its best
 * steps cost up to that share, and a region that must have a zone at least the cost of its cheapest option. Both are lower
 * bounds of what the region is given. The rest of the budget buys the best steps of the country, so that no solver is needed.
 */
export function relaxationOf(
  steps: readonly UpgradeStep[],
  budget: number,
  constraints: Constraints,
): Relaxation {
  const minSpend = hasConstraints(constraints)
    ? minSpendByRegion(steps, constraints)
    : new Map<string, number>()
  const minCost = [...minSpend.values()].reduce((sum, cost) => sum + cost, 0)
  const relaxation: Relaxation = {
    minCost,
    upperBound: 0,
    marginalYield: 0,
    marginalYieldByRegion: new Map(),
  }
  let freeBudget = Math.max(0, budget - minCost)
  let isOver = false
  for (const step of steps) {
    const region = regionOf(step.candidate)
    const forcedCost = Math.min(step.cost, minSpend.get(region) ?? 0)
    const freeCost = Math.min(step.cost - forcedCost, freeBudget)
    if (!isOver && step.cost - forcedCost > freeBudget) relaxation.marginalYield = step.yield
    isOver ||= step.cost - forcedCost > freeBudget
    freeBudget -= freeCost
    relaxation.upperBound +=
      step.cost === 0 ? step.benefit : (step.benefit * (forcedCost + freeCost)) / step.cost
    if (forcedCost === 0) continue
    minSpend.set(region, minSpend.get(region)! - forcedCost)
    if (isOver) relaxation.marginalYieldByRegion.set(region, step.yield)
  }
  return relaxation
}

/** The least that must be spent in each region to meet the conditions, MAD. */
function minSpendByRegion(
  steps: readonly UpgradeStep[],
  { oneZonePerRegion, regionShare }: Constraints,
): Map<string, number> {
  const candidates = candidatesInSteps(steps)
  const missingBenefit = new Map(
    [...maxBenefitByRegion(candidates)].map(([region, benefit]) => [region, benefit * regionShare]),
  )
  const minSpend = new Map<string, number>()
  for (const { candidate, cost, benefit } of steps) {
    const region = regionOf(candidate)
    const missing = missingBenefit.get(region) ?? 0
    if (missing <= 0) continue
    minSpend.set(region, (minSpend.get(region) ?? 0) + cost * Math.min(1, missing / benefit))
    missingBenefit.set(region, missing - benefit)
  }
  if (oneZonePerRegion)
    for (const [region, { options }] of cheapestByRegion(candidates))
      minSpend.set(region, Math.max(minSpend.get(region) ?? 0, options[0]!.cost))
  return minSpend
}
