/** The one rule for everything that is remembered of who may do what. */
import { LRUCache } from 'lru-cache'

/** A right that was withdrawn, by whatever process, is refused everywhere after this time at most. */
export const MAX_RIGHTS_AGE_MS = 5_000

const MAX_ENTRIES = 10_000

/**
 * Remembers what the database said of a token, a session or an account. The age counts from before the database was asked, and using
 * an entry does not make it younger.
 */
export class RightsCache<V extends object> {
  private readonly entries = new LRUCache<string, V>({ max: MAX_ENTRIES, ttl: MAX_RIGHTS_AGE_MS })
  private generation = 0

  /** Resolves to undefined where there is no such right, which is not remembered. */
  async get(key: string, ask: () => Promise<V | undefined>): Promise<V | undefined> {
    const entry = this.entries.get(key)
    if (entry) return entry
    const { generation } = this
    const start = performance.now()
    const answer = await ask()
    // What was asked before a withdrawal says nothing of the time after it.
    if (answer && generation === this.generation) this.entries.set(key, answer, { start })
    return answer
  }

  /** Called after a withdrawal in this process. */
  clear(): void {
    this.generation++
    this.entries.clear()
  }
}
