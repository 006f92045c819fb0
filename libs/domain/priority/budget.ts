/**
 * Which zones to serve with a budget, and by which technology: a multiple-choice knapsack. Here are its data, its bound and
 * its greedy answer; the solver is the server's. Pure.
 */
import {
  DEPLOYABLE_TECHNOLOGIES,
  type Deployed,
  type UnitCosts,
  deploymentCostOf,
  benefitShareOf,
} from './deployment.js'
import { type ZoneFactors, sizeOf } from './priority.js'

export interface ServiceOption {
  technology: Deployed
  /** Whole dirhams. */
  cost: number
  benefit: number
}

/** A zone that something can be done for. */
export interface Candidate {
  zone: ZoneFactors
  /** Each costs more than the one before and brings more; at least one. */
  options: ServiceOption[]
}

/** A zone's options that no other of its options beats. `benefit` is what fibre would bring. */
export function undominatedOptionsOf(
  zone: ZoneFactors,
  benefit: number,
  costs: UnitCosts,
  technologies: readonly Deployed[],
): ServiceOption[] {
  const all = DEPLOYABLE_TECHNOLOGIES.filter((technology) => technologies.includes(technology)).flatMap(
    (technology) => {
      const cost = deploymentCostOf(technology, sizeOf(zone), costs)
      const brought = benefit * benefitShareOf(technology, costs)
      return cost === null || brought <= 0 ? [] : [{ technology, cost, benefit: brought }]
    },
  )
  const byCost = all.toSorted((a, b) => a.cost - b.cost || b.benefit - a.benefit)
  let best = 0
  return byCost.filter((option) => {
    if (option.benefit <= best) return false
    best = option.benefit
    return true
  })
}

/** What one zone is given. */
export interface ServiceChoice extends ServiceOption {
  id: string
}

/** Going from an option, or from nothing, to a dearer one of the same zone. */
export interface UpgradeStep {
  candidate: Candidate
  to: ServiceOption
  cost: number
  benefit: number
  /** Benefit a dirham. */
  yield: number
}

/**
 * Steps along the upper hull of a zone's options: what each step more of money brings falls from step to step, so that
 * taking the best steps of all zones first never takes a second one before its first.
 */
function hullStepsOf(candidate: Candidate): UpgradeStep[] {
  const hull: ServiceOption[] = []
  const from = (i: number) => hull[i] ?? { cost: 0, benefit: 0 }
  const isBelow = (middle: ServiceOption, end: ServiceOption) => {
    const start = from(hull.length - 2)
    return (
      (middle.benefit - start.benefit) * (end.cost - middle.cost) <=
      (end.benefit - middle.benefit) * (middle.cost - start.cost)
    )
  }
  for (const option of candidate.options) {
    while (hull.length > 0 && isBelow(hull.at(-1)!, option)) hull.pop()
    hull.push(option)
  }
  return hull.map((to, i) => {
    const cost = to.cost - from(i - 1).cost
    const benefit = to.benefit - from(i - 1).benefit
    return { candidate, to, cost, benefit, yield: cost === 0 ? Infinity : benefit / cost }
  })
}

/** The steps of all zones, the best yield first, then in the order of the zones' ids and of their costs. */
export function stepsByYield(candidates: readonly Candidate[]): UpgradeStep[] {
  const byId = candidates.toSorted((a, b) => (a.zone.id < b.zone.id ? -1 : Number(a.zone.id > b.zone.id)))
  // Sorting is stable: what yields the same stays as it is.
  return byId.flatMap(hullStepsOf).sort((a, b) => (a.yield === b.yield ? 0 : b.yield - a.yield))
}

export interface Constraints {
  /** At least one zone in each region that has candidates. */
  oneZonePerRegion: boolean
  /** Least part of each region's whole benefit that must be brought, 0 to 1. */
  regionShare: number
}

const regionOf = ({ zone }: Candidate): string => zone.regionCode ?? ''

/** What the best options of all its candidates would bring to each region. */
function maxBenefitByRegion(candidates: Iterable<Candidate>): Map<string, number> {
  const whole = new Map<string, number>()
  for (const { zone, options } of candidates)
    if (zone.regionCode)
      whole.set(zone.regionCode, (whole.get(zone.regionCode) ?? 0) + options.at(-1)!.benefit)
  return whole
}

