/** Repeats requests while the server cannot be reached; the page shows a notice meanwhile. */
import { ApiError } from './api-error.js'

const MIN_BACKOFF_MS = 1_000
const MAX_BACKOFF_MS = 15_000

export type Fetcher<T> = (signal: AbortSignal) => Promise<T>

/** One instance serves the whole page: several requests may be retried at once, and the notice stays until none is. */
export class Connection {
  private retryingRequests = 0

  constructor(private readonly onLostChange: (lost: boolean) => void) {}

  /**
   * Sends a request again while the server is unreachable or failed inside (5xx). A refusal is an answer and is thrown.
   */
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
