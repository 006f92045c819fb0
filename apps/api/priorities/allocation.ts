/** What a budget buys: the programme of the domain, solved, in words and figures. */
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
  /** How many zones the solver is given. */
  maxCandidates?: number
}

export interface Allocation {
  /** `optimal`: to a ten-thousandth of the benefit, among the zones that the solver was given. */
  status: 'optimal' | 'time_limit'
  choices: ServiceChoice[]
  cost: number
  benefit: number
  /** No choice of any zones brings more. */
  bound: number
  /** What the dearest useful options of all zones would bring. */
  whole: number
  /** Zones that something can be done for; and those of them that the solver was not given. */
  candidates: number
  notConsidered: number
  /** With one more million; null where the time was over. */
  oneMore: (ChoiceChange & { cost: number; benefit: number }) | null
}

export const ONE_MORE_MAD = 1_000_000

/** For each of the two budgets. */
const SOLVER_SECONDS = 8

/** Why there is no answer. */
export interface NoAllocation {
  /** `impossible` is proved: no choice within the budget meets the conditions. `not_found` proves nothing. */
  none: 'impossible' | 'not_found'
  /** No choice that meets the conditions costs less, MAD. */
  least: number
}

/** All of it beside the solver takes 2 s of 100,000 zones: others are answered in between. */
const yieldToEventLoop = setImmediate

export async function allocationOf(
  all: readonly Candidate[],
  request: AllocationRequest,
): Promise<Allocation | NoAllocation> {
  const { budget, constraints, maxCandidates: most } = request
  if (all.length === 0) return emptyAllocation()
  const steps = stepsByYield(all)
  await yieldToEventLoop()
  const relaxation = relaxationOf(steps, budget, constraints)
  await yieldToEventLoop()
  const { minCost: least } = relaxation
  // Costs are whole dirhams: less than one is rounding, and no proof.
  if (least >= budget + 1) return { none: 'impossible', least }
  const core = knapsackCoreOf(steps, relaxation, constraints, most)
  await yieldToEventLoop()
  const isWhole = core.open.length === all.length
  const greedy = constrainedGreedyOf(steps, budget, constraints)
  await yieldToEventLoop()
  const [first, second] = await solveBudgets(core, all, greedy, request)
  if (!first!.choices && isWhole && first!.status === 'infeasible') return { none: 'impossible', least }
  const choices = bestOf([first!.choices, greedy], steps, budget)
  await yieldToEventLoop()
  if (!choices) return { none: 'not_found', least }
  const benefit = totalBenefit(choices)
  const larger = budget + ONE_MORE_MAD
  const more = second?.choices ? bestOf([second.choices, choices], steps, larger)! : null
  const bound = isWhole ? Math.min(first!.bound, relaxation.upperBound) : relaxation.upperBound
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

/** The answers of the solver for the budget and one more million. */
async function solveBudgets(
  core: KnapsackCore,
  all: readonly Candidate[],
  greedy: readonly ServiceChoice[] | null,
  { budget, constraints, signal }: AllocationRequest,
): Promise<(Pick<SolverResult, 'status' | 'bound'> & { choices: ServiceChoice[] | null })[]> {
  const programme = integerProgramOf(core, budget, constraints, all)
  const fixed = core.fixed.map(({ candidate, option }) => ({ id: candidate.zone.id, ...option }))
  const budgets = [budget, budget + ONE_MORE_MAD]
  const answers = await solve({
    programme,
    budgets: budgets.map((most) => most - totalCost(fixed)),
    start: greedy && startValuesOf(programme, core.open, greedy),
    seconds: SOLVER_SECONDS,
    signal,
  })
  return answers.map(({ status, bound, taken }, i) => {
    const open = taken?.map((column) => {
      const { candidate, option } = programme.columns[column]!
      return { id: core.open[candidate]!.zone.id, ...option }
    })
    return { status, bound, choices: open ? withinBudget([...fixed, ...open], budgets[i]!) : null }
  })
}

/** What is left of the budget buys the best steps that still fit, also of zones that the solver was not given. */
function bestOf(
  answers: readonly (ServiceChoice[] | null)[],
  steps: readonly UpgradeStep[],
  budget: number,
): ServiceChoice[] | null {
  const [best] = answers
    .flatMap((answer) => (answer ? [greedyOf(steps, budget, answer)] : []))
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

/** Zones that something can be done for. */
export function candidatesOf(
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
  return columns.map(({ candidate, option }) =>
    Number(chosen.get(some[candidate]!.zone.id) === option.technology),
  )
}

/** The solver keeps conditions to a billionth: should that be more than the budget, what brings least is left away. */
function withinBudget(choices: ServiceChoice[], budget: number): ServiceChoice[] {
  const kept = choices.toSorted((a, b) => b.benefit - a.benefit)
  while (totalCost(kept) > budget) kept.pop()
  return kept
}
