/** Webhooks: which addresses are told of events, what was sent to them, a new one, and their end. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { HeadRow } from '../table/head-row.js'
import { useQuery } from '../api/use-query.js'
import type { RuleInWords } from '../api/api.js'
import type { Connection } from '../api/connection.js'
import { useFocusRestore } from '../form/focus-restore.js'
import { type Localizer, listText } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { NewSubscriptionForm } from './new-subscription.js'
import { type Delivery, type Subscription, subscriptionsApi } from './subscriptions-api.js'
import './subscriptions.css'
import { WORDS } from './words.js'

interface Props {
  words: Localizer
  connection: Connection
  rules: readonly RuleInWords[]
  /** The one that is shown. */
  rule: RuleInWords | undefined
  /** Code of the area that is chosen on the map. */
  area: string | null
  onClose(): void
}

export function Subscriptions({ words, connection, rules, rule, area, onClose }: Props) {
  const t = words.translatorOf(WORDS)
  const dialog = useRef<HTMLDialogElement>(null)
  const [changes, setChanges] = useState(0)
  const [said, setSaid] = useState('')
  useEffect(() => dialog.current?.showModal(), [])
  useFocusRestore(dialog)
  const asked = useQuery(connection, `subscriptions ${changes}`, subscriptionsApi.list)
  const [known, setKnown] = useState<readonly Subscription[] | null>(null)
  useEffect(() => {
    if (asked && 'value' in asked) setKnown(asked.value)
  }, [asked])
  const changed = (message: string) => {
    setSaid(message)
    setChanges((times) => times + 1)
  }
  return (
    <dialog ref={dialog} tabIndex={-1} class="import subscriptions" aria-label={t('title')} onClose={onClose}>
      <h2>{t('title')}</h2>
      <p class="hint">{t('lead')}</p>
      <p role="status" class="hint">
        {said}
      </p>
      {asked && 'refused' in asked && <p class="problem">{problemText(words, asked.refused)}</p>}
      {!asked && !known && <p>{words.t('loading')}</p>}
      {known?.length === 0 && <p>{t('none')}</p>}
      {known && known.length > 0 && (
        <ul class="webhooks">
          {known.map((subscription) => (
            <SubscriptionItem
              key={subscription.id}
              {...{ words, connection, rules, subscription }}
              onChange={changed}
            />
          ))}
        </ul>
      )}
      {known && <NewSubscriptionForm {...{ words, rule, area }} onDone={() => changed('')} />}
      <div class="buttons">
        <button type="button" onClick={() => dialog.current?.close()}>
          {words.t('close')}
        </button>
      </div>
    </dialog>
  )
}

interface OneProps extends Pick<Props, 'words' | 'connection' | 'rules'> {
  subscription: Subscription
  onChange(message: string): void
}

function SubscriptionItem({ words, connection, rules, subscription, onChange }: OneProps) {
  const t = words.translatorOf(WORDS)
  const { id, url, paused } = subscription
  const [isOpen, setOpen] = useState(false)
  const [isAsked, setAsked] = useState(false)
  const [problem, setProblem] = useState('')
  const act = (work: Promise<unknown>, message: string) => {
    setProblem('')
    work.then(
      () => onChange(message),
      (error: unknown) => setProblem(problemText(words, error)),
    )
  }
  return (
    <li data-subscription={id}>
      <bdi class="address" dir="ltr">
        {url}
      </bdi>
      <SubscriptionSummary {...{ words, rules, subscription }} />
      <p class="problem" role="alert">
        {problem}
      </p>
      <div class="buttons">
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {t('deliveries')}
        </button>
        <button
          type="button"
          onClick={() => act(subscriptionsApi.pause(id, !paused), t(paused ? 'resumed' : 'paused'))}
        >
          {t(paused ? 'resume' : 'pause')}
        </button>
        <button
          type="button"
          onClick={() => (isAsked ? act(subscriptionsApi.remove(id), t('removed', { url })) : setAsked(true))}
        >
          {t(isAsked ? 'removeSure' : 'remove')}
        </button>
        {isAsked && (
          <button type="button" onClick={() => setAsked(false)}>
            {t('keep')}
          </button>
        )}
      </div>
      {isOpen && <Deliveries {...{ words, connection, id }} />}
    </li>
  )
}

function SubscriptionSummary({
  words,
  rules,
  subscription,
}: Pick<OneProps, 'words' | 'rules' | 'subscription'>) {
  const t = words.translatorOf(WORDS)
  const { kinds, area, rule, paused, createdAt, createdBy, pending, dead } = subscription
  const title = rules.find(({ id }) => id === rule)?.title[words.lang] ?? rule
  return (
    <p class="hint">
      {kinds.length === 0
        ? t('everyKind')
        : listText(
            words,
            kinds.map((kind) => t(kind)),
          )}
      <br />
      {area ? t('inArea', { code: `\u2066${area}\u2069` }) : t('everywhere')} ·{' '}
      {title === null ? t('everyRule') : <bdi>{title}</bdi>}
      <br />
      {t('madeBy', { name: `\u2068${createdBy}\u2069`, moment: words.dateTime(createdAt) })}
      {' · '}
      {t('waiting', { n: pending })}
      {dead > 0 && <strong> · {t('givenUp', { n: dead })}</strong>}
      {paused && <strong> · {t('isPaused')}</strong>}
    </p>
  )
}

function Deliveries({ words, connection, id }: Pick<Props, 'words' | 'connection'> & { id: string }) {
  const t = words.translatorOf(WORDS)
  const asked = useQuery(connection, id, (signal) => subscriptionsApi.deliveries(id, signal))
  if (!asked) return <p role="status">{words.t('loading')}</p>
  if ('refused' in asked) return <p class="problem">{problemText(words, asked.refused)}</p>
  if (asked.value.length === 0) return <p role="status">{t('noDeliveries')}</p>
  return (
    <div class="rows" tabIndex={0} role="region" aria-label={t('deliveries')}>
      <table>
        <thead>
          <HeadRow names={['number', 'made', 'events', 'attempts', 'state']} t={t} />
        </thead>
        <tbody>
          {asked.value.map((delivery) => (
            <tr key={delivery.number}>
              <td>{words.number(delivery.number)}</td>
              <td>{words.dateTime(delivery.createdAt)}</td>
              <td>{words.number(delivery.events)}</td>
              <td>{words.number(delivery.attempts)}</td>
              <td class="why">{deliveryStateText(words, delivery)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** The reason is the receiver's or the network's own word. */
function deliveryStateText(words: Localizer, { deliveredAt, deadAt, nextAt, lastError, attempts }: Delivery) {
  const t = words.translatorOf(WORDS)
  if (deliveredAt) return t('delivered', { moment: words.dateTime(deliveredAt) })
  const state = deadAt
    ? t('gaveUp', { moment: words.dateTime(deadAt) })
    : attempts === 0
      ? t('waits')
      : t('triesAgain', { moment: words.dateTime(nextAt) })
  return lastError ? (
    <>
      {state} · <bdi>{lastError}</bdi>
    </>
  ) : (
    state
  )
}
