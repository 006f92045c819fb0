/** The unsent observations with the reasons. Where there is no network, a file carries them to another device. */
import { useState } from 'preact/hooks'
import type { DeliveryState } from './delivery.js'
import type { ProbeLocalizer } from './locales.js'
import { type NewProbe, type QueuedProbe, enqueueMissing, replaceQueued } from './store.js'

interface QueueProps {
  queue: readonly QueuedProbe[]
  state: DeliveryState
  hasToken: boolean
  words: ProbeLocalizer
  onSend(): void
  /** The queue on the device was changed. */
  onChange(): void
}

export function QueueList({ queue, state, hasToken, words, onSend, onChange }: QueueProps) {
  const { t, number } = words
  const [statusText, setStatusText] = useState('')
  const reason = state === 'token' && !hasToken ? 'noToken' : state
  const sendNow = async () => {
    // The agent pressed the button, so observations that were refused before are sent again too.
    await replaceQueued(queue.map(({ seq, probe }) => ({ seq, probe })))
    onChange()
    onSend()
  }
  const takeFile = async (file: File | undefined) => {
    if (!file) return
    const probes = probesFromNdjson(await file.text())
    setStatusText(probes ? t('imported', { n: number(await enqueueMissing(probes)) }) : t('notImported'))
    onChange()
    onSend()
  }
  return (
    <section class="card" aria-labelledby="unsent">
      <h2 id="unsent">
        {t('unsent')} <span class="count">{number(queue.length)}</span>
      </h2>
      <p role="status">
        {queue.length === 0 ? t('unsentNone') : reason === 'delivered' ? '' : t(`why_${reason}`)}
      </p>
      {queue.length > 0 && (
        <>
          <QueuedProbes {...{ words, queue }} />
          <div class="row">
            <button onClick={() => void sendNow()}>{t('sendNow')}</button>
            <button onClick={() => saveAsNdjson(queue.map(({ probe }) => probe))}>{t('exportFile')}</button>
          </div>
        </>
      )}
      <label class="file">
        {t('importFile')}
        <input
          type="file"
          accept=".ndjson,.json,application/json"
          onChange={(event) => {
            void takeFile(event.currentTarget.files?.[0])
            event.currentTarget.value = ''
          }}
        />
      </label>
      <p role="status">{statusText}</p>
    </section>
  )
}

function QueuedProbes({ words: { t, dateTime }, queue }: Pick<QueueProps, 'words' | 'queue'>) {
  return (
    <ol class="waiting">
      {queue.map(({ seq, probe, refused }) => (
        <li key={seq}>
          <bdi>{dateTime(probe.measuredAt)}</bdi> ·{' '}
          {t(probe.outcome === 'failed' ? 'failedOutcome' : probe.outcome)}
          {refused !== undefined && <small class="refused">{t('refusedBy', { reason: refused })}</small>}
        </li>
      ))}
    </ol>
  )
}

/** Saves one probe per line, in the form that the API and its import take. */
function saveAsNdjson(probes: readonly NewProbe[]): void {
  const link = document.createElement('a')
  const text = probes.map((probe) => `${JSON.stringify(probe)}\n`).join('')
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' }))
  link.download = `taghtiya-${new Date().toISOString().slice(0, 10)}.ndjson`
  link.click()
  URL.revokeObjectURL(link.href)
}

/** The probes in the text; null if there are none or the text holds anything else. */
function probesFromNdjson(text: string): NewProbe[] | null {
  try {
    const probes = text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as Partial<NewProbe>)
    const isProbe = (p: Partial<NewProbe>) => typeof p.id === 'string' && p.measuredAt && p.outcome
    return probes.length > 0 && probes.every(isProbe) ? (probes as NewProbe[]) : null
  } catch {
    return null
  }
}
