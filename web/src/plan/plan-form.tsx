/** A planner's form for a new item or a change of one; both need a reason. */
import { OPERATOR_NAMES } from '#domain/operator'
import { type PlanFields } from '#domain/plan'
import { TECHNOLOGIES } from '#domain/probe'
import { MBIT_BPS } from '#domain/units'
import { ApiError } from '../api/api-error.js'
import type { PlanDetail } from '../api/schemas.js'
import { Choice, Field } from '../form/field.js'
import { type Send, SendingForm, fieldText } from '../form/sending-form.js'
import type { Localizer } from '../language/language.js'
import { operatorName, technologyName } from '../language/network-names.js'
import { problemText } from '../language/problem.js'
import { PlaceFields, type PlaceFieldsProps } from './place-fields.js'
import { type PlanChange, type PlanItem, planApi } from './plan-api.js'
import { PLAN_DATES } from './plan-texts.js'
import { WORDS, columnText, reasonText } from './words.js'

interface PlanFormProps extends Pick<PlaceFieldsProps, 'onPlace' | 'onPickPlace'> {
  words: Localizer
  /** The item to change; null for a new one. */
  item: PlanItem | null
  onDone(detail: PlanDetail): void
  /** Called if somebody else has changed the item since it was loaded. */
  onConflict(): void
  onClose(): void
}

export function PlanForm(props: PlanFormProps) {
  const { words, item, onDone, onConflict, onClose } = props
  const t = words.translatorOf(WORDS)
  /** A conflict is not shown as an error of the form: the item is loaded again. */
  const finish = async (request: Promise<PlanDetail>) => {
    try {
      onDone(await request)
    } catch (error) {
      if (!item || !(error instanceof ApiError) || error.status !== 409) throw error
      onConflict()
    }
  }
  const save = (fields: FormData) => {
    const change = changeOf(fields, item)
    if (item) return finish(planApi.change(item.code, item.version, change))
    return finish(planApi.create(fieldText(fields, 'code') ?? '', change))
  }
  const withdraw = (form: HTMLFormElement, send: Send) => {
    const comment = fieldText(new FormData(form), 'comment')
    if (comment === null) form.reportValidity()
    else send(() => finish(planApi.withdraw(item!.code, item!.version, comment)))
  }
  return (
    <SendingForm
      words={words}
      class="plan-form"
      label={t(item ? 'edit' : 'create')}
      action={t('save')}
      onSubmit={save}
      textOfProblem={(error) => planProblemText(words, error)}
      also={(send, isBusy) => (
        <>
          <button type="button" onClick={onClose}>
            {t('cancel')}
          </button>
          {item && (
            <button
              type="button"
              disabled={isBusy}
              onClick={(event) => withdraw(event.currentTarget.form!, send)}
            >
              {t('withdraw')}
            </button>
          )}
        </>
      )}
    >
      <PlanFormFields {...props} />
    </SendingForm>
  )
}

function PlanFormFields({ words, item, onPlace, onPickPlace }: PlanFormProps) {
  const t = words.translatorOf(WORDS)
  const nameField = (name: 'nameFr' | 'nameAr') => ({
    label: t(name),
    name,
    maxLength: 200,
    dir: 'auto' as const,
    defaultValue: item?.[name] ?? '',
  })
  const targetMbit = item?.targetBps == null ? '' : String(item.targetBps / MBIT_BPS)
  return (
    <>
      {!item && <Field label={t('code')} name="code" required maxLength={60} dir="ltr" />}
      <PlaceFields {...{ words, onPlace, onPickPlace }} first={item} />
      <Field {...nameField('nameFr')} required />
      <Field {...nameField('nameAr')} />
      <NetworkFields {...{ words, item }} />
      <Field
        {...{
          label: t('targetBps'),
          name: 'targetBps',
          type: 'number',
          min: '0.001',
          step: 'any',
          dir: 'ltr',
        }}
        defaultValue={targetMbit}
      />
      {PLAN_DATES.map((name) => (
        <Field
          key={name}
          {...{ label: t(name), name, type: 'date', min: '2000-01-01', max: '2099-12-31' }}
          defaultValue={item?.[name] ?? ''}
        />
      ))}
      <label class="wide">
        {t('comment')}
        <textarea name="comment" required maxLength={1000} rows={2} dir="auto" />
      </label>
    </>
  )
}

/** Choices of the network. An item's operator that the page does not know stays among them. */
function NetworkFields({ words, item }: Pick<PlanFormProps, 'words' | 'item'>) {
  const t = words.translatorOf(WORDS)
  const withCurrent = (ids: readonly string[], current: string | null | undefined) =>
    current && !ids.includes(current) ? [...ids, current] : ids
  return (
    <>
      <Choice
        label={t('operator')}
        name="operator"
        value={item?.operator ?? ''}
        options={withCurrent(Object.keys(OPERATOR_NAMES), item?.operator)}
        none="–"
        textOf={(id) => operatorName(words, id)}
      />
      <Choice
        label={t('technology')}
        name="technology"
        value={item?.technology ?? ''}
        options={withCurrent(TECHNOLOGIES, item?.technology)}
        none="–"
        textOf={(id) => technologyName(words, id)}
      />
    </>
  )
}

function planProblemText(words: Localizer, error: unknown): string {
  const t = words.translatorOf(WORDS)
  if (!(error instanceof ApiError)) return problemText(words, error)
  if (error.code === 'plan_code_form' || error.code === 'plan_code_taken') return t(error.code)
  if (error.code !== 'plan_faults') return problemText(words, error)
  const faults = Object.entries(error.fields)
  return faults.map(([field, reason]) => `${columnText(t, field)}: ${reasonText(t, reason)}`).join('\n')
}

/** The fields that differ from the item; all fields of a new one. */
function changeOf(fields: FormData, item: PlanItem | null): PlanChange {
  const targetMbit = fieldText(fields, 'targetBps')
  const values: Partial<PlanFields> = {
    nameFr: fieldText(fields, 'nameFr') ?? '',
    targetBps: targetMbit === null ? null : Math.round(Number(targetMbit) * MBIT_BPS),
    technology: fieldText(fields, 'technology') as PlanFields['technology'],
  }
  for (const name of ['nameAr', 'operator', ...PLAN_DATES] as const) values[name] = fieldText(fields, name)
  const changed = Object.entries(values).filter(
    ([name, value]) => !item || item[name as keyof PlanFields] !== value,
  )
  const place = { lat: Number(fieldText(fields, 'lat')), lng: Number(fieldText(fields, 'lng')) }
  // The item's zone or locality stays until another place is given.
  const isMoved = place.lat !== item?.lat || place.lng !== item?.lng
  return {
    ...(Object.fromEntries(changed) as Partial<PlanFields>),
    ...(isMoved && place),
    comment: fieldText(fields, 'comment') ?? '',
  }
}
