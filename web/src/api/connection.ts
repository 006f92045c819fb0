/** Asking a server that may be away: until it answers, and the page says so meanwhile. */
import { ApiError } from './api-error.js'

const MIN_BACKOFF_MS = 1_000
const MAX_BACKOFF_MS = 15_000

export type Fetcher<T> = (signal: AbortSignal) => Promise<T>

/** One for the page: several may be waiting at once, and the notice goes when none is. */
export class Connection {
  private retryingRequests = 0

  constructor(private readonly onLostChange: (lost: boolean) => void) {}

  /** A refusal is an answer; only a lost server, or one that failed inside, is asked again. */
  async requestWithRetry<T>(ask: Fetcher<T>, signal: AbortSignal): Promise<T> {
    let counted = false
    try {
      for (let pause = MIN_BACKOFF_MS; ; pause = Math.min(pause * 2, MAX_BACKOFF_MS)) {
        try {
          return await ask(signal)
        } catch (error) {
          signal.throwIfAborted()
          if (error instanceof ApiError && error.status < 500) throw error
        }
        if (!counted) this.countRetrying(1)
        counted = true
        await abortableDelay(pause, signal)
      }
    } finally {
      if (counted) this.countRetrying(-1)
    }
  }

  private countRetrying(more: 1 | -1): void {
    this.retryingRequests += more
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
