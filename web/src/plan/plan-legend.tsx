/** Legend of the plan's signs on the map. */
import { PLAN_STATES } from '#domain/plan'
import type { Localizer } from '../language/language.js'
import './plan.css'
import { PlanStateLabel } from './state.js'
import { WORDS } from './words.js'

export function PlanLegend({ words }: { words: Localizer }) {
  return (
    <ul class="plan-key" aria-label={words.translatorOf(WORDS)('title')}>
      {PLAN_STATES.map((state) => (
        <li key={state} data-state={state}>
          <PlanStateLabel words={words} of={state} />
        </li>
      ))}
    </ul>
  )
}
