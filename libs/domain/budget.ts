/**
 * Which zones to serve with a budget, and by which technology: a multiple-choice knapsack. Here are its data, its bound and
 * its greedy answer; the solver is the server's. Pure.
 */
import { DEPLOYED, type Deployed, type UnitCosts, costOf, shareOf } from './deployment.js'
import { type ZoneFactors, sizeOf } from './priority.js'

export interface Option {
  technology: Deployed
  /** Whole dirhams. */
  cost: number
  benefit: number
}

/** A zone that something can be done for. */
export interface Candidate {
  zone: ZoneFactors
  /** Each costs more than the one before and brings more; at least one. */
  options: Option[]
}

/** A zone's options that no other of its options beats. `benefit` is what fibre would bring. */
export function optionsOf(
  zone: ZoneFactors,
  benefit: number,
  costs: UnitCosts,
  technologies: readonly Deployed[],
): Option[] {
  const all = DEPLOYED.filter((technology) => technologies.includes(technology)).flatMap((technology) => {
    const cost = costOf(technology, sizeOf(zone), costs)
    const brought = benefit * shareOf(technology, costs)
    return cost === null || brought <= 0 ? [] : [{ technology, cost, benefit: brought }]
  })
  const byCost = all.toSorted((a, b) => a.cost - b.cost || b.benefit - a.benefit)
  let best = 0
  return byCost.filter((option) => {
    if (option.benefit <= best) return false
    best = option.benefit
    return true
  })
}

/** What one zone is given. */
export interface Choice extends Option {
  id: string
}

/** Going from an option, or from nothing, to a dearer one of the same zone. */
export interface Step {
  candidate: Candidate
  to: Option
  cost: number
  benefit: number
}

/**
 * Steps along the upper hull of a zone's options: what each step more of money brings falls from step to step, so that
 * taking the best steps of all zones first never takes a second one before its first.
 */
