/** Computes what a budget buys: solves the domain's integer program and summarises the solution. */
import {
  type Candidate,
  type ServiceChoice,
  type ChoiceChange,
  type Constraints,
  type KnapsackCore,
  type Deployed,
  type UpgradeStep,
  choiceChangeBetween,
  knapsackCoreOf,
  constrainedGreedyOf,
  greedyOf,
  undominatedOptionsOf,
  integerProgramOf,
  relaxationOf,
  stepsByYield,
  totalBenefit,
  totalCost,
} from '#domain/priority'
import { setImmediate } from 'node:timers/promises'
import type { Maximised } from './priorities.dto.js'
import type { Ranking } from './ranking.js'
import { type SolverResult, solve } from './solver.js'

export interface AllocationRequest {
  budget: number
  constraints: Constraints
  signal: AbortSignal
  /** The number of zones that the solver is given at most. */
  maxCandidates?: number
}

export interface Allocation {
  /** `optimal` within a ten-thousandth of the benefit, among the zones that the solver was given. */
  status: 'optimal' | 'time_limit'
  choices: ServiceChoice[]
  cost: number
  benefit: number
  /** Upper bound: no choice of any zones has a larger benefit. */
  bound: number
  /** Benefit of the most expensive useful options of all zones. */
  whole: number
  /** Zones that have an option. */
  candidates: number
  /** Candidates that the solver was not given. */
  notConsidered: number
  /** The solution with one more million; null where the time limit was reached. */
  oneMore: (ChoiceChange & { cost: number; benefit: number }) | null
}

export const ONE_MORE_MAD = 1_000_000

/** Time limit for each of the two budgets. */
const SOLVER_SECONDS = 8

/** The reason why there is no allocation. */
export interface NoAllocation {
  /** `impossible`: it is proved that no choice within the budget meets the conditions. `not_found` proves nothing. */
  reason: 'impossible' | 'not_found'
  /** Lower bound, MAD: every choice that meets the conditions costs at least this. */
  minCost: number
}

/** The work beside the solver takes 2 s for 100,000 zones. Other requests are answered in between. */
const yieldToEventLoop = setImmediate

export async function allocationOf(
  all: readonly Candidate[],
  request: AllocationRequest,
): Promise<Allocation | NoAllocation> {
  const { budget, constraints, maxCandidates } = request
  if (all.length === 0) return emptyAllocation()
  const steps = stepsByYield(all)
  await yieldToEventLoop()
  const relaxation = relaxationOf(steps, budget, constraints)
  await yieldToEventLoop()
  const { minCost } = relaxation
  // Costs are whole dirhams. A difference of less than one is rounding and proves nothing.
  if (minCost >= budget + 1) return { reason: 'impossible', minCost }
  const core = knapsackCoreOf(steps, relaxation, constraints, maxCandidates)
  await yieldToEventLoop()
  const isComplete = core.open.length === all.length
  const greedy = constrainedGreedyOf(steps, budget, constraints)
  await yieldToEventLoop()
  const [first, second] = await solveBudgets(core, all, greedy, request)
  if (!first!.choices && isComplete && first!.status === 'infeasible')
    return { reason: 'impossible', minCost }
  const choices = bestOf([first!.choices, greedy], steps, budget)
  await yieldToEventLoop()
  if (!choices) return { reason: 'not_found', minCost }
  const benefit = totalBenefit(choices)
  const larger = budget + ONE_MORE_MAD
  const more = second?.choices ? bestOf([second.choices, choices], steps, larger)! : null
  const bound = isComplete ? Math.min(first!.bound, relaxation.upperBound) : relaxation.upperBound
  return {
    status: first!.status === 'optimal' ? 'optimal' : 'time_limit',
    choices,
    cost: totalCost(choices),
    benefit,
    bound: Math.max(benefit, bound),
    whole: all.reduce((sum, { options }) => sum + options.at(-1)!.benefit, 0),
    candidates: all.length,
    notConsidered: all.length - core.open.length,
    oneMore: more && {
      ...choiceChangeBetween(choices, more),
      cost: totalCost(more),
      benefit: totalBenefit(more),
    },
  }
}

/** The solutions for the budget and for one more million. */
async function solveBudgets(
  core: KnapsackCore,
  all: readonly Candidate[],
  greedy: readonly ServiceChoice[] | null,
  { budget, constraints, signal }: AllocationRequest,
): Promise<(Pick<SolverResult, 'status' | 'bound'> & { choices: ServiceChoice[] | null })[]> {
  const program = integerProgramOf(core, budget, constraints, all)
  const fixed = core.fixed.map(({ candidate, option }) => ({ id: candidate.zone.id, ...option }))
  const budgets = [budget, budget + ONE_MORE_MAD]
  const solutions = await solve({
    program,
    budgets: budgets.map((whole) => whole - totalCost(fixed)),
    start: greedy && startValuesOf(program, core.open, greedy),
    seconds: SOLVER_SECONDS,
    signal,
  })
  return solutions.map(({ status, bound, chosenColumns }, i) => {
    const open = chosenColumns?.map((column) => {
      const { candidateIndex, option } = program.columns[column]!
      return { id: core.open[candidateIndex]!.zone.id, ...option }
    })
    return { status, bound, choices: open ? withinBudget([...fixed, ...open], budgets[i]!) : null }
  })
}

/** The best of the solutions, after the rest of the budget has bought the steps that still fit, in any zone. */
function bestOf(
  solutions: readonly (ServiceChoice[] | null)[],
  steps: readonly UpgradeStep[],
  budget: number,
): ServiceChoice[] | null {
  const [best] = solutions
    .flatMap((solution) => (solution ? [greedyOf(steps, budget, solution)] : []))
    .toSorted((a, b) => totalBenefit(b) - totalBenefit(a))
  return best ? best.toSorted((a, b) => b.benefit - a.benefit) : null
}

const emptyAllocation = (): Allocation => ({
  status: 'optimal',
  choices: [],
  cost: 0,
  benefit: 0,
  bound: 0,
  whole: 0,
  candidates: 0,
  notConsidered: 0,
  oneMore: null,
})

/** Zones for which at least one of the technologies is an option. */
export function candidatesFromRanking(
  ranking: Ranking,
  maximise: Maximised,
  technologies: readonly Deployed[],
): Candidate[] {
  return ranking.order.flatMap(({ index, score }) => {
    const zone = ranking.table.zones[index]!
    const benefit = maximise === 'people' ? (zone.people ?? 0) : score
    const options = undominatedOptionsOf(zone, benefit, ranking.unitCosts, technologies)
    return options.length > 0 ? [{ zone, options }] : []
  })
}

function startValuesOf(
  { columns }: ReturnType<typeof integerProgramOf>,
  some: readonly Candidate[],
  choices: readonly ServiceChoice[],
): number[] {
  const chosen = new Map(choices.map(({ id, technology }) => [id, technology]))
  return columns.map(({ candidateIndex, option }) =>
    Number(chosen.get(some[candidateIndex]!.zone.id) === option.technology),
  )
}

/**
 * The solver meets its conditions to a billionth, so that a solution may exceed the budget by a little: then the choices of
 * the smallest benefit are removed.
 */
function withinBudget(choices: ServiceChoice[], budget: number): ServiceChoice[] {
  const affordable = choices.toSorted((a, b) => b.benefit - a.benefit)
  while (totalCost(affordable) > budget) affordable.pop()
  return affordable
}
