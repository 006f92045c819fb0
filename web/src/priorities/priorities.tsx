/** What to do next: white and grey zones by the planner's weights, and what a budget buys of them. */
import { useMemo } from 'preact/hooks'
import type { ViewProps } from '../app/view-props.js'
import '../figures/figures.css'
import { BudgetPart } from './budget.js'
import { inputsOf, viewStateOf } from './inputs.js'
import type { PartProps } from './part-props.js'
import './priorities.css'
import { RankingPart } from './ranking.js'
import { WORDS } from './words.js'

const PARTS = ['rank', 'budget'] as const
const PART_WORDS = { rank: 'partRank', budget: 'partBudget' } as const

export function Priorities(props: ViewProps) {
  const { words, viewState: kept, onViewState: onKeep, area } = props
  const t = words.translatorOf(WORDS)
  const inputs = useMemo(() => inputsOf(kept), [kept])
  const onInputs: PartProps['onInputs'] = (changed) => onKeep(viewStateOf({ ...inputs, ...changed }))
  const Part = inputs.part === 'rank' ? RankingPart : BudgetPart
  return (
    <div class="priorities">
      <h2>{t('title')}</h2>
      <p class="source">
        {t('lead')} {t('assumption')}
      </p>
      <div class="choices">
        <div class="segments" role="group" aria-label={t('parts')}>
          {PARTS.map((part) => (
            <button key={part} aria-pressed={inputs.part === part} onClick={() => onInputs({ part })}>
              {t(PART_WORDS[part])}
            </button>
          ))}
        </div>
        <label class="pick">
          {t('classes')}
          <select
            value={inputs.class ?? ''}
            onChange={({ currentTarget: { value } }) =>
              onInputs({ class: value === 'white' || value === 'grey' ? value : null })
            }
          >
            <option value="">{t('both')}</option>
            <option value="white">{t('onlyWhite')}</option>
            <option value="grey">{t('onlyGrey')}</option>
          </select>
        </label>
        <span class="source">{area ? t('whereArea', { code: `\u2066${area}\u2069` }) : t('where')}</span>
      </div>
      <Part {...props} {...{ inputs, onInputs }} />
    </div>
  )
}
