import { useState } from 'preact/hooks'
import type { ProbeLocalizer } from './locales.js'

interface Props {
  token: string | undefined
  refused: boolean
  words: ProbeLocalizer
  set: (token: string) => void
}

/** The device's key: asked for where there is none, or the server refused it. */
export function DeviceKeyForm({ token, refused, words: { t }, set }: Props) {
  const [open, setOpen] = useState(false)
  const [text, setText] = useState('')
  const asks = !token || refused || open
  return (
    <section class="card" aria-labelledby="key">
      <h2 id="key">{t('key')}</h2>
      {asks ? (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            set(text.trim())
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
