import { setTimeout as sleep } from 'node:timers/promises'

/** The result of the work, or an error that says that it took longer than `ms`. The work itself goes on. */
export async function withinTime<T>(ms: number, work: () => Promise<T>): Promise<T> {
  const timer = new AbortController()
  const limit = sleep(ms, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`timeout expired: no answer within ${ms} ms`)
  })
  try {
    return await Promise.race([work(), limit])
  } finally {
    timer.abort()
    limit.catch(() => {})
  }
}
