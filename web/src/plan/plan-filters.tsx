/** Filters of the plan's list by state, operator and technology, and its sort order. */
import { OPERATOR_NAMES } from '#domain/operator'
import { PLAN_STATES, type PlanState } from '#domain/plan'
import { TECHNOLOGIES } from '#domain/probe'
import { Choice } from '../form/field.js'
import type { Localizer } from '../language/language.js'
import { operatorName, technologyName } from '../language/network-names.js'
import type { PlanFilter, PlanProgress } from './plan-api.js'
import { PlanStateLabel } from './state.js'
import { WORDS } from './words.js'

export const PLAN_SORTS = ['code', 'area', 'promised', 'service', 'state'] as const
export type PlanSort = (typeof PLAN_SORTS)[number]

interface StateFilterProps {
  words: Localizer
  progress: PlanProgress
  state: PlanState | null
  onState(state: PlanState | null): void
}

/** Buttons of the states; contradicted items have the first one. */
export function StateFilter({ words, progress: { states }, state, onState }: StateFilterProps) {
  const t = words.translatorOf(WORDS)
  const total = PLAN_STATES.reduce((sum, one) => sum + states[one], 0)
  const toggle = (one: PlanState) => () => onState(state === one ? null : one)
  return (
    <>
      <p class="plan-bar">
        <button class="paper-only" aria-pressed={state === 'contradicted'} onClick={toggle('contradicted')}>
          {t('paperOnly')} ({words.number(states.contradicted)})
        </button>
      </p>
      <div class="plan-bar plan-states" role="group" aria-label={t('state')}>
        <button aria-pressed={state === null} onClick={() => onState(null)}>
          {t('all')} ({words.number(total)})
        </button>
        {PLAN_STATES.filter((one) => one !== 'contradicted').map((one) => (
          <button key={one} aria-pressed={state === one} onClick={toggle(one)}>
            <PlanStateLabel words={words} of={one} /> ({words.number(states[one])})
          </button>
        ))}
      </div>
    </>
  )
}

interface FilterBarProps {
  words: Localizer
  filter: PlanFilter
  sort: PlanSort
  onChoose(change: Readonly<Record<string, string>>): void
}

export function FilterBar({ words, filter, sort, onChoose }: FilterBarProps) {
  const t = words.translatorOf(WORDS)
  return (
    <div class="plan-bar">
      <Choice
        class="pick"
        label={t('operator')}
        value={filter.operator ?? ''}
        options={Object.keys(OPERATOR_NAMES)}
        none={t('any')}
        textOf={(id) => operatorName(words, id)}
        onChoose={(operator) => onChoose({ operator })}
      />
      <Choice
        class="pick"
        label={t('technology')}
        value={filter.technology ?? ''}
        options={TECHNOLOGIES as readonly string[]}
        none={t('any')}
        textOf={(id) => technologyName(words, id)}
        onChoose={(technology) => onChoose({ technology })}
      />
      <Choice
        class="pick"
        label={t('sort')}
        value={sort}
        options={PLAN_SORTS}
        textOf={(name) => t(`sort_${name}`)}
        onChoose={(name) => onChoose({ sort: name })}
      />
    </div>
  )
}
