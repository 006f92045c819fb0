/** Filters of the log. */
import { useState } from 'preact/hooks'
import { Choice, Field } from '../form/field.js'
import { SendingForm, fieldText } from '../form/sending-form.js'
import type { Localizer } from '../language/language.js'
import type { LogFilter, LogKind } from './log-api.js'
import { WORDS } from './words.js'

const KINDS = [
  'change',
  'sign_in',
  'read',
  'export',
  'refusal',
  'anchor',
] as const satisfies readonly LogKind[]

interface FiltersProps {
  words: Localizer
  onFilter(filter: LogFilter): void
}

export function LogFilters({ words, onFilter }: FiltersProps) {
  const t = words.translatorOf(WORDS)
  const [kind, setKind] = useState<LogKind | ''>('')
  const show = (fields: FormData) => {
    const texts = (['author', 'subject', 'from', 'to'] as const).flatMap((name) => {
      const text = fieldText(fields, name)
      return text === null ? [] : [[name, text] as const]
    })
    onFilter({ ...(kind !== '' && { kind }), ...Object.fromEntries(texts) })
    return Promise.resolve()
  }
  return (
    <SendingForm words={words} label={t('filter')} action={t('show')} onSubmit={show}>
      <fieldset>
        <Choice<LogKind>
          label={t('kind')}
          value={kind}
          options={KINDS}
          none={t('everything')}
          textOf={(one) => t(`kind_${one}`)}
          onChoose={setKind}
        />
        <Field label={t('author')} name="author" dir="auto" maxLength={200} />
        <Field label={t('subject')} name="subject" dir="auto" maxLength={200} />
        <Field label={t('from')} name="from" type="date" />
        <Field label={t('to')} name="to" type="date" />
      </fieldset>
    </SendingForm>
  )
}
