/** The true time of a measurement by a device whose clock is wrong. */
import type { ProbeInput } from './probe.js'

/** A delivery may take this long on a slow line; a clock wrong by less needs no correction. */
export const CLOCK_TOLERANCE_MS = 60_000

/**
 * RFC 3339 time by the server's clock, or null where the device's own stands. `ageMs` comes from a clock that does not
 * jump, so it holds even where the device's clock was set right between measuring and sending; else the clock is taken
 * to have been wrong at measuring by what it was at sending. `receivedAt` in ms since 1970.
 */
export function correctedTime(probe: ProbeInput, receivedAt: number): string | null {
  const measuredAt = Date.parse(probe.measuredAt)
  const correct =
    probe.ageMs != null
      ? receivedAt - probe.ageMs
      : probe.sentAt != null
        ? measuredAt + receivedAt - Date.parse(probe.sentAt)
        : measuredAt
  return Math.abs(correct - measuredAt) > CLOCK_TOLERANCE_MS ? new Date(correct).toISOString() : null
}
