/** Name of the service, search, rule, language, account, and the notices that no screen may hide. */
import { useState } from 'preact/hooks'
import { invitationToken, providerFailure } from '../account/arrival.js'
import { type AccountDialog, SignIn } from '../account/sign-in.js'
import { useLazyModule } from '../api/lazy-module.js'
import type { Account, Area } from '../api/schemas.js'
import { Import } from '../import/import.js'
import { LANGUAGES, LANGUAGE_NAMES, type Lang } from '../language/language.js'
import { Search } from '../search/search.js'
import type { PageProps } from './page-props.js'

const loadSubscriptions = () => import('../subscriptions/subscriptions.js')
const loadKeys = () => import('../keys/keys.js')
const loadLog = () => import('../log/log.js')
const loadPersonal = () => import('../personal/personal.js')
const loadRoster = () => import('../roster/roster.js')
const loadPeople = () => import('../people/people.js')
const loadDevices = () => import('../devices/devices.js')
const loadOwnSessions = () => import('../people/own-sessions.js')
const loadSecondFactor = () => import('../people/second-factor.js')
const loadInvited = () => import('../people/invited.js')

interface HeaderProps extends PageProps {
  /** Code of the selected area. */
  area: string | null
  onArea(area: Area): void
}

export function Header(props: HeaderProps) {
  const { words, connection, data, isOffline, onArea } = props
  const { instance, account, setAccount } = data
  const { t } = words
  /** The dialog that the account's menu opened. */
  const [dialog, setDialog] = useState<AccountDialog | 'invited' | null>(invitationToken ? 'invited' : null)
  const onClose = () => {
    setDialog(null)
    // The dialog that opened it no longer exists.
    document.getElementById('account')?.focus()
  }
  return (
    <header>
      <div class="bar">
        <h1>
          <span lang="ar">تغطية</span> <span class="latin">Taghtiya</span> <small>{t('title')}</small>
        </h1>
        <Search words={words} connection={connection} onChoose={onArea} />
        <RuleChoice {...props} />
        <LanguageChoice {...props} />
        <Import words={words} account={account} />
        <SignIn
          {...{ words, account }}
          provider={instance?.signInWith ?? null}
          onAccount={setAccount}
          onDialog={setDialog}
        />
        {dialog === 'webhooks' && account && <SubscriptionsDialog {...props} onClose={onClose} />}
        {dialog === 'roster' && account && <RosterDialog {...{ words, connection, onClose }} />}
        {dialog === 'people' && account && <PeopleDialog {...{ words, connection, onClose }} />}
        {dialog === 'devices' && account && <DevicesDialog {...{ words, connection, onClose }} />}
        {dialog === 'sessions' && account && <SessionsDialog {...{ words, connection, onClose }} />}
        {dialog === 'secondFactor' && account && (
          <SecondFactorDialog
            {...{ words, connection, onClose }}
            onAdded={() => setAccount({ ...account, mustAddFactor: false })}
          />
        )}
        {dialog === 'apiKeys' && account && <KeysDialog {...{ words, connection, onClose }} />}
        {dialog === 'log' && account && <LogDialog {...{ words, connection, onClose }} />}
        {dialog === 'personal' && account && <PersonalDialog {...{ words, connection, onClose }} />}
        {dialog === 'invited' && <InvitedDialog {...{ words, connection, onClose }} onAccount={setAccount} />}
      </div>
      {instance?.simulated && (
        <p class="simulated" role="note">
          {t('simulated')}
        </p>
      )}
      {providerFailure && !account && (
        <p class="lost" role="alert">
          {t(`oidc_${providerFailure}`)}
        </p>
      )}
      {isOffline && (
        <p class="lost" role="alert">
          {t('lost')}
        </p>
      )}
    </header>
  )
}

function SubscriptionsDialog({ words, connection, data, area, onClose }: HeaderProps & { onClose(): void }) {
  const Loaded = useLazyModule(connection, loadSubscriptions)
  if (!Loaded) return null
  return (
    <Loaded.Subscriptions
      {...{ words, connection, area }}
      rules={data.rules ?? []}
      rule={data.rule}
      onClose={onClose}
    />
  )
}

type DialogProps = Pick<HeaderProps, 'words' | 'connection'> & { onClose(): void }

function PeopleDialog({ words, connection, onClose }: DialogProps) {
  const Loaded = useLazyModule(connection, loadPeople)
  return Loaded && <Loaded.People {...{ words, connection, onClose }} />
}

function DevicesDialog({ words, connection, onClose }: DialogProps) {
  const Loaded = useLazyModule(connection, loadDevices)
  return Loaded && <Loaded.Devices {...{ words, connection, onClose }} />
}

function SessionsDialog({ words, connection, onClose }: DialogProps) {
  const Loaded = useLazyModule(connection, loadOwnSessions)
  return Loaded && <Loaded.OwnSessions {...{ words, connection, onClose }} />
}

function SecondFactorDialog(props: DialogProps & { onAdded(): void }) {
  const Loaded = useLazyModule(props.connection, loadSecondFactor)
  return Loaded && <Loaded.SecondFactor {...props} />
}

function InvitedDialog(props: DialogProps & { onAccount: (account: Account) => void }) {
  const { words, connection, onAccount, onClose } = props
  const Loaded = useLazyModule(connection, loadInvited)
  return Loaded && <Loaded.Invited {...{ words, onAccount, onClose }} token={invitationToken!} />
}

function KeysDialog({ words, connection, onClose }: DialogProps) {
  const Loaded = useLazyModule(connection, loadKeys)
  return Loaded && <Loaded.Keys {...{ words, connection, onClose }} />
}

function LogDialog({ words, connection, onClose }: DialogProps) {
  const Loaded = useLazyModule(connection, loadLog)
  return Loaded && <Loaded.Log {...{ words, connection, onClose }} />
}

function PersonalDialog({ words, connection, onClose }: DialogProps) {
  const Loaded = useLazyModule(connection, loadPersonal)
  return Loaded && <Loaded.Personal {...{ words, connection, onClose }} />
}

function RosterDialog({ words, connection, onClose }: DialogProps) {
  const Loaded = useLazyModule(connection, loadRoster)
  return Loaded && <Loaded.Roster {...{ words, connection, onClose }} />
}

function RuleChoice({ words: { t, lang }, data: { rules, rule }, dispatch }: HeaderProps) {
  return (
    <div class="pick rule">
      <label for="rule">{t('rule')}</label>
      <select
        id="rule"
        value={rule?.id}
        onChange={(event) => dispatch({ type: 'setRule', rule: event.currentTarget.value })}
      >
        {rules?.map(({ id, title }) => (
          <option key={id} value={id}>
            {title[lang]}
          </option>
        ))}
      </select>
      {rule?.assumption && <span class="assumption">{t('assumption')}</span>}
    </div>
  )
}

function LanguageChoice({ words: { t, lang }, dispatch }: HeaderProps) {
  return (
    <label class="pick">
      <span class="hidden">{t('language')}</span>
      <select
        value={lang}
        onChange={(event) => dispatch({ type: 'setLanguage', lang: event.currentTarget.value as Lang })}
      >
        {LANGUAGES.map((language) => (
          <option key={language} value={language} lang={language}>
            {LANGUAGE_NAMES[language]}
          </option>
        ))}
      </select>
    </label>
  )
}
