/** Subscriptions to events, and the messages (deliveries) that are sent for them. */
import { isGivenUp, backoffMsAfter } from '#domain/event'
import { randomBytes, randomUUID } from 'node:crypto'
import type { DataSource } from 'typeorm'
import { recordChange } from '../people/changes.js'
import type { Queryable } from '../database/database.js'
import { takeLock, transactionWithoutLongWaits } from '../database/locks.js'
import { queryRow, queryRows } from '../database/query.js'
import type { Secrets } from '../secrets/secrets.js'
import { raw, sql } from '../database/sql.js'
import { type EventKind, type EventRow, listEvents } from './events.js'

export interface SubscriptionRow {
  id: string
  url: string
  /** Kinds of events; empty for all. */
  kinds: EventKind[]
  area: string | null
  rule: string | null
  paused: boolean
  /** Until when messages are signed with the earlier secret as well; null if there is only one. */
  previousSecretUntil: Date | null
  createdAt: Date
  createdBy: string
  /** Number of messages that wait for their turn or their next attempt. */
  pending: number
  /** Number of messages that will not be attempted again. */
  dead: number
}

const SUBSCRIPTION_COLUMNS =
  raw(`s.id, s.url, s.kinds, s.area, s.rule_id AS rule, s.paused, s.created_at AS "createdAt",
  CASE WHEN s.previous_secret_until > now() THEN s.previous_secret_until END AS "previousSecretUntil",
  s.created_by AS "createdBy",
  (SELECT count(*) FROM delivery WHERE subscription_id = s.id AND delivered_at IS NULL AND dead_at IS NULL)::integer AS pending,
  (SELECT count(*) FROM delivery WHERE subscription_id = s.id AND dead_at IS NOT NULL)::integer AS dead`)

/** Limit of subscriptions; each costs a message for every hundred events of a run. */
const MAX_SUBSCRIPTIONS = 100

export type NewSubscription = Pick<SubscriptionRow, 'url' | 'kinds' | 'area' | 'rule'>

/** Adds a subscription; null if the limit is reached. Only this answer contains the secret. */
export async function insertSubscription(
  source: DataSource,
  secrets: Secrets,
  { url, kinds, area, rule }: NewSubscription,
  { author, at }: { author: string; at: Date },
): Promise<{ id: string; secret: string } | null> {
  return source.transaction(async (tx) => {
    await takeLock(tx, 'subscriptions')
    if ((await listSubscriptions(tx)).length >= MAX_SUBSCRIPTIONS) return null
    const id = randomUUID()
    const secret = newSigningSecret()
    const sealed = await secrets.seal(tx, secret, placeOf(id))
    await queryRows(
      tx,
      sql`INSERT INTO subscription (id, url, kinds, area, rule_id, secret, created_at, created_by)
       VALUES (${id}, ${url}, ${kinds}, ${area}, ${rule}, ${sealed}, ${at}, ${author})`,
    )
    await recordChange(tx, author, 'add subscription', id, { url, kinds, area, rule })
    return { id, secret }
  })
}

const newSigningSecret = () => `whsec_${randomBytes(32).toString('base64')}`

const placeOf = (id: string, column: 'secret' | 'previous_secret' = 'secret') => ({
  table: 'subscription',
  column,
  row: id,
})

/** Lists subscriptions, oldest first. */
export async function listSubscriptions(db: Queryable): Promise<SubscriptionRow[]> {
  return queryRows(
    db,
    sql`SELECT ${SUBSCRIPTION_COLUMNS} FROM subscription AS s WHERE deleted_at IS NULL ORDER BY created_at, id LIMIT 1000`,
  )
}

export async function findSubscription(db: Queryable, id: string): Promise<SubscriptionRow | undefined> {
  return queryRow(
    db,
    sql`SELECT ${SUBSCRIPTION_COLUMNS} FROM subscription AS s WHERE id = ${id} AND deleted_at IS NULL`,
  )
}

/** Pauses or resumes; messages that wait are sent once it is resumed. */
export async function pauseSubscription(
  db: Queryable,
  id: string,
  paused: boolean,
  author: string,
): Promise<void> {
  const before = await findSubscription(db, id)
  await queryRows(db, sql`UPDATE subscription SET paused = ${paused} WHERE id = ${id}`)
  await recordChange(db, author, paused ? 'pause subscription' : 'resume subscription', id, {
    before: { paused: before?.paused },
    after: { paused },
  })
}

/** Removes a subscription: nothing is sent to it any more, but the record of its deliveries stays. */
export async function deleteSubscription(db: Queryable, id: string, author: string, at: Date): Promise<void> {
  const subscription = await findSubscription(db, id)
  await queryRows(
    db,
    sql`UPDATE subscription SET deleted_at = ${at}, secret = '', previous_secret = NULL WHERE id = ${id}`,
  )
  const { url, kinds, area, rule } = subscription ?? {}
  await recordChange(db, author, 'delete subscription', id, {
    before: { url, kinds, area, rule },
    after: null,
  })
}

