/** What is unsent and why; the way of a file where the network never comes. */
import { useState } from 'preact/hooks'
import type { DeliveryState } from './delivery.js'
import type { ProbeLocalizer } from './locales.js'
import { type NewProbe, type QueuedProbe, enqueueMissing, replaceQueued } from './store.js'

interface Props {
  queue: readonly QueuedProbe[]
  state: DeliveryState
  hasToken: boolean
  words: ProbeLocalizer
  send: () => void
  changed: () => void
}

export function QueueList({ queue, state, hasToken, words, send, changed }: Props) {
  const { t, number, dateTime: time } = words
  const [note, setNote] = useState('')
  const why = state === 'token' && !hasToken ? 'noToken' : state
  const sendNow = async () => {
    // The agent asks for it, so what was refused is tried again, too.
    await replaceQueued(queue.map(({ seq, probe }) => ({ seq, probe })))
    changed()
    send()
  }
  const take = async (file: File | undefined) => {
    if (!file) return
    const probes = probesFromNdjson(await file.text())
    setNote(probes ? t('imported', { n: number(await enqueueMissing(probes)) }) : t('notImported'))
    changed()
    send()
  }
  return (
    <section class="card" aria-labelledby="unsent">
      <h2 id="unsent">
        {t('unsent')} <span class="count">{number(queue.length)}</span>
      </h2>
      <p role="status">{queue.length === 0 ? t('unsentNone') : why === 'delivered' ? '' : t(`why_${why}`)}</p>
      {queue.length > 0 && (
        <>
          <ol class="waiting">
            {queue.map(({ seq, probe, refused }) => (
              <li key={seq}>
                <bdi>{time(probe.measuredAt)}</bdi> ·{' '}
                {t(probe.outcome === 'failed' ? 'failedOutcome' : probe.outcome)}
                {refused !== undefined && (
                  <small class="refused">{t('refusedBy', { reason: refused })}</small>
                )}
              </li>
            ))}
          </ol>
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
            void take(event.currentTarget.files?.[0])
            event.currentTarget.value = ''
          }}
        />
      </label>
      <p role="status">{note}</p>
    </section>
  )
}

/** A probe a line, as the API and the import take it, too. */
function saveAsNdjson(probes: readonly NewProbe[]): void {
  const link = document.createElement('a')
  const text = probes.map((probe) => `${JSON.stringify(probe)}\n`).join('')
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' }))
  link.download = `taghtiya-${new Date().toISOString().slice(0, 10)}.ndjson`
  link.click()
  URL.revokeObjectURL(link.href)
}

/** Null where the file holds none, or something else. */
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
