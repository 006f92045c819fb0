/** When to measure: in the time bands of the day, at a moment that nobody can foresee, four hours apart. Pure. */
import { createHash } from 'node:crypto'

/** Hours of the country's day; the last is the evening peak. Each begins four hours after the one before it. */
export const BANDS = [
  { from: 8, to: 12 },
  { from: 12, to: 16 },
  { from: 16, to: 20 },
  { from: 20, to: 23 },
] as const

/** What is measured again within four hours at one place counts once. */
export const MIN_TEST_SPACING_MS = 4 * 3_600_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

export interface PlannedTest {
  /** `2026-03-01/2`: the day and the band, by which a test is known as done. */
  name: string
  /** Milliseconds since 1970. */
  at: number
  /** End of its band: later it is not made up for. */
  until: number
}

/** A moment so close to the band's end could be missed by a tick. */
const MARGIN_MS = 5 * 60_000

/**
 * The day's tests, two to four. The bands are filled in an order that changes by the day, each uniformly in what the
 * distance to its neighbours leaves, and left out where that is nothing: so every hour of a band is measured some day.
 * `seed` is the device's own, so that a village's agents do not measure together.
 */
export function plannedTestsOf(day: string, seed: string): PlannedTest[] {
  const order = BANDS.map((_, i) => i).sort((a, b) => rank(a) - rank(b))
  function rank(i: number): number {
    return uniform(`order ${seed} ${day} ${i}`)
  }
  const placed = new Map<number, PlannedTest>()
  for (const i of order) {
    const before = [...placed].filter(([k]) => k < i).map(([, test]) => test.at)
    const after = [...placed].filter(([k]) => k > i).map(([, test]) => test.at)
    const until = instantOf(day, BANDS[i]!.to)
    const from = Math.max(instantOf(day, BANDS[i]!.from), ...before.map((at) => at + MIN_TEST_SPACING_MS))
    const to = Math.min(until - MARGIN_MS, ...after.map((at) => at - MIN_TEST_SPACING_MS))
    const at = Math.floor(from + uniform(`${seed} ${day} ${i}`) * (to - from))
    if (from <= to) placed.set(i, { name: `${day}/${i}`, at, until })
  }
  return [...placed.values()].sort((a, b) => a.at - b.at)
}

/** The test that is due now: its moment has come, its band has not ended, and it was not made. */
export function dueTest(
  now: number,
  seed: string,
  done: string | null,
  lastAt: number | null,
): PlannedTest | null {
  const test = plannedTestsOf(localDayOf(now), seed).findLast(({ at, until }) => at <= now && now < until)
  if (!test || test.name === done) return null
  // A clock that was set back must not stop the tests for years.
  const tooNear = lastAt !== null && now - lastAt < MIN_TEST_SPACING_MS && now >= lastAt
  return tooNear ? null : test
}

export function nextTest(now: number, seed: string): PlannedTest {
  const days = [localDayOf(now), localDayOf(now + DAY_MS)]
  return days.flatMap((day) => plannedTestsOf(day, seed)).find(({ at }) => at > now)!
}

/** Tests until the month ends, this day's that are to come among them. */
export function remainingTestsInMonth(now: number, seed: string): number {
  const month = localDayOf(now).slice(0, 7)
  let count = plannedTestsOf(localDayOf(now), seed).filter(({ at }) => at > now).length
  for (let at = now + DAY_MS; localDayOf(at).startsWith(month); at += DAY_MS)
    count += plannedTestsOf(localDayOf(at), seed).length
  return count
}

/** 0 to 1, the same for the same text. */
const uniform = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32

const CLOCK = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Africa/Casablanca',
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})

/** The country's civil time, as if it were UTC. */
function civilTimeOf(at: number): number {
  const part = Object.fromEntries(CLOCK.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  return Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!)
}

/** `2026-03-01` of the country at an instant. */
export const localDayOf = (at: number): string => new Date(civilTimeOf(at)).toISOString().slice(0, 10)

function instantOf(day: string, hour: number): number {
  const wanted = Date.parse(`${day}T00:00:00Z`) + hour * HOUR_MS
  const guess = wanted - (civilTimeOf(wanted) - wanted)
  return wanted - (civilTimeOf(guess) - guess)
}
