/** The part of the cell's panel about the plan: items that cover the cell, their promises, deadlines and states. */
import type { Cell } from '../api/schemas.js'
import { type Localizer, bidiIsolated, listText } from '../language/language.js'
import { planItemName, planNetworkText, targetText } from './plan-texts.js'
import './plan.css'
import { PlanStateLabel } from './state.js'
import { WORDS } from './words.js'

type Item = NonNullable<Cell['plan']>[number]

interface CellPlanProps {
  words: Localizer
  items: readonly Item[]
  /** Opens the plan view at the item. */
  onPlan(code: string): void
}

export function CellPlanSection({ words, items, onPlan }: CellPlanProps) {
  const t = words.translatorOf(WORDS)
  return (
    <section class="plan-here" aria-label={t('ofCell')}>
      <h3>{t('ofCell')}</h3>
      <ul>
        {items.map((item) => (
          <li key={item.code} data-item={item.code}>
            <strong>
              <bdi>{planItemName(words, item)}</bdi>
            </strong>
            {item.simulated && ` (${t('simulated')})`} · <PlanStateLabel words={words} of={item.state} />
            <br />
            {sentenceOf(words, item)} {t('cellOf', { n: item.cells })}
            <br />
            <button class="small" onClick={() => onPlan(item.code)}>
              {t('openPlan')}
            </button>
          </li>
        ))}
      </ul>
      <p class="source">{t('ofCellHint')}</p>
    </section>
  )
}

function sentenceOf(words: Localizer, item: Item): string {
  const t = words.translatorOf(WORDS)
  const parts = [planNetworkText(words, item), targetText(words, item.targetBps)].filter(Boolean)
  const what = listText(words, parts.map(bidiIsolated))
  if (item.step === 'in_service') return t('cellServed', { what, date: words.date(item.inServiceOn!) })
  if (item.promisedBy === null) return t('cellUndated', { what })
  return t('cellPromised', { what, date: words.date(item.promisedBy) })
}
