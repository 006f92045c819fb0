import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError } from '../../web/src/api/api-error.js'
import { Connection } from '../../web/src/api/connection.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const never = new AbortController().signal

test('a lost server is asked again, and the notice goes with the last who waited', async () => {
  const notices: boolean[] = []
  const connection = new Connection((lost) => void notices.push(lost))
  const ask = vi
    .fn<() => Promise<string>>()
    .mockRejectedValueOnce(new TypeError('Failed to fetch'))
    .mockRejectedValueOnce(new ApiError(503, 'away'))
    .mockResolvedValue('here')
  const answers = Promise.all([
    connection.requestWithRetry(ask, never),
    connection.requestWithRetry(ask, never),
  ])
  await vi.advanceTimersByTimeAsync(0)
  expect(notices).toEqual([true, true])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await answers).toEqual(['here', 'here'])
  expect(notices.slice(2)).toEqual([true, false])
})

test('a refusal is an answer', async () => {
  const notices: boolean[] = []
  const connection = new Connection((lost) => void notices.push(lost))
  const refuse = () => Promise.reject(new ApiError(404, 'unknown'))
  await expect(connection.requestWithRetry(refuse, never)).rejects.toThrow('unknown')
  expect(notices).toEqual([])
})

test('who no longer wants to know stops asking', async () => {
  const notices: boolean[] = []
  const connection = new Connection((lost) => void notices.push(lost))
  const abort = new AbortController()
  const ask = vi.fn<() => Promise<string>>().mockRejectedValue(new TypeError('Failed to fetch'))
  const asked = expect(connection.requestWithRetry(ask, abort.signal)).rejects.toThrow()
  await vi.advanceTimersByTimeAsync(500)
  abort.abort()
  await asked
  await vi.advanceTimersByTimeAsync(60_000)
  expect(ask).toHaveBeenCalledTimes(1)
  expect(notices).toEqual([true, false])
})
