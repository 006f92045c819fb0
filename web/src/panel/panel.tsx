/** What is known of the cell or area that was chosen, in sentences and figures. */
import { CLASSES, type NetworkState } from '#domain/verdict'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { AreaDetail, Cell, Counts, Network, Reason, RuleInWords, Run } from '../api/api.js'
import { FeedLink } from '../links/feed-link.js'
import { type Localizer, bidiIsolated, listText, localizedName } from '../language/language.js'
import { operatorName, technologyName } from '../language/network-names.js'
import { ReportLink } from '../links/report-link.js'
import { areaKindOf } from '../search/search.js'
import { Swatch } from '../legend/swatch.js'

interface PanelProps {
  words: Localizer
  /** Of what: focus comes here when it changes. */
  of: string
  isReady: boolean
  onClose(): void
  children: ComponentChildren
}

export function Panel({ words, of, isReady, onClose, children }: PanelProps) {
  const element = useRef<HTMLElement>(null)
  // Only the heading is announced: a table read aloud from its first cell to its last helps nobody.
  const [heading, setHeading] = useState('')
  useEffect(() => {
    element.current?.scrollTo(0, 0)
    element.current?.focus({ preventScroll: true })
  }, [of])
  useEffect(() => setHeading(isReady ? (element.current?.querySelector('h2')?.innerText ?? '') : ''))
  return (
    <aside ref={element} class="panel card" aria-label={words.t('panel')} aria-busy={!isReady} tabIndex={-1}>
      <p class="hidden" role="status">
        {heading}
      </p>
      <button class="close" aria-label={words.t('close')} onClick={onClose}>
        ×
      </button>
      {children}
    </aside>
  )
}

export function CellPanel({
  words,
  cell,
  rule,
  onZoom,
  contested,
  children,
}: {
  words: Localizer
  cell: Cell
  rule: RuleInWords
  onZoom(): void
  /** Who says otherwise. */
  contested: ComponentChildren
  /** What the verdict rests on. */
  children: ComponentChildren
}) {
  // As in the legend: undecided is what was measured.
  const heading = cell.evidence?.length === 0 ? 'notMeasured' : cell.verdict
  const { t } = words
  return (
    <>
      <h2 class={`verdict ${cell.verdict}`} data-verdict={cell.verdict}>
        <Swatch of={heading} /> {t(heading)}
      </h2>
      {cell.counts ? (
        <ChildCells words={words} cell={cell} onZoom={onZoom} />
      ) : (
        <VerdictDetails words={words} cell={cell} rule={rule} contested={contested}>
          {children}
        </VerdictDetails>
      )}
      <p class="source">{t('cell', { h3: cell.h3 })}</p>
    </>
  )
}

function ChildCells({ words, cell, onZoom }: { words: Localizer; cell: Cell; onZoom(): void }) {
  return (
    <>
      <h3>{words.t('beneath')}</h3>
      <CountList words={words} counts={cell.counts!} />
      <button onClick={onZoom}>{words.t('zoomIn')}</button>
    </>
  )
}

