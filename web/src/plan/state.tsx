/** The state of an item: a sign that can be told apart in grey, and its word. */
import type { PlanState } from '#domain'
import type { Language } from '../language.js'
import { PLAN_PAINTS } from '../map/colours.js'
import type { Tone } from '../map/marks.js'
import { WORDS } from './words.js'

const SIGNS: Record<PlanState, string> = {
  planned: '',
  awarded: '',
  works: '',
  late: '!',
  in_service: '?',
  verified: '✓',
  contradicted: '✗',
}

export const TONES: Record<PlanState, Tone> = {
  planned: 'waiting',
  awarded: 'waiting',
  works: 'waiting',
  late: 'waiting',
  in_service: 'waiting',
  verified: 'good',
  contradicted: 'bad',
}

export function StateSign({ of }: { of: PlanState }) {
  const { fill, line } = PLAN_PAINTS[of]
  const isDark = of === 'verified'
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path d="M8 1l7 7-7 7-7-7z" fill={fill} stroke={isDark ? fill : line} stroke-width="1.4" />
      <text
        x="8"
        y="11.6"
        text-anchor="middle"
        font-size="10"
        font-weight="700"
        fill={isDark ? '#fff' : line}
      >
        {SIGNS[of]}
      </text>
    </svg>
  )
}

export function StateName({ words, of }: { words: Language; of: PlanState }) {
  const t = words.says(WORDS)
  return (
    <span class="plan-state">
      <StateSign of={of} />
      {t(`state_${of}`)}
    </span>
  )
}
