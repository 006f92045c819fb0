/** The true time of a measurement whose device has a wrong clock. */
import type { ProbeInput } from './probe.js'

/** A delivery may take this long on a slow line; a clock wrong by less needs no correction. */
export const CLOCK_TOLERANCE_MS = 60_000

/**
 * RFC 3339 time by the server's clock, or null where the device's own time needs no correction. `ageMs` comes from a clock
 * that never jumps, so it is right even where the device's clock was set between measuring and sending. Without it, the
 * clock is assumed to have been as wrong when measuring as it was when sending. `receivedAt` in ms since 1970.
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
