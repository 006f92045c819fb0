/** What a run's map would be with another threshold. */
import { THRESHOLD_STEPS } from '#domain/verdict'
import type { WhatIf } from '../api/api.js'
import type { Localizer } from '../language/language.js'

interface SliderProps {
  words: Localizer
  /** The rule's own, bit/s. */
  own: number
  threshold: number
  whatIf: WhatIf | null
  onThreshold(threshold: number | null): void
}

const MBIT = 1e6

/** Steps at which the counts are those of the measurements; the rule's own is one of them, or stands between. */
export function WhatIfSlider({ words, own, threshold, whatIf, onThreshold }: SliderProps) {
  const { t, number } = words
  const steps = [...new Set([...THRESHOLD_STEPS.download, own])].sort((a, b) => a - b)
  const at = steps.indexOf(threshold)
  const speed = t('whatIfSpeed', { n: number(threshold / MBIT, 1) })
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
      {threshold !== own && (
        <p class="hint" role="status">
          {t('whatIfEstimate', { own: number(own / MBIT, 1) })}
          {whatIf && whatIf.uncertain > 0 && ` ${t('whatIfUncertain', { n: whatIf.uncertain })}`}{' '}
          <button class="small" onClick={() => onThreshold(null)}>
            {t('whatIfReset')}
          </button>
        </p>
      )}
    </div>
  )
}
