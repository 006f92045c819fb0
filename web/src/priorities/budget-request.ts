/** The budget request made from the inputs, and the link that holds them. */
import type { PriorityInputs } from './inputs.js'
import type { BudgetRequest } from './priorities-api.js'

export const MILLION = 1e6
export const MAX_MILLIONS = 1e6

/** The request for these inputs; null if the typed text is no budget. */
export function budgetRequestOf(inputs: PriorityInputs, area: string | null): BudgetRequest | null {
  const millions = Number(inputs.budget)
  const percent = Number(inputs.regionShare)
  const isGiven = inputs.budget.trim() !== '' && millions >= 0 && millions <= MAX_MILLIONS
  if (!isGiven || !(percent >= 0 && percent <= 100)) return null
  return {
    budget: millions * MILLION,
    maximise: inputs.maximise,
    technologies: inputs.technologies,
    ...(inputs.class && { class: inputs.class }),
    ...(area && { area }),
    weights: inputs.weights,
    unitCosts: inputs.unitCosts,
    oneZonePerRegion: inputs.oneZonePerRegion,
    regionShare: percent / 100,
  }
}

export const requestKeyOf = (run: number, request: BudgetRequest): string =>
  `${run} ${JSON.stringify(request)}`

/** Address of this page with another run, which sends the request of its inputs again. */
export function linkToRun(run: number): string {
  const query = new URLSearchParams(location.search)
  query.set('run', String(run))
  query.set('v.answered', String(run))
  return `?${query.toString()}`
}