const candidatesOf = (steps: readonly UpgradeStep[]): Set<Candidate> =>
  new Set(steps.map(({ candidate }) => candidate))

/**
 * The linear relaxation over all zones, conditions on regions included. A region that must be brought a share must be given
 * the money that its best steps up to there cost; one that must have a zone, at least the cheapest option's: both are lower
 * bounds on what it is given, and above them the best steps of the country follow, so no solver is needed.
 */
export interface Relaxation {
  /** No choice that meets the conditions costs less, MAD. */
  minCost: number
  /** No choice within the budget that meets the conditions brings more. */
  upperBound: number
  /** What a dirham brings where the budget ends; 0 where it does not. */
  marginalYield: number
  /** The same of the regions that must be given more than that. */
  marginalYieldByRegion: Map<string, number>
}

export function relaxationOf(
  steps: readonly UpgradeStep[],
  budget: number,
  constraints: Constraints,
): Relaxation {
  const owed = hasConstraints(constraints) ? minSpendByRegion(steps, constraints) : new Map<string, number>()
  const least = [...owed.values()].reduce((sum, cost) => sum + cost, 0)
  const relaxation: Relaxation = {
    minCost: least,
    upperBound: 0,
    marginalYield: 0,
    marginalYieldByRegion: new Map(),
  }
  let left = Math.max(0, budget - least)
  let isOver = false
  for (const step of steps) {
    const region = regionOf(step.candidate)
    const forced = Math.min(step.cost, owed.get(region) ?? 0)
    const free = Math.min(step.cost - forced, left)
    if (!isOver && step.cost - forced > left) relaxation.marginalYield = step.yield
    isOver ||= step.cost - forced > left
    left -= free
    relaxation.upperBound += step.cost === 0 ? step.benefit : (step.benefit * (forced + free)) / step.cost
    if (forced === 0) continue
    owed.set(region, owed.get(region)! - forced)
    if (isOver) relaxation.marginalYieldByRegion.set(region, step.yield)
  }
  return relaxation
}

/** What each region must be given at least, MAD. */
function minSpendByRegion(
  steps: readonly UpgradeStep[],
  { oneZonePerRegion, regionShare }: Constraints,
): Map<string, number> {
  const candidates = candidatesOf(steps)
  const missing = new Map(
    [...maxBenefitByRegion(candidates)].map(([region, whole]) => [region, whole * regionShare]),
  )
  const owed = new Map<string, number>()
  for (const { candidate, cost, benefit } of steps) {
    const region = regionOf(candidate)
    const still = missing.get(region) ?? 0
    if (still <= 0) continue
    owed.set(region, (owed.get(region) ?? 0) + cost * Math.min(1, still / benefit))
    missing.set(region, still - benefit)
  }
  if (oneZonePerRegion)
    for (const [region, { options }] of cheapestByRegion(candidates))
      owed.set(region, Math.max(owed.get(region) ?? 0, options[0]!.cost))
  return owed
}

function cheapestByRegion(candidates: Iterable<Candidate>): Map<string, Candidate> {
  const cheapest = new Map<string, Candidate>()
  for (const candidate of candidates) {
    const known = cheapest.get(regionOf(candidate))
    if (candidate.zone.regionCode && !(known && known.options[0]!.cost <= candidate.options[0]!.cost))
      cheapest.set(candidate.zone.regionCode, candidate)
  }
  return cheapest
}

/** What was begun with, and then the best steps that fit, one after the other. */
export function greedyOf(
  steps: readonly UpgradeStep[],
  budget: number,
  begun: readonly ServiceChoice[] = [],
): ServiceChoice[] {
  const chosen = new Map(begun.map((choice) => [choice.id, choice]))
  let left = budget - totalCost(begun)
  for (const { candidate, to } of steps) {
    const { id } = candidate.zone
    const known = chosen.get(id)
    if (known && known.cost >= to.cost) continue
    const more = to.cost - (known?.cost ?? 0)
    if (more > left) continue
    left -= more
    chosen.set(id, { id, ...to })
  }
  return [...chosen.values()]
}

/**
 * An answer at once, and where the solver begins: first what each region must have. Null where the best steps of the regions
 * do not fit, though others might.
 */
