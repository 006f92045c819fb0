/** Measurements over time: buckets of Morocco's civil time. */
import type { Measure, Spread } from './histogram.js'

export const TIME_STEPS = ['hour', 'day', 'week', 'month'] as const
export type TimeStep = (typeof TIME_STEPS)[number]

/** Buckets in one answer. */
export const MAX_BUCKETS = 1_000

/** Hours as they are nearly always; the clock's change at either end of Ramadan and months make some longer or shorter. */
const HOURS_PER_STEP: Record<TimeStep, number> = { hour: 1, day: 24, week: 168, month: 730.5 }
const HOUR_MS = 3_600_000

/** About how many buckets lie between two times, ms since 1970. */
export const bucketCountBetween = (step: TimeStep, from: number, to: number): number =>
  (to - from) / (HOURS_PER_STEP[step] * HOUR_MS)

/** How many buckets are shown where nobody says since when. */
const DEFAULT_BUCKETS: Record<TimeStep, number> = { hour: 48, day: 30, week: 26, month: 24 }

export const defaultSeriesStart = (step: TimeStep, to: number): number =>
  to - DEFAULT_BUCKETS[step] * HOURS_PER_STEP[step] * HOUR_MS

/** Fewer devices in a bucket would let a reader follow one of them. */
export const MIN_DEVICES_SHOWN = 3

export interface SeriesBucket extends Partial<Record<Measure, Spread | null>> {
  /** UTC moment at which the bucket begins: a whole hour, or midnight in Morocco. */
  start: Date
  /** Probes that count, whatever their outcome. */
  samples: number
  /** Of the samples, those that found no service. */
  noService: number
  /** Devices that made them; probes from files have none. */
  devices: number
}

/** What may be told to everybody: buckets of too few devices are left out, and counted. */
export function suppressSmallBuckets(buckets: readonly SeriesBucket[]): {
  shown: SeriesBucket[]
  hidden: number
} {
  const shown = buckets.filter(({ devices }) => devices >= MIN_DEVICES_SHOWN)
  return { shown, hidden: buckets.length - shown.length }
}
