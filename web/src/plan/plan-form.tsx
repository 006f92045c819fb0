/** A planner's change of an item, or a new one; each says why. */
import { OPERATOR_NAMES } from '#domain/operator'
import { type PlanFields } from '#domain/plan'
import { TECHNOLOGIES } from '#domain/probe'
import { useState } from 'preact/hooks'
import type { Localizer } from '../language/language.js'
import { operatorName, technologyName } from '../language/network-names.js'
import { problemText } from '../language/problem.js'
import { ApiError } from '../api/api-error.js'
import { PlaceFields, type PlaceFieldsProps } from './place-fields.js'
import { type PlanChange, type PlanDetail, type PlanItem, planApi } from './plan-api.js'
import { WORDS, fieldText, reasonText } from './words.js'

const MBIT = 1e6
const TEXTS = ['nameFr', 'nameAr'] as const
const DATES = ['awardedOn', 'startedOn', 'promisedBy', 'inServiceOn'] as const

interface Props {
  words: Localizer
  /** Null: a new one. */
  item: PlanItem | null
  onDone(detail: PlanDetail): void
  /** Somebody else changed it meanwhile. */
  onConflict(): void
  onClose(): void
  onPlace: PlaceFieldsProps['onPlace']
  onTakePlace: PlaceFieldsProps['onTakePlace']
}

export function PlanForm({ words, item, onDone, onConflict, onClose, onPlace, onTakePlace }: Props) {
  const t = words.translatorOf(WORDS)
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  const act = (work: () => Promise<PlanDetail>) => {
    setBusy(true)
    setProblem('')
    work()
      .then(onDone, (error: unknown) => {
        if (item && error instanceof ApiError && error.status === 409) onConflict()
        else setProblem(planProblemText(words, error))
      })
      .finally(() => setBusy(false))
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const change = changeOf(form, item)
    act(() =>
      item
        ? planApi.change(item.code, item.version, change)
        : planApi.create(textOf(form, 'code') ?? '', change),
    )
  }
  const withdraw = (form: HTMLFormElement) => {
    const comment = textOf(new FormData(form), 'comment')
    if (comment === null) return void form.reportValidity()
    act(() => planApi.withdraw(item!.code, item!.version, comment))
  }
  const choice = (
    name: 'operator' | 'technology',
    ids: readonly string[],
    nameOf: (id: string) => string,
  ) => (
    <label>
      {t(name)}
      <select name={name} defaultValue={item?.[name] ?? ''}>
        <option value="">–</option>
        {[...new Set([...ids, ...(item?.[name] ? [item[name]] : [])])].map((id) => (
          <option key={id} value={id} selected={id === item?.[name]}>
            {nameOf(id)}
          </option>
        ))}
      </select>
    </label>
  )
  return (
    <form class="plan-form" onSubmit={submit} aria-label={t(item ? 'edit' : 'create')}>
      {!item && (
        <label>
          {t('code')}
          <input name="code" required maxLength={60} dir="ltr" />
        </label>
      )}
      <PlaceFields {...{ words, onPlace, onTakePlace }} first={item} />
      {TEXTS.map((name) => (
        <label key={name}>
          {t(name)}
          <input
            name={name}
            defaultValue={item?.[name] ?? ''}
            required={name === 'nameFr'}
            maxLength={200}
            dir="auto"
          />
        </label>
      ))}
      {choice('operator', Object.keys(OPERATOR_NAMES), (id) => operatorName(words, id))}
      {choice('technology', TECHNOLOGIES, (id) => technologyName(words, id))}
      <label>
        {t('targetBps')}
        <input
          name="targetBps"
          type="number"
          min="0.001"
          step="any"
          defaultValue={item?.targetBps == null ? '' : String(item.targetBps / MBIT)}
          dir="ltr"
        />
      </label>
      {DATES.map((name) => (
        <label key={name}>
          {t(name)}
          <input
            name={name}
            type="date"
            min="2000-01-01"
            max="2099-12-31"
            defaultValue={item?.[name] ?? ''}
          />
        </label>
      ))}
      <label class="wide">
        {t('comment')}
        <textarea name="comment" required maxLength={1000} rows={2} dir="auto" />
      </label>
      <p class="problem wide" role="alert" dir="auto">
        {problem}
      </p>
      <div class="buttons wide">
        <button type="submit" class="main" disabled={busy}>
          {t('save')}
        </button>
        <button type="button" onClick={onClose}>
          {t('cancel')}
        </button>
        {item && (
          <button type="button" disabled={busy} onClick={(event) => withdraw(event.currentTarget.form!)}>
            {t('withdraw')}
          </button>
        )}
      </div>
    </form>
  )
}

function planProblemText(words: Localizer, error: unknown): string {
  const t = words.translatorOf(WORDS)
  if (!(error instanceof ApiError)) return problemText(words, error)
  if (error.code === 'plan_code_form' || error.code === 'plan_code_taken') return t(error.code)
  if (error.code !== 'plan_faults') return problemText(words, error)
  const faults = Object.entries(error.fields)
  return faults.map(([field, reason]) => `${fieldText(t, field)}: ${reasonText(t, reason)}`).join('\n')
}

/** Null where nothing was written. */
function textOf(form: FormData, name: string): string | null {
  const text = String(form.get(name) ?? '').trim()
  return text === '' ? null : text
}

/** What differs from the item; of a new one, everything. */
function changeOf(form: FormData, item: PlanItem | null): PlanChange {
  const speed = textOf(form, 'targetBps')
  const said: Partial<PlanFields> = {
    nameFr: textOf(form, 'nameFr') ?? '',
    targetBps: speed === null ? null : Math.round(Number(speed) * MBIT),
    technology: textOf(form, 'technology') as PlanFields['technology'],
  }
  for (const name of ['nameAr', 'operator', ...DATES] as const) said[name] = textOf(form, name)
  const fields = Object.entries(said).filter(
    ([name, value]) => !item || item[name as keyof PlanFields] !== value,
  )
  const place = { lat: Number(textOf(form, 'lat')), lng: Number(textOf(form, 'lng')) }
  // A zone's shape, or a locality, stays what the item rests on until another place is given.
  const isMoved = place.lat !== item?.lat || place.lng !== item?.lng
  return {
    ...(Object.fromEntries(fields) as Partial<PlanFields>),
    ...(isMoved && place),
    comment: textOf(form, 'comment') ?? '',
  }
}