function VerdictDetails({
  words,
  cell,
  rule,
  contested,
  children,
}: {
  words: Localizer
  cell: Cell
  rule: RuleInWords
  contested: ComponentChildren
  children: ComponentChildren
}) {
  const { t, date } = words
  const { confidence = 0, reasons = [], evidence = [], areas = [], sites = [], history = [] } = cell
  return (
    <>
      <p class="confidence">{confidenceText(words, confidence)}</p>
      <AreaPath words={words} areas={areas} />
      {contested}
      <h3>{t('why')}</h3>
      <ul class="reasons">
        {reasons.map((reason, i) => (
          <li key={i}>{reasonSentence(words, reason)}</li>
        ))}
      </ul>
      {evidence.length > 0 && <Networks words={words} evidence={evidence} />}
      {children}
      <h3>{t('ruleWords')}</h3>
      <p dir="auto">{rule.sentence[words.lang]}</p>
      {rule.assumption && (
        <p>
          <span class="assumption">{t('assumption')}</span>
        </p>
      )}
      {sites.length > 0 && (
        <>
          <h3>{t('sites')}</h3>
          <ul>
            {sites.map((site) => (
              <li key={site.code} dir="auto">
                {words.lang === 'ar' && site.nameAr ? site.nameAr : site.name}
              </li>
            ))}
          </ul>
        </>
      )}
      {history.length > 0 && (
        <>
          <h3>{t('history')}</h3>
          <ul>
            {history.map((past) => (
              <li key={past.run}>
                <strong>{t(past.verdict)}</strong>
                {past.confidence > 0 && ` (${percentText(words, past.confidence, 1)})`}
                <br />
                <small>
                  {t('historyRow', { run: String(past.run), from: date(past.from), to: date(past.to) })}
                </small>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}

function Networks({ words, evidence }: { words: Localizer; evidence: Network[] }) {
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

/** The share of passes with its interval, as a bar: people look before they read. */
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
  const interval = t('interval', {
    share: percentText(words, share),
    lower: percentText(words, n.lower),
    upper: percentText(words, n.upper),
  })
  return (
    <dl>
      <dt>{t('shareHead')}</dt>
      <dd>
        {t('passes', { passes: number(n.passes), samples: number(n.samples) })} · {interval}
      </dd>
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

/** Where there was no service, there is nothing to take the middle of. */
function Medians({ words: { t, number }, network }: { words: Localizer; network: Network }) {
  const { downloadBps: down, uploadBps: up, latencyMs: latency, loadedLatencyMs: loaded } = network.quantiles
  const figures = [
    down && t('down', { figure: number(down[1] / 1e6, 1) }),
    up && t('up', { figure: number(up[1] / 1e6, 1) }),
    latency && t('latency', { figure: number(latency[1]) }),
    loaded && t('loadedLatency', { figure: number(loaded[1]) }),
  ].filter((figure) => figure !== null)
  if (figures.length === 0) return '–'
  return figures.map((figure) => (
    <span key={figure} class="figure">
      {figure}
    </span>
  ))
}

interface AreaPanelProps {
  words: Localizer
  area: AreaDetail
  run: Run | null
}

export function AreaPanel({ words, area, run }: AreaPanelProps) {
  const { t, number, date } = words
  return (
    <>
      <h2 data-area={area.code}>
        <bdi>{localizedName(words.lang, area)}</bdi> <small>{t(areaKindOf(area))}</small>
      </h2>
      <AreaPath words={words} areas={area.parents} />
      {area.population !== null && <p>{t('population', { n: number(area.population) })}</p>}
      {area.counts && <CountList words={words} counts={area.counts} />}
      {run && <ReportLink {...{ words, run }} code={area.code} />}
      {run && (
        <p class="feed">
          <FeedLink words={words} rule={run.rule} area={area.code} />
        </p>
      )}
      <p class="source">{t('areaColour')}</p>
      {run && <p class="source">{t('windowOf', { from: date(run.from), to: date(run.to) })}</p>}
      <p class="source" dir="auto">
        {area.code} · {area.source === 'simulated' ? t('areaSimulated') : area.source}
      </p>
    </>
  )
}

function CountList({ words, counts }: { words: Localizer; counts: Partial<Counts> }) {
  const rows = [...CLASSES, 'notMeasured' as const].filter((row) => counts[row] !== undefined)
  return (
    <ul class="counts">
      {rows.map((row) => (
        <li key={row}>
          <Swatch of={row} /> <span class="word">{words.t(row)}</span>
          <span class="count">{words.number(counts[row]!)}</span>
        </li>
      ))}
    </ul>
  )
}

function AreaPath({
  words,
  areas,
}: {
  words: Localizer
  areas: readonly Parameters<typeof localizedName>[1][]
}) {
  if (areas.length === 0) return null
  const names = areas.map((area) => localizedName(words.lang, area))
  return <p class="places">{names.join(words.lang === 'ar' ? ' ‹ ' : ' › ')}</p>
}

const percentText = ({ t, number }: Localizer, share: number, digits = 0) =>
  t('percent', { figure: number(Math.max(0, Math.min(1, share)) * 100, digits) })

/** A figure alone is read as more than it is: from where on a word may be used. */
const CONFIDENCE_WORDS = [
  [0.99, 'confidenceVeryHigh'],
  [0.95, 'confidenceHigh'],
  [0.9, 'confidenceFair'],
  [0, 'confidenceLow'],
] as const

function confidenceText(words: Localizer, confidence: number): string {
  if (confidence <= 0) return words.t('noConfidence')
  const [, word] = CONFIDENCE_WORDS.find(([least]) => confidence >= least)!
  return words.t('confidence', { percent: percentText(words, confidence, 1), word: words.t(word) })
}

function reasonSentence(words: Localizer, reason: Reason): string {
  const { code, operator, technology, operators = [], missing = [], passes = 0, samples = 0 } = reason
  const network = [operatorName(words, operator), technologyName(words, technology)]
  const named = operators.map((o) => bidiIsolated(operatorName(words, o)))
  return words.t(`reason_${code}`, {
    passes,
    samples,
    noService: reason.noService ?? 0,
    blackFrom: reason.blackFrom ?? 0,
    speed: words.number((reason.declaredBps ?? 0) / 1e6, 1),
    date: reason.plannedBy ? words.date(reason.plannedBy) : '',
    operator: bidiIsolated(network[0]!),
    network: network.filter(Boolean).map(bidiIsolated).join(' '),
    operators: listText(words, named),
    missing: listText(
      words,
      missing.map((m) => words.t(`missing_${m}`)),
    ),
  })
}