export function constrainedGreedyOf(
  steps: readonly UpgradeStep[],
  budget: number,
  constraints: Constraints,
): ServiceChoice[] | null {
  const first = greedyOf(stepsForConstraints(steps, constraints), Infinity)
  return totalCost(first) > budget ? null : greedyOf(steps, budget, first)
}

/** The best steps of each region until it has what it must. */
function stepsForConstraints(
  steps: readonly UpgradeStep[],
  { oneZonePerRegion, regionShare }: Constraints,
): UpgradeStep[] {
  const whole = maxBenefitByRegion(candidatesOf(steps))
  const brought = new Map<string, number>()
  return steps.filter(({ candidate, benefit }) => {
    const region = regionOf(candidate)
    if (!whole.has(region)) return false
    const had = brought.get(region)
    const isOwed =
      had === undefined ? oneZonePerRegion || regionShare > 0 : had < regionShare * whole.get(region)!
    if (isOwed) brought.set(region, (had ?? 0) + benefit)
    return isOwed
  })
}

/** A column is an option of a zone, a row a condition; the matrix is given column by column (compressed). */
export interface IntegerProgram {
  columns: { candidate: number; option: ServiceOption }[]
  benefits: number[]
  rowLower: number[]
  rowUpper: number[]
  starts: number[]
  rows: number[]
  values: number[]
}

/** The solver's tolerances are absolute: amounts near one million keep them far below a dirham. */
const MAD_PER_SOLVER_UNIT = 1_000

export const solverUnitsOf = (mad: number): number => mad / MAD_PER_SOLVER_UNIT

/**
 * maximise Σ benefit·x, each x 0 or 1, with row 0: Σ cost·x ≤ budget; then one row a zone: Σ x ≤ 1; then the rows of the
 * regions. Zones outside all regions have no row of a region. A region's share is that of `all` its candidates, also of those
 * that are not open; what is fixed counts for it, and its cost is taken off the budget.
 */
export function integerProgramOf(
  { open: candidates, fixed }: KnapsackCore,
  budget: number,
  constraints: Constraints,
  all: readonly Candidate[],
): IntegerProgram {
  const programme: IntegerProgram = {
    columns: candidates.flatMap(({ options }, candidate) => options.map((option) => ({ candidate, option }))),
    benefits: [],
    rowLower: [-Infinity, ...candidates.map(() => -Infinity)],
    rowUpper: [
      solverUnitsOf(budget - totalCost(fixed.map(({ option }) => option))),
      ...candidates.map(() => 1),
    ],
    starts: [0],
    rows: [],
    values: [],
  }
  const regions = regionRows(programme, all, fixed, constraints)
  for (const { candidate, option } of programme.columns) {
    const region = regions.get(candidates[candidate]!.zone.regionCode ?? '')
    const entries: [row: number, value: number][] = [
      [0, solverUnitsOf(option.cost)],
      [1 + candidate, 1],
    ]
    if (region?.one !== undefined) entries.push([region.one, 1])
    if (region?.share !== undefined) entries.push([region.share, option.benefit / region.whole])
    programme.benefits.push(option.benefit)
    programme.rows.push(...entries.map(([row]) => row))
    programme.values.push(...entries.map(([, value]) => value))
    programme.starts.push(programme.rows.length)
  }
  return programme
}

interface RegionRows {
  whole: number
  one?: number
  share?: number
}

function regionRows(
  programme: IntegerProgram,
  all: readonly Candidate[],
  fixed: readonly FixedCandidate[],
  { oneZonePerRegion, regionShare }: Constraints,
): Map<string, RegionRows> {
  const regions = new Map<string, RegionRows>()
  const add = (lower: number): number => {
    programme.rowLower.push(lower)
    return programme.rowUpper.push(Infinity) - 1
  }
  for (const [code, whole] of maxBenefitByRegion(all)) {
    const region: RegionRows = { whole }
    const own = fixed.filter(({ candidate }) => candidate.zone.regionCode === code)
    const brought = totalBenefit(own.map(({ option }) => option))
    if (oneZonePerRegion) region.one = add(1 - own.length)
    if (regionShare > 0) region.share = add(regionShare - brought / whole)
    regions.set(code, region)
  }
  return regions
}

