/** Deliveries of events: where they may go, and when they are tried again. */

/** At first after half a minute, then twice as long each time, an hour at most. */
const MIN_BACKOFF_MS = 30_000
const MAX_BACKOFF_MS = 3_600_000
/** A receiver may be away for a long weekend. */
export const MAX_DELIVERY_HOURS = 72

/** Pause before the next try after `attempts` that failed; `random` from 0 to 1 spreads those that failed together. */
export function backoffMsAfter(attempts: number, random: number): number {
  const full = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** Math.min(attempts - 1, 20))
  return Math.round(full * (0.5 + random / 2))
}

/** Milliseconds since 1970. */
export const isGivenUp = (createdAt: number, now: number): boolean =>
  now - createdAt > MAX_DELIVERY_HOURS * 3_600_000

/**
 * Why an address cannot be told of events, as far as its text says; null: it may. Where it leads is looked up when it is
 * used. `http` is for tests, on this machine, where the configuration allows it.
 */
export function webhookUrlRefusal(text: string, allowsLoopback: boolean): string | null {
  if (!URL.canParse(text)) return 'is no address'
  const { protocol, username, password, hostname, hash } = new URL(text)
  if (username || password) return 'holds a name or a password: the signature is what proves who sends'
  if (hash) return 'has a fragment, which is not sent'
  if (protocol === 'https:') return null
  const isLoopback = ['127.0.0.1', '[::1]', 'localhost'].includes(hostname)
  return protocol === 'http:' && allowsLoopback && isLoopback ? null : 'does not begin with https://'
}
