/** What a budget buys: the programme of the domain, solved, in words and figures. */
import {
  type Candidate,
  type Choice,
  type ChoiceChange,
  type Constraints,
  type Deployed,
  type Step,
  boundOf,
  changeBetween,
  greedyOf,
  mostPromising,
  optionsOf,
  programmeOf,
  stepsByYield,
  totalBenefit,
  totalCost,
} from '#domain'
import type { Maximised } from './priorities.dto.js'
import type { Ranking } from './ranking.js'
import { solve } from './solver.js'

export interface AllocationRequest {
  budget: number
  maximise: Maximised
  technologies: readonly Deployed[]
  constraints: Constraints
  signal: AbortSignal
}

export interface Allocation {
  /** `optimal`: to a ten-thousandth of the benefit, among the zones that the solver was given. */
  status: 'optimal' | 'time_limit'
  choices: Choice[]
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

/** Or why there is none: no choice within the budget meets the conditions, or none was found in time. */
export async function allocationOf(
  ranking: Ranking,
  request: AllocationRequest,
): Promise<Allocation | 'infeasible' | 'too_late'> {
  const { budget, constraints, signal } = request
  const all = candidatesOf(ranking, request)
  const steps = stepsByYield(all)
  const some = mostPromising(steps, constraints)
  const programme = programmeOf(some, budget, constraints, all)
  const start = hasConstraints(constraints) ? null : greedyOf(stepsOfSome(steps, some), budget)
  const budgets = [budget, budget + ONE_MORE_MAD]
  const given = { programme, budgets, start: start && columnsOf(programme, some, start) }
  if (some.length === 0) return emptyAllocation()
  const [first, second] = await solve({ ...given, seconds: SOLVER_SECONDS, signal })
  if (!first?.taken) return first?.status === 'infeasible' ? 'infeasible' : 'too_late'
  const isWhole = some.length === all.length
  const choicesOf = (taken: readonly number[], most: number) => {
    const solved = withinBudget(
      taken.map((column) => {
        const { candidate, option } = programme.columns[column]!
        return { id: some[candidate]!.zone.id, ...option }
      }),
      most,
    )
    return isWhole ? solved : withOthers(solved, steps, some, { most, isFree: !hasConstraints(constraints) })
  }
  const choices = choicesOf(first.taken, budget)
  const benefit = totalBenefit(choices)
  const linear = boundOf(steps, budget)
  const more = second?.taken ? choicesOf(second.taken, budget + ONE_MORE_MAD) : null
  return {
    status: first.status === 'optimal' ? 'optimal' : 'time_limit',
    choices,
    cost: totalCost(choices),
    benefit,
    bound: Math.max(benefit, isWhole ? Math.min(first.bound, linear) : linear),
    whole: all.reduce((sum, { options }) => sum + options.at(-1)!.benefit, 0),
    candidates: all.length,
    notConsidered: all.length - some.length,
    oneMore: more && { ...changeBetween(choices, more), cost: totalCost(more), benefit: totalBenefit(more) },
  }
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

/**
 * What is left of the budget goes to zones that the solver was not given, best yield first. Where regions have no say and
 * the budget is large, so many zones are worth it that the greedy answer over all of them is better: then it is taken.
 */
function withOthers(
  solved: readonly Choice[],
  steps: readonly Step[],
  some: readonly Candidate[],
  { most, isFree }: { most: number; isFree: boolean },
): Choice[] {
  const given = new Set(some)
  const others = steps.filter(({ candidate }) => !given.has(candidate))
  const filled = [...solved, ...greedyOf(others, most - totalCost(solved))]
  const greedy = isFree ? greedyOf(steps, most) : []
  const best = totalBenefit(greedy) > totalBenefit(filled) ? greedy : filled
  return best.toSorted((a, b) => b.benefit - a.benefit)
}

const hasConstraints = ({ oneZonePerRegion, regionShare }: Constraints) => oneZonePerRegion || regionShare > 0

function candidatesOf(ranking: Ranking, { maximise, technologies }: AllocationRequest): Candidate[] {
  return ranking.order.flatMap(({ index, score }) => {
    const zone = ranking.table.zones[index]!
    const benefit = maximise === 'people' ? (zone.people ?? 0) : score
    const options = optionsOf(zone, benefit, ranking.unitCosts, technologies)
    return options.length > 0 ? [{ zone, options }] : []
  })
}

function stepsOfSome(steps: readonly Step[], some: readonly Candidate[]): Step[] {
  const kept = new Set(some)
  return steps.filter(({ candidate }) => kept.has(candidate))
}

function columnsOf(
  { columns }: ReturnType<typeof programmeOf>,
  some: readonly Candidate[],
  choices: readonly Choice[],
): number[] {
  const chosen = new Map(choices.map(({ id, technology }) => [id, technology]))
  return columns.map(({ candidate, option }) =>
    Number(chosen.get(some[candidate]!.zone.id) === option.technology),
  )
}

/** The solver keeps conditions to a billionth: should that be more than the budget, what brings least is left away. */
function withinBudget(choices: Choice[], budget: number): Choice[] {
  const kept = choices.toSorted((a, b) => b.benefit - a.benefit)
  while (totalCost(kept) > budget) kept.pop()
  return kept
}
