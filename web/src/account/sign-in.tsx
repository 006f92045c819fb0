import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type Account, api } from '../api/api.js'
import type { Localizer } from '../language/language.js'
import { problemText } from '../language/problem.js'

interface Props {
  words: Localizer
  account: Account | null
  onAccount(account: Account | null): void
  /** Opens the list of webhooks. */
  onWebhooks(): void
}

/** Those who may make webhooks. */
const PLANNERS = ['planner', 'administrator']
/** As the server asks for it. */
const MIN_PASSWORD_LENGTH = 12

/** Signing in and out; a password that somebody else has seen must be replaced first. */
export function SignIn({ words, account, onAccount, onWebhooks }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [changing, setChanging] = useState(false)
  const { t } = words
  const open = () => dialog.current?.open || dialog.current?.showModal()
  const close = () => dialog.current?.close()

  useEffect(() => void (account?.mustChangePassword && open()), [account])

  const enter = async (form: FormData) => {
    const signed = await api.signIn(String(form.get('name')), String(form.get('password')))
    onAccount(signed)
    if (!signed.mustChangePassword) close()
  }
  const replace = async (form: FormData) => {
    await api.setPassword(String(form.get('password')), String(form.get('next')))
    onAccount({ ...account!, mustChangePassword: false })
    close()
  }
  const leave = async () => {
    await api.signOut()
    onAccount(null)
    close()
  }
  const setsPassword = account !== null && (account.mustChangePassword || changing)
  return (
    <>
      <button id="account" aria-haspopup="dialog" onClick={open}>
        {account ? <bdi>{account.name}</bdi> : t('signIn')}
      </button>
      <dialog ref={dialog} aria-label={t(account ? 'account' : 'signIn')} onClose={() => setChanging(false)}>
        {!account && (
          <Form key="enter" words={words} action={t('signIn')} onSubmit={enter} onClose={close}>
            <Field label={t('name')} name="name" complete="username" />
            <Field label={t('password')} name="password" complete="current-password" />
          </Form>
        )}
        {account && !setsPassword && (
          <Form key="leave" words={words} action={t('signOut')} onSubmit={leave} onClose={close}>
            <p>{t('signedIn', { name: account.name })}</p>
            <button type="button" onClick={() => setChanging(true)}>
              {t('changePassword')}
            </button>
            {PLANNERS.includes(account.role) && (
              <button
                type="button"
                onClick={() => {
                  close()
                  onWebhooks()
                }}
              >
                {t('webhooks')}
              </button>
            )}
          </Form>
        )}
        {setsPassword && (
          <Form key="replace" words={words} action={t('setPassword')} onSubmit={replace} onClose={close}>
            {account.mustChangePassword && <p>{t('mustChange')}</p>}
            <Field label={t('currentPassword')} name="password" complete="current-password" />
            <Field label={t('newPassword')} name="next" complete="new-password" least={MIN_PASSWORD_LENGTH} />
          </Form>
        )}
      </dialog>
    </>
  )
}

interface FormProps {
  words: Localizer
  action: string
  onSubmit(form: FormData): Promise<void>
  onClose(): void
  children: ComponentChildren
}

/** Sends once at a time, and says in words why it did not work. */
function Form({ words, action, onSubmit, onClose, children }: FormProps) {
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    setProblem('')
    setBusy(true)
    onSubmit(new FormData(event.currentTarget as HTMLFormElement))
      .catch((error: unknown) => setProblem(problemText(words, error)))
      .finally(() => setBusy(false))
  }
  return (
    <form onSubmit={submit}>
      {children}
      <p class="problem" role="alert" dir="auto">
        {problem}
      </p>
      <div class="buttons">
        <button type="submit" class="main" disabled={busy}>
          {action}
        </button>
        <button type="button" onClick={onClose}>
          {words.t('close')}
        </button>
      </div>
    </form>
  )
}

interface FieldProps {
  label: string
  name: 'name' | 'password' | 'next'
  complete: string
  least?: number
}

function Field({ label, name, complete, least }: FieldProps) {
  return (
    <label>
      {label}
      {name === 'name' ? (
        <input name={name} type="text" autocomplete={complete} required dir="auto" />
      ) : (
        <input name={name} type="password" autocomplete={complete} minLength={least} required dir="ltr" />
      )}
    </label>
  )
}
