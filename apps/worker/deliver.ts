/**
 * Delivers events to subscribers: at least once, in order, signed as the Standard Webhooks specification asks
 * (https://www.standardwebhooks.com).
 */
import type { Secrets } from '#store/secrets'
import {
  type DueDelivery,
  leaseDeliveries,
  markDelivered,
  markFailed,
  queueDeliveries,
  signingSecretsOf,
} from '#store/subscriptions'
import { Webhook } from 'standardwebhooks'
import type { DataSource } from 'typeorm'
import { postWebhook } from './webhook-post.js'

/** Number of deliveries to one subscriber after which the job ends; it continues a minute later. */
const MAX_ROUNDS = 500

export interface DeliverOptions {
  /** Opens the secrets that sign messages. */
  secrets: Secrets
  /** Whether webhooks may go to http:// on this machine, for tests. */
  allowsLoopback: boolean
  /** The current time. */
  now(): Date
}

/** Queues the deliveries of new events, then attempts all that are due. */
export async function deliverWebhooks(source: DataSource, options: DeliverOptions): Promise<number> {
  let attempts = 0
  await queueDeliveries(source, options.now())
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const due = await leaseDeliveries(source.manager, options.now())
    if (due.length === 0) break
    attempts += due.length
    await Promise.all(due.map((delivery) => attemptDelivery(source, delivery, options)))
  }
  return attempts
}

async function attemptDelivery(
  source: DataSource,
  delivery: DueDelivery,
  { secrets, allowsLoopback, now }: DeliverOptions,
): Promise<void> {
  const { id, url, payload } = delivery
  const attemptedAt = now()
  const signature = (secret: string) => new Webhook(secret).sign(id, attemptedAt, payload)
  try {
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Taghtiya',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(attemptedAt.getTime() / 1000)),
      // The specification allows several signatures; a receiver takes the message if one of them is right.
      'webhook-signature': signingSecretsOf(secrets, delivery).map(signature).join(' '),
    }
    await postWebhook({ url, headers, body: payload }, allowsLoopback)
    await markDelivered(source.manager, id, now())
  } catch (error) {
    await markFailed(source.manager, delivery, String((error as Error).message), now(), Math.random())
  }
}
