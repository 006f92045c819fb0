/** The times of the tests: in the time bands of the day, unpredictable, at least four hours apart. Pure. */
import { REPEAT_WINDOW_MS } from '#domain/probe'
import { DAY_MS, HOUR_MS, MINUTE_MS, TIME_ZONE } from '#domain/units'
import { createHash } from 'node:crypto'

/** Local hours of the bands. The last one is the evening peak; each begins four hours after the one before it. */
export const BANDS = [
  { from: 8, to: 12 },
  { from: 12, to: 16 },
  { from: 16, to: 20 },
  { from: 20, to: 23 },
] as const

/** Two measurements at one place within this time count once, so that the tests are at least as far apart. */
export const MIN_TEST_SPACING_MS = REPEAT_WINDOW_MS

export interface PlannedTest {
  /** Day and band, such as `2026-03-01/2`; the agent remembers it for the last test. */
  name: string
  /** Milliseconds since 1970. */
  at: number
  /** End of its band, ms since 1970: a test that was missed is not made up for later. */
  until: number
}

/** A test is planned no closer than this to the end of its band, because a tick could miss it. */
const MARGIN_MS = 5 * MINUTE_MS

/**
 * The tests of a local day (YYYY-MM-DD), two to four of them in the order of their times. The bands are filled in an order
 * that changes from day to day. Each test is uniform over the part of its band that the distance to the other tests leaves,
 * and is left out where nothing is left, so that every hour of a band is measured on some days. Each device has its own
 * `seed`, so that the agents of one village do not measure at the same time.
 */
export function plannedTestsOf(day: string, seed: string): PlannedTest[] {
  const order = BANDS.map((_, i) => i).sort((a, b) => rank(a) - rank(b))
  function rank(i: number): number {
    return uniform(`order ${seed} ${day} ${i}`)
  }
  const placed = new Map<number, PlannedTest>()
  for (const i of order) {
    const earlierTests = [...placed].filter(([k]) => k < i).map(([, test]) => test.at)
    const laterTests = [...placed].filter(([k]) => k > i).map(([, test]) => test.at)
    const until = instantOf(day, BANDS[i]!.to)
    const from = Math.max(
      instantOf(day, BANDS[i]!.from),
      ...earlierTests.map((at) => at + MIN_TEST_SPACING_MS),
    )
    const to = Math.min(until - MARGIN_MS, ...laterTests.map((at) => at - MIN_TEST_SPACING_MS))
    const at = Math.floor(from + uniform(`${seed} ${day} ${i}`) * (to - from))
    if (from <= to) placed.set(i, { name: `${day}/${i}`, at, until })
  }
  return [...placed.values()].sort((a, b) => a.at - b.at)
}

/**
 * The test that is due: its time has come, its band has not ended, and it is not done. `done` is the name of the last test and
 * `lastAt` its time; times are ms since 1970. Null where none is due, or the last test is less than four hours ago.
 */
export function dueTest(
  now: number,
  seed: string,
  done: string | null,
  lastAt: number | null,
): PlannedTest | null {
  const test = plannedTestsOf(localDayOf(now), seed).findLast(({ at, until }) => at <= now && now < until)
  if (!test || test.name === done) return null
  // A clock that was set back must not stop the tests for years.
  const isTooSoon = lastAt !== null && now - lastAt < MIN_TEST_SPACING_MS && now >= lastAt
  return isTooSoon ? null : test
}

/** The next test after now, today or tomorrow. */
export function nextTest(now: number, seed: string): PlannedTest {
  const days = [localDayOf(now), localDayOf(now + DAY_MS)]
  return days.flatMap((day) => plannedTestsOf(day, seed)).find(({ at }) => at > now)!
}

/** Number of tests that are still to come this month, the rest of today's included. */
export function remainingTestsInMonth(now: number, seed: string): number {
  const month = localDayOf(now).slice(0, 7)
  let count = plannedTestsOf(localDayOf(now), seed).filter(({ at }) => at > now).length
  for (let at = now + DAY_MS; localDayOf(at).startsWith(month); at += DAY_MS)
    count += plannedTestsOf(localDayOf(at), seed).length
  return count
}

/** A number from 0 to 1 that is uniform over texts, and always the same for the same text. */
const uniform = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32

const CLOCK = new Intl.DateTimeFormat('en-CA', {
  timeZone: TIME_ZONE,
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})

/** The local civil time of an instant, written as the instant at which UTC would show the same. */
function civilTimeOf(at: number): number {
  const part = Object.fromEntries(CLOCK.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  return Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!)
}

/** The local day (YYYY-MM-DD) of an instant in ms since 1970. */
export const localDayOf = (at: number): string => new Date(civilTimeOf(at)).toISOString().slice(0, 10)

/** The instant of a local hour: the offset is estimated, then taken at the estimated instant, in case the clock changes. */
function instantOf(day: string, hour: number): number {
  const civilTime = Date.parse(`${day}T00:00:00Z`) + hour * HOUR_MS
  const estimate = civilTime - (civilTimeOf(civilTime) - civilTime)
  return civilTime - (civilTimeOf(estimate) - estimate)
}
