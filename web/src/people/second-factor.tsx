/** The dialog of one's own second factor: an authenticator app, passkeys, recovery codes. */
import { useRef, useState } from 'preact/hooks'
import type { Connection } from '../api/connection.js'
import { LoadingNotice, useReloaded } from '../api/use-reloaded.js'
import { Field } from '../form/field.js'
import { SendingForm } from '../form/sending-form.js'
import { ModalDialog } from '../form/modal-dialog.js'
import type { Localizer } from '../language/language.js'
import { Passkeys } from './passkeys.js'
import { PasswordField } from './password-field.js'
import { type NewSecondFactor, type SecondFactorState, peopleApi } from './people-api.js'
import './people.css'
import { QrCode } from './qr-code.js'
import { WORDS } from './words.js'

interface SecondFactorProps {
  words: Localizer
  connection: Connection
  /** Called when the account has got a second factor. */
  onAdded(): void
  onClose(): void
}

export function SecondFactor({ words, connection, onAdded, onClose }: SecondFactorProps) {
  const t = words.translatorOf(WORDS)
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  const loaded = useReloaded(connection, 'second factor', peopleApi.secondFactor)
  const state = loaded.value
  const reload = (newCodes: readonly string[] | null) => {
    setCodes(newCodes)
    loaded.reload()
  }
  return (
    <ModalDialog {...{ words, onClose }} title={t('secondFactor')} class="people">
      <LoadingNotice words={words} of={loaded} />
      {codes && <RecoveryCodes {...{ words, codes }} />}
      {state && <StateHint {...{ words, state }} />}
      {state && (
        <section aria-label={t('app')}>
          <h3>{t('app')}</h3>
          {!state.since && <p class="hint">{t('appLead')}</p>}
          {!state.since && (
            <SetUp
              words={words}
              onAdded={(newCodes) => {
                onAdded()
                reload(newCodes)
              }}
            />
          )}
          {hasFactor(state) && <Manage {...{ words, state }} onChange={reload} />}
        </section>
      )}
      {state && (
        <Passkeys
          {...{ words, connection }}
          onChange={(newCodes, isAdded) => {
            if (isAdded) onAdded()
            reload(newCodes)
          }}
        />
      )}
    </ModalDialog>
  )
}

const hasFactor = ({ since, passkeys }: SecondFactorState) => since !== null || passkeys > 0

function StateHint({ words, state }: { words: Localizer; state: SecondFactorState }) {
  const t = words.translatorOf(WORDS)
  const { since, isRequired, recoveryCodes: n } = state
  if (!hasFactor(state)) return <p class="hint">{t(isRequired ? 'factorRequired' : 'factorLead')}</p>
  return (
    <p class="hint">
      {since && t('factorSince', { day: words.date(since) })} {t('codesLeft', { n })}
    </p>
  )
}

function RecoveryCodes({ words, codes }: { words: Localizer; codes: readonly string[] }) {
  const t = words.translatorOf(WORDS)
  return (
    <section class="credential" aria-label={t('recoveryCodes')}>
      <h3>{t('recoveryCodes')}</h3>
      <p>{t('recoveryCodesLead')}</p>
      <output dir="ltr">{codes.join('\n')}</output>
    </section>
  )
}

interface SetUpProps {
  words: Localizer
  onAdded(recoveryCodes: readonly string[]): void
}

/** First the password, then the picture and the first code. */
function SetUp({ words, onAdded }: SetUpProps) {
  const t = words.translatorOf(WORDS)
  const [factor, setFactor] = useState<NewSecondFactor | null>(null)
  if (!factor)
    return (
      <SendingForm
        key="begin"
        words={words}
        action={t('setUp')}
        onSubmit={async (fields) =>
          setFactor(await peopleApi.beginSecondFactor(String(fields.get('password'))))
        }
      >
        <PasswordField words={words} />
      </SendingForm>
    )
  return (
    <SendingForm
      key="confirm"
      words={words}
      action={t('confirm')}
      onSubmit={async (fields) =>
        onAdded((await peopleApi.confirmSecondFactor(String(fields.get('code')))).recoveryCodes)
      }
    >
      <p>{t('scan')}</p>
      <QrCode text={factor.uri} label={t('qrCode')} />
      <p class="secret">
        {t('orType')} <output dir="ltr">{factor.secret}</output>
      </p>
      <Field label={t('code')} name="code" required dir="ltr" maxLength={10} autocomplete="one-time-code" />
    </SendingForm>
  )
}

interface ManageProps {
  words: Localizer
  state: SecondFactorState
  onChange(recoveryCodes: readonly string[] | null): void
}

function Manage({ words, state, onChange }: ManageProps) {
  const t = words.translatorOf(WORDS)
  const form = useRef<HTMLDivElement>(null)
  const password = () => form.current!.querySelector('input')!.value
  const remove = async () => {
    await peopleApi.removeSecondFactor(password())
    onChange(null)
  }
  return (
    <div ref={form}>
      <SendingForm
        words={words}
        action={t('newRecoveryCodes')}
        onSubmit={async () => onChange((await peopleApi.renewRecoveryCodes(password())).recoveryCodes)}
        also={(send, isBusy) =>
          state.since !== null &&
          (!state.isRequired || state.passkeys > 0) && (
            <button type="button" disabled={isBusy} onClick={() => send(remove)}>
              {t('removeApp')}
            </button>
          )
        }
      >
        <PasswordField words={words} />
      </SendingForm>
    </div>
  )
}
