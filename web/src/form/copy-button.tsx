/** A button that copies a text and then says that it did. */
import { useState } from 'preact/hooks'
import type { Localizer } from '../language/language.js'

export function CopyButton({ words, text }: { words: Localizer; text: string }) {
  const [isCopied, setCopied] = useState(false)
  const copy = () => {
    // A browser may refuse the clipboard, or have none on a page without TLS: the text can still be selected.
    navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => {},
    )
  }
  return (
    <button type="button" onClick={copy}>
      {words.t(isCopied ? 'copied' : 'copy')}
    </button>
  )
}
