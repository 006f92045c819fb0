/** One's own passkeys in the dialog of the second factor: adding, renaming and removing them. */
import { useRef, useState } from 'preact/hooks'
import type { Connection } from '../api/connection.js'
import { useReloaded } from '../api/use-reloaded.js'
import { PasskeyError, knowsPasskeys, makePasskey } from '../account/passkey.js'
import { Field } from '../form/field.js'
import { SendingForm, fieldText } from '../form/sending-form.js'
import { type Localizer, bidiIsolated } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { type Passkey, peopleApi } from './people-api.js'
import { PasswordField } from './password-field.js'
import { WORDS } from './words.js'

interface PasskeysProps {
  words: Localizer
  connection: Connection
  /** Called after each change, with the recovery codes that came with a first passkey. */
  onChange(recoveryCodes: readonly string[] | null, isAdded: boolean): void
}

export function Passkeys({ words, connection, onChange }: PasskeysProps) {
  const t = words.translatorOf(WORDS)
  const loaded = useReloaded(connection, 'passkeys', peopleApi.passkeys)
  const [statusText, setStatusText] = useState('')
  const changed = (text: string, recoveryCodes: readonly string[] | null = null, isAdded = false) => {
    setStatusText(text)
    loaded.reload()
    onChange(recoveryCodes, isAdded)
  }
  return (
    <section class="passkeys" aria-label={t('passkeys')}>
      <h3>{t('passkeys')}</h3>
      <p class="hint">{t(knowsPasskeys() ? 'passkeysLead' : 'passkeysUnknown')}</p>
      <p role="status" class="hint">
        {statusText}
      </p>
      <ul>
        {loaded.value?.map((passkey) => (
          <PasskeyItem key={passkey.id} {...{ words, passkey }} onChange={changed} />
        ))}
      </ul>
      {knowsPasskeys() && (
        <NewPasskeyForm
          words={words}
          onAdded={({ name, recoveryCodes }) =>
            changed(t('passkeyAdded', { name: bidiIsolated(name) }), recoveryCodes, true)
          }
        />
      )}
    </section>
  )
}

interface NewPasskeyProps {
  words: Localizer
  onAdded(added: { name: string; recoveryCodes: readonly string[] | null }): void
}

function NewPasskeyForm({ words, onAdded }: NewPasskeyProps) {
  const t = words.translatorOf(WORDS)
  const add = async (fields: FormData, form: HTMLFormElement) => {
    const creation = await peopleApi.beginPasskey(String(fields.get('password')))
    const added = await peopleApi.addPasskey(await makePasskey(creation, fieldText(fields, 'name')!))
    form.reset()
    onAdded(added)
  }
  return (
    <SendingForm
      words={words}
      label={t('addPasskey')}
      action={t('addPasskey')}
      onSubmit={add}
      textOfProblem={(error) => passkeyProblemText(words, error)}
    >
      <Field
        label={t('passkeyName')}
        name="name"
        required
        dir="auto"
        maxLength={60}
        placeholder={t('passkeyNameExample')}
      />
      <PasswordField words={words} />
    </SendingForm>
  )
}

interface PasskeyItemProps {
  words: Localizer
  passkey: Passkey
  onChange(statusText: string): void
}

function PasskeyItem({ words, passkey, onChange }: PasskeyItemProps) {
  const t = words.translatorOf(WORDS)
  const { id, name, createdAt, lastUsedAt } = passkey
  const [isOpen, setOpen] = useState(false)
  const box = useRef<HTMLLIElement>(null)
  const rename = async (fields: FormData) => {
    await peopleApi.renamePasskey(id, fieldText(fields, 'name')!)
    setOpen(false)
    onChange(t('passkeyRenamed'))
  }
  const remove = async () => {
    const password = box.current!.querySelector<HTMLInputElement>('input[name=password]')!.value
    await peopleApi.removePasskey(id, password)
    onChange(t('passkeyRemoved', { name: bidiIsolated(name) }))
  }
  return (
    <li ref={box} data-passkey={id}>
      <div class="buttons">
        <strong>
          <bdi>{name}</bdi>
        </strong>
        <span class="hint">
          {t('passkeySince', { day: words.date(createdAt) })} ·{' '}
          {lastUsedAt ? t('passkeyUsed', { moment: words.dateTime(lastUsedAt) }) : t('passkeyUnused')}
        </span>
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {t('manage')}
        </button>
      </div>
      {isOpen && (
        <SendingForm
          words={words}
          action={t('renamePasskey')}
          onSubmit={rename}
          also={(send, isBusy) => (
            <button type="button" disabled={isBusy} onClick={() => send(remove)}>
              {t('removePasskey')}
            </button>
          )}
        >
          <Field
            label={t('passkeyName')}
            name="name"
            required
            dir="auto"
            maxLength={60}
            defaultValue={name}
          />
          <PasswordField words={words} label={t('passwordToRemove')} isOptional />
        </SendingForm>
      )}
    </li>
  )
}

function passkeyProblemText(words: Localizer, error: unknown): string {
  return error instanceof PasskeyError ? words.t(`problem_${error.reason}`) : problemText(words, error)
}
