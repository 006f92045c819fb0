/** The networks that were measured, declared or promised in a cell, with their confidence. */
import type { NetworkState } from '#domain/verdict'
import type { Network } from '../api/schemas.js'
import { type Localizer, percentText } from '../language/language.js'
import { operatorName, technologyName } from '../language/network-names.js'
import { failuresText } from './failures.js'

export function Networks({ words, evidence }: { words: Localizer; evidence: Network[] }) {
  const { t } = words
  return (
    <>
      <h3>{t('networks')}</h3>
      <ul class="networks">
        {evidence.map((network) => (
          <li key={`${network.operator} ${network.technology}`}>
            <strong>
              <bdi>{operatorName(words, network.operator)}</bdi>
              {network.technology && ' · '}
              <bdi>{technologyName(words, network.technology)}</bdi>
            </strong>
            <span class={`state ${network.state}`}>{t(STATE_WORDS[network.state])}</span>
            {network.share !== null && <Share share={network.share} network={network} />}
            {network.share !== null && (
              <NetworkFigures words={words} share={network.share} network={network} />
            )}
          </li>
        ))}
      </ul>
    </>
  )
}

const STATE_WORDS = {
  present: 'present',
  refuted: 'refuted',
  absent: 'absent',
  declared: 'state_declared',
  planned: 'state_planned',
  unknown: 'undecided',
} as const satisfies Record<NetworkState, string>

/** The pass share with its interval as a bar, which people look at before they read. */
function Share({ share, network: { lower, upper } }: { share: number; network: Network }) {
  const percent = (x: number) => `${Math.max(0, Math.min(100, x * 100))}%`
  return (
    <svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect width="100" height="8" class="track" />
      <rect x={percent(lower)} width={percent(upper - lower)} height="8" class="interval" />
      <rect x={percent(share - 0.006)} width="1.2%" height="8" class="point" />
    </svg>
  )
}

function NetworkFigures({ words, share, network: n }: { words: Localizer; share: number; network: Network }) {
  const { t, number, date } = words
  const shareText = percentText(words, share)
  // Repeats and old measurements weigh less, so that the share may differ from that of the two numbers beside it.
  const isWeighted = shareText !== percentText(words, n.passes / n.samples)
  const interval = t(isWeighted ? 'intervalWeighted' : 'interval', {
    share: shareText,
    lower: percentText(words, n.lower),
    upper: percentText(words, n.upper),
  })
  const failures = failuresText(words, n)
  return (
    <dl>
      <dt>{t('shareHead')}</dt>
      <dd>
        {t('passes', { passes: number(n.passes), samples: number(n.samples) })} · {interval}
      </dd>
      {failures && (
        <>
          <dt>{t('failuresHead')}</dt>
          <dd>{failures}</dd>
        </>
      )}
      <dt>{t('median')}</dt>
      <dd>
        <Medians words={words} network={n} />
      </dd>
      <dt>{t('samples')}</dt>
      <dd>{t('coverageOf', { devices: n.devices, days: n.days, hours: n.hours })}</dd>
      <dt>{t('lastMeasured')}</dt>
      <dd>{n.lastMeasuredAt && date(n.lastMeasuredAt)}</dd>
    </dl>
  )
}

/** Medians of a network with the number of measurements that they are of; without service there are none. */
function Medians({ words: { t, number, mbit }, network }: { words: Localizer; network: Network }) {
  const { samples, noService, quantiles } = network
  const { downloadBps: down, uploadBps: up, latencyMs: latency, loadedLatencyMs: loaded } = quantiles
  const figures = [
    down && { text: t('down', { figure: mbit(down[1]) }), count: quantiles.downloadCount },
    up && { text: t('up', { figure: mbit(up[1]) }), count: quantiles.uploadCount },
    latency && { text: t('latency', { figure: number(latency[1]) }), count: quantiles.latencyCount },
    loaded && {
      text: t('loadedLatency', { figure: number(loaded[1]) }),
      count: quantiles.loadedLatencyCount,
    },
  ].filter((figure) => figure !== null)
  const [first] = figures
  if (!first) return samples > noService ? t('medianTooFew') : '–'
  const isSameCount = figures.every(({ count }) => count === first.count)
  const ofCount = (count: number | null) => t('medianOf', { n: count ?? 0 })
  return (
    <>
      {figures.map(({ text, count }) => (
        <span key={text} class="figure">
          {text} {!isSameCount && ofCount(count)}
        </span>
      ))}
      {isSameCount && <span class="figure">{ofCount(first.count)}</span>}
    </>
  )
}
