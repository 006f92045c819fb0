import { useEffect, useRef, useState } from 'preact/hooks'
import { type Account, api } from './api.js'
import type { Language } from './language.js'

interface Props {
  words: Language
  account: Account | null
  onAccount(account: Account | null): void
}

/** Signing in and out; a password that somebody else has seen must be replaced first. */
export function SignIn({ words, account, onAccount }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [problem, setProblem] = useState('')
  const [given, setGiven] = useState('')
  const { t } = words
  const fail = (error: unknown) => setProblem((error as Error).message)

  useEffect(() => {
    if (account?.mustChangePassword && !dialog.current?.open) dialog.current?.showModal()
  }, [account])

  const enter = (form: FormData) => {
    const password = String(form.get('password'))
    api.signIn(String(form.get('name')), password).then((signed) => {
      setProblem('')
      setGiven(password)
      onAccount(signed)
      if (!signed.mustChangePassword) dialog.current?.close()
    }, fail)
  }
  const replace = (form: FormData) => {
    api.setPassword(given || String(form.get('password')), String(form.get('next'))).then(() => {
      setProblem('')
      onAccount({ ...account!, mustChangePassword: false })
      dialog.current?.close()
    }, fail)
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    if (account) replace(form)
    else enter(form)
  }
  const leave = () => void api.signOut().then(() => onAccount(null), fail)
  return (
    <>
      {account && !account.mustChangePassword ? (
        <button onClick={leave}>
          {t('signOut')} (<bdi>{account.name}</bdi>)
        </button>
      ) : (
        <button onClick={() => dialog.current?.showModal()}>{t('signIn')}</button>
      )}
      <dialog ref={dialog} aria-label={t('signIn')}>
        <form onSubmit={submit}>
          {account ? (
            <>
              <p>{t('mustChange')}</p>
              {!given && <Field label={t('password')} name="password" secret complete="current-password" />}
              <Field label={t('newPassword')} name="next" secret complete="new-password" />
            </>
          ) : (
            <>
              <Field label={t('name')} name="name" complete="username" />
              <Field label={t('password')} name="password" secret complete="current-password" />
            </>
          )}
          <p class="problem" role="alert" dir="auto">
            {problem}
          </p>
          <button type="submit">{t(account ? 'setPassword' : 'signIn')}</button>
          <button type="button" onClick={() => dialog.current?.close()}>
            {t('close')}
          </button>
        </form>
      </dialog>
    </>
  )
}

interface FieldProps {
  label: string
  name: string
  secret?: boolean
  complete: string
}

function Field({ label, name, secret, complete }: FieldProps) {
  return (
    <label>
      {label}
      {secret ? (
        <input name={name} type="password" autocomplete={complete} required />
      ) : (
        <input name={name} type="text" autocomplete={complete} required dir="auto" />
      )}
    </label>
  )
}
