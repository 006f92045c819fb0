/**
 * Sends the queued observations, oldest first, one batch at a time. A batch leaves the queue once the server has it.
 */
import { loadQueue, loadSettings, removeQueued, replaceQueued } from './store.js'

export type DeliveryState = 'delivered' | 'offline' | 'token' | 'server'

/** Number of probes in one request. */
const BATCH_SIZE = 100
/**
 * Backoff after a failure. It doubles each time and has a random part, so that a village's devices do not return
 * together.
 */
const MIN_BACKOFF_MS = 15_000
const MAX_BACKOFF_MS = 30 * 60_000

interface DeliveryAnswer {
  rejected: { index: number; reason: string }[]
}

/** Sends the whole queue. Resolves to null if another tab is sending already. */
export async function deliverQueue(): Promise<DeliveryState | null> {
  return navigator.locks.request('taghtiya-deliver', { ifAvailable: true }, async (lock) =>
    lock ? sendAll() : null,
  )
}

async function sendAll(): Promise<DeliveryState> {
  for (;;) {
    const batch = (await loadQueue()).filter((item) => item.refused === undefined).slice(0, BATCH_SIZE)
    if (batch.length === 0) return 'delivered'
    const { token } = await loadSettings()
    if (!token) return 'token'
    const sentAt = new Date().toISOString()
    const answer = await fetch('api/v1/probes', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(batch.map(({ probe }) => ({ ...probe, sentAt }))),
    }).catch(() => null)
    if (!answer) return 'offline'
    if (answer.status === 401 || answer.status === 403) return 'token'
    if (!answer.ok) return 'server'
    const { rejected } = (await answer.json()) as DeliveryAnswer
    const reasons = new Map(rejected.map(({ index, reason }) => [index, reason]))
    await replaceQueued(
      batch.flatMap((item, i) => (reasons.has(i) ? [{ ...item, refused: reasons.get(i)! }] : [])),
    )
    await removeQueued(batch.filter((_, i) => !reasons.has(i)).map(({ seq }) => seq))
  }
}

export interface Delivery {
  /** Sends at once instead of waiting for the rest of the backoff. */
  now(): Promise<void>
}

/** Sends now, when the network comes back, and again later while anything is queued. */
export function startDelivery(onState: (state: DeliveryState) => void): Delivery {
  let timer: number | undefined
  let backoffMs = MIN_BACKOFF_MS
  const now = async () => {
    clearTimeout(timer)
    const state = await deliverQueue().catch(() => 'server' as const)
    if (state === null) return
    onState(state)
    backoffMs = state === 'delivered' ? MIN_BACKOFF_MS : Math.min(backoffMs * 2, MAX_BACKOFF_MS)
    if (state === 'delivered') return
    timer = window.setTimeout(() => void now(), backoffMs * (0.5 + Math.random() / 2))
  }
  addEventListener('online', () => void now())
  void now()
  return { now }
}
