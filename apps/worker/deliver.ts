/** Tells subscribers of events: at least once, in order, signed as Standard Webhooks has it. */
import {
  type DueDelivery,
  leaseDeliveries,
  markDelivered,
  markFailed,
  queueDeliveries,
} from '#store/subscriptions'
import { Webhook } from 'standardwebhooks'
import type { DataSource } from 'typeorm'
import { postWebhook } from './webhook-post.js'

/** Messages to one subscriber in a row before the job ends; the next minute goes on. */
const MAX_ROUNDS = 500

export interface DeliverOptions {
  allowsLoopback: boolean
  now(): Date
}

export async function deliverWebhooks(source: DataSource, options: DeliverOptions): Promise<void> {
  await queueDeliveries(source, options.now())
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const due = await leaseDeliveries(source.manager, options.now())
    if (due.length === 0) return
    await Promise.all(due.map((one) => attemptDelivery(source, one, options)))
  }
}

async function attemptDelivery(
  source: DataSource,
  due: DueDelivery,
  { allowsLoopback, now }: DeliverOptions,
): Promise<void> {
  const { id, url, secret, payload } = due
  const at = now()
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Taghtiya',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, at, payload),
  }
  try {
    await postWebhook({ url, headers, body: payload }, allowsLoopback)
    await markDelivered(source.manager, id, now())
  } catch (error) {
    await markFailed(source.manager, due, String((error as Error).message), now(), Math.random())
  }
}
