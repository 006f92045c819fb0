/** What a file may leave open, and the person knows: each field is a parameter of the import. */
import type { ComponentChildren } from 'preact'
import type { Language } from './language.js'

/** In the order in which they matter: a question that names two is answered by the first. */
export const FIELDS = ['unit', 'measuredAt', 'format', 'site', 'operator'] as const
export type Field = (typeof FIELDS)[number]
export type Said = Partial<Record<Field, string>>

/** Names of tools and units are the same in every language. */
const FORMATS = [
  'ndt7',
  'ookla',
  'speedtest-cli',
  'librespeed',
  'iperf3',
  'cloudflare',
  'giga',
  'rmbt',
  'csv',
]
export const UNITS = ['Mbit/s', 'kbit/s', 'bit/s', 'Gbit/s']

interface Props {
  words: Language
  said: Said
  asked: Field | null
  onSay(field: Field, value: string): void
}

export function ImportAnswers({ words: { t }, said, asked, onSay }: Props) {
  const pick = (field: Field, values: readonly string[]) => (
    <select value={said[field] ?? ''} onChange={(event) => onSay(field, event.currentTarget.value)}>
      <option value="">{t('importFound')}</option>
      {values.map((value) => (
        <option key={value} value={value}>
          {value}
        </option>
      ))}
    </select>
  )
  const text = (field: Field) => (
    <input
      type="text"
      dir="auto"
      value={said[field] ?? ''}
      onChange={(event) => onSay(field, event.currentTarget.value)}
    />
  )
  const moment = (field: Field) => (
    <input
      type="datetime-local"
      dir="ltr"
      value={said[field] ?? ''}
      onChange={(event) => onSay(field, event.currentTarget.value)}
    />
  )
  const labelled = (field: Field, children: ComponentChildren) => (
    <label class={asked === field ? 'asked' : ''}>
      {t(`field_${field}`)}
      {children}
    </label>
  )
  return (
    <fieldset>
      {labelled('format', pick('format', FORMATS))}
      {labelled('unit', pick('unit', UNITS))}
      {labelled('site', text('site'))}
      {labelled('operator', text('operator'))}
      {labelled('measuredAt', moment('measuredAt'))}
    </fieldset>
  )
}
