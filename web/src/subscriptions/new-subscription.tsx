/** Form that adds a webhook subscription. The secret is shown once, because the server never returns it again. */
import { useState } from 'preact/hooks'
import { ApiError } from '../api/api-error.js'
import type { RuleInWords } from '../api/schemas.js'
import { Field } from '../form/field.js'
import { Secret } from '../form/secret.js'
import { SendingForm, fieldText } from '../form/sending-form.js'
import { type Localizer, bidiIsolated, ltrIsolated } from '../language/language.js'
import { problemText } from '../language/problem.js'
import {
  type EventKind,
  type NewSubscription,
  type SubscriptionRequest,
  subscriptionsApi,
} from './subscriptions-api.js'
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

interface NewSubscriptionProps {
  words: Localizer
  /** The rule that the page shows. */
  rule: RuleInWords | null
  /** Code of the area that is selected on the map. */
  area: string | null
  onCreated(): void
}

export function NewSubscriptionForm(props: NewSubscriptionProps) {
  const { words, onCreated } = props
  const t = words.translatorOf(WORDS)
  const [created, setCreated] = useState<NewSubscription | null>(null)
  const add = async (fields: FormData, form: HTMLFormElement) => {
    setCreated(null)
    const subscription = await subscriptionsApi.add(requestOf(fields, props))
    form.reset()
    setCreated(subscription)
    onCreated()
  }
  return (
    <SendingForm
      words={words}
      label={t('add')}
      action={t('add')}
      onSubmit={add}
      textOfProblem={(error) => webhookProblemText(words, error)}
    >
      <h3>{t('add')}</h3>
      <Field
        label={t('url')}
        name="url"
        type="url"
        dir="ltr"
        placeholder="https://"
        required
        minLength={10}
        maxLength={500}
      />
      <p class="hint">{t('kindsHint')}</p>
      <KindFields words={words} legend="zoneKinds" kinds={ZONE_KINDS} />
      <KindFields words={words} legend="planKinds" kinds={PLAN_KINDS} />
      <ScopeFields {...props} />
      {created && <Secret words={words} label={t('secret')} secret={created.secret} />}
    </SendingForm>
  )
}

function requestOf(fields: FormData, { rule, area }: NewSubscriptionProps): SubscriptionRequest {
  return {
    url: fieldText(fields, 'url') ?? '',
    kinds: fields.getAll('kind') as EventKind[],
    ...(area && fields.has('area') && { area }),
    ...(rule && fields.has('rule') && { rule: rule.id }),
  }
}

interface KindFieldsProps {
  words: Localizer
  legend: 'zoneKinds' | 'planKinds'
  kinds: readonly EventKind[]
}

function KindFields({ words, legend, kinds }: KindFieldsProps) {
  const t = words.translatorOf(WORDS)
  return (
    <fieldset class="kinds">
      <legend>{t(legend)}</legend>
      {kinds.map((kind) => (
        <label key={kind} class="toggle">
          <input type="checkbox" name="kind" value={kind} /> {t(kind)}
        </label>
      ))}
    </fieldset>
  )
}

/** Whether only events of the shown rule, or of the selected area, are wanted. */
function ScopeFields({ words, rule, area }: NewSubscriptionProps) {
  const t = words.translatorOf(WORDS)
  return (
    <>
      {rule && (
        <label class="toggle">
          <input type="checkbox" name="rule" defaultChecked />
          <span>{t('onlyRule', { title: bidiIsolated(rule.title[words.lang]) })}</span>
        </label>
      )}
      {area && (
        <label class="toggle">
          <input type="checkbox" name="area" defaultChecked />
          <span>{t('onlyArea', { code: ltrIsolated(area) })}</span>
        </label>
      )}
    </>
  )
}

function webhookProblemText(words: Localizer, error: unknown): string {
  const code = error instanceof ApiError ? error.code : null
  if (code === 'webhook_address' || code === 'webhooks_full') return words.translatorOf(WORDS)(code)
  return problemText(words, error)
}
