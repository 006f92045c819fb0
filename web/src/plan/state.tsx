/** The state of an item: a sign that can be told apart in grey, and its word. */
import type { PlanState } from '#domain/plan'
import type { Language } from '../language.js'
import type { Tone } from '../map/marks.js'
import { PlanSign } from '../swatch.js'
import { WORDS } from './words.js'

export const TONES: Record<PlanState, Tone> = {
  planned: 'waiting',
  awarded: 'waiting',
  works: 'waiting',
  late: 'waiting',
  in_service: 'waiting',
  verified: 'good',
  contradicted: 'bad',
}

export function StateName({ words, of }: { words: Language; of: PlanState }) {
  const t = words.says(WORDS)
  return (
    <span class="plan-state">
      <PlanSign of={of} />
      {t(`state_${of}`)}
    </span>
  )
}
