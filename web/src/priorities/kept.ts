/** What the view keeps in the page's address. */
import {
  type Deployed,
  type Limits,
  type UnitCosts,
  type Weights,
  DEPLOYED,
  UNIT_COSTS,
  WEIGHT_LIMITS,
  amountsFrom,
  amountsText,
  isFault,
} from '#domain/priority'
import type { Maximised } from './api.js'

export interface Inputs {
  part: 'rank' | 'budget'
  weights: Weights
  unitCosts: UnitCosts
  class: 'white' | 'grey' | null
  /** Millions of MAD, as it was typed. */
  budget: string
  maximise: Maximised
  technologies: Deployed[]
  oneZonePerRegion: boolean
  /** Percent, as it was typed. */
  regionShare: string
  /** The run of which these inputs were answered; null: they were not. */
  answered: number | null
}

const DEFAULT_BUDGET = '100'

type Kept = Readonly<Record<string, string>>

/** What an old or broken address says wrongly is as if it were not said. */
function amountsOf<Name extends string>(text: string | undefined, limits: Limits<Name>) {
  const read = amountsFrom(text ?? '', limits)
  return isFault(read) ? (amountsFrom('', limits) as Record<Name, number>) : read
}

export function inputsOf(kept: Kept): Inputs {
  const named = kept['tech']?.split(',')
  const technologies = DEPLOYED.filter((technology) => named?.includes(technology))
  return {
    part: kept['part'] === 'budget' ? 'budget' : 'rank',
    weights: amountsOf(kept['weights'], WEIGHT_LIMITS),
    unitCosts: amountsOf(kept['costs'], UNIT_COSTS),
    class: kept['class'] === 'white' || kept['class'] === 'grey' ? kept['class'] : null,
    budget: kept['budget'] ?? DEFAULT_BUDGET,
    maximise: kept['most'] === 'score' ? 'score' : 'people',
    technologies: technologies.length > 0 ? technologies : [...DEPLOYED],
    oneZonePerRegion: kept['each'] === 'yes',
    regionShare: kept['share'] ?? '0',
    answered: /^\d{1,9}$/.test(kept['answered'] ?? '') ? Number(kept['answered']) : null,
  }
}

/** What is as at first is not kept. An amount that was emptied is: it is not the first one. */
export function keptOf(inputs: Inputs): Kept {
  const isAll = inputs.technologies.length === DEPLOYED.length
  const all = {
    part: inputs.part === 'rank' ? null : inputs.part,
    weights: amountsText(inputs.weights, WEIGHT_LIMITS) || null,
    costs: amountsText(inputs.unitCosts, UNIT_COSTS) || null,
    class: inputs.class,
    budget: inputs.budget === DEFAULT_BUDGET ? null : inputs.budget,
    most: inputs.maximise === 'people' ? null : inputs.maximise,
    tech: isAll ? null : inputs.technologies.join(','),
    each: inputs.oneZonePerRegion ? 'yes' : null,
    share: inputs.regionShare === '0' ? null : inputs.regionShare,
    answered: inputs.answered === null ? null : String(inputs.answered),
  }
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null),
  )
}
