/** What the view keeps in the page's address. */
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
import type { BudgetObjective } from './api.js'

export interface PriorityInputs {
  part: 'rank' | 'budget'
  weights: Weights
  unitCosts: UnitCosts
  class: 'white' | 'grey' | null
  /** Millions of MAD, as it was typed. */
  budget: string
  maximise: BudgetObjective
  technologies: Deployed[]
  oneZonePerRegion: boolean
  /** Percent, as it was typed. */
  regionShare: string
  /** The run of which these inputs were answered; null: they were not. */
  answeredRun: number | null
}

const DEFAULT_BUDGET = '100'

type ViewState = Readonly<Record<string, string>>

/** What an old or broken address says wrongly is as if it were not said. */
function amountsOrDefault<Name extends string>(text: string | undefined, limits: Limits<Name>) {
  const read = parseAmounts(text ?? '', limits)
  return isAmountRefusal(read) ? (parseAmounts('', limits) as Record<Name, number>) : read
}

export function inputsOf(kept: ViewState): PriorityInputs {
  const named = kept['tech']?.split(',')
  const technologies = DEPLOYABLE_TECHNOLOGIES.filter((technology) => named?.includes(technology))
  return {
    part: kept['part'] === 'budget' ? 'budget' : 'rank',
    weights: amountsOrDefault(kept['weights'], WEIGHT_LIMITS),
    unitCosts: amountsOrDefault(kept['costs'], UNIT_COSTS),
    class: kept['class'] === 'white' || kept['class'] === 'grey' ? kept['class'] : null,
    budget: kept['budget'] ?? DEFAULT_BUDGET,
    maximise: kept['most'] === 'score' ? 'score' : 'people',
    technologies: technologies.length > 0 ? technologies : [...DEPLOYABLE_TECHNOLOGIES],
    oneZonePerRegion: kept['each'] === 'yes',
    regionShare: kept['share'] ?? '0',
    answeredRun: /^\d{1,9}$/.test(kept['answered'] ?? '') ? Number(kept['answered']) : null,
  }
}

/** What is as at first is not kept. An amount that was emptied is: it is not the first one. */
export function viewStateOf(inputs: PriorityInputs): ViewState {
  const isAll = inputs.technologies.length === DEPLOYABLE_TECHNOLOGIES.length
  const all = {
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
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null),
  )
}