/** Time for which messages are signed with both secrets after a change, so that a receiver changes over when it likes. */
const CHANGE_OVER_HOURS = 24

/**
 * Gives a subscription a new secret. Messages are signed with the earlier one as well until `previousSecretUntil`; only this answer
 * contains the new one. The subscription must exist.
 */
export async function renewSubscriptionSecret(
  source: DataSource,
  secrets: Secrets,
  id: string,
  { author, at }: { author: string; at: Date },
): Promise<{ secret: string; previousSecretUntil: Date }> {
  const secret = newSigningSecret()
  const previousSecretUntil = new Date(at.getTime() + CHANGE_OVER_HOURS * 3_600_000)
  await source.transaction(async (tx) => {
    const sealed = await secrets.seal(tx, secret, placeOf(id))
    const row = await queryRow<{ secret: string }>(
      tx,
      sql`SELECT secret FROM subscription WHERE id = ${id} FOR UPDATE`,
    )
    // One whose key was lost has no secret.
    const previous = row!.secret === '' ? null : secrets.open(row!.secret, placeOf(id))
    const sealedPrevious = previous && (await secrets.seal(tx, previous, placeOf(id, 'previous_secret')))
    await queryRows(
      tx,
      sql`UPDATE subscription SET secret = ${sealed}, previous_secret_until = ${previousSecretUntil},
       previous_secret = ${sealedPrevious} WHERE id = ${id}`,
    )
    await recordChange(tx, author, 'renew webhook secret', id, { previousSecretUntil })
  })
  return { secret, previousSecretUntil }
}

export interface DeliveryRow {
  /** The message's `webhook-id`. */
  id: string
  number: number
  events: number
  createdAt: Date
  attempts: number
  nextAt: Date
  lastError: string | null
  deliveredAt: Date | null
  deadAt: Date | null
}

/** Lists deliveries, newest first. */
export async function listDeliveries(
  db: Queryable,
  subscription: string,
  page: { before: number; limit: number },
): Promise<DeliveryRow[]> {
  return queryRows(
    db,
    sql`SELECT id, number, events, created_at AS "createdAt", attempts, next_at AS "nextAt", last_error AS "lastError",
       delivered_at AS "deliveredAt", dead_at AS "deadAt"
     FROM delivery WHERE subscription_id = ${subscription} AND number < ${page.before}
     ORDER BY number DESC LIMIT ${page.limit}`,
  )
}

/** Limit of the events in one message: a first run has one for every zone. */
const MAX_EVENTS_PER_MESSAGE = 100

/**
 * Puts each event that is in no message yet into messages, once. Batches are recorded by their origin, not by a
 * position in time, so that a run or a change of the plan that began earlier and committed later than another is not
 * skipped.
 */
export async function queueDeliveries(source: DataSource, now: Date): Promise<void> {
  const runs = await queryRows<{ id: number }>(
    source.manager,
    sql`SELECT id FROM run WHERE current AND NOT EXISTS (SELECT 1 FROM event_batch WHERE key = 'zone-' || run.id) ORDER BY id`,
  )
  for (const { id } of runs) await transactionWithoutLongWaits(source, (tx) => queueRun(tx, id, now))
  await transactionWithoutLongWaits(source, (tx) => queuePlan(tx, now))
}

async function queueRun(tx: Queryable, run: number, now: Date): Promise<void> {
  await takeLock(tx, 'deliveries')
  const key = `zone-${run}`
  const inserted = await queryRow(
    tx,
    sql`INSERT INTO event_batch (key, made_at) VALUES (${key}, ${now}) ON CONFLICT DO NOTHING RETURNING key`,
  )
  if (inserted) await queueBatch(tx, key, now)
}

/** Queues events of the plan. Uncommitted events are not visible here, and go into the next batch. */
async function queuePlan(tx: Queryable, now: Date): Promise<void> {
  await takeLock(tx, 'deliveries')
  const batch = `plan-${randomUUID()}`
  const [, count] = await tx.query('UPDATE plan_event SET batch = $1 WHERE batch IS NULL', [batch])
  if (count > 0) await queueBatch(tx, batch, now)
}

type SubscriptionFilter = Pick<SubscriptionRow, 'id' | 'kinds' | 'area' | 'rule' | 'createdAt'>

async function queueBatch(tx: Queryable, batch: string, now: Date): Promise<void> {
  const subscriptions = await queryRows<SubscriptionFilter>(
    tx,
    sql`SELECT id, kinds, area, rule_id AS rule, created_at AS "createdAt" FROM subscription WHERE deleted_at IS NULL`,
  )
  for (const subscription of subscriptions) await queueFor(tx, subscription, batch, now)
}

