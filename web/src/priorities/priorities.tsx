/** The priorities view: white and grey zones ranked by the planner's weights, and the result of a budget. */
import { useMemo } from 'preact/hooks'
import type { ViewProps } from '../app/view-props.js'
import { Choice } from '../form/field.js'
import { ltrIsolated } from '../language/language.js'
import { BudgetPart } from './budget.js'
import { inputsOf, viewStateOf } from './inputs.js'
import type { PartProps } from './part-props.js'
import './priorities.css'
import { RankingPart } from './ranking.js'
import { WORDS } from './words.js'

const PARTS = ['rank', 'budget'] as const
const PART_WORDS = { rank: 'partRank', budget: 'partBudget' } as const

export function Priorities(props: ViewProps) {
  const { words, viewState, onViewState, area } = props
  const t = words.translatorOf(WORDS)
  const inputs = useMemo(() => inputsOf(viewState), [viewState])
  const onInputs: PartProps['onInputs'] = (changed) => onViewState(viewStateOf({ ...inputs, ...changed }))
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
        <Choice
          class="pick"
          label={t('classes')}
          value={inputs.class ?? ''}
          options={['white', 'grey']}
          none={t('both')}
          textOf={(name) => t(name === 'white' ? 'onlyWhite' : 'onlyGrey')}
          onChoose={(name) => onInputs({ class: name || null })}
        />
        <span class="source">{area ? t('whereArea', { code: ltrIsolated(area) }) : t('where')}</span>
      </div>
      <Part {...props} {...{ inputs, onInputs }} />
    </div>
  )
}
