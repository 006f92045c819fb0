import type { Ndt7Result } from '#domain/probe'
import { MBIT_BPS } from '#domain/units'
import type { ProbeLocalizer } from './locales.js'
import type { SpeedTestResult } from './measure.js'
import { USES, isEnough } from './uses.js'

export type LastAttempt = SpeedTestResult | { kind: 'no_service' } | null

interface ResultCardProps {
  attempt: LastAttempt
  words: ProbeLocalizer
}

/** The result of the last attempt in words; a screen reader reads it out when it changes. */
export function ResultCard({ attempt, words }: ResultCardProps) {
  const { t } = words
  return (
    <div role="status" class={attempt ? 'result' : 'hidden'}>
      {attempt?.kind === 'result' && <Figures probe={attempt.probe} words={words} />}
      {attempt?.kind === 'failed' && <p>{t('failed')}</p>}
      {attempt?.kind === 'cancelled' && <p>{t('cancelled')}</p>}
      {attempt?.kind === 'busy' && <p>{t('busy', { seconds: attempt.seconds })}</p>}
      {attempt?.kind === 'no_service' && <p>{t('noServiceKept')}</p>}
    </div>
  )
}

const BYTES_OF_MEGABYTE = 1e6

function Figures({ probe, words }: { probe: Ndt7Result; words: ProbeLocalizer }) {
  const { t, number } = words
  const mbits = (bps: number) => `${number(bps / MBIT_BPS, bps < 10 * MBIT_BPS ? 1 : 0)} ${t('mbits')}`
  const megabytes = Math.ceil((probe.downloadBytes + probe.uploadBytes) / BYTES_OF_MEGABYTE)
  const latencyText = (ms: number | null) => ms !== null && t('ms', { n: number(ms) })
  const rows: [name: string, value: string | false][] = [
    [t('download'), mbits(probe.downloadBps)],
    [t('upload'), mbits(probe.uploadBps)],
    [t('latency'), latencyText(probe.latencyMs)],
    [t('loadedLatency'), latencyText(probe.loadedLatencyMs)],
    [t('data'), t('megabytes', { n: number(megabytes) })],
  ]
  return (
    <>
      <h2 class="hidden">{t('result')}</h2>
      <UsesSentence {...{ probe, words }} />
      <dl>
        {rows.map(
          ([name, value]) =>
            value !== false && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  <bdi>{value}</bdi>
                </dd>
              </div>
            ),
        )}
      </dl>
      <p class="hint">{t('kept')}</p>
    </>
  )
}

/** The uses for which the line is fast enough, and the first one for which it is not. */
function UsesSentence({ probe, words: { t } }: { probe: Ndt7Result; words: ProbeLocalizer }) {
  const enoughFor = USES.filter((use) => isEnough(use, probe)).map((use) => t(`use_${use}`))
  const notFor = USES.filter((use) => !isEnough(use, probe)).map((use) => t(`use_${use}`))[0]
  /** Joins the names as "A, B and C". */
  const listed = [enoughFor.slice(0, -1).join(t('comma')), ...enoughFor.slice(-1)]
    .filter((part) => part !== '')
    .join(t('and'))
  if (enoughFor.length === 0) return <p class="verdict bad">{t('notEnough', { others: notFor! })}</p>
  return (
    <p class="verdict">
      {notFor ? t('enoughNot', { uses: listed, others: notFor }) : t('enough', { uses: listed })}
    </p>
  )
}
