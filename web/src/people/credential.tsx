/** A link or a one-time password, which the page shows once to hand over to its person. */
import { CopyButton } from '../form/copy-button.js'
import { type Localizer, bidiIsolated } from '../language/language.js'
import type { Credential } from './people-api.js'
import { WORDS } from './words.js'

export interface IssuedCredential extends Credential {
  name: string
}

export function CredentialCard({ words, credential }: { words: Localizer; credential: IssuedCredential }) {
  const t = words.translatorOf(WORDS)
  const { name, link, linkExpiresAt, password } = credential
  const text = link ?? password ?? ''
  return (
    <section class="credential" aria-label={t('handOver')}>
      <p>
        {t(link ? 'linkFor' : 'passwordFor', {
          name: bidiIsolated(name),
          moment: linkExpiresAt ? words.dateTime(linkExpiresAt) : '',
        })}
      </p>
      <output dir="ltr">{text}</output>
      <p class="hint">{t('shownOnce')}</p>
      <CopyButton words={words} text={text} />
    </section>
  )
}
