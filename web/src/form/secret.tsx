/** A secret that the server shows once, such as a key, with a button that copies it. */
import { useState } from 'preact/hooks'

interface SecretProps {
  secret: string
  t(word: 'secret' | 'copy' | 'copied'): string
}

export function Secret({ secret, t }: SecretProps) {
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
