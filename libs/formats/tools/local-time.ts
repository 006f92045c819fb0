/** Times as people and tools write them. */
import { HOUR_MS, MINUTE_MS, TIME_ZONE } from '#domain/units'

const PARTS = new Intl.DateTimeFormat('en-US', {
  timeZone: TIME_ZONE,
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
})

/** Offsets by hour since 1970: they change on the hour only, and computing one is slow. */
const offsetCache = new Map<number, number>()
const MAX_CACHED_OFFSETS = 100_000

function offsetAt(utc: number): number {
  const hour = Math.floor(utc / HOUR_MS)
  const cached = offsetCache.get(hour)
  if (cached !== undefined) return cached
  const part: Record<string, number> = {}
  for (const { type, value } of PARTS.formatToParts(hour * HOUR_MS)) part[type] = Number(value)
  const offset = Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!) - hour * HOUR_MS
  if (offsetCache.size >= MAX_CACHED_OFFSETS) offsetCache.clear()
  offsetCache.set(hour, offset)
  return offset
}

const ISO =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:[T ]+(\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,3})\d*)?)?)?\s*(Z|UTC|[+-]\d\d:?\d\d)?$/i
const DAY_FIRST = /^(\d\d?)[/.](\d\d?)[/.](\d{4})(?:[T ,]+(\d\d?)[:h](\d\d)(?::(\d\d))?)?$/
const EPOCH = /^\d{10}(\d{3})?$/

/**
 * RFC 3339 in UTC of `2026-03-01 09:30`, `01/03/2026 09:30` (the day first, as in Morocco), an epoch in seconds or milliseconds.
 * Without an offset it is the country's civil time, or UTC where `isUtc`. Null where the text is no time.
 */
export function parseLocalTime(text: string, isUtc: boolean): string | null {
  if (EPOCH.test(text)) return new Date(text.length === 10 ? Number(text) * 1000 : Number(text)).toISOString()
  const iso = ISO.exec(text)
  const match = iso ?? dayFirst(text)
  if (!match) return null
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset] = match
  const civil = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const ms = Date.UTC(
    civil[0],
    civil[1] - 1,
    civil[2],
    civil[3],
    civil[4],
    civil[5],
    Number(fraction.padEnd(3, '0')),
  )
  // 30 February would become 2 March.
  if (new Date(ms).getUTCDate() !== civil[2] || civil[3] > 23 || civil[4] > 59) return null
  const offsetMs = offset ? offsetOf(offset) : isUtc ? 0 : offsetAt(ms - offsetAt(ms))
  return new Date(ms - offsetMs).toISOString()
}

function dayFirst(text: string): (string | undefined)[] | null {
  const match = DAY_FIRST.exec(text)
  return match && [match[0], match[3], match[2], match[1], match[4], match[5], match[6]]
}

function offsetOf(text: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(text) ?? []
  return sign === undefined
    ? 0
    : (sign === '-' ? -1 : 1) * (Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS)
}
