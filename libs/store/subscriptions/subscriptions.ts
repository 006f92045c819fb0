/** Who is told of events, and what was sent to whom. */
import { isGivenUp, backoffMsAfter } from '#domain/event'
import { randomBytes, randomUUID } from 'node:crypto'
import type { DataSource } from 'typeorm'
import { recordChange } from '../people/changes.js'
import type { Queryable } from '../database/database.js'
import { type EventKind, type EventRow, listEvents } from './events.js'

export interface SubscriptionRow {
  id: string
  url: string
  /** Empty: every kind. */
  kinds: EventKind[]
  area: string | null
  rule: string | null
  paused: boolean
  createdAt: Date
  createdBy: string
  /** Messages that wait for their turn or their next try. */
  pending: number
  /** Messages that were given up. */
  dead: number
}

const COLUMNS = `s.id, s.url, s.kinds, s.area, s.rule_id AS rule, s.paused, s.created_at AS "createdAt",
  s.created_by AS "createdBy",
  (SELECT count(*) FROM delivery WHERE subscription_id = s.id AND delivered_at IS NULL AND dead_at IS NULL)::integer AS pending,
  (SELECT count(*) FROM delivery WHERE subscription_id = s.id AND dead_at IS NOT NULL)::integer AS dead`

/** Each costs a message for every hundred events of a run. */
const MAX_SUBSCRIPTIONS = 100

export type NewSubscription = Pick<SubscriptionRow, 'url' | 'kinds' | 'area' | 'rule'>

