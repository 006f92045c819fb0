/** The country's civil time (Africa/Casablanca) and UTC. Instants are milliseconds since 1970. */
import { DAY_MS, HOUR_MS, TIME_ZONE } from '#domain/units'

const LOCAL_PARTS = new Intl.DateTimeFormat('en-US', {
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

/** Milliseconds by which civil time is ahead of UTC at an instant. */
export function offsetAt(instant: number): number {
  const hour = Math.floor(instant / HOUR_MS)
  const cached = offsetCache.get(hour)
  if (cached !== undefined) return cached
  const part: Record<string, number> = {}
  for (const { type, value } of LOCAL_PARTS.formatToParts(hour * HOUR_MS)) part[type] = Number(value)
  const offset = Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!) - hour * HOUR_MS
  if (offsetCache.size >= MAX_CACHED_OFFSETS) offsetCache.clear()
  offsetCache.set(hour, offset)
  return offset
}

/**
 * The instant of a civil time, given as if it were UTC. Null in the hour that the clocks skip before and after Ramadan;
 * of the two instants in the hour that they repeat, the earlier one.
 */
export function instantOfCivil(civil: number): number | null {
  // The offset that holds is one of those that hold a day before and a day after: no two changes are that close.
  const offsets = [offsetAt(civil - DAY_MS), offsetAt(civil + DAY_MS)]
  const instants = offsets.map((offset) => civil - offset).filter((at) => at + offsetAt(at) === civil)
  return instants.length === 0 ? null : Math.min(...instants)
}
