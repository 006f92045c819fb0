/** Counts the requests of an address in the database, so that all server processes count together. */
import { countInWindow } from '#store/people'
import type { ThrottlerStorage } from '@nestjs/throttler'
import { LRUCache } from 'lru-cache'
import type { DataSource } from 'typeorm'

/** Limit of the keys that this process refuses without asking again. */
const MAX_REFUSED_KEYS = 10_000

export class SharedWindows implements ThrottlerStorage {
  /** Until when a key is refused: a flood of requests that are refused anyway does not reach the database. */
  private readonly refused = new LRUCache<string, number>({ max: MAX_REFUSED_KEYS })

  constructor(private readonly source: DataSource) {}

  async increment(key: string, ms: number, limit: number): ReturnType<ThrottlerStorage['increment']> {
    const refusedForMs = (this.refused.get(key) ?? 0) - performance.now()
    if (refusedForMs > 0) return recordOf(limit + 1, refusedForMs, limit)
    const { count, endsInMs } = await countInWindow(this.source.manager, { key, ms })
    if (count > limit) this.refused.set(key, performance.now() + endsInMs)
    return recordOf(count, endsInMs, limit)
  }
}

function recordOf(count: number, endsInMs: number, limit: number) {
  const seconds = Math.ceil(endsInMs / 1000)
  const isBlocked = count > limit
  return { totalHits: count, timeToExpire: seconds, isBlocked, timeToBlockExpire: isBlocked ? seconds : 0 }
}
