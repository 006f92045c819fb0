import { expect, test } from 'vitest'
import { PromiseCache } from '../../apps/api/http/promise-cache.js'

const later = <T>(value: T) => new Promise<T>((resolve) => setTimeout(resolve, 5, value))

test('simultaneous requests for a key share one computation, and its value is kept', async () => {
  const cache = new PromiseCache<{ n: number }>({ max: 10 })
  let computations = 0
  const compute = () => later({ n: ++computations })
  const values = await Promise.all([1, 2, 3].map(() => cache.getOrCompute('a', compute)))
  expect(values).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }])
  expect(await cache.getOrCompute('a', compute)).toEqual({ n: 1 })
  expect(await cache.getOrCompute('b', compute)).toEqual({ n: 2 })
  cache.forget((key) => key === 'a')
  expect([cache.has('a'), cache.has('b')]).toEqual([false, true])
})

test('a failure reaches all who wait for it, and the next request computes again', async () => {
  const cache = new PromiseCache<{ n: number }>({ max: 10 })
  const fail = async (): Promise<never> => {
    await later(null)
    throw new Error('no database')
  }
  const outcomes = await Promise.allSettled([cache.getOrCompute('a', fail), cache.getOrCompute('a', fail)])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await cache.getOrCompute('a', () => later({ n: 1 }))).toEqual({ n: 1 })
})

test('the time to live counts from the start of the computation', async () => {
  const cache = new PromiseCache<{ n: number }>({ max: 10, ttl: 30 })
  let computations = 0
  const compute = async () => {
    await new Promise((resolve) => setTimeout(resolve, 40))
    return { n: ++computations }
  }
  expect(await cache.getOrCompute('a', compute)).toEqual({ n: 1 })
  expect(await cache.getOrCompute('a', compute)).toEqual({ n: 2 })
})
