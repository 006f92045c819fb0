/** Signing in and out, and changing the password. A password that somebody else has seen must be replaced first. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { api } from '../api/api.js'
import type { Account } from '../api/schemas.js'
import { Field } from '../form/field.js'
import { SendingForm } from '../form/sending-form.js'
import type { Localizer } from '../language/language.js'
import { isAdministrator, isPlanner } from './roles.js'

interface SignInProps {
  words: Localizer
  account: Account | null
  onAccount(account: Account | null): void
  onDialog(dialog: AccountDialog): void
}

/** The dialogs that the account's menu opens, with who may open them. */
export type AccountDialog = 'webhooks' | 'roster' | 'apiKeys' | 'log' | 'personal'
const MENU: readonly (readonly [AccountDialog, (account: Account) => boolean])[] = [
  ['webhooks', isPlanner],
  ['roster', isAdministrator],
  ['apiKeys', isAdministrator],
  ['log', isAdministrator],
  ['personal', isAdministrator],
]

/** Minimum length that the server requires. */
const MIN_PASSWORD_LENGTH = 12

export function SignIn({ words, account, onAccount, onDialog }: SignInProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [isChanging, setChanging] = useState(false)
  const { t } = words
  const open = () => dialog.current?.open || dialog.current?.showModal()
  const onClose = () => dialog.current?.close()
  useEffect(() => void (account?.mustChangePassword && open()), [account])
  const setsPassword = account !== null && (account.mustChangePassword || isChanging)
  return (
    <>
      <button id="account" aria-haspopup="dialog" onClick={open}>
        {account ? <bdi>{account.name}</bdi> : t('signIn')}
      </button>
      <dialog ref={dialog} aria-label={t(account ? 'account' : 'signIn')} onClose={() => setChanging(false)}>
        {!account && <SignInForm {...{ words, onAccount, onClose }} />}
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

function SignInForm({ words, onAccount, onClose }: FormProps) {
  const { t } = words
  const signIn = async (fields: FormData) => {
    const account = await api.signIn(String(fields.get('name')), String(fields.get('password')))
    onAccount(account)
    if (!account.mustChangePassword) onClose()
  }
  return (
    <SendingForm
      words={words}
      action={t('signIn')}
      onSubmit={signIn}
      also={<CloseButton {...{ words, onClose }} />}
    >
      <Field label={t('name')} name="name" type="text" autocomplete="username" required dir="auto" />
      <PasswordField label={t('password')} name="password" autocomplete="current-password" />
    </SendingForm>
  )
}

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
      <button type="button" onClick={onChangePassword}>
        {t('changePassword')}
      </button>
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
      />
    </SendingForm>
  )
}

const PasswordField = (props: { label: string; name: string; autocomplete: string; minLength?: number }) => (
  <Field {...props} type="password" required dir="ltr" />
)
