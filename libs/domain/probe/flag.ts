/** Flags mark a stored probe. Some exclude it from the evidence; none deletes it. */
import { type GeoPoint, distanceM } from './plausibility.js'
import type { ProbeInput } from './probe.js'

export const FLAGS = [
  /** It came without a position, so it has that of its site. */
  'position_from_site',
  'inaccurate_position',
  'far_from_site',
  /** The probe is so far from the site of its device that the device or its position is not what it says. */
  'too_far_from_site',
  /** The device's clock was wrong: its own time is in `device_measured_at`, the corrected time in `measured_at`. */
  'clock_corrected',
  'too_short',
  'too_few_bytes',
  'private_address',
  /** The client's figure and the one that our server observed differ by more than a fifth. */
  'disagrees_with_server',
  /** The same device measured the same network at the same place less than four hours before or after. */
  'repeat',
  'moving_too_fast',
  'disagrees_with_neighbours',
  /** Set by a planner, with author and comment. */
  'implausible',
] as const
export type Flag = (typeof FLAGS)[number]

/** Flags that exclude a probe from the evidence; the others only mark it. */
const EXCLUDING_FLAGS: readonly Flag[] = [
  'too_far_from_site',
  'inaccurate_position',
  'too_short',
  'too_few_bytes',
  'disagrees_with_server',
  'repeat',
  'moving_too_fast',
  'implausible',
]

export const isCounted = (flags: readonly Flag[]): boolean => !flags.some((f) => EXCLUDING_FLAGS.includes(f))

/** A res-8 cell is about 1 km across: a less accurate position does not determine the cell. */
export const MAX_ACCURACY_M = 2_000
/** Farther from its site than this, a probe measures another place than the site (the distance that Giga uses). */
export const MAX_SITE_DISTANCE_M = 4_000
/** A field worker measures around the site of the device, at most a day's journey away on bad roads. */
export const MAX_DEVICE_DISTANCE_M = 150_000
/** M-Lab excludes tests that moved fewer bytes. */
export const MIN_TEST_BYTES = 8_192
/** M-Lab excludes tests of less than nine seconds, unless they were ended early on purpose. */
export const MIN_TEST_MS = 9_000
/** A test counts as ended on purpose once it moved this much: eight seconds of a line of 1 Mbit/s. */
export const MIN_EARLY_EXIT_BYTES = 1_000_000
/** The same device on the same network at the same place counts again after this time (as in RTR's open data). */
export const REPEAT_WINDOW_MS = 4 * 3_600_000
/** Positions closer than this are the same place; a position's own accuracy replaces it where that is worse. */
export const REPEAT_RADIUS_M = 100
/** Nobody drives at this speed in the country: a false position is more likely. */
export const MAX_MOVE_KMH = 250
/** Client and server measure one test at slightly different moments; beyond this share one of them is wrong. */
export const MAX_DISAGREEMENT = 0.2

/**
 * The flags that follow from the probe alone. `site` is null when the sender is not bound to a site; `isOfDevice` says whether a
 * device of the site sent it, and not a person who imports a file.
 */
export function flagsOf(probe: ProbeInput, site: GeoPoint | null, isOfDevice = false): Flag[] {
  const flags: Flag[] = []
  if (probe.lat == null || probe.lng == null) flags.push('position_from_site')
  else if (site) flags.push(...distanceFlags(distanceM({ lat: probe.lat, lng: probe.lng }, site), isOfDevice))
  if ((probe.accuracyM ?? 0) > MAX_ACCURACY_M) flags.push('inaccurate_position')
  flags.push(...testFlags(probe))
  if (probe.clientAddress != null && isPrivateAddress(probe.clientAddress)) flags.push('private_address')
  return flags
}

function distanceFlags(meters: number, isOfDevice: boolean): Flag[] {
  if (meters <= MAX_SITE_DISTANCE_M) return []
  const isTooFar = isOfDevice && meters > MAX_DEVICE_DISTANCE_M
  return isTooFar ? ['far_from_site', 'too_far_from_site'] : ['far_from_site']
}

function testFlags(probe: ProbeInput): Flag[] {
  if (probe.outcome !== 'ok') return []
  const tests = [
    { bytes: probe.downloadBytes, ms: probe.downloadMs },
    { bytes: probe.uploadBytes, ms: probe.uploadMs },
  ]
  const tooShort = tests.some(
    ({ bytes, ms }) => ms != null && ms < MIN_TEST_MS && (bytes ?? 0) < MIN_EARLY_EXIT_BYTES,
  )
  const tooFew = tests.some(({ bytes }) => bytes != null && bytes < MIN_TEST_BYTES)
  return [...(tooShort ? ['too_short' as const] : []), ...(tooFew ? ['too_few_bytes' as const] : [])]
}

/** RFC 1918, loopback, link-local, carrier-grade NAT (RFC 6598) and IPv6's unique local addresses. */
export function isPrivateAddress(address: string): boolean {
  const plain = address
    .trim()
    .toLowerCase()
    .replace(/^::ffff:/, '')
  const four = /^(\d{1,3})\.(\d{1,3})\.\d{1,3}\.\d{1,3}$/.exec(plain)
  if (!four) return plain === '::1' || /^f[cd][0-9a-f]{2}:/.test(plain) || /^fe[89ab][0-9a-f]:/.test(plain)
  const [a, b] = [Number(four[1]), Number(four[2])]
  return (
    a === 10 ||
    a === 127 ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254) ||
    (a === 100 && b >= 64 && b <= 127)
  )
}

/** Whether two figures of one test, in bit/s, differ by more than a fifth of the larger. */
export const isDisagreement = (claimed: number, observed: number): boolean =>
  Math.abs(claimed - observed) > MAX_DISAGREEMENT * Math.max(claimed, observed)

/** A measurement at a place and a time (`at`, ms since 1970). */
export interface TimedPosition extends GeoPoint {
  at: number
  accuracyM: number | null
}

/** Whether a measurement repeats one that already counts; both have the same device, network, cell and outcome. */
export const isRepeat = (one: TimedPosition, counted: readonly TimedPosition[]): boolean =>
  counted.some(
    (other) =>
      Math.abs(one.at - other.at) < REPEAT_WINDOW_MS &&
      distanceM(one, other) <= Math.max(REPEAT_RADIUS_M, one.accuracyM ?? 0, other.accuracyM ?? 0),
  )

/** Whether a device cannot have moved from one place to the other. The positions' uncertainty shortens the distance. */
export function isMovingTooFast(from: TimedPosition, to: TimedPosition): boolean {
  const metres = distanceM(from, to) - (from.accuracyM ?? 0) - (to.accuracyM ?? 0)
  const hours = Math.abs(to.at - from.at) / 3_600_000
  return metres > MAX_SITE_DISTANCE_M && metres / 1000 > MAX_MOVE_KMH * hours
}
