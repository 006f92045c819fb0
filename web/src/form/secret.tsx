/** A secret that the server shows once, such as a key, with a button that copies it. */
import type { Localizer } from '../language/language.js'
import { CopyButton } from './copy-button.js'

export function Secret({ words, label, secret }: { words: Localizer; label: string; secret: string }) {
  return (
    <div class="secret" role="status">
      <label>
        {label}
        <input readOnly dir="ltr" value={secret} onFocus={(event) => event.currentTarget.select()} />
      </label>
      <CopyButton words={words} text={secret} />
    </div>
  )
}
