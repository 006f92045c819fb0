/** The planner's weights of the factors, as sliders. */
import { FACTORS, WEIGHT_LIMITS, formatAmounts, parseAmounts } from '#domain/priority'
import type { Localizer } from '../language/language.js'
import type { PriorityInputs } from './inputs.js'
import { WORDS } from './words.js'

interface SlidersProps {
  words: Localizer
  inputs: PriorityInputs
  onInputs(changed: Partial<PriorityInputs>): void
}

export function WeightSliders({ words, inputs: { weights }, onInputs }: SlidersProps) {
  const t = words.translatorOf(WORDS)
  const isChanged = formatAmounts(weights, WEIGHT_LIMITS) !== ''
  return (
    <fieldset class="weights">
      <legend>{t('weights')}</legend>
      {FACTORS.map((factor) => (
        <label key={factor}>
          <span>{t(factor)}</span>
          <input
            type="range"
            name={factor}
            min="0"
            max={WEIGHT_LIMITS[factor].max}
            step="1"
            value={weights[factor]}
            onInput={({ currentTarget: { value } }) =>
              onInputs({ weights: { ...weights, [factor]: Number(value) } })
            }
          />
          <output>{words.number(weights[factor], 1)}</output>
        </label>
      ))}
      {isChanged && (
        <button
          class="small"
          onClick={() => onInputs({ weights: parseAmounts('', WEIGHT_LIMITS) as PriorityInputs['weights'] })}
        >
          {t('reset')}
        </button>
      )}
    </fieldset>
  )
}
