/** What the signs of the plan on the map mean. */
import { PLAN_STATES } from '#domain/plan'
import type { Language } from '../language.js'
import './plan.css'
import { StateName } from './state.js'
import { WORDS } from './words.js'

export function PlanKey({ words }: { words: Language }) {
  return (
    <ul class="plan-key" aria-label={words.says(WORDS)('title')}>
      {PLAN_STATES.map((state) => (
        <li key={state} data-state={state}>
          <StateName words={words} of={state} />
        </li>
      ))}
    </ul>
  )
}
