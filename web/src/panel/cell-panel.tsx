/** The panel of a cell, in sentences and figures. */
import type { ComponentChildren } from 'preact'
import type { Cell, RuleInWords } from '../api/schemas.js'
import {
  type Localizer,
  bidiIsolated,
  listText,
  localizedPlaceName,
  percentText,
} from '../language/language.js'
import { operatorName } from '../language/network-names.js'
import { Swatch } from '../legend/swatch.js'
import { AreaPath } from './area-path.js'
import { CountList } from './counts.js'
import { Networks } from './networks.js'
import { confidenceText, reasonSentence } from './reasons.js'

interface CellPanelProps {
  words: Localizer
  cell: Cell
  rule: RuleInWords
  onZoom(): void
  /** The disputes about the cell. */
  contested: ComponentChildren
  /** The evidence of the verdict. */
  children: ComponentChildren
}

export function CellPanel({ words, cell, onZoom, ...details }: CellPanelProps) {
  // A cell is undecided only if something was measured in it, as in the legend.
  const heading = cell.evidence?.length === 0 ? 'notMeasured' : cell.verdict
  const partial = cell.partial ?? null
  const { t } = words
  return (
    <>
      <h2 class={`verdict ${cell.verdict}`} data-verdict={cell.verdict}>
        <Swatch of={partial ?? heading} /> {t(partial ? `partial_${partial}` : heading)}
      </h2>
      {cell.counts ? (
        <ChildCells {...{ words, cell, onZoom }} />
      ) : (
        <VerdictDetails {...{ words, cell, ...details }} />
      )}
      <p class="source">{t('cell', { h3: cell.h3 })}</p>
    </>
  )
}

/** Counts of the child cells at the working resolution, which the server gives for a coarser cell. */
function ChildCells({ words, cell, onZoom }: Pick<CellPanelProps, 'words' | 'cell' | 'onZoom'>) {
  return (
    <>
      <h3>{words.t('beneath')}</h3>
      <CountList words={words} counts={cell.counts!} partial={cell.partialCounts} />
      <button onClick={onZoom}>{words.t('zoomIn')}</button>
    </>
  )
}

function VerdictDetails({ words, cell, rule, contested, children }: Omit<CellPanelProps, 'onZoom'>) {
  const { t } = words
  const { confidence = 0, reasons = [], evidence = [], areas = [] } = cell
  return (
    <>
      <p class="confidence">{confidenceText(words, confidence)}</p>
      <Operators words={words} cell={cell} />
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
      <SitesInCell words={words} cell={cell} />
      <VerdictHistory words={words} cell={cell} />
    </>
  )
}

/** The number of operators that can serve the cell, and those that nobody tried; empty under a rule without a roster. */
function Operators({ words, cell }: Pick<CellPanelProps, 'words' | 'cell'>) {
  const { t } = words
  const { operatorsMin: min = null, operatorsMax: max = null, untried = [] } = cell
  if (min === null || max === null) return null
  const names = untried.map((id) => bidiIsolated(operatorName(words, id)))
  return (
    <p class="operators">
      {min === max
        ? t('operatorsExactly', { n: max })
        : t('operatorsBetween', { min: words.number(min), n: max })}{' '}
      {names.length > 0 && t('operatorsUntried', { names: listText(words, names) })}
    </p>
  )
}

function SitesInCell({ words, cell: { sites = [] } }: Pick<CellPanelProps, 'words' | 'cell'>) {
  if (sites.length === 0) return null
  return (
    <>
      <h3>{words.t('sites')}</h3>
      <ul>
        {sites.map(({ code, name, nameAr }) => (
          <li key={code} dir="auto">
            {localizedPlaceName(words, name, nameAr)}
          </li>
        ))}
      </ul>
    </>
  )
}

function VerdictHistory({ words, cell: { history = [] } }: Pick<CellPanelProps, 'words' | 'cell'>) {
  const { t, date } = words
  if (history.length === 0) return null
  return (
    <>
      <h3>{t('history')}</h3>
      <ul>
        {history.map(({ run, verdict, confidence, from, to }) => (
          <li key={run}>
            <strong>{t(verdict)}</strong>
            {confidence > 0 && ` (${percentText(words, confidence, 1)})`}
            <br />
            <small>{t('historyRow', { run: String(run), from: date(from), to: date(to) })}</small>
          </li>
        ))}
      </ul>
    </>
  )
}
