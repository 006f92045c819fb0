/** Signing in and out, and changing the password. A password that somebody else has seen must be replaced first. */
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '#domain/account'
import { useEffect, useRef, useState } from 'preact/hooks'
import { ApiError } from '../api/api-error.js'
import { api } from '../api/api.js'
import type { Account, SignedIn } from '../api/schemas.js'
import { Field } from '../form/field.js'
import { SendingForm } from '../form/sending-form.js'
import { type Localizer, bidiIsolated } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { isAdministrator, isPlannerOfCountry } from './roles.js'

interface SignInProps {
  words: Localizer
  /** Name of the provider at which people may sign in as well; null if there is none. */
  provider: string | null
  account: Account | null
  onAccount(account: Account | null): void
  onDialog(dialog: AccountDialog): void
}

/** The dialogs that the account's menu opens, with who may open them. */
export type AccountDialog =
  'secondFactor' | 'sessions' | 'webhooks' | 'roster' | 'people' | 'devices' | 'apiKeys' | 'log' | 'personal'
const MENU: readonly (readonly [AccountDialog, (account: Account) => boolean])[] = [
  ['secondFactor', ({ isExternal }) => !isExternal],
  ['sessions', () => true],
  ['webhooks', isPlannerOfCountry],
  ['roster', isAdministrator],
  ['people', isAdministrator],
  ['devices', isAdministrator],
  ['apiKeys', isAdministrator],
  ['log', isAdministrator],
  ['personal', isAdministrator],
]

export function SignIn({ words, provider, account, onAccount, onDialog }: SignInProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [isChanging, setChanging] = useState(false)
  /** The attempts at the account before this sign-in; null once it was read. */
  const [failures, setFailures] = useState<Failures | null>(null)
  const { t } = words
  const open = () => dialog.current?.open || dialog.current?.showModal()
  const onClose = () => dialog.current?.close()
  useEffect(() => {
    if (account?.mustChangePassword) open()
    else if (account?.mustAddFactor) {
      onClose()
      onDialog('secondFactor')
    }
  }, [account])
  const reset = () => {
    setChanging(false)
    setFailures(null)
  }
  const onSignedIn = (signedIn: SignedIn) => {
    onAccount(signedIn)
    if (signedIn.failedSignIns > 0) setFailures(signedIn)
    else if (!signedIn.mustChangePassword) onClose()
  }
  const setsPassword = account !== null && (account.mustChangePassword || isChanging)
  return (
    <>
      <button id="account" aria-haspopup="dialog" onClick={open}>
        {account ? <bdi>{account.name}</bdi> : t('signIn')}
      </button>
      <dialog ref={dialog} aria-label={t(account ? 'account' : 'signIn')} onClose={reset}>
        {!account && <SignInForm {...{ words, provider, onSignedIn, onClose }} />}
        {account && failures && <FailureNotice {...{ words, failures }} />}
        {account && !setsPassword && (
          <AccountForm
            {...{ words, account, onAccount, onClose, onDialog }}
            onChangePassword={() => setChanging(true)}
          />
        )}
        {setsPassword && <PasswordForm {...{ words, account, onAccount, onClose }} />}
      </dialog>
    </>
  )
}

interface FormProps extends Pick<SignInProps, 'words' | 'onAccount'> {
  onClose(): void
}

const CloseButton = ({ words, onClose }: Pick<FormProps, 'words' | 'onClose'>) => (
  <button type="button" onClick={onClose}>
    {words.t('close')}
  </button>
)

interface SignInFormProps extends Pick<FormProps, 'words' | 'onClose'>, Pick<SignInProps, 'provider'> {
  onSignedIn(account: SignedIn): void
}

function SignInForm({ words, provider, onSignedIn, onClose }: SignInFormProps) {
  const { t } = words
  /** Whether the server has asked for the code of the second factor. */
  const [needsCode, setNeedsCode] = useState(false)
  const [hasPasskey, setHasPasskey] = useState(false)
  const signIn = async (fields: FormData) => {
    const code = fields.get('code')
    try {
      onSignedIn(
        await api.signIn({ ...nameAndPassword(fields), ...(code !== null && { code: String(code) }) }),
      )
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'second_factor_needed') throw error
      setNeedsCode(true)
      setHasPasskey(error.fields['by'] === 'passkey' && 'PublicKeyCredential' in globalThis)
    }
  }
  const signInByPasskey = async (fields: FormData) => {
    const body = nameAndPassword(fields)
    const [{ answerWithPasskey }, request] = await Promise.all([
      import('./passkey.js'),
      api.passkeyRequest(body),
    ])
    onSignedIn(await api.signIn({ ...body, passkey: await answerWithPasskey(request) }))
  }
  return (
    <SendingForm
      words={words}
      action={t('signIn')}
      onSubmit={signIn}
      textOfProblem={(error) => passkeyProblemText(words, error)}
      also={(send, isBusy) => (
        <>
          {hasPasskey && (
            <button
              type="button"
              disabled={isBusy}
              onClick={({ currentTarget }) => {
                const fields = new FormData(currentTarget.form!)
                send(() => signInByPasskey(fields))
              }}
            >
              {t('usePasskey')}
            </button>
          )}
          <CloseButton {...{ words, onClose }} />
        </>
      )}
    >
      {provider !== null && (
        <a class="button" href="api/v1/session/oidc">
          {t('signInWith', { provider: bidiIsolated(provider) })}
        </a>
      )}
      <Field label={t('name')} name="name" type="text" autocomplete="username" required dir="auto" />
      <PasswordField label={t('password')} name="password" autocomplete="current-password" />
      {needsCode && <CodeField words={words} />}
    </SendingForm>
  )
}

