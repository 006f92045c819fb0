/** A new subscription; its secret is shown once, for the server keeps it to itself. */
import { useState } from 'preact/hooks'
import type { RuleInWords } from '../api/api.js'
import type { Localizer } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { ApiError } from '../api/api-error.js'
import { type EventKind, type NewSubscription, subscriptionsApi } from './subscriptions-api.js'
import { WORDS } from './words.js'

const ZONE_KINDS = [
  'zone.born',
  'zone.split',
  'zone.grown',
  'zone.shrunk',
  'zone.changed',
  'zone.merged',
  'zone.resolved',
] as const satisfies readonly EventKind[]
const PLAN_KINDS = [
  'plan.planned',
  'plan.awarded',
  'plan.works',
  'plan.late',
  'plan.in_service',
  'plan.verified',
  'plan.contradicted',
  'plan.withdrawn',
] as const satisfies readonly EventKind[]

interface Props {
  words: Localizer
  rule: RuleInWords | undefined
  area: string | null
  onDone(): void
}

export function NewSubscriptionForm({ words, rule, area, onDone }: Props) {
  const t = words.translatorOf(WORDS)
  const [made, setMade] = useState<NewSubscription | null>(null)
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const element = event.currentTarget as HTMLFormElement
    const form = new FormData(element)
    setBusy(true)
    setProblem('')
    setMade(null)
    subscriptionsApi
      .add({
        url: String(form.get('url')).trim(),
        kinds: form.getAll('kind') as EventKind[],
        ...(area && form.has('area') && { area }),
        ...(rule && form.has('rule') && { rule: rule.id }),
      })
      .then(
        (answer) => {
          element.reset()
          setMade(answer)
          onDone()
        },
        (error: unknown) => setProblem(webhookProblemText(words, error)),
      )
      .finally(() => setBusy(false))
  }
  const kinds = (legend: 'zoneKinds' | 'planKinds', of: readonly EventKind[]) => (
    <fieldset class="kinds">
      <legend>{t(legend)}</legend>
      {of.map((kind) => (
        <label key={kind} class="toggle">
          <input type="checkbox" name="kind" value={kind} /> {t(kind)}
        </label>
      ))}
    </fieldset>
  )
  return (
    <form onSubmit={submit} aria-label={t('add')}>
      <h3>{t('add')}</h3>
      <label>
        {t('url')}
        <input
          name="url"
          type="url"
          required
          minLength={10}
          maxLength={500}
          dir="ltr"
          placeholder="https://"
        />
      </label>
      <p class="hint">{t('kindsHint')}</p>
      {kinds('zoneKinds', ZONE_KINDS)}
      {kinds('planKinds', PLAN_KINDS)}
      {rule && (
        <label class="toggle">
          <input type="checkbox" name="rule" defaultChecked />
          <span>{t('onlyRule', { title: `\u2068${rule.title[words.lang]}\u2069` })}</span>
        </label>
      )}
      {area && (
        <label class="toggle">
          <input type="checkbox" name="area" defaultChecked />
          <span>{t('onlyArea', { code: `\u2066${area}\u2069` })}</span>
        </label>
      )}
      <p class="problem" role="alert" dir="auto">
        {problem}
      </p>
      {made && <Secret words={words} secret={made.secret} />}
      <div class="buttons">
        <button type="submit" class="main" disabled={busy}>
          {t('add')}
        </button>
      </div>
    </form>
  )
}

function Secret({ words, secret }: { words: Localizer; secret: string }) {
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
          // A page that may not write to the clipboard leaves it to the keyboard.
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

function webhookProblemText(words: Localizer, error: unknown): string {
  const code = error instanceof ApiError ? error.code : null
  if (code === 'webhook_address' || code === 'webhooks_full') return words.translatorOf(WORDS)(code)
  return problemText(words, error)
}
