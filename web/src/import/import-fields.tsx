/** Fields for facts that a file may lack and the user has; each is a parameter of the import. */
import { Choice, Field } from '../form/field.js'
import type { Localizer } from '../language/language.js'

/** Order of precedence: a question that names two fields is answered by the first. */
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

interface ImportFieldsetProps {
  words: Localizer
  importParams: ImportParams
  /** The field that the server asks for; null if it asks for none. */
  asked: ImportField | null
  onParam(field: ImportField, value: string): void
}

export function ImportFieldset({ words: { t }, importParams, asked, onParam }: ImportFieldsetProps) {
  const common = (field: ImportField) => ({
    label: t(`field_${field}`),
    class: asked === field ? 'asked' : '',
    value: importParams[field] ?? '',
  })
  const choice = (field: ImportField, options: readonly string[]) => (
    <Choice
      {...common(field)}
      {...{ options, none: t('importFound'), textOf: String }}
      onChoose={(value) => onParam(field, value)}
    />
  )
  const field = (field: ImportField, type: 'text' | 'datetime-local', dir: 'auto' | 'ltr') => (
    <Field
      {...common(field)}
      {...{ type, dir }}
      onChange={(event) => onParam(field, event.currentTarget.value)}
    />
  )
  return (
    <fieldset>
      {choice('format', FORMATS)}
      {choice('unit', UNITS)}
      {field('site', 'text', 'auto')}
      {field('operator', 'text', 'auto')}
      {field('measuredAt', 'datetime-local', 'ltr')}
    </fieldset>
  )
}
