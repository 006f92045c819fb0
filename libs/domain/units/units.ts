/** Units and the country's time zone. Instants and durations of this project are milliseconds, speeds bit/s. */

/** IANA name of the zone of local days, local hours and schedules; instants themselves are UTC. */
export const TIME_ZONE = 'Africa/Casablanca'

export const SECOND_MS = 1000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
/** 24 hours. A local day may have 23 or 25: Morocco moves its clock around Ramadan. */
export const DAY_MS = 24 * HOUR_MS

/** One Mbit/s in bit/s (decimal, as line rates are; not 2^20). */
export const MBIT_BPS = 1_000_000
