/** The webhooks dialog: addresses, last deliveries, adding and removing a subscription. */
import { useState } from 'preact/hooks'
import { useQuery } from '../api/use-query.js'
import { LoadingNotice, useReloaded } from '../api/use-reloaded.js'
import type { RuleInWords } from '../api/schemas.js'
import type { Connection } from '../api/connection.js'
import { ModalDialog } from '../form/modal-dialog.js'
import { Secret } from '../form/secret.js'
import { type Localizer, bidiIsolated, listText, ltrIsolated } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { DataTable } from '../table/data-table.js'
import { HeadRow } from '../table/head-row.js'
import { NewSubscriptionForm } from './new-subscription.js'
import { type Delivery, type NewSecret, type Subscription, subscriptionsApi } from './subscriptions-api.js'
import './subscriptions.css'
import { WORDS } from './words.js'

interface SubscriptionsProps {
  words: Localizer
  connection: Connection
  rules: readonly RuleInWords[]
  /** The rule that the map shows. */
  rule: RuleInWords | null
  /** Code of the area that is selected on the map. */
  area: string | null
  onClose(): void
}

export function Subscriptions({ words, connection, rules, rule, area, onClose }: SubscriptionsProps) {
  const t = words.translatorOf(WORDS)
  const [statusText, setStatusText] = useState('')
  const loaded = useReloaded(connection, 'subscriptions', subscriptionsApi.list)
  const subscriptions = loaded.value
  const reload = (message: string) => {
    setStatusText(message)
    loaded.reload()
  }
  return (
    <ModalDialog {...{ words, onClose }} title={t('title')} lead={t('lead')} class="subscriptions">
      <p role="status" class="hint">
        {statusText}
      </p>
      <LoadingNotice words={words} of={loaded} />
      {subscriptions?.length === 0 && <p>{t('none')}</p>}
      {subscriptions && subscriptions.length > 0 && (
        <ul class="webhooks">
          {subscriptions.map((subscription) => (
            <SubscriptionItem
              key={subscription.id}
              {...{ words, connection, rules, subscription }}
              onChange={reload}
            />
          ))}
        </ul>
      )}
      {subscriptions && <NewSubscriptionForm {...{ words, rule, area }} onCreated={() => reload('')} />}
    </ModalDialog>
  )
}

interface ItemProps extends Pick<SubscriptionsProps, 'words' | 'connection' | 'rules'> {
  subscription: Subscription
  onChange(message: string): void
}

function SubscriptionItem({ words, connection, rules, subscription, onChange }: ItemProps) {
  const t = words.translatorOf(WORDS)
  const { id, url, paused } = subscription
  const [isOpen, setOpen] = useState(false)
  const [renewed, setRenewed] = useState<NewSecret | null>(null)
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
          onClick={() => act(subscriptionsApi.renewSecret(id).then(setRenewed), t('secretRenewed', { url }))}
        >
          {t('newSecret')}
        </button>
        <RemoveButtons
          words={words}
          onRemove={() => act(subscriptionsApi.remove(id), t('removed', { url }))}
        />
      </div>
      {renewed && <Secret words={words} label={t('secret')} secret={renewed.secret} />}
      {isOpen && <Deliveries {...{ words, connection, id }} />}
    </li>
  )
}

/** Buttons that ask for confirmation before a subscription is removed. */
function RemoveButtons({ words, onRemove }: { words: Localizer; onRemove(): void }) {
  const t = words.translatorOf(WORDS)
  const [isSure, setSure] = useState(false)
  return (
    <>
      <button type="button" onClick={() => (isSure ? onRemove() : setSure(true))}>
        {t(isSure ? 'removeSure' : 'remove')}
      </button>
      {isSure && (
        <button type="button" onClick={() => setSure(false)}>
          {t('keep')}
        </button>
      )}
    </>
  )
}

type SummaryProps = Pick<ItemProps, 'words' | 'rules' | 'subscription'>

function SubscriptionSummary({ words, rules, subscription }: SummaryProps) {
  const t = words.translatorOf(WORDS)
  const { kinds, area, rule, paused, previousSecretUntil, createdAt, createdBy, pending, dead } = subscription
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
      {area ? t('inArea', { code: ltrIsolated(area) }) : t('everywhere')} ·{' '}
      {title === null ? t('everyRule') : <bdi>{title}</bdi>}
      <br />
      {t('madeBy', { name: bidiIsolated(createdBy), moment: words.dateTime(createdAt) })}
      {' · '}
      {t('waiting', { n: pending })}
      {dead > 0 && <strong> · {t('givenUp', { n: dead })}</strong>}
      {previousSecretUntil && <> · {t('bothSecrets', { moment: words.dateTime(previousSecretUntil) })}</>}
      {paused && <strong> · {t('isPaused')}</strong>}
    </p>
  )
}

const DELIVERY_COLUMNS = ['number', 'made', 'events', 'attempts', 'state'] as const

function Deliveries({ words, connection, id }: Pick<ItemProps, 'words' | 'connection'> & { id: string }) {
  const t = words.translatorOf(WORDS)
  const query = useQuery(connection, id, (signal) => subscriptionsApi.deliveries(id, signal))
  if (!query) return <p role="status">{words.t('loading')}</p>
  if ('refused' in query) return <p class="problem">{problemText(words, query.refused)}</p>
  if (query.value.length === 0) return <p role="status">{t('noDeliveries')}</p>
  return (
    <DataTable
      caption={t('deliveries')}
      isCaptionHidden
      boxClass="rows"
      head={<HeadRow names={DELIVERY_COLUMNS} t={t} />}
    >
      {query.value.map((delivery) => (
        <tr key={delivery.number}>
          <td>{words.number(delivery.number)}</td>
          <td>{words.dateTime(delivery.createdAt)}</td>
          <td>{words.number(delivery.events)}</td>
          <td>{words.number(delivery.attempts)}</td>
          <td class="why">{deliveryStateText(words, delivery)}</td>
        </tr>
      ))}
    </DataTable>
  )
}

/** State of a delivery; the reason of a failure is in the words of the receiver or of the network. */
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
