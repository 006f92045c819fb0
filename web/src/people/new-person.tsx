/** The form by which an administrator invites a person. */
import { useState } from 'preact/hooks'
import { Choice, Field } from '../form/field.js'
import { SendingForm, fieldText } from '../form/sending-form.js'
import type { Area } from '../api/schemas.js'
import type { Localizer } from '../language/language.js'
import type { IssuedCredential } from './credential.js'
import { type CredentialKind, type Role, peopleApi } from './people-api.js'
import { ROLES, peopleProblemText, roleText } from './person-texts.js'
import { ScopeField, scopeOf } from './scope-field.js'
import { WORDS } from './words.js'

interface NewPersonProps {
  words: Localizer
  areas: readonly Area[] | null
  onAdded(message: string, credential: IssuedCredential): void
}

const KINDS: readonly CredentialKind[] = ['link', 'password']

export function NewPersonForm({ words, areas, onAdded }: NewPersonProps) {
  const t = words.translatorOf(WORDS)
  const [role, setRole] = useState<Role>('planner')
  const add = async (fields: FormData, form: HTMLFormElement) => {
    const name = fieldText(fields, 'name') ?? ''
    const operator = fieldText(fields, 'operator')
    const scope = scopeOf(fields)
    const by = fields.get('by') as CredentialKind
    const issued = await peopleApi.add({
      name,
      role,
      by,
      ...(operator && { operator }),
      ...(scope && { areas: scope }),
    })
    form.reset()
    onAdded(t('added'), issued)
  }
  return (
    <SendingForm
      words={words}
      label={t('add')}
      action={t('addAction')}
      onSubmit={add}
      textOfProblem={(error) => peopleProblemText(words, error)}
    >
      <h3>{t('add')}</h3>
      <fieldset>
        <Field
          label={t('name')}
          name="name"
          required
          dir="auto"
          minLength={2}
          maxLength={100}
          autocomplete="off"
        />
        <RoleChoice {...{ words, role }} onChoose={setRole} />
        {role === 'operator' && <OperatorField words={words} />}
      </fieldset>
      <ScopeField {...{ words, role, areas }} />
      <div class="choices" role="radiogroup" aria-label={t('by')}>
        {KINDS.map((kind) => (
          <label key={kind} class="toggle">
            <input type="radio" name="by" value={kind} defaultChecked={kind === 'link'} />{' '}
            <span>{t(`by_${kind}`)}</span>
          </label>
        ))}
      </div>
    </SendingForm>
  )
}

interface RoleChoiceProps {
  words: Localizer
  role: Role
  onChoose(role: Role): void
}

export function RoleChoice({ words, role, onChoose }: RoleChoiceProps) {
  const t = words.translatorOf(WORDS)
  return (
    <Choice
      label={t('role')}
      name="role"
      value={role}
      options={ROLES}
      textOf={(option) => roleText(words, { role: option, operator: null })}
      onChoose={(option) => option && onChoose(option)}
    />
  )
}

export const OperatorField = ({ words, value = '' }: { words: Localizer; value?: string }) => (
  <Field
    label={words.translatorOf(WORDS)('operator')}
    name="operator"
    required
    dir="auto"
    maxLength={100}
    defaultValue={value}
  />
)
