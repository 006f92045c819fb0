/** A form that sends once at a time, and says in words why it did not work. */
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { Localizer } from '../language/language.js'
import { problemText } from '../language/problem.js'
import './form.css'

interface SendingFormProps {
  words: Localizer
  class?: string
  label?: string
  /** Text of the button that sends. */
  action: string
  onSubmit(fields: FormData, form: HTMLFormElement): Promise<void>
  /** Tells what is wrong with the fields before anything is sent; an empty text if nothing is. */
  check?(fields: FormData): string
  /** The text of an error; it replaces the page's default where the view knows more codes. */
  textOfProblem?(error: unknown): string
  /** Buttons beside the one that sends; one that sends something else is given the way to. */
  also?: ComponentChildren | ((send: Send, isBusy: boolean) => ComponentChildren)
  children: ComponentChildren
}

/** Does the work while the form is busy, and shows why it failed. */
export type Send = (work: () => Promise<void>) => void

export function SendingForm(props: SendingFormProps) {
  const { words, class: className, label, action, onSubmit, check, textOfProblem, also, children } = props
  const [problem, setProblem] = useState('')
  const [isBusy, setBusy] = useState(false)
  const send: Send = (work) => {
    setProblem('')
    setBusy(true)
    work()
      .catch((error: unknown) => setProblem(textOfProblem?.(error) ?? problemText(words, error)))
      .finally(() => setBusy(false))
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const fields = new FormData(form)
    const fault = check?.(fields) ?? ''
    if (fault === '') send(() => onSubmit(fields, form))
    else setProblem(fault)
  }
  return (
    <form class={className} aria-label={label} onSubmit={submit}>
      {children}
      <p class="problem" role="alert" dir="auto">
        {problem}
      </p>
      <div class="buttons">
        <button type="submit" class="main" disabled={isBusy}>
          {action}
        </button>
        {typeof also === 'function' ? also(send, isBusy) : also}
      </div>
    </form>
  )
}

/** Text of a field without the spaces around it; null where nothing was written. */
export function fieldText(fields: FormData, name: string): string | null {
  const text = String(fields.get(name) ?? '').trim()
  return text === '' ? null : text
}
