import type { ProbeLocalizer } from './locales.js'
import type { SpeedTestResult } from './measure.js'
import { USES, isEnough } from './uses.js'

export type LastAttempt = SpeedTestResult | { kind: 'no_service' } | null

/** What the last attempt gave, in words; a screen reader reads it by itself. */
export function ResultCard({ said, words }: { said: LastAttempt; words: ProbeLocalizer }) {
  const { t } = words
  return (
    <div role="status" class={said ? 'result' : 'hidden'}>
      {said?.kind === 'result' && <Figures probe={said.probe} words={words} />}
      {said?.kind === 'failed' && <p>{t('failed')}</p>}
      {said?.kind === 'cancelled' && <p>{t('cancelled')}</p>}
      {said?.kind === 'busy' && <p>{t('busy', { seconds: said.seconds })}</p>}
      {said?.kind === 'no_service' && <p>{t('noServiceKept')}</p>}
    </div>
  )
}

function Figures({
  probe,
  words,
}: {
  probe: (LastAttempt & { kind: 'result' })['probe']
  words: ProbeLocalizer
}) {
  const { t, number } = words
  const mbits = (bps: number) => `${number(bps / 1e6, bps < 10e6 ? 1 : 0)} ${t('mbits')}`
  const used = Math.ceil((probe.downloadBytes + probe.uploadBytes) / 1e6)
  /** A, B and C. */
  const list = (names: string[]) => {
    const first = names.slice(0, -1).join(t('comma'))
    return first === '' ? names.join() : first + t('and') + names.at(-1)!
  }
  const uses = USES.filter((use) => isEnough(use, probe)).map((use) => t(`use_${use}`))
  const others = USES.filter((use) => !isEnough(use, probe)).map((use) => t(`use_${use}`))
  const [first] = others
  const sentence =
    uses.length === 0
      ? t('notEnough', { others: first! })
      : first
        ? t('enoughNot', { uses: list(uses), others: first })
        : t('enough', { uses: list(uses) })
  return (
    <>
      <h2 class="hidden">{t('result')}</h2>
      <p class={uses.length === 0 ? 'verdict bad' : 'verdict'}>{sentence}</p>
      <dl>
        <div>
          <dt>{t('download')}</dt>
          <dd>
            <bdi>{mbits(probe.downloadBps)}</bdi>
          </dd>
        </div>
        <div>
          <dt>{t('upload')}</dt>
          <dd>
            <bdi>{mbits(probe.uploadBps)}</bdi>
          </dd>
        </div>
        {probe.latencyMs !== null && (
          <div>
            <dt>{t('latency')}</dt>
            <dd>
              <bdi>{t('ms', { n: number(probe.latencyMs) })}</bdi>
            </dd>
          </div>
        )}
        {probe.loadedLatencyMs !== null && (
          <div>
            <dt>{t('loadedLatency')}</dt>
            <dd>
              <bdi>{t('ms', { n: number(probe.loadedLatencyMs) })}</bdi>
            </dd>
          </div>
        )}
        <div>
          <dt>{t('data')}</dt>
          <dd>
            <bdi>{t('megabytes', { n: number(used) })}</bdi>
          </dd>
        </div>
      </dl>
      <p class="hint">{t('kept')}</p>
    </>
  )
}
