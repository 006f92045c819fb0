/** The dialog of a person who opened their link: they set a password and are signed in with it. */
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '#domain/account'
import { useEffect, useRef, useState } from 'preact/hooks'
import { api } from '../api/api.js'
import type { Account } from '../api/schemas.js'
import { Field } from '../form/field.js'
import { SendingForm } from '../form/sending-form.js'
import { type Localizer, bidiIsolated } from '../language/language.js'
import { type Invitation, peopleApi } from './people-api.js'
import { peopleProblemText } from './person-texts.js'
import { WORDS } from './words.js'

interface InvitedProps {
  words: Localizer
  /** Token of the link. */
  token: string
  onAccount(account: Account): void
  onClose(): void
}

export function Invited({ words, token, onAccount, onClose }: InvitedProps) {
  const t = words.translatorOf(WORDS)
  const dialog = useRef<HTMLDialogElement>(null)
  const [invitation, setInvitation] = useState<Invitation | null>(null)
  const [refusal, setRefusal] = useState<unknown>(null)
  useEffect(() => {
    dialog.current?.showModal()
    peopleApi.invitation(token).then(setInvitation, setRefusal)
  }, [])
  const accept = async (fields: FormData) => {
    const password = String(fields.get('next'))
    await peopleApi.accept(token, password)
    onAccount(await api.signIn({ name: invitation!.name, password }))
    dialog.current?.close()
  }
  const close = (
    <button type="button" onClick={() => dialog.current?.close()}>
      {words.t('close')}
    </button>
  )
  return (
    <dialog ref={dialog} aria-label={t('welcome')} onClose={onClose}>
      <h2>{t('welcome')}</h2>
      {!invitation && refusal === null && <p>{words.t('loading')}</p>}
      {refusal !== null && (
        <>
          <p class="problem" role="alert">
            {peopleProblemText(words, refusal)}
          </p>
          <div class="buttons">{close}</div>
        </>
      )}
      {invitation && (
        <SendingForm
          words={words}
          action={words.t('setPassword')}
          onSubmit={accept}
          textOfProblem={(error) => peopleProblemText(words, error)}
          also={close}
        >
          <p>{t('welcomeLead', { name: bidiIsolated(invitation.name) })}</p>
          {/* Password managers store the name together with the password. */}
          <input
            class="hidden"
            type="text"
            autocomplete="username"
            value={invitation.name}
            readOnly
            tabIndex={-1}
            aria-hidden="true"
          />
          <Field
            label={words.t('newPassword')}
            name="next"
            type="password"
            autocomplete="new-password"
            minLength={MIN_PASSWORD_LENGTH}
            maxLength={MAX_PASSWORD_LENGTH}
            required
            dir="ltr"
          />
        </SendingForm>
      )}
    </dialog>
  )
}
