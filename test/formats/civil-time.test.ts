/** Days and instants of files: any writing of a day or a time says that one, or none. */
import { parseDay, parseInstant, parseSerialDate } from '#formats/civil-time'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const DAY_MS = 86_400_000
const ZONE_NAME = new Intl.DateTimeFormat('en-US', {
  timeZone: 'Africa/Casablanca',
  timeZoneName: 'longOffset',
})

/** Milliseconds by which Morocco's clocks are ahead of UTC, from the name of the zone ("GMT+01:00"). */
function offsetAt(instant: number): number {
  const name = ZONE_NAME.formatToParts(instant).find(({ type }) => type === 'timeZoneName')!.value
  const [, sign, hours, minutes] = /^GMT(?:([+-])(\d\d):(\d\d))?$/.exec(name)!
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000
}
const two = (n: number) => String(n).padStart(2, '0')

/** Any whole second from 2010 to 2099. */
const second = fc
  .integer({ min: Date.UTC(2010, 0, 1) / 1000, max: Date.UTC(2099, 11, 31) / 1000 })
  .map((seconds) => seconds * 1000)
const civilOf = (ms: number) => {
  const [day, time] = new Date(ms).toISOString().slice(0, 19).split('T') as [string, string]
  const [year, month, date] = day.split('-') as [string, string, string]
  const [hour, minute, sec] = time.split(':') as [string, string, string]
  return { day, time, year, month, date, hour, minute, sec }
}

