/** The state of an item: a sign that can be told apart in grey, and its word. */
import type { PlanState } from '#domain/plan'
import type { Localizer } from '../language/language.js'
import type { MarkTone } from '../map/marks.js'
import { PlanSign } from '../legend/swatch.js'
import { WORDS } from './words.js'

export const PLAN_TONES: Record<PlanState, MarkTone> = {
  planned: 'waiting',
  awarded: 'waiting',
  works: 'waiting',
  late: 'waiting',
  in_service: 'waiting',
  verified: 'good',
  contradicted: 'bad',
}

export function PlanStateLabel({ words, of }: { words: Localizer; of: PlanState }) {
  const t = words.translatorOf(WORDS)
  return (
    <span class="plan-state">
      <PlanSign of={of} />
      {t(`state_${of}`)}
    </span>
  )
}
