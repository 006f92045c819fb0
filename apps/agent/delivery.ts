/** Sends the observations in the spool: the oldest first, one batch at a time, with a backoff while the server fails. */
import { HOUR_MS, MINUTE_MS } from '#domain/units'
import type { Spool, SpooledObservation } from './spool.js'

const MAX_BATCH_SIZE = 500
const MAX_BATCH_BYTES = 1_000_000
const TIMEOUT_MS = MINUTE_MS
const MIN_BACKOFF_MS = MINUTE_MS
const MAX_BACKOFF_MS = 6 * HOUR_MS
/** A token that was refused will not be accepted a minute later. */
const TOKEN_WAIT_MS = HOUR_MS

export interface DeliveryOptions {
  server: string
  /** Reads the token; it is called for each batch and throws where there is none. */
  token: () => string
  /** Milliseconds since 1970 by the machine's clock. */
  clock: () => number
  /** Id of the machine's current boot and milliseconds since then; null where the system does not provide them. */
  boot: () => { id: string; uptimeMs: number } | null
  random: () => number
}

/** Number of observations that were sent, and why the delivery ended early, with the pause before the next attempt. */
export type DeliveryResult = { sent: number } & ({ error: null } | { error: string; waitMs: number })

/** The answer of POST /api/v1/probes, as far as the agent needs it. */
interface Answer {
  rejected: { index: number; reason: string }[]
}

/** Sends until the spool is empty or a batch fails. `failures` is the number of failed deliveries before this one. */
export async function deliver(
  spool: Spool,
  failures: number,
  options: DeliveryOptions,
): Promise<DeliveryResult> {
  let sent = 0
  for (;;) {
    const batch = spool.nextBatch(MAX_BATCH_SIZE, MAX_BATCH_BYTES)
    if (batch.length === 0) return { sent, error: null }
    const failure = await send(spool, batch, options)
    if (failure)
      return { sent, error: failure.reason, waitMs: failure.waitMs ?? backoffMs(failures, options.random) }
    sent += batch.length
  }
}

/** Exponential backoff with full jitter, ms: agents that lost the server at the same time do not come back together. */
export const backoffMs = (failures: number, random: () => number): number =>
  Math.max(
    MIN_BACKOFF_MS / 2,
    random() * Math.min(MIN_BACKOFF_MS * 2 ** Math.min(failures, 20), MAX_BACKOFF_MS),
  )

/** The reason why a batch was not sent; `waitMs` is the pause if the backoff does not decide it. */
type SendFailure = { reason: string; waitMs?: number } | null

async function send(
  spool: Spool,
  batch: readonly SpooledObservation[],
  options: DeliveryOptions,
): Promise<SendFailure> {
  let response: Response
  try {
    response = await fetch(`${options.server}/api/v1/probes`, {
      method: 'POST',
      headers: { authorization: `Bearer ${options.token()}`, 'content-type': 'application/json' },
      body: JSON.stringify(batch.map((item) => withAge(item, options))),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  } catch (error) {
    return { reason: errorText(error) }
  }
  const { status } = response
  if (status === 200) return applyAnswer(spool, batch, response)
  if (status === 401 || status === 403)
    return { reason: `token refused (${status}): put a new one into the token file`, waitMs: TOKEN_WAIT_MS }
  const retryAfterMs = Number(response.headers.get('retry-after')) * 1000
  if (status >= 500 || status === 429 || status === 408)
    return {
      reason: `the server answered ${status}`,
      ...(retryAfterMs > 0 && { waitMs: retryAfterMs * (1 + options.random()) }),
    }
  return sendHalves(spool, batch, status, await response.text().catch(() => ''), options)
}

/** Removes the accepted observations from the spool, and sets the rejected ones aside. */
async function applyAnswer(
  spool: Spool,
  batch: readonly SpooledObservation[],
  response: Response,
): Promise<SendFailure> {
  const answer = (await response.json().catch(() => null)) as Answer | null
  if (!Array.isArray(answer?.rejected)) return { reason: 'not a Taghtiya server response' }
  const reasons = new Map(answer.rejected.map(({ index, reason }) => [index, reason]))
  for (const [i, item] of batch.entries()) if (reasons.has(i)) spool.reject(item, reasons.get(i)!)
  spool.remove(batch.filter((_, i) => !reasons.has(i)))
  return null
}

/** Sends a refused batch in halves, again and again, so that only the observations that cause the refusal are set aside. */
async function sendHalves(
  spool: Spool,
  batch: readonly SpooledObservation[],
  status: number,
  responseText: string,
  options: DeliveryOptions,
): Promise<SendFailure> {
  if (batch.length === 1) {
    spool.reject(batch[0]!, `the server answered ${status}: ${responseText.slice(0, 300)}`)
    return null
  }
  const middle = batch.length >> 1
  return (await send(spool, batch.slice(0, middle), options)) ?? send(spool, batch.slice(middle), options)
}

/** Adds the observation's age, by the uptime if the machine was not rebooted since; else adds the clock at sending. */
function withAge({ probe, boot }: SpooledObservation, options: DeliveryOptions): object {
  const currentBoot = options.boot()
  if (boot && currentBoot?.id === boot.id && currentBoot.uptimeMs >= boot.uptimeMs)
    return { ...probe, ageMs: Math.round(currentBoot.uptimeMs - boot.uptimeMs) }
  return { ...probe, sentAt: new Date(options.clock()).toISOString() }
}

function errorText(error: unknown): string {
  const { message, cause } = error as Error & { cause?: { code?: string } }
  return cause?.code ? `the server cannot be reached (${cause.code})` : message
}
