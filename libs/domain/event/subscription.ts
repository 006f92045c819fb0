/** Deliveries of events to webhooks: the allowed addresses, and the times of further attempts. Pure. */
import { HOUR_MS, SECOND_MS } from '../units/units.js'

/** The pause doubles with each failure, from half a minute to an hour. */
const MIN_BACKOFF_MS = 30 * SECOND_MS
const MAX_BACKOFF_MS = HOUR_MS
/** Duration after which a delivery is given up; a receiver may be unreachable for a long weekend. */
export const MAX_DELIVERY_HOURS = 72

/**
 * Pause, in ms, before the next attempt after `attempts` failed ones (at least 1). `random`, from 0 to 1, spreads deliveries
 * that failed at the same moment.
 */
export function backoffMsAfter(attempts: number, random: number): number {
  const backoff = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** Math.min(attempts - 1, 20))
  return Math.round(backoff * (0.5 + random / 2))
}

/** Whether a delivery that was created then is no longer attempted; both times are milliseconds since 1970. */
export const isGivenUp = (createdAt: number, now: number): boolean =>
  now - createdAt > MAX_DELIVERY_HOURS * HOUR_MS

/**
 * The reason why events are not sent to this URL, judged by its text alone; null if they may be sent. The address to
 * which its name resolves is checked at the time of sending. `http` is only for tests on this machine, if the
 * configuration allows it.
 */
export function webhookUrlRefusal(text: string, allowsLoopback: boolean): string | null {
  if (!URL.canParse(text)) return 'is not a valid URL'
  const { protocol, username, password, hostname, hash } = new URL(text)
  if (username || password) return 'must not contain credentials: deliveries are signed'
  if (hash) return 'must not have a fragment (#…)'
  if (protocol === 'https:') return null
  const isLoopback = ['127.0.0.1', '[::1]', 'localhost'].includes(hostname)
  return protocol === 'http:' && allowsLoopback && isLoopback ? null : 'must begin with https://'
}
