import type { ClassCounts } from '#domain'
import type { ComponentChildren } from 'preact'
import { useMemo } from 'preact/hooks'
import type { Instance, RuleInWords, Run } from './api.js'
import type { Language } from './language.js'
import { Swatch } from './swatch.js'

const ROWS = ['white', 'grey', 'black', 'unknown', 'notMeasured'] as const

interface LegendProps {
  words: Language
  run: Run
  rules: readonly RuleInWords[]
  instance: Instance | null
  /** Whether there is room for it; on a small screen there is none. */
  isOpen: boolean
  colour: boolean
  onColour(on: boolean): void
  /** Counts if a threshold were another: an estimate. */
  tried: ClassCounts | null
  children: ComponentChildren
}

/** The colours with their counts, and where the figures come from. On a small screen it opens on request. */
export function Legend(props: LegendProps) {
  const { words, run, isOpen, colour, onColour, tried, children } = props
  const { t, number } = words
  const hasRoom = useMemo(() => matchMedia('(min-width: 761px)').matches, [])
  return (
    <section class="legend card" aria-label={t('legend')}>
      <details open={hasRoom && isOpen}>
        <summary>{t('legend')}</summary>
        <ul>
          {ROWS.map((row) => (
            <li key={row} data-class={row}>
              <Swatch of={row} />
              <span class="word">{t(row)}</span>
              <span class="count">
                {number(tried && row !== 'notMeasured' ? tried[row] : run.counts[row])}
              </span>
              <span class="hint">{t(`${row}Hint`)}</span>
            </li>
          ))}
        </ul>
        {children}
        <label class="toggle">
          <input type="checkbox" checked={colour} onChange={(e) => onColour(e.currentTarget.checked)} />
          {t('colourAreas')}
        </label>
        {colour && <p class="hint">{t('areaColour')}</p>}
        <Source {...props} />
      </details>
    </section>
  )
}

/** What a figure needs beside it wherever it is copied to. */
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
    </p>
  )
}
