/** Requests to a server that may be unreachable: they are sent again until it answers, and the page says so meanwhile. */
import { ApiError } from './api-error.js'

const MIN_BACKOFF_MS = 1_000
const MAX_BACKOFF_MS = 15_000

export type Fetcher<T> = (signal: AbortSignal) => Promise<T>

/** One for the page: several requests may be retried at once, and the notice goes when none is. */
export class Connection {
  private retryingRequests = 0

  constructor(private readonly onLostChange: (lost: boolean) => void) {}

  /** A refusal is an answer; only an unreachable server, or one that failed inside (5xx), is asked again. */
  async requestWithRetry<T>(ask: Fetcher<T>, signal: AbortSignal): Promise<T> {
    let isCounted = false
    try {
      for (let backoffMs = MIN_BACKOFF_MS; ; backoffMs = Math.min(backoffMs * 2, MAX_BACKOFF_MS)) {
        try {
          return await ask(signal)
        } catch (error) {
          signal.throwIfAborted()
          if (error instanceof ApiError && error.status < 500) throw error
        }
        if (!isCounted) this.countRetrying(1)
        isCounted = true
        await abortableDelay(backoffMs, signal)
      }
    } finally {
      if (isCounted) this.countRetrying(-1)
    }
  }

  private countRetrying(change: 1 | -1): void {
    this.retryingRequests += change
    this.onLostChange(this.retryingRequests > 0)
  }
}

function abortableDelay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => (clearTimeout(timer), reject(signal.reason))
    const timer = setTimeout(() => (signal.removeEventListener('abort', stop), resolve()), ms)
    signal.addEventListener('abort', stop, { once: true })
  })
}
