/** Asking a server that may be away: until it answers, and the page says so meanwhile. */
import { Refused } from './refused.js'

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 15_000

export type Ask<T> = (signal: AbortSignal) => Promise<T>

/** One for the page: several may be waiting at once, and the notice goes when none is. */
export class Connection {
  private waiting = 0

  constructor(private readonly changed: (lost: boolean) => void) {}

  /** A refusal is an answer; only a lost server, or one that failed inside, is asked again. */
  async ask<T>(ask: Ask<T>, signal: AbortSignal): Promise<T> {
    let counted = false
    try {
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
        try {
          return await ask(signal)
        } catch (error) {
          signal.throwIfAborted()
          if (error instanceof Refused && error.status < 500) throw error
        }
        if (!counted) this.count(1)
        counted = true
        await wait(pause, signal)
      }
    } finally {
      if (counted) this.count(-1)
    }
  }

  private count(more: 1 | -1): void {
    this.waiting += more
    this.changed(this.waiting > 0)
  }
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => (clearTimeout(timer), reject(signal.reason))
    const timer = setTimeout(() => (signal.removeEventListener('abort', stop), resolve()), ms)
    signal.addEventListener('abort', stop, { once: true })
  })
}
