/**
 * Days and instants of files: the one place where a text becomes a date. A text that names a day or a time that does not
 * exist is rejected, never moved to another one.
 */
import { DAY_MS } from '#domain/units'
import type { Parsed } from '../fields/parsed.js'
import { readCivilText } from './text.js'
import { instantOfCivil, offsetAt } from './zone.js'

/** The zone of a time without an offset: the country's civil time, or UTC if the tool writes that. */
export type CivilZone = 'local' | 'utc'

/** Seconds since 1970, with or without a fraction, or milliseconds. */
const EPOCH = /^(?:(?<seconds>\d{10})(?:\.(?<fraction>\d{1,9}))?|(?<ms>\d{13}))$/

const NO_TIME = 'is not a time such as 2026-03-01 09:30'
const NO_DAY = 'is not a day such as 2027-03-31 or 31/03/2027'

/**
 * RFC 3339 in UTC, with milliseconds, of `2026-03-01 09:30`, `01/03/2026 09:30` (the day first, as in Morocco),
 * `2026-03-01T09:30:00+01`, or of an epoch. A day alone is its midnight.
 */
export function parseInstant(text: string, zone: CivilZone): Parsed<string> {
  const epoch = EPOCH.exec(text.trim())?.groups
  if (epoch) return { value: new Date(epochOf(epoch)).toISOString() }
  const written = readCivilText(text)
  if (!written) return { reason: NO_TIME }
  const civil = written.day + (written.time ?? 0)
  const instant =
    written.offset !== null ? civil - written.offset : zone === 'utc' ? civil : instantOfCivil(civil)
  if (instant === null) return { reason: 'is a time that the clocks skipped in Morocco' }
  return isFourDigitYear(instant) ? { value: new Date(instant).toISOString() } : { reason: NO_TIME }
}

const epochOf = ({ seconds, fraction = '', ms }: Readonly<Record<string, string | undefined>>): number =>
  ms === undefined ? Number(seconds) * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0')) : Number(ms)

/** An offset can move the first and the last day of the calendar out of it. */
const isFourDigitYear = (instant: number): boolean => {
  const year = new Date(instant).getUTCFullYear()
  return year >= 0 && year <= 9999
}

/** No promise reaches further. */
const MAX_YEAR = 2099

/**
 * YYYY-MM-DD of a day. Programs also write a day as the instant of a midnight: of UTC, of the named offset, or of the
 * country's civil time (23:00Z of the day before). Another instant is taken only if it is the same day in both.
 */
export function parseDay(text: string, minYear = 2000): Parsed<string> {
  const written = readCivilText(text)
  if (!written) return { reason: NO_DAY }
  const day = dayOf(written)
  if (day === null) return { reason: 'is a time between two days: write the day alone, such as 2027-03-31' }
  const year = Number(day.slice(0, 4))
  return year >= minYear && year <= MAX_YEAR
    ? { value: day }
    : { reason: `does not lie between ${minYear} and ${MAX_YEAR}` }
}

function dayOf({
  day,
  time,
  offset,
}: {
  day: number
  time: number | null
  offset: number | null
}): string | null {
  const written = isoDay(day)
  if (time === null || offset === null || time === 0) return written
  const instant = day + time - offset
  const civil = instant + offsetAt(instant)
  const local = isoDay(civil)
  return local === written || civil % DAY_MS === 0 ? local : null
}

const isoDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
