import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  MIN_TEST_SPACING_MS,
  BANDS,
  dueTest,
  nextTest,
  plannedTestsOf,
  remainingTestsInMonth,
} from '../../apps/agent/schedule.js'
import { backoffMs } from '../../apps/agent/delivery.js'

const DAY = 86_400_000
const MINUTE = 60_000
const hourIn = (at: number) =>
  Number(
    new Intl.DateTimeFormat('en-GB', {
      timeZone: 'Africa/Casablanca',
      hour: '2-digit',
      hourCycle: 'h23',
    }).format(at),
  )

/** Days around both changes of the clock, and ordinary days. */
const day = fc.oneof(
  fc.constantFrom('2026-02-15', '2026-02-14', '2026-03-22', '2026-12-31', '2028-02-29'),
  fc
    .date({ min: new Date('2025-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
    .map((d) => d.toISOString().slice(0, 10)),
)

test('each day has two to four tests, at most one in a band of local time, at least four hours apart', () => {
  fc.assert(
    fc.property(day, fc.string(), (name, seed) => {
      const plan = plannedTestsOf(name, seed)
      expect(plan.length).toBeGreaterThanOrEqual(2)
      plan.forEach(({ at, name: band }, i) => {
        expect(hourIn(at)).toBeGreaterThanOrEqual(BANDS[Number(band.at(-1))]!.from)
        expect(hourIn(at)).toBeLessThan(BANDS[Number(band.at(-1))]!.to)
        if (i > 0) expect(at - plan[i - 1]!.at).toBeGreaterThanOrEqual(MIN_TEST_SPACING_MS)
      })
    }),
    { numRuns: 500, seed: 20261124 },
  )
})

test('the times differ from day to day and from device to device, and every hour is measured', () => {
  const hours = new Set<number>()
  const minutes = new Set<number>()
  for (let i = 0; i < 400; i++)
    for (const { at } of plannedTestsOf('2026-05-11', `device ${i}`)) {
      hours.add(hourIn(at))
      minutes.add(Math.floor(at / MINUTE))
    }
  expect([...hours].sort((a, b) => a - b)).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22])
  expect(minutes.size).toBeGreaterThan(500)
})

test('minute by minute over several days, each planned test is due once', () => {
  let [done, last, count]: [string | null, number | null, number] = [null, null, 0]
  const start = Date.UTC(2026, 4, 10)
  for (let now = start; now < start + 5 * DAY; now += MINUTE) {
    const due = dueTest(now, 'seed', done, last)
    if (!due) continue
    count++
    done = due.name
    last = now
  }
  const planned = Array.from({ length: 5 }, (_, i) => plannedTestsOf(`2026-05-1${i}`, 'seed').length)
  expect(count).toBe(planned.reduce((a, b) => a + b))
  expect(remainingTestsInMonth(Date.UTC(2026, 4, 31, 1), 'seed')).toBe(
    plannedTestsOf('2026-05-31', 'seed').length,
  )
  expect(remainingTestsInMonth(Date.UTC(2026, 4, 1, 1), 'seed')).toBeGreaterThan(80)
  expect(nextTest(start, 'seed').at).toBeGreaterThan(start)
})

test('a clock that was set back by years stops no test, and a missed test is made up for within its band', () => {
  const [first] = plannedTestsOf('2026-05-11', 'seed')
  const now = first!.at + MINUTE
  expect(dueTest(now, 'seed', null, now + 3 * 365 * DAY)).toEqual(first)
  expect(dueTest(now, 'seed', null, now - MIN_TEST_SPACING_MS + 1)).toBeNull()
  expect(dueTest(first!.until - 1, 'seed', null, null)).toEqual(first)
  expect(dueTest(Date.UTC(2026, 4, 11, 23, 30), 'seed', null, null)).toBeNull()
})

test('the backoff grows to six hours and is spread', () => {
  expect(backoffMs(0, () => 1)).toBe(60_000)
  expect(backoffMs(3, () => 1)).toBe(480_000)
  expect(backoffMs(50, () => 1)).toBe(6 * 3_600_000)
  expect(backoffMs(50, () => 0)).toBe(30_000)
})
