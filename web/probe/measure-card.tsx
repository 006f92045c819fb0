/** The speed test and its result, and the button for a place without service. */
import { useRef, useState } from 'preact/hooks'
import { Gauge } from './gauge.js'
import type { ProbeLocalizer } from './locales.js'
import { type Progress, runSpeedTest } from './measure.js'
import { type LastAttempt, ResultCard } from './result-card.js'
import type { ProbePageSettings } from './store.js'
import type { Observation } from './use-probe-store.js'

interface MeasureProps {
  words: ProbeLocalizer
  settings: ProbePageSettings
  onShort(short: boolean): void
  onRecord(observation: Observation): Promise<void>
}

export function MeasureCard({ words, settings, onShort, onRecord }: MeasureProps) {
  const { t } = words
  const [progress, setProgress] = useState<Progress | null>(null)
  const [lastAttempt, setLastAttempt] = useState<LastAttempt>(null)
  const running = useRef<AbortController | null>(null)
  const measure = async () => {
    setLastAttempt(null)
    running.current = new AbortController()
    setProgress({ direction: 'download', mbits: 0, fraction: 0 })
    const { token, short = false } = settings
    const result = await runSpeedTest(token, short, setProgress, running.current.signal)
    setProgress(null)
    if (result.kind === 'result') await onRecord({ outcome: 'ok', ...result.probe })
    if (result.kind === 'failed') await onRecord({ outcome: 'failed' })
    setLastAttempt(result)
  }
  const reportNoService = async () => {
    await onRecord({ outcome: 'no_service' })
    setLastAttempt({ kind: 'no_service' })
  }
  return (
    <section class="card measure" aria-label={t('title')}>
      {progress ? (
        <>
          <Gauge progress={progress} words={words} />
          <button class="wide" onClick={() => running.current?.abort()}>
            {t('cancel')}
          </button>
        </>
      ) : (
        <>
          <ResultCard attempt={lastAttempt} words={words} />
          <button class="wide primary" onClick={() => void measure()}>
            {lastAttempt?.kind === 'result' ? t('again') : t('start')}
          </button>
          <LengthChoice {...{ words, settings, onShort }} />
          <button class="wide" aria-describedby="no-service-hint" onClick={() => void reportNoService()}>
            {t('noService')}
          </button>
          <p class="hint" id="no-service-hint">
            {t('noServiceHint')}
          </p>
        </>
      )}
    </section>
  )
}

function LengthChoice({ words: { t }, settings, onShort }: Omit<MeasureProps, 'onRecord'>) {
  return (
    <fieldset>
      <legend>{t('data')}</legend>
      {([false, true] as const).map((short) => (
        <label class="choice" key={String(short)}>
          <input
            type="radio"
            name="length"
            checked={(settings.short ?? false) === short}
            onChange={() => onShort(short)}
          />
          {short ? t('short') : t('full')}
        </label>
      ))}
    </fieldset>
  )
}
