import type { Words } from './locales.js'
import type { Progress } from './measure.js'

/** An arc of 180 degrees; speeds from 0.1 to 1000 Mbit/s stand on it by their logarithm. */
const LENGTH = Math.PI * 80
const LEAST = 0.1
const DECADES = 4
/** Every so often a screen reader is told; the picture follows every measurement. */
const STEPS = 4

export function Gauge({ progress: { direction, mbits, part }, words }: { progress: Progress; words: Words }) {
  const { t, number } = words
  const share = mbits > LEAST ? Math.min(Math.log10(mbits / LEAST) / DECADES, 1) : 0
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
      <progress max="1" value={part} aria-label={t('measuring')} />
      <p class="hidden" role="status">
        {t('measuring')} {t(direction)} {number((Math.floor(part * STEPS) / STEPS) * 100)}%
      </p>
    </div>
  )
}