function stepsOf(candidate: Candidate): Step[] {
  const hull: Option[] = []
  const from = (i: number) => hull[i] ?? { cost: 0, benefit: 0 }
  const isBelow = (middle: Option, end: Option) => {
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
  return hull.map((to, i) => ({
    candidate,
    to,
    cost: to.cost - from(i - 1).cost,
    benefit: to.benefit - from(i - 1).benefit,
  }))
}

/** The steps of all zones, the best yield first, then in the order of the zones' ids. */
export function stepsByYield(candidates: readonly Candidate[]): Step[] {
  const yieldOf = ({ cost, benefit }: Step) => (cost === 0 ? Infinity : benefit / cost)
  const idOf = ({ candidate }: Step) => candidate.zone.id
  return candidates
    .flatMap(stepsOf)
    .map((step) => ({ step, gain: yieldOf(step) }))
    .sort(
      (a, b) =>
        (a.gain === b.gain ? 0 : b.gain - a.gain) ||
        (idOf(a.step) < idOf(b.step) ? -1 : Number(idOf(a.step) > idOf(b.step))) ||
        a.step.to.cost - b.step.to.cost,
    )
    .map(({ step }) => step)
}

/** No programme of any kind can bring more: the last step that does not fit is taken in part (the linear relaxation). */
export function boundOf(steps: readonly Step[], budget: number): number {
  let [left, benefit] = [budget, 0]
  for (const step of steps) {
    if (step.cost > left) return benefit + (step.benefit * left) / step.cost
    left -= step.cost
    benefit += step.benefit
  }
  return benefit
}

/** The best steps that fit, one after the other: an answer at once, and where the solver begins. */
export function greedyOf(steps: readonly Step[], budget: number): Choice[] {
  const chosen = new Map<string, Choice>()
  let left = budget
  for (const { candidate, to } of steps) {
    const { id } = candidate.zone
    const more = to.cost - (chosen.get(id)?.cost ?? 0)
    if (more > left) continue
    left -= more
    chosen.set(id, { id, ...to })
  }
  return [...chosen.values()]
}

export interface Constraints {
  /** At least one zone in each region that has candidates. */
  oneZonePerRegion: boolean
  /** Least part of each region's whole benefit that must be brought, 0 to 1. */
  regionShare: number
}

/** A column is an option of a zone, a row a condition; the matrix is given column by column (compressed). */
export interface Programme {
  columns: { candidate: number; option: Option }[]
  benefits: number[]
  rowLower: number[]
  rowUpper: number[]
  starts: number[]
  rows: number[]
  values: number[]
}

/** The solver's tolerances are absolute: amounts near one million keep them far below a dirham. */
const MAD_IN_A_UNIT = 1_000

export const programmeUnits = (mad: number): number => mad / MAD_IN_A_UNIT

/**
 * maximise Σ benefit·x, each x 0 or 1, with row 0: Σ cost·x ≤ budget; then one row a zone: Σ x ≤ 1; then the rows of the
 * regions. Zones outside all regions have no row of a region. A region's share is that of `all` its candidates, also of those
 * that the programme leaves out.
 */
export function programmeOf(
  candidates: readonly Candidate[],
  budget: number,
  constraints: Constraints,
  all: readonly Candidate[] = candidates,
): Programme {
  const programme: Programme = {
    columns: candidates.flatMap(({ options }, candidate) => options.map((option) => ({ candidate, option }))),
    benefits: [],
    rowLower: [-Infinity, ...candidates.map(() => -Infinity)],
    rowUpper: [programmeUnits(budget), ...candidates.map(() => 1)],
    starts: [0],
    rows: [],
    values: [],
  }
  const regions = regionRows(programme, all, constraints)
  for (const { candidate, option } of programme.columns) {
    const region = regions.get(candidates[candidate]!.zone.regionCode ?? '')
    const entries: [row: number, value: number][] = [
      [0, programmeUnits(option.cost)],
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
  programme: Programme,
  all: readonly Candidate[],
  { oneZonePerRegion, regionShare }: Constraints,
): Map<string, RegionRows> {
  const regions = new Map<string, RegionRows>()
  for (const [code, whole] of wholeByRegion(all)) regions.set(code, { whole })
  const add = (lower: number): number => {
    programme.rowLower.push(lower)
    return programme.rowUpper.push(Infinity) - 1
  }
  for (const region of regions.values()) {
    if (oneZonePerRegion) region.one = add(1)
    if (regionShare > 0) region.share = add(regionShare)
  }
  return regions
}

/** What the best options of all its candidates would bring to each region. */
function wholeByRegion(candidates: readonly Candidate[]): Map<string, number> {
  const whole = new Map<string, number>()
  for (const { zone, options } of candidates)
    if (zone.regionCode)
      whole.set(zone.regionCode, (whole.get(zone.regionCode) ?? 0) + options.at(-1)!.benefit)
  return whole
}

/** More zones than this make the solver slow and the answer hardly better. */
export const MOST_CANDIDATES = 2_000
/** Of each region's best, where regions have a say. */
const KEPT_PER_REGION = 50

/** The zones whose best step yields most; where regions must be served, the best of each region are among them. */
export function mostPromising(
  steps: readonly Step[],
  constraints: Constraints,
  most: number = MOST_CANDIDATES,
): Candidate[] {
  const order = [...new Set(steps.map(({ candidate }) => candidate))]
  if (order.length <= most) return order
  const kept = new Set<Candidate>()
  if (constraints.oneZonePerRegion || constraints.regionShare > 0) {
    const count = new Map<string, number>()
    for (const candidate of order) {
      const region = candidate.zone.regionCode ?? ''
      const n = (count.get(region) ?? 0) + 1
      count.set(region, n)
      if (n <= KEPT_PER_REGION) kept.add(candidate)
    }
  }
  for (const candidate of order) if (kept.size < most) kept.add(candidate)
  return order.filter((candidate) => kept.has(candidate))
}

export const totalCost = (choices: readonly Option[]): number =>
  choices.reduce((sum, { cost }) => sum + cost, 0)

export const totalBenefit = (choices: readonly Option[]): number =>
  choices.reduce((sum, { benefit }) => sum + benefit, 0)

/** What changes from one answer to another. */
export interface ChoiceChange {
  /** Chosen only in the second. */
  added: Choice[]
  /** Chosen only in the first. */
  dropped: Choice[]
  /** Chosen in both, with another technology: as in the second. */
  changed: Choice[]
}

export function changeBetween(before: readonly Choice[], after: readonly Choice[]): ChoiceChange {
  const was = new Map(before.map((choice) => [choice.id, choice]))
  const is = new Set(after.map(({ id }) => id))
  return {
    added: after.filter(({ id }) => !was.has(id)),
    dropped: before.filter(({ id }) => !is.has(id)),
    changed: after.filter(({ id, technology }) => was.has(id) && was.get(id)!.technology !== technology),
  }
}
