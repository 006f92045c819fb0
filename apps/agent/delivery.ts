/** Sending what waits: oldest first, one batch at a time, and further apart the longer the server does not take it. */
import type { Spool, SpooledObservation } from './spool.js'

const BATCH = 500
const BATCH_BYTES = 1_000_000
const TIMEOUT_MS = 60_000
const MIN_BACKOFF_MS = 60_000
const MAX_BACKOFF_MS = 6 * 3_600_000
/** A token that is refused is not accepted a minute later. */
const TOKEN_WAIT_MS = 3_600_000

export interface DeliveryOptions {
  server: string
  /** Read anew each time; throws where there is none. */
  token: () => string
  /** Milliseconds since 1970 by the machine's clock. */
  clock: () => number
  /** Milliseconds since the machine's start; null where the system does not tell. */
  boot: () => { id: string; uptimeMs: number } | null
  random: () => number
}

export type DeliveryResult = { sent: number } & ({ error: null } | { error: string; waitMs: number })

interface Answer {
  rejected: { index: number; reason: string }[]
}

/** Sends until nothing waits or the server does not take it. `failures`: how often that was so before. */
export async function deliver(
  spool: Spool,
  failures: number,
  options: DeliveryOptions,
): Promise<DeliveryResult> {
  let sent = 0
  for (;;) {
    const batch = spool.nextBatch(BATCH, BATCH_BYTES)
    if (batch.length === 0) return { sent, error: null }
    const failed = await send(spool, batch, options)
    if (failed)
      return { sent, error: failed.problem, waitMs: failed.waitMs ?? backoffMs(failures, options.random) }
    sent += batch.length
  }
}

/** Exponential, and anywhere below it: sites that lost the server together do not come back together. */
export const backoffMs = (failures: number, random: () => number): number =>
  Math.max(
    MIN_BACKOFF_MS / 2,
    random() * Math.min(MIN_BACKOFF_MS * 2 ** Math.min(failures, 20), MAX_BACKOFF_MS),
  )

type SendFailure = { problem: string; waitMs?: number } | null

async function send(
  spool: Spool,
  batch: readonly SpooledObservation[],
  options: DeliveryOptions,
): Promise<SendFailure> {
  let answer: Response
  try {
    answer = await fetch(`${options.server}/api/v1/probes`, {
      method: 'POST',
      headers: { authorization: `Bearer ${options.token()}`, 'content-type': 'application/json' },
      body: JSON.stringify(batch.map((item) => withAge(item, options))),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  } catch (error) {
    return { problem: errorText(error) }
  }
  const { status } = answer
  if (status === 200) return applyAnswer(spool, batch, answer)
  if (status === 401 || status === 403)
    return { problem: `token refused (${status}): put another into the token file`, waitMs: TOKEN_WAIT_MS }
  const after = Number(answer.headers.get('retry-after')) * 1000
  if (status >= 500 || status === 429 || status === 408)
    return {
      problem: `the server answered ${status}`,
      ...(after > 0 && { waitMs: after * (1 + options.random()) }),
    }
  return sendHalves(spool, batch, status, await answer.text().catch(() => ''), options)
}

async function applyAnswer(
  spool: Spool,
  batch: readonly SpooledObservation[],
  answer: Response,
): Promise<SendFailure> {
  const body = (await answer.json().catch(() => null)) as Answer | null
  if (!Array.isArray(body?.rejected)) return { problem: 'the answer is not that of a Taghtiya server' }
  const reasons = new Map(body.rejected.map(({ index, reason }) => [index, reason]))
  for (const [i, item] of batch.entries()) if (reasons.has(i)) spool.reject(item, reasons.get(i)!)
  spool.remove(batch.filter((_, i) => !reasons.has(i)))
  return null
}

/** One of them spoils the batch: halves find it, and the others arrive. */
async function sendHalves(
  spool: Spool,
  batch: readonly SpooledObservation[],
  status: number,
  words: string,
  options: DeliveryOptions,
): Promise<SendFailure> {
  if (batch.length === 1) {
    spool.reject(batch[0]!, `the server answered ${status}: ${words.slice(0, 300)}`)
    return null
  }
  const middle = batch.length >> 1
  return (await send(spool, batch.slice(0, middle), options)) ?? send(spool, batch.slice(middle), options)
}

/** The age by the machine's own counter where it has not been started since; else the clock at sending. */
function withAge({ probe, boot }: SpooledObservation, options: DeliveryOptions): object {
  const now = options.boot()
  if (boot && now?.id === boot.id && now.uptimeMs >= boot.uptimeMs)
    return { ...probe, ageMs: Math.round(now.uptimeMs - boot.uptimeMs) }
  return { ...probe, sentAt: new Date(options.clock()).toISOString() }
}

function errorText(error: unknown): string {
  const { message, cause } = error as Error & { cause?: { code?: string } }
  return cause?.code ? `the server cannot be reached (${cause.code})` : message
}
