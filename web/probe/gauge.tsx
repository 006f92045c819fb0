import type { ProbeLocalizer } from './locales.js'
import type { Progress } from './measure.js'

/** Length of the arc of 180 degrees; speeds from 0.1 to 1000 Mbit/s lie on it by their logarithm. */
const LENGTH = Math.PI * 80
const MIN_MBITS = 0.1
const DECADES = 4
/** A screen reader announces each quarter of the test; the picture follows every measurement. */
const ANNOUNCED_STEPS = 4

export function Gauge({ progress, words }: { progress: Progress; words: ProbeLocalizer }) {
  const { direction, mbits, fraction } = progress
  const { t, number } = words
  const share = mbits > MIN_MBITS ? Math.min(Math.log10(mbits / MIN_MBITS) / DECADES, 1) : 0
  const digits = mbits < 10 ? 1 : 0
  return (
    <div class="gauge">
      <svg viewBox="0 0 200 110" aria-hidden="true">
        <path class="track" d="M20 100 A80 80 0 0 1 180 100" />
        <path
          class={direction}
          d="M20 100 A80 80 0 0 1 180 100"
          stroke-dasharray={`${share * LENGTH} ${LENGTH}`}
        />
      </svg>
      <p class="figure" aria-hidden="true">
        <bdi>{number(mbits, digits)}</bdi> <small>{t('mbits')}</small>
        <span>{t(direction)}</span>
      </p>
      <progress max="1" value={fraction} aria-label={t('measuring')} />
      <p class="hidden" role="status">
        {t('measuring')} {t(direction)}{' '}
        {number((Math.floor(fraction * ANNOUNCED_STEPS) / ANNOUNCED_STEPS) * 100)}%
      </p>
    </div>
  )
}
