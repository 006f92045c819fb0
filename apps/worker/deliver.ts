/** Tells subscribers of events: at least once, in order, signed as Standard Webhooks has it. */
import {
  type DueDelivery,
  claimDeliveries,
  markDelivered,
  markFailed,
  queueDeliveries,
} from '#store/subscriptions'
import { Webhook } from 'standardwebhooks'
import type { DataSource } from 'typeorm'
import { postMessage } from './webhook-post.js'

/** Messages to one subscriber in a row before the job ends; the next minute goes on. */
const MOST_ROUNDS = 500

export interface DeliverOptions {
  allowsLoopback: boolean
  now(): Date
}

export async function deliver(source: DataSource, options: DeliverOptions): Promise<void> {
  await queueDeliveries(source, options.now())
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const due = await claimDeliveries(source.manager, options.now())
    if (due.length === 0) return
    await Promise.all(due.map((one) => tryOne(source, one, options)))
  }
}

async function tryOne(
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
    await postMessage({ url, headers, body: payload }, allowsLoopback)
    await markDelivered(source.manager, id, now())
  } catch (error) {
    await markFailed(source.manager, due, String((error as Error).message), now(), Math.random())
  }
}
