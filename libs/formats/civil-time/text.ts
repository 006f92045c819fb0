/** Dates and times as people and tools write them. Only what a text says without doubt is taken from it. */
import { HOUR_MS, MINUTE_MS } from '#domain/units'

/** A date, with a time and an offset where the text has them. */
export interface CivilText {
  /** Midnight of the day, as if it were UTC. */
  day: number
  /** Milliseconds since midnight; null where the text has a date only. */
  time: number | null
  /** Milliseconds ahead of UTC; null where the text names no offset. */
  offset: number | null
}

/** 2027-03-31 or 2027/03/31, and the day first as in Morocco: 31/03/2027, 31.03.2027, 31-03-2027. */
const DATE =
  /^(?:(?<year>\d{4})(?<sep>[-/.])(?<month>\d\d?)\k<sep>(?<day>\d\d?)|(?<day1>\d\d?)(?<sep1>[-/.])(?<month1>\d\d?)\k<sep1>(?<year1>\d{4}))/
/** 09:30, 9:30:15, 09:30:15.123, 10h30, 10h. */
const TIME =
  /^(?:(?<hour>\d\d?):(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,](?<fraction>\d{1,9}))?)?|(?<hourH>\d\d?) ?h ?(?<minuteH>\d\d)?)/i
/** Z, UTC, +01, +0100, +01:00, UTC+1. */
const OFFSET = /^(?:Z|(?:UTC|GMT)?(?:(?<sign>[+−-])(?<hours>\d\d?)(?::?(?<minutes>\d\d))?)?)$/i

/** Offsets in use lie between -12:00 and +14:00. */
const MAX_OFFSET_MS = 14 * HOUR_MS

/** Marks of the writing direction, which Arabic texts contain, cannot be seen and mean nothing here. */
const DIRECTION_MARKS = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g

/**
 * Returns null if the text is no date, names a day or a time that does not exist, or says more than a date and a time.
 */
export function readCivilText(text: string): CivilText | null {
  const written = text.replace(DIRECTION_MARKS, '').trim()
  const date = DATE.exec(written)
  const day = date && dayOf(date.groups!)
  if (!date || day === null) return null
  const rest = written.slice(date[0].length)
  if (rest === '') return { day, time: null, offset: null }
  const separator = /^(?:T|\s+|,\s*|\s+à\s+)(?=\d)/i.exec(rest)
  const time = separator && TIME.exec(rest.slice(separator[0].length))
  const ms = time && timeOf(time.groups!)
  if (!separator || !time || ms === null) return null
  const offsetText = rest.slice(separator[0].length + time[0].length).trim()
  if (offsetText === '') return { day, time: ms, offset: null }
  const offset = offsetOf(offsetText)
  return offset === null ? null : { day, time: ms, offset }
}

type Groups = Readonly<Record<string, string | undefined>>

function dayOf({ year, month, day, year1, month1, day1 }: Groups): number | null {
  return midnightOf(Number(year ?? year1), Number(month ?? month1), Number(day ?? day1))
}

/** Midnight of a day as if it were UTC; null for a day that does not exist. 30 February is not 2 March. */
export function midnightOf(year: number, month: number, day: number): number | null {
  const date = new Date(0)
  // Date.UTC would take the years 0 to 99 for 1900 to 1999.
  date.setUTCFullYear(year, month - 1, day)
  const isSame =
    date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return isSame ? date.getTime() : null
}

function timeOf({ hour, minute, second, fraction, hourH, minuteH }: Groups): number | null {
  const [h, m, s] = [Number(hour ?? hourH), Number(minute ?? minuteH ?? 0), Number(second ?? 0)]
  // A fraction is cut after the milliseconds, not rounded: a time must not move into the next second.
  const ms = Number((fraction ?? '').slice(0, 3).padEnd(3, '0'))
  return h > 23 || m > 59 || s > 59 ? null : h * HOUR_MS + m * MINUTE_MS + s * 1000 + ms
}

function offsetOf(text: string): number | null {
  const groups = OFFSET.exec(text)?.groups
  if (!groups) return null
  const { sign, hours = '0', minutes = '0' } = groups
  if (Number(minutes) > 59) return null
  const ms = Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS
  if (ms > MAX_OFFSET_MS) return null
  return sign !== undefined && sign !== '+' ? 0 - ms : ms
}