/** Queues events for a subscription, which gets none from before it was made. */
async function queueFor(
  tx: Queryable,
  { id, kinds, area, rule, createdAt: since }: SubscriptionFilter,
  batch: string,
  now: Date,
): Promise<void> {
  for (let after: { micros: string; id: string } | null = null; ;) {
    const events: EventRow[] = await listEvents(tx, {
      kinds,
      area,
      rule,
      batch,
      since,
      after,
      limit: MAX_EVENTS_PER_MESSAGE,
    })
    if (events.length === 0) return
    await queryRows(
      tx,
      sql`INSERT INTO delivery (id, subscription_id, number, payload, events, created_at, next_at)
       SELECT ${randomUUID()}::uuid, ${id}::uuid, coalesce(max(number), 0) + 1, ${payloadOf(events)}, ${events.length}::integer,
         ${now}::timestamptz, ${now}::timestamptz FROM delivery WHERE subscription_id = ${id}`,
    )
    after = events.at(-1)!
  }
}

/**
 * The payload in the form of Standard Webhooks, stored as text so that every attempt sends and signs the same bytes.
 */
function payloadOf(events: readonly EventRow[]): string {
  const [{ at, run }] = events as [EventRow]
  const isOfOne = events.every((event) => event.run === run)
  return JSON.stringify({
    type: 'events',
    timestamp: at,
    data: { run: isOfOne ? run : null, events: events.map(({ micros: _micros, ...event }) => event) },
  })
}

export interface DueDelivery {
  id: string
  subscription: string
  url: string
  /** The secrets, sealed. */
  secret: string
  previousSecret: string | null
  payload: string
  attempts: number
  createdAt: Date
}

/**
 * Duration of a lease, longer than any attempt takes. After it, the message of a worker that was killed can be leased
 * again.
 */
const DELIVERY_LEASE_MS = 60_000

/**
 * Leases the oldest message of each subscription if it is due and no other worker has leased it. Messages thus arrive
 * in order, one at a time, whatever the number of workers.
 */
export async function leaseDeliveries(db: Queryable, now: Date): Promise<DueDelivery[]> {
  const [rows] = await db.query(
    `UPDATE delivery AS d SET claimed_until = $2 FROM subscription AS s
     WHERE s.id = d.subscription_id AND NOT s.paused AND s.deleted_at IS NULL
       AND d.delivered_at IS NULL AND d.dead_at IS NULL AND d.next_at <= $1
       AND (d.claimed_until IS NULL OR d.claimed_until <= $1)
       AND d.number = (SELECT min(number) FROM delivery AS o WHERE o.subscription_id = s.id
         AND o.delivered_at IS NULL AND o.dead_at IS NULL)
     RETURNING d.id, s.id AS subscription, s.url, s.secret, d.payload,
       CASE WHEN s.previous_secret_until > $1 THEN s.previous_secret END AS "previousSecret", d.attempts, d.created_at AS "createdAt"`,
    [now, new Date(now.getTime() + DELIVERY_LEASE_MS)],
  )
  return rows as DueDelivery[]
}

/** The secrets that sign a message, the newest first. */
export function signingSecretsOf(
  secrets: Secrets,
  { subscription, secret, previousSecret }: DueDelivery,
): string[] {
  const newest = secrets.open(secret, placeOf(subscription))
  return previousSecret === null
    ? [newest]
    : [newest, secrets.open(previousSecret, placeOf(subscription, 'previous_secret'))]
}

export async function markDelivered(db: Queryable, id: string, at: Date): Promise<void> {
  await queryRows(
    db,
    sql`UPDATE delivery SET delivered_at = ${at}, attempts = attempts + 1, payload = NULL, last_error = NULL,
       claimed_until = NULL WHERE id = ${id}`,
  )
}

/** Limit of the stored reason of a failure. */
const MAX_ERROR_LENGTH = 500

/** Records a failed attempt: the message is attempted again later, or given up. `random` (0..1) spreads the attempts. */
export async function markFailed(
  db: Queryable,
  { id, attempts, createdAt }: Pick<DueDelivery, 'id' | 'attempts' | 'createdAt'>,
  reason: string,
  at: Date,
  random: number,
): Promise<void> {
  const deadAt = isGivenUp(createdAt.getTime(), at.getTime()) ? at : null
  const nextAt = new Date(at.getTime() + backoffMsAfter(attempts + 1, random))
  await queryRows(
    db,
    sql`UPDATE delivery SET attempts = attempts + 1, last_error = ${reason.slice(0, MAX_ERROR_LENGTH)}, claimed_until = NULL,
       next_at = ${nextAt}, dead_at = ${deadAt} WHERE id = ${id}`,
  )
}
