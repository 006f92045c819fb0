/** Inputs of the budget: amount, aim, technologies, regions, unit costs. */
import {
  DEPLOYABLE_TECHNOLOGIES,
  type Deployed,
  UNIT_COSTS,
  type UnitCosts,
  formatAmounts,
  parseAmounts,
} from '#domain/priority'
import { Choice, Field } from '../form/field.js'
import type { Localizer } from '../language/language.js'
import { technologyName } from '../language/network-names.js'
import { MAX_MILLIONS } from './budget-request.js'
import type { PriorityInputs } from './inputs.js'
import { WeightSliders } from './weights.js'
import { WORDS } from './words.js'

const OBJECTIVE_WORDS = { people: 'maximisePeople', score: 'maximiseScore' } as const

interface BudgetFieldsProps {
  words: Localizer
  inputs: PriorityInputs
  onInputs(changed: Partial<PriorityInputs>): void
}

export function BudgetFields({ words, inputs, onInputs }: BudgetFieldsProps) {
  const t = words.translatorOf(WORDS)
  return (
    <>
      <Field
        {...{ class: 'amount', label: t('budget'), name: 'budget', type: 'number', step: 'any' }}
        {...{ min: 0, max: MAX_MILLIONS, value: inputs.budget }}
        onInput={({ currentTarget: { value } }) => onInputs({ budget: value })}
      />
      <Choice
        {...{ class: 'amount', label: t('maximise'), name: 'maximise', value: inputs.maximise }}
        options={['people', 'score']}
        textOf={(objective) => t(OBJECTIVE_WORDS[objective])}
        onChoose={(objective) => onInputs({ maximise: objective === 'score' ? 'score' : 'people' })}
      />
      <Technologies {...{ words, inputs, onInputs }} />
      <RegionFields {...{ words, inputs, onInputs }} />
      {inputs.maximise === 'score' && <WeightSliders {...{ words, inputs, onInputs }} />}
      <Costs {...{ words, inputs, onInputs }} />
    </>
  )
}

/** Inputs for an even distribution of the budget over the regions. */
function RegionFields({ words, inputs, onInputs }: BudgetFieldsProps) {
  const t = words.translatorOf(WORDS)
  return (
    <fieldset>
      <legend>{t('regions')}</legend>
      <label class="check">
        <input
          type="checkbox"
          checked={inputs.oneZonePerRegion}
          onChange={({ currentTarget: { checked } }) => onInputs({ oneZonePerRegion: checked })}
        />
        {t('oneZonePerRegion')}
      </label>
      <Field
        {...{ class: 'amount', label: t('regionShare'), name: 'share', type: 'number', step: 'any' }}
        {...{ min: 0, max: 100, value: inputs.regionShare }}
        onInput={({ currentTarget: { value } }) => onInputs({ regionShare: value })}
      />
    </fieldset>
  )
}

/** Choice of the technologies; the last one cannot be removed. */
function Technologies({ words, inputs: { technologies }, onInputs }: BudgetFieldsProps) {
  const t = words.translatorOf(WORDS)
  const toggle = (technology: Deployed, isOn: boolean) =>
    onInputs({
      technologies: DEPLOYABLE_TECHNOLOGIES.filter((other) =>
        other === technology ? isOn : technologies.includes(other),
      ),
    })
  return (
    <fieldset class="technologies">
      <legend>{t('technologies')}</legend>
      {DEPLOYABLE_TECHNOLOGIES.map((technology) => (
        <label key={technology} class="check">
          <input
            type="checkbox"
            checked={technologies.includes(technology)}
            disabled={technologies.length === 1 && technologies.includes(technology)}
            onChange={({ currentTarget: { checked } }) => toggle(technology, checked)}
          />
          {technologyName(words, technology)}
        </label>
      ))}
    </fieldset>
  )
}

function Costs({ words, inputs: { unitCosts }, onInputs }: BudgetFieldsProps) {
  const t = words.translatorOf(WORDS)
  const isChanged = formatAmounts(unitCosts, UNIT_COSTS) !== ''
  const setCost = (name: keyof UnitCosts, value: string) => {
    const amount = Number(value)
    if (value !== '' && amount >= 0 && amount <= UNIT_COSTS[name].max)
      onInputs({ unitCosts: { ...unitCosts, [name]: amount } })
  }
  return (
    <details open={isChanged}>
      <summary>{t('unitCosts')}</summary>
      <p class="source">{t('unitCostsHint')}</p>
      <div class="unit-costs">
        {(Object.keys(UNIT_COSTS) as (keyof UnitCosts)[]).map((name) => (
          <Field
            key={name}
            {...{ label: t(name), name, type: 'number', step: 'any' }}
            {...{ min: 0, max: UNIT_COSTS[name].max, value: unitCosts[name] }}
            onChange={({ currentTarget: { value } }) => setCost(name, value)}
          />
        ))}
      </div>
      {isChanged && (
        <button
          type="button"
          class="small"
          onClick={() => onInputs({ unitCosts: parseAmounts('', UNIT_COSTS) as UnitCosts })}
        >
          {t('resetCosts')}
        </button>
      )}
    </details>
  )
}
