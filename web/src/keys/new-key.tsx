/** Form that makes an API key. The key is shown once, because the server keeps only its hash. */
import { useState } from 'preact/hooks'
import { ApiError } from '../api/api-error.js'
import type { Area } from '../api/schemas.js'
import { Choice, Field } from '../form/field.js'
import { Secret } from '../form/secret.js'
import { SendingForm, fieldText } from '../form/sending-form.js'
import type { Localizer } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { ScopeField, scopeOf } from '../people/scope-field.js'
import { type ApiKeyRequest, type NewApiKey, keysApi } from './keys-api.js'
import { WORDS } from './words.js'

const ROLES = ['analyst', 'planner', 'operator', 'public'] as const satisfies readonly ApiKeyRequest['role'][]

/** The same limits as the server's. */
const DEFAULT_DAYS = 90
const MAX_DAYS = 366

interface NewKeyProps {
  words: Localizer
  areas: readonly Area[] | null
  onCreated(): void
}

export function NewKeyForm({ words, areas, onCreated }: NewKeyProps) {
  const t = words.translatorOf(WORDS)
  const [created, setCreated] = useState<NewApiKey | null>(null)
  const [role, setRole] = useState<ApiKeyRequest['role']>('analyst')
  const add = async (fields: FormData, form: HTMLFormElement) => {
    setCreated(null)
    const key = await keysApi.add(requestOf(fields, role))
    form.reset()
    setCreated(key)
    onCreated()
  }
  return (
    <SendingForm
      words={words}
      label={t('add')}
      action={t('add')}
      onSubmit={add}
      textOfProblem={(error) =>
        error instanceof ApiError && error.code === 'api_key_name_taken'
          ? t('nameTaken')
          : problemText(words, error)
      }
    >
      <h3>{t('add')}</h3>
      <Field label={t('program')} name="name" required dir="auto" minLength={2} maxLength={100} />
      <fieldset>
        <Choice
          label={t('role')}
          value={role}
          options={ROLES}
          textOf={(one) => t(`role_${one}`)}
          onChoose={(one) => one && setRole(one)}
        />
        {role === 'operator' && (
          <Field label={t('operator')} name="operator" required dir="auto" maxLength={100} />
        )}
        <Field
          label={t('days')}
          name="days"
          type="number"
          min={1}
          max={MAX_DAYS}
          required
          defaultValue={String(DEFAULT_DAYS)}
        />
      </fieldset>
      <ScopeField {...{ words, role, areas }} />
      {created && <Secret words={words} label={t('secret')} secret={created.key} />}
    </SendingForm>
  )
}

function requestOf(fields: FormData, role: ApiKeyRequest['role']): ApiKeyRequest {
  const operator = fieldText(fields, 'operator')
  const scope = scopeOf(fields)
  return {
    name: fieldText(fields, 'name') ?? '',
    role,
    days: Number(fieldText(fields, 'days')),
    ...(operator !== null && { operator }),
    ...(scope && { areas: scope }),
  }
}