/** More zones than this make the solver slow and the answer hardly better. */
export const MAX_OPEN_CANDIDATES = 2_000
/** Of each region, where regions have a say. */
const OPEN_CANDIDATES_PER_REGION = 50

export interface FixedCandidate {
  candidate: Candidate
  option: ServiceOption
}

/** What is left to the solver, and what the relaxation decides so clearly that it is taken as it is. */
export interface KnapsackCore {
  /** Zones near the edge. */
  open: Candidate[]
  /** Of the others those that are served. */
  fixed: FixedCandidate[]
}

/**
 * The zones of which another option than the relaxation's would cost the least; all others are fixed as they are there.
 * Where regions must be served, some of each region are among them, and its cheapest.
 */
export function knapsackCoreOf(
  steps: readonly UpgradeStep[],
  relaxation: Relaxation,
  constraints: Constraints,
  most: number = MAX_OPEN_CANDIDATES,
): KnapsackCore {
  const candidates = [...candidatesOf(steps)]
  if (candidates.length <= most) return { open: candidates, fixed: [] }
  const judged = candidates.map((candidate) => ({ candidate, ...bestOptionAtPrice(candidate, relaxation) }))
  const order = judged.toSorted((a, b) => a.loss - b.loss).map(({ candidate }) => candidate)
  const open = hasConstraints(constraints) ? bestCandidatesPerRegion(order) : new Set<Candidate>()
  for (const candidate of order) if (open.size < most) open.add(candidate)
  return {
    open: candidates.filter((candidate) => open.has(candidate)),
    fixed: judged.flatMap(({ candidate, best }) =>
      best && !open.has(candidate) ? [{ candidate, option: best }] : [],
    ),
  }
}

export const hasConstraints = ({ oneZonePerRegion, regionShare }: Constraints): boolean =>
  oneZonePerRegion || regionShare > 0

function bestCandidatesPerRegion(order: readonly Candidate[]): Set<Candidate> {
  const kept = new Set<Candidate>(cheapestByRegion(order).values())
  const count = new Map<string, number>()
  for (const candidate of order) {
    const n = (count.get(regionOf(candidate)) ?? 0) + 1
    count.set(regionOf(candidate), n)
    if (n <= OPEN_CANDIDATES_PER_REGION) kept.add(candidate)
  }
  return kept
}

/**
 * What is best for a zone where money has the relaxation's price, null for nothing, and what the second best would lose of
 * the benefit. In a region that must be given more, benefit counts for more: as much as makes its edge worth the price.
 */
function bestOptionAtPrice(
  candidate: Candidate,
  { marginalYield: price, marginalYieldByRegion: yields }: Relaxation,
): { best: ServiceOption | null; loss: number } {
  const own = Math.min(price, yields.get(regionOf(candidate)) ?? price)
  let [best, most, second] = [null as ServiceOption | null, 0, -Infinity]
  for (const option of candidate.options) {
    const net = option.benefit - own * option.cost
    second = Math.max(second, Math.min(most, net))
    if (net > most) [best, most] = [option, net]
  }
  return { best, loss: (most - second) * (own < price ? price / own : 1) }
}

export const totalCost = (choices: readonly ServiceOption[]): number =>
  choices.reduce((sum, { cost }) => sum + cost, 0)

export const totalBenefit = (choices: readonly ServiceOption[]): number =>
  choices.reduce((sum, { benefit }) => sum + benefit, 0)

/** What changes from one answer to another. */
export interface ChoiceChange {
  /** Chosen only in the second. */
  added: ServiceChoice[]
  /** Chosen only in the first. */
  dropped: ServiceChoice[]
  /** Chosen in both, with another technology: as in the second. */
  changed: ServiceChoice[]
}

export function choiceChangeBetween(
  before: readonly ServiceChoice[],
  after: readonly ServiceChoice[],
): ChoiceChange {
  const was = new Map(before.map((choice) => [choice.id, choice]))
  const is = new Set(after.map(({ id }) => id))
  return {
    added: after.filter(({ id }) => !was.has(id)),
    dropped: before.filter(({ id }) => !is.has(id)),
    changed: after.filter(({ id, technology }) => was.has(id) && was.get(id)!.technology !== technology),
  }
}
