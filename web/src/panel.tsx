/** What is known of the cell or area that was chosen, in sentences and figures. */
import { CLASSES, OPERATOR_NAMES } from '#domain'
import type { ComponentChildren } from 'preact'
import type { AreaDetail, Cell, Counts, Network, Reason, RuleInWords } from './api.js'
import { type Language, nameIn } from './language.js'
import { kindOf } from './search.js'
import { Swatch } from './swatch.js'

interface PanelProps {
  words: Language
  onClose(): void
  children: ComponentChildren
}

export function Panel({ words, onClose, children }: PanelProps) {
  return (
    <aside
      class="panel card"
      aria-live="polite"
      tabIndex={-1}
      onKeyDown={(e) => e.key === 'Escape' && onClose()}
    >
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
}: {
  words: Language
  cell: Cell
  rule: RuleInWords
  onZoom(): void
}) {
  const { t } = words
  return (
    <>
      <h2 class={`verdict ${cell.verdict}`} data-verdict={cell.verdict}>
        <Swatch of={cell.verdict} /> {t(cell.verdict)}
      </h2>
      {cell.counts ? (
        <Beneath words={words} cell={cell} onZoom={onZoom} />
      ) : (
        <Working words={words} cell={cell} rule={rule} />
      )}
      <p class="source">{t('cell', { h3: cell.h3 })}</p>
    </>
  )
}

function Beneath({ words, cell, onZoom }: { words: Language; cell: Cell; onZoom(): void }) {
  return (
    <>
      <h3>{words.t('beneath')}</h3>
      <CountList words={words} counts={cell.counts!} />
      <button onClick={onZoom}>{words.t('zoomIn')}</button>
    </>
  )
}

function Working({ words, cell, rule }: { words: Language; cell: Cell; rule: RuleInWords }) {
  const { t, number, date } = words
  const { confidence = 0, reasons = [], evidence = [], areas = [], sites = [], history = [] } = cell
  return (
    <>
      <p>{confidence > 0 ? t('confidence', { percent: number(confidence * 100, 1) }) : t('noConfidence')}</p>
      <p class="places">{areas.map((a) => nameIn(words.lang, a)).join(words.lang === 'ar' ? '، ' : ' › ')}</p>
      <h3>{t('why')}</h3>
      <ul class="reasons">
        {reasons.map((reason, i) => (
          <li key={i}>{sentenceOf(words, reason)}</li>
        ))}
      </ul>
      {evidence.length > 0 && <Networks words={words} evidence={evidence} />}
      <h3>{t('ruleWords')}</h3>
      <p dir="auto">{rule.sentence[words.lang]}</p>
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
                {t('historyRow', { run: String(past.run), date: date(past.to), verdict: t(past.verdict) })}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}

function Networks({ words, evidence }: { words: Language; evidence: Network[] }) {
  const { t } = words
  return (
    <>
      <h3>{t('networks')}</h3>
      <ul class="networks">
        {evidence.map((network) => (
          <li key={`${network.operator} ${network.technology}`}>
            <strong>{networkName(words, network)}</strong>
            <span class={`state ${network.state}`}>
              {t(network.state === 'unknown' ? 'undecided' : network.state)}
            </span>
            <Share network={network} />
            <NetworkFigures words={words} network={network} />
          </li>
        ))}
      </ul>
    </>
  )
}

/** The share of passes with its interval, as a bar: people look before they read. */
function Share({ network: { lower, upper, share } }: { network: Network }) {
  const percent = (x: number) => `${Math.max(0, Math.min(100, x * 100))}%`
  return (
    <svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect width="100" height="8" class="track" />
      <rect x={percent(lower)} width={percent(upper - lower)} height="8" class="interval" />
      <rect x={percent(share - 0.006)} width="1.2%" height="8" class="point" />
    </svg>
  )
}

function NetworkFigures({ words, network: n }: { words: Language; network: Network }) {
  const { t, number, date } = words
  const percent = (x: number) => number(Math.max(0, Math.min(1, x)) * 100)
  const mbps = (bps: number | null) => (bps === null ? '–' : number(bps / 1e6, 1))
  const interval = t('interval', {
    share: percent(n.share),
    lower: percent(n.lower),
    upper: percent(n.upper),
  })
  const speeds = {
    down: mbps(n.medianDownloadBps),
    up: mbps(n.medianUploadBps),
    latency: n.medianLatencyMs === null ? '–' : number(n.medianLatencyMs),
  }
  return (
    <dl>
      <dt>{t('shareHead')}</dt>
      <dd>
        {t('passes', { passes: number(n.passes), samples: number(n.samples) })}: {interval}
      </dd>
      <dt>{t('median')}</dt>
      <dd>{t('speeds', speeds)}</dd>
      <dt>{t('samples')}</dt>
      <dd>
        {t('coverageOf', { devices: n.devices, days: n.days, hours: n.hours })};{' '}
        {t('lastMeasured', { date: date(n.lastMeasuredAt) })}
      </dd>
    </dl>
  )
}

export function AreaPanel({ words, area }: { words: Language; area: AreaDetail }) {
  const { t, number } = words
  return (
    <>
      <h2 data-area={area.code}>
        <bdi>{nameIn(words.lang, area)}</bdi> <small>{t(kindOf(area))}</small>
      </h2>
      <p class="places">
        {area.parents.map((p) => nameIn(words.lang, p)).join(words.lang === 'ar' ? '، ' : ' › ')}
      </p>
      {area.population !== null && <p>{t('population', { n: number(area.population) })}</p>}
      {area.counts && <CountList words={words} counts={area.counts} />}
      <p class="source">{t('areaColour')}</p>
      <p class="source" dir="auto">
        {area.code} · {area.source}
      </p>
    </>
  )
}

function CountList({ words, counts }: { words: Language; counts: Partial<Counts> }) {
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

function operatorName({ lang, t }: Language, operator: string | null | undefined): string {
  if (operator == null) return t('someOperator')
  return operator in OPERATOR_NAMES ? OPERATOR_NAMES[operator as keyof typeof OPERATOR_NAMES][lang] : operator
}

const networkName = (words: Language, { operator, technology }: Pick<Network, 'operator' | 'technology'>) =>
  [operatorName(words, operator), technology?.toUpperCase().replace('_', ' ')].filter(Boolean).join(' · ')

function sentenceOf(words: Language, reason: Reason): string {
  const { code, operator, technology, operators = [], missing = [], ...figures } = reason
  const comma = words.lang === 'ar' ? '، ' : ', '
  return words.t(`reason_${code}`, {
    ...figures,
    operator: operatorName(words, operator),
    technology: technology?.toUpperCase().replace('_', ' ') ?? '',
    operators: operators.map((o) => operatorName(words, o)).join(comma),
    missing: missing.map((m) => words.t(`missing_${m}`)).join(comma),
  })
}
