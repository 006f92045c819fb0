/**
 * Builds the 0–1 linear program of the budget choice. To keep it small, zones whose best option is clear from the linear
 * relaxation are fixed; the solver decides the open ones. Pure.
 */
import { type Candidate, type ServiceOption, totalBenefit, totalCost } from './candidate.js'
import {
  type Constraints,
  cheapestByRegion,
  hasConstraints,
  maxBenefitByRegion,
  regionOf,
} from './constraint.js'
import { type Relaxation, type UpgradeStep, candidatesInSteps } from './relaxation.js'

/** The solver takes at most this many zones: with more it is slow and its answer hardly better. */
export const MAX_OPEN_CANDIDATES = 2_000
/** Zones of each region that are left to the solver where there are conditions on regions. */
const OPEN_CANDIDATES_PER_REGION = 50

/** A zone for which the relaxation decides so clearly that its option is taken over. */
export interface FixedCandidate {
  candidate: Candidate
  option: ServiceOption
}

/** The zones that are left to the solver, and those that are fixed beforehand. */
export interface KnapsackCore {
  /** Zones whose option the solver decides: another one than the relaxation's would lose little. */
  open: Candidate[]
  /** Zones outside `open` that the relaxation serves, each with that option. */
  fixed: FixedCandidate[]
}

/**
 * Leaves to the solver the zones for which an option other than the relaxation's would lose the least benefit, at most
 * `maxOpen` of them, and fixes all others as the relaxation has them. With conditions on regions, some zones of each region
 * are left to the solver, its cheapest among them.
 */
export function knapsackCoreOf(
  steps: readonly UpgradeStep[],
  relaxation: Relaxation,
  constraints: Constraints,
  maxOpen: number = MAX_OPEN_CANDIDATES,
): KnapsackCore {
  const candidates = [...candidatesInSteps(steps)]
  if (candidates.length <= maxOpen) return { open: candidates, fixed: [] }
  const priced = candidates.map((candidate) => ({ candidate, ...bestOptionAtPrice(candidate, relaxation) }))
  const byLoss = priced.toSorted((a, b) => a.loss - b.loss).map(({ candidate }) => candidate)
  const open = hasConstraints(constraints) ? bestCandidatesPerRegion(byLoss) : new Set<Candidate>()
  for (const candidate of byLoss) if (open.size < maxOpen) open.add(candidate)
  return {
    open: candidates.filter((candidate) => open.has(candidate)),
    fixed: priced.flatMap(({ candidate, best }) =>
      best && !open.has(candidate) ? [{ candidate, option: best }] : [],
    ),
  }
}

function bestCandidatesPerRegion(byLoss: readonly Candidate[]): Set<Candidate> {
  const best = new Set<Candidate>(cheapestByRegion(byLoss).values())
  const counts = new Map<string, number>()
  for (const candidate of byLoss) {
    const count = (counts.get(regionOf(candidate)) ?? 0) + 1
    counts.set(regionOf(candidate), count)
    if (count <= OPEN_CANDIDATES_PER_REGION) best.add(candidate)
  }
  return best
}

/**
 * The option with the greatest net benefit (benefit − marginal yield × cost; null for no service), and how much worse the
 * second best is. A region with a minimum share has a lower marginal yield of its own; its loss is scaled to the country's.
 */
function bestOptionAtPrice(
  candidate: Candidate,
  { marginalYield, marginalYieldByRegion }: Relaxation,
): { best: ServiceOption | null; loss: number } {
  const regionYield = Math.min(marginalYield, marginalYieldByRegion.get(regionOf(candidate)) ?? marginalYield)
  let [best, bestNet, secondNet] = [null as ServiceOption | null, 0, -Infinity]
  for (const option of candidate.options) {
    const net = option.benefit - regionYield * option.cost
    secondNet = Math.max(secondNet, Math.min(bestNet, net))
    if (net > bestNet) [best, bestNet] = [option, net]
  }
  return {
    best,
    loss: (bestNet - secondNet) * (regionYield < marginalYield ? marginalYield / regionYield : 1),
  }
}

/** A column is an option of a zone, a row is a constraint. The matrix is given as compressed sparse columns. */
export interface IntegerProgram {
  /** `candidateIndex` counts in the core's `open`. */
  columns: { candidateIndex: number; option: ServiceOption }[]
  benefits: number[]
  rowLower: number[]
  rowUpper: number[]
  /** The entries of column c are `starts[c]` to `starts[c + 1] - 1` of `rows` and `values`. */
  starts: number[]
  rows: number[]
  values: number[]
}

/**
 * The solver's tolerances are absolute. Budgets of up to some billion dirhams become values of up to some million in this
 * unit, for which the tolerances are far below a dirham.
 */
const MAD_PER_SOLVER_UNIT = 1_000

/** An amount of money in the unit of the integer program. */
export const solverUnitsOf = (mad: number): number => mad / MAD_PER_SOLVER_UNIT

/**
 * Maximises Σ benefit·x, where each x is 0 or 1. Row 0 is Σ cost·x ≤ budget; then follows one row for each zone, Σ x ≤ 1;
 * then the rows of the regions. A zone outside all regions has no row of a region. The share of a region is that of all its
 * candidates (`all`), whether they are open or not. Fixed zones count for their region, and their cost is taken off the
 * budget (MAD).
 */
export function integerProgramOf(
  { open: candidates, fixed }: KnapsackCore,
  budget: number,
  constraints: Constraints,
  all: readonly Candidate[],
): IntegerProgram {
  const program: IntegerProgram = {
    columns: candidates.flatMap(({ options }, candidateIndex) =>
      options.map((option) => ({ candidateIndex, option })),
    ),
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
  const regions = addRegionRows(program, all, fixed, constraints)
  for (const { candidateIndex, option } of program.columns) {
    const region = regions.get(regionOf(candidates[candidateIndex]!))
    const entries: [row: number, value: number][] = [
      [0, solverUnitsOf(option.cost)],
      [1 + candidateIndex, 1],
    ]
    if (region?.countRow !== undefined) entries.push([region.countRow, 1])
    if (region?.shareRow !== undefined) entries.push([region.shareRow, option.benefit / region.maxBenefit])
    program.benefits.push(option.benefit)
    program.rows.push(...entries.map(([row]) => row))
    program.values.push(...entries.map(([, value]) => value))
    program.starts.push(program.rows.length)
  }
  return program
}

/** The rows of one region, by their indexes. */
interface RegionRows {
  maxBenefit: number
  /** Row that asks for a zone of the region. */
  countRow?: number
  /** Row that asks for a share of the region's whole benefit. */
  shareRow?: number
}

function addRegionRows(
  program: IntegerProgram,
  all: readonly Candidate[],
  fixed: readonly FixedCandidate[],
  { oneZonePerRegion, regionShare }: Constraints,
): Map<string, RegionRows> {
  const regions = new Map<string, RegionRows>()
  const addRow = (lower: number): number => {
    const row = program.rowLower.length
    program.rowLower.push(lower)
    program.rowUpper.push(Infinity)
    return row
  }
  for (const [code, maxBenefit] of maxBenefitByRegion(all)) {
    const region: RegionRows = { maxBenefit }
    const fixedHere = fixed.filter(({ candidate }) => candidate.zone.regionCode === code)
    const fixedBenefit = totalBenefit(fixedHere.map(({ option }) => option))
    if (oneZonePerRegion) region.countRow = addRow(1 - fixedHere.length)
    if (regionShare > 0) region.shareRow = addRow(regionShare - fixedBenefit / maxBenefit)
    regions.set(code, region)
  }
  return regions
}
