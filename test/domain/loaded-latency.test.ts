/** Round trips beside a download, on a clock that the test moves. */
import { LoadedLatency, type RoundTripTools } from '#domain/probe'
import { expect, test } from 'vitest'

/** The first request opens the connection, the others take `roundTripsMs` in turn; null fails. `end` is called at `endAt`. */
async function medianOver(roundTripsMs: readonly (number | null)[], endAt: number): Promise<number | null> {
  let now = 0
  let requests = 0
  const tools: RoundTripTools = {
    now: () => now,
    sleep: async (ms) => pass(ms),
    ping: async () => {
      const roundTrip = requests === 0 ? 700 : roundTripsMs[(requests - 1) % roundTripsMs.length]!
      requests++
      pass(roundTrip ?? 50)
      if (roundTrip === null) throw new Error('no answer')
    },
  }
  const latency = new LoadedLatency(tools)
  function pass(ms: number): void {
    now += ms
    if (now >= endAt) latency.end()
  }
  await latency.begin()
  return latency.median()
}

test('the median of what was measured while the download ran', async () => {
  expect(await medianOver([40, 250, 260, 240, 255], 10_000)).toBe(250)
})

test('opening the connection and the ramp-up are left out', async () => {
  expect(await medianOver([300], 10_000)).toBe(300)
})

test('failed requests are left out', async () => {
  expect(await medianOver([null, 200, null], 10_000)).toBe(200)
  expect(await medianOver([null], 10_000)).toBeNull()
})

test('a download of a moment says nothing', async () => {
  expect(await medianOver([100], 1_800)).toBeNull()
})

test('a request that outlasts the download does not count', async () => {
  expect(await medianOver([100, 100, 100, 100, 100, 60_000], 4_000)).toBe(100)
})
