/** One measurement at a place and a time. Speeds in bit/s, latencies in ms, ratios 0..1, times in UTC. */

export const TECHNOLOGIES = [
  'fibre',
  'cable',
  'vdsl',
  'adsl',
  'fwa',
  '2g',
  '3g',
  '4g',
  '5g',
  'satellite_geo',
  'satellite_leo',
  'wifi_unknown',
] as const
export type Technology = (typeof TECHNOLOGIES)[number]

export const OUTCOMES = ['ok', 'no_service', 'failed'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** What a device sends: the public contract of `POST /api/v1/probes`. */
export interface ProbeInput {
  /** UUID made by the device; the same id twice is the same probe. */
  id: string
  /** RFC 3339. */
  measuredAt: string
  /** WGS 84 degrees; a probe without a position takes its site's. */
  lat?: number | null
  lng?: number | null
  /** Radius of the position's uncertainty, in metres. */
  accuracyM?: number | null
  technology?: Technology | null
  operator?: string | null
  outcome: Outcome
  downloadBps?: number | null
  uploadBps?: number | null
  latencyMs?: number | null
  jitterMs?: number | null
  lossRatio?: number | null
  signalDbm?: number | null
  /** The program that measured, e.g. `ndt7`. */
  tool?: string | null
  /** The tool's own document, kept as it came. */
  raw?: unknown
  /** The device's clock when it sent the probe, RFC 3339: what it is wrong by, the time of measuring is corrected by. */
  sentAt?: string | null
  /** Milliseconds between measuring and sending by a clock that never jumps; says more than `sentAt`. */
  ageMs?: number | null
  /** Bytes that the tests moved, and how long they took: what makes a figure a measurement. */
  downloadBytes?: number | null
  uploadBytes?: number | null
  downloadMs?: number | null
  uploadMs?: number | null
  /** The client's address as the server of the test saw it. Looked at, never kept outside `raw`. */
  clientAddress?: string | null
  /** Names of the tests (ndt7's ConnectionInfo.UUID), by which the server's own observation is found. */
  downloadTest?: string | null
  uploadTest?: string | null
}
