/** The actions of an administrator on one account. */
import { useState } from 'preact/hooks'
import type { Connection } from '../api/connection.js'
import type { Area } from '../api/schemas.js'
import { useQuery } from '../api/use-query.js'
import { type Send, SendingForm, fieldText } from '../form/sending-form.js'
import { type Localizer, bidiIsolated } from '../language/language.js'
import type { IssuedCredential } from './credential.js'
import { OperatorField, RoleChoice } from './new-person.js'
import { type CredentialKind, type Person, type Role, peopleApi } from './people-api.js'
import { peopleProblemText } from './person-texts.js'
import { ScopeField, scopeOf } from './scope-field.js'
import { SessionTable } from './sessions-table.js'
import { WORDS } from './words.js'

interface PersonProps {
  words: Localizer
  connection: Connection
  person: Person
  areas: readonly Area[] | null
  /** Number of changes made here: the sessions are loaded again after each. */
  changes: number
  onChange(message: string, credential?: IssuedCredential | null): void
  onRemoved(message: string): void
}

export function PersonPanel(props: PersonProps) {
  const { words, connection, person, changes, onChange } = props
  const t = words.translatorOf(WORDS)
  const { name } = person
  const query = useQuery(connection, `sessions of ${name} ${changes}`, (signal) =>
    peopleApi.sessionsOf(name, signal),
  )
  return (
    <section class="person" aria-label={t('manageOf', { name: bidiIsolated(name) })}>
      <h3>
        <bdi>{name}</bdi>
      </h3>
      <RoleForm {...props} />
      <AccessForm {...props} />
      <SessionTable
        words={words}
        sessions={query && 'value' in query ? query.value : null}
        onEnd={async (id) => {
          await peopleApi.endSessionOf(name, id)
          onChange(t('sessionEnded'))
        }}
      />
    </section>
  )
}

function RoleForm({ words, person, areas, onChange }: PersonProps) {
  const t = words.translatorOf(WORDS)
  const [role, setRole] = useState<Role>(person.role)
  const save = async (fields: FormData) => {
    const operator = fieldText(fields, 'operator')
    const scope = scopeOf(fields)
    await peopleApi.change(person.name, {
      role,
      ...(operator && { operator }),
      ...(scope !== undefined && { areas: scope }),
    })
    onChange(t('roleChanged'))
  }
  return (
    <SendingForm
      words={words}
      label={t('role')}
      action={t('changeRole')}
      onSubmit={save}
      textOfProblem={(error) => peopleProblemText(words, error)}
    >
      <fieldset>
        <RoleChoice {...{ words, role }} onChoose={setRole} />
        {role === 'operator' && <OperatorField words={words} value={person.operator ?? ''} />}
      </fieldset>
      <ScopeField
        key={`${areas !== null} ${person.areas?.join()}`}
        {...{ words, role, areas }}
        value={person.areas}
      />
    </SendingForm>
  )
}

/** Its button that sends disables or enables the account; the others stand beside it. */
function AccessForm({ words, person, onChange, onRemoved }: PersonProps) {
  const t = words.translatorOf(WORDS)
  const { name } = person
  const isDisabled = person.disabledAt !== null
  const toggle = async () => {
    await peopleApi.change(name, { disabled: !isDisabled })
    onChange(t(isDisabled ? 'isEnabled' : 'isDisabled'))
  }
  const reset = (by: CredentialKind) => async () => {
    onChange(t('wasReset'), { name, ...(await peopleApi.reset(name, by)) })
  }
  const remove = async () => {
    await peopleApi.remove(name)
    onRemoved(t('isRemoved', { name: bidiIsolated(name) }))
  }
  const removeFactor = async () => {
    await peopleApi.removeSecondFactorOf(name)
    onChange(t('factorRemoved'))
  }
  const endAll = async () => {
    await peopleApi.endSessionsOf(name)
    onChange(t('sessionsEnded'))
  }
  return (
    <SendingForm
      words={words}
      label={t('access')}
      action={t(isDisabled ? 'enable' : 'disable')}
      onSubmit={toggle}
      textOfProblem={(error) => peopleProblemText(words, error)}
      also={(send, isBusy) => (
        <>
          <button type="button" disabled={isBusy} onClick={() => send(reset('link'))}>
            {t('newLink')}
          </button>
          <button type="button" disabled={isBusy} onClick={() => send(reset('password'))}>
            {t('newPassword')}
          </button>
          <button type="button" disabled={isBusy || person.sessions === 0} onClick={() => send(endAll)}>
            {t('endAll')}
          </button>
          {person.hasSecondFactor && (
            <button type="button" disabled={isBusy} onClick={() => send(removeFactor)}>
              {t('removeFactor')}
            </button>
          )}
          <RemoveButton {...{ words, send, isBusy, remove }} />
        </>
      )}
    >
      <p class="hint">{t('accessHint')}</p>
    </SendingForm>
  )
}

interface RemoveProps {
  words: Localizer
  send: Send
  isBusy: boolean
  remove(): Promise<void>
}

/** Removing cannot be undone, so it takes a second press. */
function RemoveButton({ words, send, isBusy, remove }: RemoveProps) {
  const t = words.translatorOf(WORDS)
  const [isSure, setSure] = useState(false)
  return (
    <button
      type="button"
      disabled={isBusy}
      onClick={() => (isSure ? send(remove) : setSure(true))}
      onBlur={() => setSure(false)}
    >
      {t(isSure ? 'removeSure' : 'remove')}
    </button>
  )
}
