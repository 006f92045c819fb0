import type { Run } from './api.js'
import type { Language } from './language.js'
import { Swatch } from './swatch.js'

const ROWS = ['white', 'grey', 'black', 'unknown', 'notMeasured'] as const

interface LegendProps {
  words: Language
  run: Run
  colour: boolean
  onColour(on: boolean): void
}

/** The colours with their counts, and where the figures come from. */
export function Legend({ words, run, colour, onColour }: LegendProps) {
  const { t, number, date } = words
  return (
    <section class="legend card" aria-label={t('legend')}>
      <ul>
        {ROWS.map((row) => (
          <li key={row} title={t(`${row}Hint`)}>
            <Swatch of={row} />
            <span class="word">{t(row)}</span>
            <span class="count">{number(run.counts[row])}</span>
            <span class="hint">{t(`${row}Hint`)}</span>
          </li>
        ))}
      </ul>
      <label class="toggle" title={t('areaColour')}>
        <input type="checkbox" checked={colour} onChange={(e) => onColour(e.currentTarget.checked)} />
        {t('colourAreas')}
      </label>
      <p class="source">
        {t('cells')}
        <br />
        {t('windowOf', { from: date(run.from), to: date(run.to) })}
        <br />
        {t('runOf', { id: String(run.id), rule: run.rule, version: String(run.ruleVersion) })}
      </p>
    </section>
  )
}