const nameAndPassword = (fields: FormData) => ({
  name: String(fields.get('name')),
  password: String(fields.get('password')),
})

/** The browser's refusals have a reason of their own (`PasskeyError`), whose module is loaded only where it is used. */
function passkeyProblemText(words: Localizer, error: unknown): string {
  const { reason } = error as { reason?: unknown }
  return reason === 'passkey_cancelled' ? words.t('problem_passkey_cancelled') : problemText(words, error)
}

/** It appears after the password was right, and takes the focus. */
function CodeField({ words }: { words: Localizer }) {
  const field = useRef<HTMLDivElement>(null)
  useEffect(() => field.current?.querySelector('input')?.focus(), [])
  return (
    <div ref={field}>
      <Field
        label={words.t('secondFactorCode')}
        name="code"
        required
        dir="ltr"
        maxLength={40}
        autocomplete="one-time-code"
      />
    </div>
  )
}

type Failures = Pick<SignedIn, 'failedSignIns' | 'lastFailedSignInAt'>

/** Tells a person that somebody tried their name with other passwords. */
const FailureNotice = ({ words, failures }: { words: Localizer; failures: Failures }) => (
  <p role="alert" class="problem">
    {words.t('failedSignIns', {
      n: failures.failedSignIns,
      moment: failures.lastFailedSignInAt ? words.dateTime(failures.lastFailedSignInAt) : '–',
    })}
  </p>
)

interface AccountFormProps extends FormProps {
  account: Account
  onDialog(dialog: AccountDialog): void
  onChangePassword(): void
}

function AccountForm(props: AccountFormProps) {
  const { words, account, onAccount, onClose, onDialog, onChangePassword } = props
  const { t } = words
  const signOut = async () => {
    await api.signOut()
    // The provider would sign the person in again without asking.
    if (account.isExternal) return location.assign('api/v1/session/oidc/end')
    onAccount(null)
    onClose()
  }
  /** Another dialog takes the place of this one. */
  const openInstead = (dialog: AccountDialog) => {
    onClose()
    onDialog(dialog)
  }
  return (
    <SendingForm
      words={words}
      action={t('signOut')}
      onSubmit={signOut}
      also={<CloseButton {...{ words, onClose }} />}
    >
      <p>{t('signedIn', { name: account.name })}</p>
      {account.areas && (
        <p class="hint">
          {t('boundTo', { n: account.areas.length, areas: bidiIsolated(account.areas.join(', ')) })}
        </p>
      )}
      {!account.isExternal && (
        <button type="button" onClick={onChangePassword}>
          {t('changePassword')}
        </button>
      )}
      {MENU.filter(([, isAllowed]) => isAllowed(account)).map(([dialog]) => (
        <button key={dialog} type="button" onClick={() => openInstead(dialog)}>
          {t(dialog)}
        </button>
      ))}
    </SendingForm>
  )
}

function PasswordForm({ words, account, onAccount, onClose }: FormProps & { account: Account }) {
  const { t } = words
  const setPassword = async (fields: FormData) => {
    await api.setPassword(String(fields.get('password')), String(fields.get('next')))
    onAccount({ ...account, mustChangePassword: false })
    onClose()
  }
  return (
    <SendingForm
      words={words}
      action={t('setPassword')}
      onSubmit={setPassword}
      also={<CloseButton {...{ words, onClose }} />}
    >
      {account.mustChangePassword && <p>{t('mustChange')}</p>}
      <PasswordField label={t('currentPassword')} name="password" autocomplete="current-password" />
      <PasswordField
        label={t('newPassword')}
        name="next"
        autocomplete="new-password"
        minLength={MIN_PASSWORD_LENGTH}
        maxLength={MAX_PASSWORD_LENGTH}
      />
    </SendingForm>
  )
}

interface PasswordFieldProps {
  label: string
  name: string
  autocomplete: string
  minLength?: number
  maxLength?: number
}

const PasswordField = (props: PasswordFieldProps) => <Field {...props} type="password" required dir="ltr" />
