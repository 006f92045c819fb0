/** The card that shows which line is measured, and where. */
import { OPERATOR_NAMES } from '#domain/operator'
import { TECHNOLOGIES } from '#domain/probe'
import type { Lang, ProbeLocalizer } from './locales.js'
import type { Position } from './position.js'
import type { ProbePageSettings } from './store.js'

interface LineProps {
  words: ProbeLocalizer
  lang: Lang
  settings: ProbePageSettings
  position: Position | null
  onChange(change: Partial<ProbePageSettings>): void
}

export function LineCard({ words, lang, settings, position, onChange }: LineProps) {
  const { t } = words
  const operators = Object.entries(OPERATOR_NAMES).map(([id, names]) => [id, names[lang]] as const)
  return (
    <section class="card" aria-labelledby="line">
      <h2 id="line">{t('line')}</h2>
      <LineChoice
        label={t('operator')}
        none={t('choose')}
        value={settings.operator ?? ''}
        options={[...operators, ['other', t('other')]]}
        onChoose={(operator) => onChange({ operator })}
      />
      <LineChoice
        label={t('technology')}
        none={t('choose')}
        value={settings.technology ?? ''}
        options={TECHNOLOGIES.map((id) => [id, t(`tech_${id}`)] as const)}
        onChoose={(technology) => onChange({ technology })}
      />
      <p class="hint">
        <strong>{t('position')}:</strong> {positionText(words, position)}
      </p>
    </section>
  )
}

interface LineChoiceProps {
  label: string
  /** Text of the option for no choice. */
  none: string
  value: string
  options: readonly (readonly [id: string, text: string])[]
  onChoose(id: string): void
}

function LineChoice({ label, none, value, options, onChoose }: LineChoiceProps) {
  return (
    <label class="field">
      {label}
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        <option value="">{none}</option>
        {options.map(([id, text]) => (
          <option key={id} value={id}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}

function positionText({ t, number }: ProbeLocalizer, position: Position | null): string {
  if (!position) return t('positionSite')
  const { lat, lng, accuracyM } = position
  return t('positionKnown', { lat: number(lat, 4), lng: number(lng, 4), metres: number(accuracyM) })
}
