/** A secret of a webhook, which the server shows once, with a button that copies it. */
import { useState } from 'preact/hooks'
import type { Localizer } from '../language/language.js'
import { WORDS } from './words.js'

export function Secret({ words, secret }: { words: Localizer; secret: string }) {
  const t = words.translatorOf(WORDS)
  const [isCopied, setCopied] = useState(false)
  return (
    <div class="secret" role="status">
      <label>
        {t('secret')}
        <input readOnly dir="ltr" value={secret} onFocus={(event) => event.currentTarget.select()} />
      </label>
      <button
        type="button"
        onClick={() => {
          // If the browser refuses the clipboard, a person can still copy: focusing the field selects the secret.
          navigator.clipboard?.writeText(secret).then(
            () => setCopied(true),
            () => {},
          )
        }}
      >
        {t(isCopied ? 'copied' : 'copy')}
      </button>
    </div>
  )
}
