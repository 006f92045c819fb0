/** Dates of spreadsheets: a number of days, and the part of a day that has passed. They have no time zone. */
import { DAY_MS } from '#domain/units'
import type { Parsed } from '../fields/parsed.js'

/** Day 0 of the 1900 system is 30 December 1899 for all days after its 29 February 1900, which never was. */
const EPOCH_1900 = Date.UTC(1899, 11, 30)
const FALSE_LEAP_DAY = 60
/** Day 0 of the 1904 system is 1 January 1904, day 1,462 of the other. */
const DAYS_TO_1904 = 1462
/** 31 December 9999 is the last day of a spreadsheet. */
const END_SERIAL = 2_958_466

export interface SerialDateOptions {
  is1904: boolean
  /** Whether the cell shows fractions of a second; else the time is the one that it shows, in whole seconds. */
  hasFraction: boolean
}

/**
 * `2026-03-01`, `2026-03-01 09:30:00`, or `09:30:00` for a part of a day alone. Spreadsheets keep 15 digits, so that
 * 08:00 may be stored as 07:59:59.9999: it is rounded to what the cell shows.
 */
export function parseSerialDate(serial: number, { is1904, hasFraction }: SerialDateOptions): Parsed<string> {
  const unit = hasFraction ? 1 : 1000
  const ms = Math.round((serial * DAY_MS) / unit) * unit
  if (serial >= 0 && ms < DAY_MS && serial < 1) return { value: timeText(ms) }
  const days = Math.floor(ms / DAY_MS) + (is1904 ? DAYS_TO_1904 : 0)
  if (serial < 0 || days >= END_SERIAL || days === FALSE_LEAP_DAY)
    return { reason: 'is a number that is no date of a spreadsheet' }
  // Before the day that never was, the count is one day behind.
  const day = new Date(EPOCH_1900 + (days + (days < FALSE_LEAP_DAY ? 1 : 0)) * DAY_MS)
    .toISOString()
    .slice(0, 10)
  const time = ((ms % DAY_MS) + DAY_MS) % DAY_MS
  return { value: time === 0 ? day : `${day} ${timeText(time)}` }
}

/** `09:30:00`, with milliseconds where there are any. */
function timeText(ms: number): string {
  const text = new Date(ms).toISOString().slice(11, -1)
  return text.endsWith('.000') ? text.slice(0, -4) : text
}
