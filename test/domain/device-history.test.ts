/** What is remembered of a device gives the flags that all its probes would give. */
import {
  type CountedProbe,
  type DeviceHistory,
  type DeviceProbe,
  EMPTY_HISTORY,
  REPEAT_WINDOW_MS,
  isRemembered,
  isRepeat,
  judgeByHistory,
} from '#domain/probe'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const MINUTE_MS = 60_000
const DEGREES_PER_METRE = 1 / 111_195

const probe = fc.record({
  /** Minutes since the one measured before. */
  gap: fc.constantFrom(5, 40, 80, 120, 260),
  /** By how many minutes its arrival is delayed: some come after what their device remembers has moved on. */
  delay: fc.constantFrom(0, 0, 0, 200, 400, 500, 3_000),
  series: fc.constantFrom('a', 'b', 'c'),
  metres: fc.constantFrom(0, 0, 60, 250),
  isCountable: fc.constantFrom(true, true, true, false),
})

/** In the order of arrival. */
const probes = fc.array(probe, { minLength: 1, maxLength: 60, size: 'max' }).map((all) => {
  let minutes = 0
  return all
    .map(({ gap, delay, metres, series, isCountable }) => {
      minutes += gap
      const position = {
        lat: 34 + metres * DEGREES_PER_METRE,
        lng: -6,
        accuracyM: null,
        hasOwnPosition: false,
      }
      return {
        arrival: minutes + delay,
        probe: { series, isCountable, at: minutes * MINUTE_MS, ...position },
      }
    })
    .toSorted((a, b) => a.arrival - b.arrival)
    .map((one): DeviceProbe => one.probe)
})

/** Judges body by body, as they arrive; gives what was a repeat, and how many probes needed the database. */
function judge(bodies: readonly (readonly DeviceProbe[])[]) {
  let history: DeviceHistory = EMPTY_HISTORY
  const counted: CountedProbe[] = []
  const repeats: boolean[] = []
  let notRemembered = 0
  for (const body of bodies) {
    const late = body.filter(({ at }) => !isRemembered(history, at))
    notRemembered += late.length
    const judged = judgeByHistory(history, body, late.length > 0 ? [...counted] : [])
    history = judged.history
    judged.flags.forEach((flag, i) => {
      repeats.push(flag === 'repeat')
      if (flag === null && body[i]!.isCountable) counted.push(body[i]!)
    })
  }
  return { repeats, notRemembered, history }
}

function repeatsByPlainRule(probes: readonly DeviceProbe[]): boolean[] {
  const counted: DeviceProbe[] = []
  return probes.map((one) => {
    if (!one.isCountable) return false
    const isOne = isRepeat(
      one,
      counted.filter(({ series }) => series === one.series),
    )
    if (!isOne) counted.push(one)
    return isOne
  })
}

const cut = (probes: readonly DeviceProbe[], size: number): DeviceProbe[][] =>
  Array.from({ length: Math.ceil(probes.length / size) }, (_, i) =>
    probes.slice(i * size, i * size + size).sort((a, b) => a.at - b.at),
  )

test('repeats are those of the plain rule over all probes, in any order of arrival', () => {
  const property = fc.property(probes, fc.constantFrom(1, 2, 5, 20), (all, size) => {
    const bodies = cut(all, size)
    expect(judge(bodies).repeats).toEqual(repeatsByPlainRule(bodies.flat()))
  })
  fc.assert(property, { numRuns: 500, seed: 20261130 })
})

test('a device that sends in order never needs the database, and remembers a few probes', () => {
  const inOrder = Array.from({ length: 5_000 }, (_, n): DeviceProbe => {
    const position = { lat: 34 + (n % 7) * 0.01, lng: -6, accuracyM: null }
    return { ...position, series: `${n % 7}`, at: n * MINUTE_MS, isCountable: true, hasOwnPosition: true }
  })
  const { notRemembered, history } = judge(cut(inOrder, 10))
  expect(notRemembered).toBe(0)
  expect(history.recent.length).toBeLessThanOrEqual(32)
})

test('beyond the number that is remembered, the time since which it is complete moves on', () => {
  const walk = Array.from({ length: 100 }, (_, n): DeviceProbe => {
    const position = { lat: 34 + n * 0.002, lng: -6, accuracyM: null }
    return { ...position, series: 'a', at: n * MINUTE_MS, isCountable: true, hasOwnPosition: true }
  })
  const { history } = judge([walk])
  expect(history.recent).toHaveLength(32)
  expect(history.recent.every(({ at }) => at > history.recentSince)).toBe(true)
  expect(isRemembered(history, 99 * MINUTE_MS)).toBe(false)
  expect(isRemembered(history, history.recentSince + REPEAT_WINDOW_MS)).toBe(true)
})
