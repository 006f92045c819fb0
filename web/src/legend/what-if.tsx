/** Slider that shows a run's map at another download threshold. */
import { MBIT_BPS } from '#domain/units'
import { THRESHOLD_STEPS } from '#domain/verdict'
import type { WhatIf } from '../api/schemas.js'
import type { Localizer } from '../language/language.js'

interface SliderProps {
  words: Localizer
  /** The rule's own threshold in bit/s, like `threshold`. */
  ruleThreshold: number
  threshold: number
  whatIf: WhatIf | null
  onThreshold(threshold: number | null): void
}

/** Counts are exact at each step. The rule's own threshold is one of the steps or lies between two of them. */
export function WhatIfSlider({ words, ruleThreshold, threshold, whatIf, onThreshold }: SliderProps) {
  const { t, number } = words
  const steps = [...new Set([...THRESHOLD_STEPS.download, ruleThreshold])].sort((a, b) => a - b)
  const at = steps.indexOf(threshold)
  const speed = t('whatIfSpeed', { n: number(threshold / MBIT_BPS, 1) })
  return (
    <div class="what-if">
      <label>
        {t('whatIf')} <bdi>{speed}</bdi>
        <input
          type="range"
          min="0"
          max={steps.length - 1}
          step="1"
          value={Math.max(at, 0)}
          aria-valuetext={speed}
          onInput={(event) => onThreshold(steps[Number(event.currentTarget.value)]!)}
        />
      </label>
      {threshold !== ruleThreshold && (
        <p class="hint" role="status">
          {t('whatIfEstimate', { own: number(ruleThreshold / MBIT_BPS, 1) })}
          {whatIf && whatIf.uncertain > 0 && ` ${t('whatIfUncertain', { n: whatIf.uncertain })}`}{' '}
          <button class="small" onClick={() => onThreshold(null)}>
            {t('whatIfReset')}
          </button>
        </p>
      )}
    </div>
  )
}
