/** The view's inputs, and their conversion to and from the page's address. */
import {
  type Deployed,
  type Limits,
  type UnitCosts,
  type Weights,
  DEPLOYABLE_TECHNOLOGIES,
  UNIT_COSTS,
  WEIGHT_LIMITS,
  parseAmounts,
  formatAmounts,
  isAmountRefusal,
} from '#domain/priority'
import type { ViewState } from '../app/page-address.js'
import type { BudgetObjective } from './priorities-api.js'

export interface PriorityInputs {
  part: 'rank' | 'budget'
  weights: Weights
  unitCosts: UnitCosts
  class: 'white' | 'grey' | null
  /** Millions of MAD, as typed text. */
  budget: string
  maximise: BudgetObjective
  technologies: Deployed[]
  oneZonePerRegion: boolean
  /** Percent, as typed text. */
  regionShare: string
  /** The run for which the budget was computed with these inputs; null if it was not. */
  answeredRun: number | null
}

const DEFAULT_BUDGET = '100'

/** The amounts in a text; the defaults if it is missing, outdated or broken. */
function amountsOrDefault<Name extends string>(text: string | undefined, limits: Limits<Name>) {
  const amounts = parseAmounts(text ?? '', limits)
  return isAmountRefusal(amounts) ? (parseAmounts('', limits) as Record<Name, number>) : amounts
}

export function inputsOf(viewState: ViewState): PriorityInputs {
  const names = viewState['tech']?.split(',')
  const technologies = DEPLOYABLE_TECHNOLOGIES.filter((technology) => names?.includes(technology))
  return {
    part: viewState['part'] === 'budget' ? 'budget' : 'rank',
    weights: amountsOrDefault(viewState['weights'], WEIGHT_LIMITS),
    unitCosts: amountsOrDefault(viewState['costs'], UNIT_COSTS),
    class: viewState['class'] === 'white' || viewState['class'] === 'grey' ? viewState['class'] : null,
    budget: viewState['budget'] ?? DEFAULT_BUDGET,
    maximise: viewState['most'] === 'score' ? 'score' : 'people',
    technologies: technologies.length > 0 ? technologies : [...DEPLOYABLE_TECHNOLOGIES],
    oneZonePerRegion: viewState['each'] === 'yes',
    regionShare: viewState['share'] ?? '0',
    answeredRun: /^\d{1,9}$/.test(viewState['answered'] ?? '') ? Number(viewState['answered']) : null,
  }
}

/** The state for the address, without inputs at their defaults. An amount that was emptied stays in it. */
export function viewStateOf(inputs: PriorityInputs): ViewState {
  const isAll = inputs.technologies.length === DEPLOYABLE_TECHNOLOGIES.length
  const state = {
    part: inputs.part === 'rank' ? null : inputs.part,
    weights: formatAmounts(inputs.weights, WEIGHT_LIMITS) || null,
    costs: formatAmounts(inputs.unitCosts, UNIT_COSTS) || null,
    class: inputs.class,
    budget: inputs.budget === DEFAULT_BUDGET ? null : inputs.budget,
    most: inputs.maximise === 'people' ? null : inputs.maximise,
    tech: isAll ? null : inputs.technologies.join(','),
    each: inputs.oneZonePerRegion ? 'yes' : null,
    share: inputs.regionShare === '0' ? null : inputs.regionShare,
    answered: inputs.answeredRun === null ? null : String(inputs.answeredRun),
  }
  return Object.fromEntries(
    Object.entries(state).filter((entry): entry is [string, string] => entry[1] !== null),
  )
}
