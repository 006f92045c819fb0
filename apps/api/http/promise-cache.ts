/** A cache of computed values in which simultaneous requests for one key share one computation. */
import { LRUCache } from 'lru-cache'

type Limits<V extends object> = Pick<
  LRUCache.OptionsBase<string, V, unknown>,
  'max' | 'maxSize' | 'sizeCalculation' | 'ttl'
>

/** A failed computation is not remembered: the next request for its key starts a new one. */
export class PromiseCache<V extends object> {
  private readonly values: LRUCache<string, V>
  private readonly inFlight = new Map<string, Promise<V>>()

  /** `max` counts entries, `maxSize` the sum of `sizeCalculation`; `ttl` is in ms from the start of a computation. */
  constructor(limits: Limits<V>) {
    this.values = new LRUCache(limits as LRUCache.Options<string, V, unknown>)
  }

  /** Whether `getOrCompute` would answer without a new computation. */
  has(key: string): boolean {
    return this.values.has(key) || this.inFlight.has(key)
  }

  /** The value, if its computation is over. */
  computed(key: string): V | undefined {
    return this.values.get(key)
  }

  async getOrCompute(key: string, compute: () => Promise<V>): Promise<V> {
    return this.values.get(key) ?? this.inFlight.get(key) ?? this.start(key, compute)
  }

  set(key: string, value: V): void {
    this.values.set(key, value)
  }

  /** Removes the values whose key meets the condition. */
  forget(condition: (key: string) => boolean): void {
    for (const key of [...this.values.keys()].filter(condition)) this.values.delete(key)
  }

  private start(key: string, compute: () => Promise<V>): Promise<V> {
    const start = performance.now()
    const computation = compute()
      .then((value) => {
        this.values.set(key, value, { start })
        return value
      })
      .finally(() => this.inFlight.delete(key))
    this.inFlight.set(key, computation)
    return computation
  }
}
