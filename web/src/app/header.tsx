import { useState } from 'preact/hooks'
import type { Area, Instance, RuleInWords } from '../api/api.js'
import type { Account } from '../api/api.js'
import type { Connection } from '../api/connection.js'
import { Import } from '../import/import.js'
import { LANGUAGES, LANGUAGE_NAMES, type Lang, type Localizer } from '../language/language.js'
import { useLazyModule } from '../api/lazy-module.js'
import { Search } from '../search/search.js'
import { SignIn } from '../account/sign-in.js'

interface HeaderProps {
  words: Localizer
  connection: Connection
  instance: Instance | null
  rules: readonly RuleInWords[]
  rule: RuleInWords | undefined
  /** Code of the area that is chosen. */
  area: string | null
  account: Account | null
  lost: boolean
  onRule(id: string): void
  onLang(lang: Lang): void
  onArea(area: Area): void
  onAccount(account: Account | null): void
}

/** Who we are, what is shown and by which rule; and the notices that no screen may hide. */
export function Header(props: HeaderProps) {
  const { words, connection, instance, rules, rule, area, account, lost, onArea, onAccount } = props
  const { t } = words
  const [hasWebhooks, setWebhooks] = useState(false)
  const Webhooks = useLazyModule(connection, hasWebhooks, () => import('../subscriptions/subscriptions.js'))
  return (
    <header>
      <div class="bar">
        <h1>
          <span lang="ar">تغطية</span> <span class="latin">Taghtiya</span> <small>{t('title')}</small>
        </h1>
        <Search words={words} connection={connection} onChoose={onArea} />
        <RulePick {...props} />
        <LanguagePick {...props} />
        <Import words={words} account={account} />
        <SignIn words={words} account={account} onAccount={onAccount} onWebhooks={() => setWebhooks(true)} />
        {Webhooks && hasWebhooks && account && (
          <Webhooks.Subscriptions
            {...{ words, connection, rules, rule, area }}
            onClose={() => {
              setWebhooks(false)
              // The dialog from where it was opened has gone.
              document.getElementById('account')?.focus()
            }}
          />
        )}
      </div>
      {instance?.simulated && (
        <p class="simulated" role="note">
          {t('simulated')}
        </p>
      )}
      {lost && (
        <p class="lost" role="alert">
          {t('lost')}
        </p>
      )}
    </header>
  )
}

function RulePick({ words: { t, lang }, rules, rule, onRule }: HeaderProps) {
  return (
    <div class="pick rule">
      <label for="rule">{t('rule')}</label>
      <select id="rule" value={rule?.id} onChange={(e) => onRule(e.currentTarget.value)}>
        {rules.map((r) => (
          <option key={r.id} value={r.id}>
            {r.title[lang]}
          </option>
        ))}
      </select>
      {rule?.assumption && <span class="assumption">{t('assumption')}</span>}
    </div>
  )
}

function LanguagePick({ words: { t, lang }, onLang }: HeaderProps) {
  return (
    <label class="pick">
      <span class="hidden">{t('language')}</span>
      <select value={lang} onChange={(e) => onLang(e.currentTarget.value as Lang)}>
        {LANGUAGES.map((l) => (
          <option key={l} value={l} lang={l}>
            {LANGUAGE_NAMES[l]}
          </option>
        ))}
      </select>
    </label>
  )
}
