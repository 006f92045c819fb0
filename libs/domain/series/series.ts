/** Measurements over time, in buckets of Morocco's civil time. */
import { HOUR_MS } from '../units/units.js'
import type { Measure, Spread } from './histogram.js'

export const TIME_STEPS = ['hour', 'day', 'week', 'month'] as const
export type TimeStep = (typeof TIME_STEPS)[number]

/** The largest number of buckets in one answer. */
export const MAX_BUCKETS = 1_000

/** The usual hours of a step. Some days are longer or shorter, because the clock changes around Ramadan; months differ. */
const HOURS_PER_STEP: Record<TimeStep, number> = { hour: 1, day: 24, week: 168, month: 730.5 }

/** The approximate number of buckets between two times, both milliseconds since 1970. */
export const bucketCountBetween = (step: TimeStep, from: number, to: number): number =>
  (to - from) / (HOURS_PER_STEP[step] * HOUR_MS)

/** Default number of buckets, for a request that names no start. */
const DEFAULT_BUCKETS: Record<TimeStep, number> = { hour: 48, day: 30, week: 26, month: 24 }

/** The start of a series that names only its end; both are milliseconds since 1970. */
export const defaultSeriesStart = (step: TimeStep, to: number): number =>
  to - DEFAULT_BUCKETS[step] * HOURS_PER_STEP[step] * HOUR_MS

/** The k of k-anonymity: with fewer devices in a bucket a reader could follow one of them. */
export const MIN_DEVICES_SHOWN = 3

/** The measurements of one bucket of time. */
export interface SeriesBucket extends Partial<Record<Measure, Spread | null>> {
  /** UTC time at which the bucket begins: a whole hour, or midnight in Morocco. */
  start: Date
  /** Number of counted probes, whatever their outcome. */
  samples: number
  /** Number of those samples that found no service. */
  noService: number
  /** Number of devices that made the samples; probes from files have no device. */
  devices: number
}

/**
 * Small-bucket suppression: the buckets that may be public, and the number of those hidden because they come from fewer
 * than MIN_DEVICES_SHOWN devices.
 */
export function suppressSmallBuckets(buckets: readonly SeriesBucket[]): {
  shown: SeriesBucket[]
  hidden: number
} {
  const shown = buckets.filter(({ devices }) => devices >= MIN_DEVICES_SHOWN)
  return { shown, hidden: buckets.length - shown.length }
}
