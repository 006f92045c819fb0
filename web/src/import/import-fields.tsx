/** What a file may leave open, and the person knows: each field is a parameter of the import. */
import type { ComponentChildren } from 'preact'
import type { Localizer } from '../language/language.js'

/** In the order in which they matter: a question that names two is answered by the first. */
export const IMPORT_FIELDS = ['unit', 'measuredAt', 'format', 'site', 'operator'] as const
export type ImportField = (typeof IMPORT_FIELDS)[number]
export type ImportParams = Partial<Record<ImportField, string>>

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
  words: Localizer
  said: ImportParams
  asked: ImportField | null
  onSay(field: ImportField, value: string): void
}

export function ImportFieldset({ words: { t }, said, asked, onSay }: Props) {
  const pick = (field: ImportField, values: readonly string[]) => (
    <select value={said[field] ?? ''} onChange={(event) => onSay(field, event.currentTarget.value)}>
      <option value="">{t('importFound')}</option>
      {values.map((value) => (
        <option key={value} value={value}>
          {value}
        </option>
      ))}
    </select>
  )
  const text = (field: ImportField) => (
    <input
      type="text"
      dir="auto"
      value={said[field] ?? ''}
      onChange={(event) => onSay(field, event.currentTarget.value)}
    />
  )
  const moment = (field: ImportField) => (
    <input
      type="datetime-local"
      dir="ltr"
      value={said[field] ?? ''}
      onChange={(event) => onSay(field, event.currentTarget.value)}
    />
  )
  const labelled = (field: ImportField, children: ComponentChildren) => (
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
