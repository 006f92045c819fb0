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
}
