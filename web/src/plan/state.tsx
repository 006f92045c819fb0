/** The state of an item: a sign that can be told apart in grey, and a word. */
import type { PlanState } from '#domain/plan'
import type { Localizer } from '../language/language.js'
import { PlanSign } from '../legend/swatch.js'
import { WORDS } from './words.js'

export function PlanStateLabel({ words, of }: { words: Localizer; of: PlanState }) {
  return (
    <span class="plan-state">
      <PlanSign of={of} />
      {words.translatorOf(WORDS)(`state_${of}`)}
    </span>
  )
}
