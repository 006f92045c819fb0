import type { ClassCounts } from '#domain/verdict'
import { type ComponentChildren, Fragment } from 'preact'
import { useMemo } from 'preact/hooks'
import type { Instance, RuleInWords, Run } from '../api/schemas.js'
import { FeedLink } from '../links/feed-link.js'
import type { Localizer } from '../language/language.js'
import {
  CONTRADICTION_PAINTS,
  DECLARED_PAINTS,
  DIRECTION_PAINTS,
  REACH_PAINTS,
} from '../map/paint/colours.js'
import type { Theme } from '../map/theme.js'
import { partialRowsOf } from '../panel/counts.js'
import './legend.css'
import { Hexagon, Swatch } from './swatch.js'

const ROWS = ['white', 'grey', 'black', 'unknown', 'notMeasured'] as const

/** Row, paint and message of the themes that do not show verdicts. */
const THEME_ROWS = {
  network: [
    ['present', REACH_PAINTS.present, 'reach_present'],
    ['declared', REACH_PAINTS.declared, 'reach_declared'],
    ['missing', REACH_PAINTS.missing, 'reach_missing'],
    ['undecided', REACH_PAINTS.undecided, 'reach_undecided'],
  ],
  declared: [
    ['most', DECLARED_PAINTS.most, 'declared_most'],
    ['half', DECLARED_PAINTS.half, 'declared_half'],
    ['few', DECLARED_PAINTS.few, 'declared_few'],
    ['slower', DECLARED_PAINTS.slower, 'declared_slower'],
  ],
  difference: [
    ['better', DIRECTION_PAINTS.better, 'difference_better'],
    ['worse', DIRECTION_PAINTS.worse, 'difference_worse'],
    ['other', DIRECTION_PAINTS.other, 'difference_other'],
  ],
  contradictions: [
    ['declared_refuted', CONTRADICTION_PAINTS.declared_refuted, 'contradiction_declared_refuted'],
    ['present_undeclared', CONTRADICTION_PAINTS.present_undeclared, 'contradiction_present_undeclared'],
    ['late_plan', CONTRADICTION_PAINTS.late_plan, 'contradiction_late_plan'],
  ],
} as const

interface LegendProps {
  words: Localizer
  run: Run
  rules: readonly RuleInWords[]
  instance: Instance | null
  /** Whether it is open at first; on a small screen it never is. */
  isOpen: boolean
  theme: Theme
  /** Counts of the theme by row; null if it has none, or while they are loading. */
  themeCounts: Readonly<Record<string, number>> | null
  areasColoured: boolean
  onColourAreas(on: boolean): void
  /** Estimated counts at another threshold; null at the rule's own. */
  whatIfCounts: ClassCounts | null
  /** The controls of the map's content. */
  children: ComponentChildren
}

/** The colours with their counts, and the source of the figures. On a small screen it opens on request. */
export function Legend(props: LegendProps) {
  const { words, isOpen, theme, areasColoured, onColourAreas, children } = props
  const { t } = words
  const hasRoom = useMemo(() => matchMedia('(min-width: 761px)').matches, [])
  return (
    <section class="legend card" aria-label={t('legend')}>
      <details open={hasRoom && isOpen}>
        <summary>{t('legend')}</summary>
        {theme.kind in THEME_ROWS ? (
          <ThemeRows {...props} kind={theme.kind as keyof typeof THEME_ROWS} />
        ) : (
          <ClassRows {...props} />
        )}
        {theme.kind === 'declared' && <p class="hint">{t('declaredNote')}</p>}
        {theme.kind === 'inferred' && <p class="hint">{t('inferredNote')}</p>}
        {children}
        {theme.kind === 'verdict' && (
          <>
            {' '}
            <label class="toggle">
              <input
                type="checkbox"
                checked={areasColoured}
                onChange={(e) => onColourAreas(e.currentTarget.checked)}
              />
              {t('colourAreas')}
            </label>
            {areasColoured && <p class="hint">{t('areaColour')}</p>}
          </>
        )}
        <Source {...props} />
      </details>
    </section>
  )
}

function ClassRows(props: LegendProps) {
  const { words, run, rules, theme, whatIfCounts } = props
  const { t, number } = words
  const countOf = (row: (typeof ROWS)[number]) =>
    whatIfCounts && row !== 'notMeasured' ? whatIfCounts[row] : run.counts[row]
  // Without a roster white speaks of the operators that were tried; by it, of all.
  const isByRoster = rules.some(({ id, roster }) => id === run.rule && roster !== null)
  const hintOf = (row: (typeof ROWS)[number]) =>
    t(row === 'white' && isByRoster ? 'whiteByRosterHint' : `${row}Hint`)
  return (
    <ul>
      {ROWS.map((row) => (
        <Fragment key={row}>
          <li data-class={row}>
            <Swatch of={row} />
            <span class="word">{t(row)}</span>
            <span class="count">{theme.kind === 'verdict' && number(countOf(row))}</span>
            <span class="hint">{hintOf(row)}</span>
          </li>
          {row === 'unknown' && theme.kind === 'verdict' && !whatIfCounts && <PartialRows {...props} />}
        </Fragment>
      ))}
    </ul>
  )
}

/** Parts of the undecided cells, where the rule judges by a roster: what is known of their operators. */
const PartialRows = ({ words: { t, number }, run }: LegendProps) =>
  partialRowsOf(run.partial).map(({ name, count }) => (
    <li key={name} class="part" data-class={name}>
      <Swatch of={name} />
      <span class="word">{t(`partial_${name}`)}</span>
      <span class="count">{number(count)}</span>
      <span class="hint">{t(`partial_${name}_hint`)}</span>
    </li>
  ))

type ThemeRowsProps = LegendProps & { kind: keyof typeof THEME_ROWS }

function ThemeRows({ words: { t, number }, kind, themeCounts }: ThemeRowsProps) {
  return (
    <ul>
      {THEME_ROWS[kind].map(([row, paint, word]) => (
        <li key={row} data-row={row}>
          <Hexagon paint={paint} />
          <span class="word">{t(word)}</span>
          <span class="count">{themeCounts && number(themeCounts[row] ?? 0)}</span>
        </li>
      ))}
    </ul>
  )
}

/** The facts that must accompany a figure wherever it is copied: rule, window, run, credit. */
function Source({ words, run, rules, instance }: LegendProps) {
  const { t, date, lang } = words
  const rule = rules.find(({ id }) => id === run.rule)
  const version = String(run.ruleVersion)
  return (
    <p class="source">
      {t('cells')}
      <br />
      <bdi>{rule?.title[lang] ?? run.rule}</bdi>
      {rule?.assumption && ` (${t('assumption')})`}
      <br />
      {t('windowOf', { from: date(run.from), to: date(run.to) })}
      <br />
      {t('runOf', { id: String(run.id), rule: run.rule, version, date: date(run.createdAt) })}
      <bdi class="credit">{instance?.attribution}</bdi>
      <br />
      <a href="api/docs">{t('dataAndApi')}</a> · <FeedLink words={words} rule={run.rule} area={null} />
    </p>
  )
}
