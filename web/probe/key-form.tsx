import { useState } from 'preact/hooks'
import type { ProbeLocalizer } from './locales.js'

interface DeviceKeyProps {
  token: string | undefined
  /** Whether the server does not know the token. */
  isRefused: boolean
  words: ProbeLocalizer
  onToken(token: string): void
}

/** The form for the device's token: shown if there is none, if the server refused it, and on request. */
export function DeviceKeyForm({ token, isRefused, words: { t }, onToken }: DeviceKeyProps) {
  const [isOpen, setOpen] = useState(false)
  const [text, setText] = useState('')
  const isAsked = !token || isRefused || isOpen
  return (
    <section class="card" aria-labelledby="key">
      <h2 id="key">{t('key')}</h2>
      {isAsked ? (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            onToken(text.trim())
            setText('')
            setOpen(false)
          }}
        >
          <label class="field">
            <span class="hint">{t('keyHint')}</span>
            <input
              type="password"
              autocomplete="off"
              dir="ltr"
              required
              minLength={20}
              aria-label={t('key')}
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </label>
          <button class="primary">{t('keep')}</button>
        </form>
      ) : (
        <p class="row">
          {t('keySet')} <button onClick={() => setOpen(true)}>{t('changeKey')}</button>
        </p>
      )}
    </section>
  )
}