/** Null: there are as many as are taken. The secret is in this answer and in no other. */
export async function insertSubscription(
  source: DataSource,
  { url, kinds, area, rule }: NewSubscription,
  author: string,
  at: Date,
): Promise<{ id: string; secret: string } | null> {
  return source.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', ['subscriptions'])
    if ((await listSubscriptions(tx)).length >= MAX_SUBSCRIPTIONS) return null
    const id = randomUUID()
    const secret = `whsec_${randomBytes(32).toString('base64')}`
    await tx.query(
      `INSERT INTO subscription (id, url, kinds, area, rule_id, secret, created_at, created_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [id, url, kinds, area, rule, secret, at, author],
    )
    await recordChange(tx, author, 'add subscription', id, { url, kinds, area, rule })
    return { id, secret }
  })
}

/** The oldest first. */
export async function listSubscriptions(db: Queryable): Promise<SubscriptionRow[]> {
  return db.query(
    `SELECT ${COLUMNS} FROM subscription AS s WHERE deleted_at IS NULL ORDER BY created_at, id LIMIT 1000`,
  )
}

export async function findSubscription(db: Queryable, id: string): Promise<SubscriptionRow | undefined> {
  const rows: SubscriptionRow[] = await db.query(
    `SELECT ${COLUMNS} FROM subscription AS s WHERE id = $1 AND deleted_at IS NULL`,
    [id],
  )
  return rows[0]
}

/** What waits goes out when it is taken up again. */
export async function pauseSubscription(
  db: Queryable,
  id: string,
  paused: boolean,
  author: string,
): Promise<void> {
  await db.query('UPDATE subscription SET paused = $2 WHERE id = $1', [id, paused])
  await recordChange(db, author, paused ? 'pause subscription' : 'resume subscription', id)
}

/** From now on nothing goes there; what was sent stays on record. */
export async function deleteSubscription(db: Queryable, id: string, author: string, at: Date): Promise<void> {
  await db.query(`UPDATE subscription SET deleted_at = $2, secret = '' WHERE id = $1`, [id, at])
  await recordChange(db, author, 'delete subscription', id)
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

/** The newest first. */
export async function listDeliveries(
  db: Queryable,
  subscription: string,
  page: { before: number; limit: number },
): Promise<DeliveryRow[]> {
  return db.query(
    `SELECT id, number, events, created_at AS "createdAt", attempts, next_at AS "nextAt", last_error AS "lastError",
       delivered_at AS "deliveredAt", dead_at AS "deadAt"
     FROM delivery WHERE subscription_id = $1 AND number < $2 ORDER BY number DESC LIMIT $3`,
    [subscription, page.before, page.limit],
  )
}

/** Events in one message: a first run has one for every zone. */
const MAX_EVENTS_PER_MESSAGE = 100

/** Messages are numbered by one at a time. */
const TAKE_QUEUE_LOCK = `SELECT pg_advisory_xact_lock(hashtext('deliveries'))`

/**
 * Puts the events that are in no message yet into messages, once. Neither looks at a position in time: a run, or a change of
 * the plan, that was begun earlier and committed later than another is not passed over.
 */
export async function queueDeliveries(source: DataSource, now: Date): Promise<void> {
  const runs: { id: number }[] = await source.manager.query(
    `SELECT id FROM run WHERE current AND NOT EXISTS (SELECT 1 FROM event_batch WHERE key = 'zone-' || run.id) ORDER BY id`,
  )
  for (const { id } of runs) await source.transaction((tx) => queueRun(tx, id, now))
  await source.transaction((tx) => queuePlan(tx, now))
}

async function queueRun(tx: Queryable, run: number, now: Date): Promise<void> {
  await tx.query(TAKE_QUEUE_LOCK)
  const made: unknown[] = await tx.query(
    `INSERT INTO event_batch (key, made_at) VALUES ('zone-' || $1::integer, $2) ON CONFLICT DO NOTHING RETURNING key`,
    [run, now],
  )
  if (made.length > 0) await queueBatch(tx, `zone-${run}`, now)
}

/** What is not committed yet is not seen, and goes into the next batch. */
async function queuePlan(tx: Queryable, now: Date): Promise<void> {
  await tx.query(TAKE_QUEUE_LOCK)
  const batch = `plan-${randomUUID()}`
  const [, count] = await tx.query('UPDATE plan_event SET batch = $1 WHERE batch IS NULL', [batch])
  if (count > 0) await queueBatch(tx, batch, now)
}

type SubscriptionFilter = Pick<SubscriptionRow, 'id' | 'kinds' | 'area' | 'rule' | 'createdAt'>

async function queueBatch(tx: Queryable, batch: string, now: Date): Promise<void> {
  const wanted: SubscriptionFilter[] = await tx.query(
    `SELECT id, kinds, area, rule_id AS rule, created_at AS "createdAt" FROM subscription WHERE deleted_at IS NULL`,
  )
  for (const subscription of wanted) await queueFor(tx, subscription, batch, now)
}

/** Whoever subscribed after something happened is not told of it. */
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
    await tx.query(
      `INSERT INTO delivery (id, subscription_id, number, payload, events, created_at, next_at)
       SELECT $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $5 FROM delivery WHERE subscription_id = $2`,
      [randomUUID(), id, payloadOf(events), events.length, now],
    )
    after = events.at(-1)!
  }
}

/** As Standard Webhooks has it: kept as text, so that every try sends and signs the same bytes. */
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
  secret: string
  payload: string
  attempts: number
  createdAt: Date
}

/** Longer than any try takes: a worker that was killed holds its message no longer. */
const DELIVERY_LEASE_MS = 60_000

/**
 * Claims the oldest message of each subscription, where it is due and nobody tries it: so they arrive in order, one at a
 * time, whatever number of workers there are.
 */
export async function leaseDeliveries(db: Queryable, now: Date): Promise<DueDelivery[]> {
  const [rows] = await db.query(
    `UPDATE delivery AS d SET claimed_until = $2 FROM subscription AS s
     WHERE s.id = d.subscription_id AND NOT s.paused AND s.deleted_at IS NULL
       AND d.delivered_at IS NULL AND d.dead_at IS NULL AND d.next_at <= $1
       AND (d.claimed_until IS NULL OR d.claimed_until <= $1)
       AND d.number = (SELECT min(number) FROM delivery AS o WHERE o.subscription_id = s.id
         AND o.delivered_at IS NULL AND o.dead_at IS NULL)
     RETURNING d.id, s.id AS subscription, s.url, s.secret, d.payload, d.attempts, d.created_at AS "createdAt"`,
    [now, new Date(now.getTime() + DELIVERY_LEASE_MS)],
  )
  return rows as DueDelivery[]
}

export async function markDelivered(db: Queryable, id: string, at: Date): Promise<void> {
  await db.query(
    `UPDATE delivery SET delivered_at = $2, attempts = attempts + 1, payload = NULL, last_error = NULL,
       claimed_until = NULL WHERE id = $1`,
    [id, at],
  )
}

/** Tried again later, or given up with its reason. */
export async function markFailed(
  db: Queryable,
  { id, attempts, createdAt }: Pick<DueDelivery, 'id' | 'attempts' | 'createdAt'>,
  reason: string,
  at: Date,
  random: number,
): Promise<void> {
  const dead = isGivenUp(createdAt.getTime(), at.getTime())
  await db.query(
    `UPDATE delivery SET attempts = attempts + 1, last_error = $2, claimed_until = NULL, next_at = $3, dead_at = $4
     WHERE id = $1`,
    [
      id,
      reason.slice(0, 500),
      new Date(at.getTime() + backoffMsAfter(attempts + 1, random)),
      dead ? at : null,
    ],
  )
}