describe('an instant', () => {
  test('with any offset, in any writing of it, is that instant', () => {
    const offset = fc.integer({ min: -12 * 60, max: 14 * 60 })
    const form = fc.constantFrom('+hh:mm', '+hhmm', '+hh', 'Z', 'UTC')
    const separator = fc.constantFrom('T', ' ', '  ', ', ')
    fc.assert(
      fc.property(second, offset, form, separator, (ms, minutes, how, between) => {
        const away =
          how === 'Z' || how === 'UTC' ? 0 : how === '+hh' ? Math.trunc(minutes / 60) * 60 : minutes
        const { day, time } = civilOf(ms + away * 60_000)
        const [sign, abs] = [away < 0 ? '-' : '+', Math.abs(away)]
        const [hh, mm] = [two(Math.trunc(abs / 60)), two(abs % 60)]
        const suffix = {
          '+hh:mm': `${sign}${hh}:${mm}`,
          '+hhmm': sign + hh + mm,
          '+hh': sign + hh,
          Z: 'Z',
          UTC: ' UTC',
        }[how]
        expect(parseInstant(`${day}${between}${time}${suffix}`, 'local')).toEqual({
          value: new Date(ms).toISOString(),
        })
      }),
      { numRuns: 2_000 },
    )
  })

  test('without an offset is UTC where the tool writes that', () => {
    fc.assert(
      fc.property(second, fc.nat({ max: 999 }), (ms, fraction) => {
        const { day, time } = civilOf(ms)
        const expected = { value: new Date(ms + fraction).toISOString() }
        const digits = String(fraction).padStart(3, '0')
        expect(parseInstant(`${day}T${time}.${digits}`, 'utc')).toEqual(expected)
        expect(parseInstant(`${day} ${time},${digits}999`, 'utc')).toEqual(expected)
      }),
    )
  })

  test('without an offset is the country’s civil time, in every writing, but for the hours that clocks skip or repeat', () => {
    const form = fc.constantFrom('iso', 'slash', 'dot', 'h', 'year first')
    fc.assert(
      fc.property(second, form, (ms, how) => {
        const { day, time, year, month, date, hour, minute } = civilOf(ms + offsetAt(ms))
        const isWholeMinute = how === 'h'
        const text = {
          iso: `${day} ${time}`,
          slash: `${date}/${month}/${year} ${time}`,
          dot: `${Number(date)}.${Number(month)}.${year} ${time}`,
          h: `${date}-${month}-${year} ${Number(hour)}h${minute}`,
          'year first': `${year}/${month}/${date}T${time}`,
        }[how]
        const instant = Date.parse((parseInstant(text, 'local') as { value: string }).value)
        const isRepeated = offsetAt(ms) !== offsetAt(ms - DAY_MS) || offsetAt(ms) !== offsetAt(ms + DAY_MS)
        // Of an hour that is repeated the first one is taken.
        const difference = (isWholeMinute ? Math.floor(ms / 60_000) * 60_000 : ms) - instant
        expect(difference === 0 || (isRepeated && difference === 3_600_000)).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  test('that the clocks skipped is none: they went from 2 to 3 on 22 March 2026, after Ramadan', () => {
    expect(parseInstant('2026-03-22 02:30', 'local')).toEqual({ reason: expect.stringContaining('skipped') })
    expect(parseInstant('2026-03-22 01:59:59', 'local')).toEqual({ value: '2026-03-22T01:59:59.000Z' })
    expect(parseInstant('2026-03-22 03:00', 'local')).toEqual({ value: '2026-03-22T02:00:00.000Z' })
  })

  test.each([
    ['1772357400', '2026-03-01T09:30:00.000Z'],
    ['1772357400.25', '2026-03-01T09:30:00.250Z'],
    ['1772357400250', '2026-03-01T09:30:00.250Z'],
    ['2015-05-01 00:34', '2015-05-01T00:34:00.000Z'],
    ['\u200f2026-03-01 09:30', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01 09:30:00.123456+00', '2026-03-01T09:30:00.123Z'],
  ])('%s is %s', (text, value) => expect(parseInstant(text, 'utc')).toEqual({ value }))

  test.each([
    '12/31/2024 10:00',
    '03/25/2024',
    '2024-13-05 10:00',
    '2026-02-30 10:00',
    '2025-02-29',
    '2024-05-05 10:00:75',
    '2024-05-05 10:61',
    '2024-05-05 24:00',
    '2024-05-05 10:00+15:00',
    '2024-05-05 10:00+01:60',
    '2024-05-05 10:00 AM',
    '2024-05-05 10:00 CET',
    '2024-05/05',
    '20240505',
    '45000',
    '05/03/24 10:00',
    'yesterday',
    '',
  ])('%j is none', (text) => expect(parseInstant(text, 'local')).toHaveProperty('reason'))
})

describe('a day', () => {
  const anyDay = fc
    .integer({ min: Date.UTC(2000, 0, 1) / DAY_MS, max: Date.UTC(2099, 11, 31) / DAY_MS })
    .map((days) => new Date(days * DAY_MS).toISOString().slice(0, 10))

  test('is that day in every writing, as the instant of its midnight in UTC, here, or anywhere', () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: -12, max: 14 }), (day, hours) => {
        const [year, month, date] = day.split('-')
        const civil = Date.parse(day)
        // Local midnight as an instant in UTC: JavaScript's toISOString, and GeoPackage's DATETIME.
        // A day on which clocks went forward at midnight (3 April 2011) has none.
        const here = [0, 3_600_000].map((offset) => civil - offset).find((at) => at + offsetAt(at) === civil)
        const sign = hours < 0 ? '-' : '+'
        for (const text of [
          day,
          `${date}/${month}/${year}`,
          `${Number(date)}.${Number(month)}.${year}`,
          `${day} 00:00:00`,
          `${day}T10:30:00`,
          `${day}T00:00:00.000Z`,
          `${day}T00:00:00${sign}${two(Math.abs(hours))}:00`,
          ...(here === undefined ? [] : [new Date(here).toISOString()]),
        ])
          expect([text, parseDay(text)]).toEqual([text, { value: day }])
      }),
      { numRuns: 2_000, examples: [['2011-04-03', 0]] },
    )
  })

  test('that does not exist is none, whatever its month and year', () => {
    const parts = fc.tuple(
      fc.integer({ min: 2000, max: 2099 }),
      fc.integer({ min: 0, max: 14 }),
      fc.integer({ min: 0, max: 33 }),
    )
    fc.assert(
      fc.property(parts, ([year, month, date]) => {
        const lengths = [
          31,
          year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28,
          31,
          30,
          31,
          30,
          31,
          31,
          30,
          31,
          30,
          31,
        ]
        const exists = date >= 1 && date <= (lengths[month - 1] ?? 0)
        for (const text of [`${year}-${two(month)}-${two(date)}`, `${two(date)}/${two(month)}/${year}`])
          expect([text, 'value' in parseDay(text)]).toEqual([text, exists])
      }),
      { numRuns: 3_000 },
    )
  })

  test('is refused where an instant lies between two days, and beyond the years of a plan', () => {
    expect(parseDay('2027-03-31T23:30:00Z')).toEqual({ reason: expect.stringContaining('between two days') })
    expect(parseDay('2027-03-31T10:00:00Z')).toEqual({ value: '2027-03-31' })
    expect(parseDay('1999-12-31')).toEqual({ reason: 'does not lie between 2000 and 2099' })
    expect(parseDay('1999-12-31', 1990)).toEqual({ value: '1999-12-31' })
  })
})

describe('a date of a spreadsheet', () => {
  const options = { is1904: false, hasFraction: false }

  test('is the day and the time that its cell shows, in both date systems, with the digits that Excel keeps', () => {
    fc.assert(
      fc.property(second, fc.integer({ min: 9, max: 15 }), (ms, digits) => {
        const { day, time } = civilOf(ms)
        const expected = { value: time === '00:00:00' ? day : `${day} ${time}` }
        const serial = (ms - Date.UTC(1899, 11, 30)) / DAY_MS
        // Five digits are those of the day.
        const kept = Number(serial.toFixed(digits - 5 < 5 ? 5 : digits - 5))
        if (Math.abs(kept - serial) * DAY_MS < 500) expect(parseSerialDate(kept, options)).toEqual(expected)
        expect(parseSerialDate(serial - 1462, { ...options, is1904: true })).toEqual(expected)
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([
    [1 / 3, '08:00:00'],
    [0.4375, '10:30:00'],
    [46082 + 1 / 3, '2026-03-01 08:00:00'],
    [46082, '2026-03-01'],
    [1, '1900-01-01'],
    [59, '1900-02-28'],
    [61, '1900-03-01'],
  ])('%s is %s', (serial, value) => expect(parseSerialDate(serial, options)).toEqual({ value }))

  test('keeps a fraction of a second where the cell shows one', () =>
    expect(parseSerialDate(46082.000001157, { ...options, hasFraction: true })).toEqual({
      value: '2026-03-01 00:00:00.100',
    }))

  test.each([-1, 60, 2_958_466, 1e300])('%s is none', (serial) =>
    expect(parseSerialDate(serial, options)).toHaveProperty('reason'),
  )
})
