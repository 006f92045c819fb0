/** A form that sends once at a time, and says in words why it did not work. */
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { DISPUTE_LIMITS } from '#domain/dispute'
import type { Localizer } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { WORDS } from './words.js'

interface Props {
  words: Localizer
  onSubmit(form: FormData): Promise<void>
  /** Buttons beside the one that sends. */
  also?: ComponentChildren
  children: ComponentChildren
}

export function SendingForm({ words, onSubmit, also, children }: Props) {
  const t = words.translatorOf(WORDS)
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const large = tooLarge(form)
    setProblem(large === null ? '' : t('tooLarge', { name: large }))
    if (large !== null) return
    setBusy(true)
    onSubmit(form)
      .catch((error: unknown) => setProblem(problemText(words, error)))
      .finally(() => setBusy(false))
  }
  return (
    <form class="dispute-form" onSubmit={submit}>
      {children}
      <p class="problem" role="alert" dir="auto">
        {problem}
      </p>
      <div class="buttons">
        <button type="submit" class="main" disabled={busy}>
          {t('send')}
        </button>
        {also}
      </div>
    </form>
  )
}

/** Its name: the server would take it in whole before it refused it. */
function tooLarge(form: FormData): string | null {
  const file = form
    .getAll('documents')
    .find((one) => one instanceof File && one.size > DISPUTE_LIMITS.documentBytes)
  return file instanceof File ? file.name : null
}

export function FilesField({ words }: { words: Localizer }) {
  return (
    <label>
      {words.translatorOf(WORDS)('files')}
      <input type="file" name="documents" multiple accept=".pdf,.png,.jpg,.jpeg,.csv" />
    </label>
  )
}
