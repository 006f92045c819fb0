/** Forms that change the roster: a new entry, the end of one, its withdrawal. Each needs a reason. */
import { TECHNOLOGIES } from '#domain/probe'
import type { Area } from '../api/schemas.js'
import { Field } from '../form/field.js'
import { SendingForm, fieldText } from '../form/sending-form.js'
import { type Localizer, bidiIsolated, localizedName } from '../language/language.js'
import { operatorName, technologyName } from '../language/network-names.js'
import { rosterProblemText } from './entry-texts.js'
import { type NewRosterEntry, type RosterEntry, rosterApi } from './roster-api.js'
import { WORDS } from './words.js'

interface NewEntryProps {
  words: Localizer
  regions: readonly Area[]
  onAdded(): void
}

export function NewEntryForm({ words, regions, onAdded }: NewEntryProps) {
  const t = words.translatorOf(WORDS)
  const add = async (fields: FormData, form: HTMLFormElement) => {
    await rosterApi.add(requestOf(fields))
    form.reset()
    onAdded()
  }
  return (
    <SendingForm
      words={words}
      label={t('add')}
      action={t('add')}
      onSubmit={add}
      check={(fields) => (fields.has('technology') ? '' : t('noTechnology'))}
      textOfProblem={(error) => rosterProblemText(words, error)}
    >
      <h3>{t('add')}</h3>
      <Field label={t('operator')} name="operator" required dir="auto" maxLength={100} />
      <Boxes
        legend={t('technologies')}
        name="technology"
        options={TECHNOLOGIES.map((technology) => [technology, technologyName(words, technology)])}
      />
      <Boxes
        legend={t('regions')}
        hint={t('regionsHint')}
        name="region"
        options={regions.map((region) => [region.code, localizedName(words.lang, region)])}
      />
      <fieldset>
        <Field label={t('from')} name="from" type="date" />
        <Field label={t('to')} name="to" type="date" />
      </fieldset>
      <Field label={t('sourceLabel')} name="source" required dir="auto" maxLength={500} />
      <label class="toggle">
        <input type="checkbox" name="isAssumption" /> <span>{t('isAssumption')}</span>
      </label>
      <CommentField words={words} />
    </SendingForm>
  )
}

function requestOf(fields: FormData): NewRosterEntry {
  const regionCodes = fields.getAll('region').map(String)
  return {
    operator: fieldText(fields, 'operator') ?? '',
    technologies: fields.getAll('technology') as NewRosterEntry['technologies'],
    regionCodes: regionCodes.length > 0 ? regionCodes : null,
    from: fieldText(fields, 'from'),
    to: fieldText(fields, 'to'),
    source: fieldText(fields, 'source') ?? '',
    isAssumption: fields.has('isAssumption'),
    comment: fieldText(fields, 'comment') ?? '',
  }
}

interface BoxesProps {
  legend: string
  hint?: string
  name: string
  /** Values with their texts. */
  options: readonly (readonly [value: string, text: string])[]
}

function Boxes({ legend, hint, name, options }: BoxesProps) {
  return (
    <fieldset class="boxes">
      <legend>
        {legend} {hint && <small>{hint}</small>}
      </legend>
      {options.map(([value, text]) => (
        <label key={value} class="toggle">
          <input type="checkbox" name={name} value={value} /> <bdi>{text}</bdi>
        </label>
      ))}
    </fieldset>
  )
}

const CommentField = ({ words }: { words: Localizer }) => (
  <Field label={words.translatorOf(WORDS)('comment')} name="comment" required dir="auto" maxLength={1000} />
)

export type ClosingKind = 'end' | 'withdraw'

interface ClosingProps {
  words: Localizer
  entry: RosterEntry
  kind: ClosingKind
  onDone(kind: ClosingKind): void
  onCancel(): void
}

/** Ends an entry on a day, or withdraws it. */
export function ClosingForm({ words, entry, kind, onDone, onCancel }: ClosingProps) {
  const t = words.translatorOf(WORDS)
  const title = t(kind === 'end' ? 'endOf' : 'withdrawalOf', {
    operator: bidiIsolated(operatorName(words, entry.operator)),
  })
  const close = async (fields: FormData) => {
    const comment = fieldText(fields, 'comment') ?? ''
    if (kind === 'end') await rosterApi.end(entry.id, fieldText(fields, 'to') ?? '', comment)
    else await rosterApi.withdraw(entry.id, comment)
    onDone(kind)
  }
  return (
    <SendingForm
      words={words}
      class="closing"
      label={title}
      action={t(kind === 'end' ? 'endAction' : 'withdrawAction')}
      onSubmit={close}
      textOfProblem={(error) => rosterProblemText(words, error)}
      also={
        <button type="button" onClick={onCancel}>
          {t('cancel')}
        </button>
      }
    >
      <h3>{title}</h3>
      {kind === 'end' ? (
        <Field label={t('lastDay')} name="to" type="date" required defaultValue={entry.to ?? ''} />
      ) : (
        <p class="hint">{t('withdrawHint')}</p>
      )}
      <CommentField words={words} />
    </SendingForm>
  )
}
