/**
 * Histograms that can be added up. Values are counted in bins whose bounds grow by a constant factor, so that quantiles read
 * from a sum of histograms have the same relative error as those of each (DDSketch: Masson, Rim, Lee, VLDB 2019).
 */

/** The fields of a probe that have a histogram. New ones go to the end, because stored bins are numbered by position. */
export const MEASURES = [
  'downloadBps',
  'uploadBps',
  'latencyMs',
  'jitterMs',
  'lossRatio',
  'loadedLatencyMs',
] as const
export type Measure = (typeof MEASURES)[number]

/** The largest relative error of a quantile computed from bins. */
export const RELATIVE_ERROR = 0.02
/** The ratio of a bin's upper to its lower bound; both differ from the bin's value by the relative error. */
export const BIN_GROWTH = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)

/**
 * The smallest value that has a bin of its own; smaller values are in bin 0 and read as 0. The largest values that ingest
 * accepts (100 Gbit/s, one hour) lie below bin 700.
 */
export const MIN_RESOLVED_VALUE: Record<Measure, number> = {
  downloadBps: 1,
  uploadBps: 1,
  latencyMs: 0.01,
  jitterMs: 0.01,
  lossRatio: 1e-4,
  loadedLatencyMs: 0.01,
}

/** Number of bins reserved for each measure in the common numbering of bins. */
export const BINS_PER_MEASURE = 1_000

/** The measure to which a bin belongs. */
export const measureOfBin = (bin: number): Measure => MEASURES[Math.floor(bin / BINS_PER_MEASURE)]!

/** The number of a value's bin in the sequence of all bins. The SQL of the store's area-series.ts does the same. */
export function binOf(measure: Measure, value: number): number {
  const smallest = MIN_RESOLVED_VALUE[measure]
  const index = value < smallest ? 0 : 1 + Math.floor(Math.log(value / smallest) / Math.log(BIN_GROWTH))
  return MEASURES.indexOf(measure) * BINS_PER_MEASURE + index
}

/** The value that represents a bin: it has the same relative distance from the lower bound as from the upper bound. */
export function valueOfBin(bin: number): number {
  const index = bin % BINS_PER_MEASURE
  if (index === 0) return 0
  return (
    (MIN_RESOLVED_VALUE[measureOfBin(bin)] * BIN_GROWTH ** (index - 1) * 2 * BIN_GROWTH) / (1 + BIN_GROWTH)
  )
}

/** Quantiles of a measure. A mean is never shown, because a few fast lines would hide the many slow ones. */
export interface Spread {
  /** Number of values from which the three quantiles are computed. */
  samples: number
  /** Value below which a tenth of the values lie. */
  p10: number
  median: number
  /** Value above which a tenth of the values lie. */
  p90: number
}

/** The bins in ascending order, each with the number of its values. */
export type Histogram = readonly { bin: number; count: number }[]

/**
 * The quantiles of one measure's bins; null where there is no value. They are interpolated between ranks, as PostgreSQL's
 * percentile_cont does.
 */
export function spreadOf(bins: Histogram): Spread | null {
  const samples = bins.reduce((sum, { count }) => sum + count, 0)
  if (samples === 0) return null
  const quantile = (share: number) => {
    const rank = (samples - 1) * share
    const [low, high] = [valueAtRank(bins, Math.floor(rank)), valueAtRank(bins, Math.ceil(rank))]
    return low + (high - low) * (rank - Math.floor(rank))
  }
  return { samples, p10: quantile(0.1), median: quantile(0.5), p90: quantile(0.9) }
}

/** The value at a rank, counted from 0. */
function valueAtRank(bins: Histogram, rank: number): number {
  let cumulativeCount = 0
  for (const { bin, count } of bins) {
    cumulativeCount += count
    if (rank < cumulativeCount) return valueOfBin(bin)
  }
  return valueOfBin(bins.at(-1)!.bin)
}

/** Number of smallest hashes that a sketch keeps. The count is exact up to this number of distinct items. */
export const MAX_SKETCH_HASHES = 64
/** Hashes are whole numbers from 0 (included) to this (excluded). */
export const HASH_RANGE = 2 ** 60

/**
 * The number of distinct items, from the smallest of their hashes in ascending order. It is exact below
 * MAX_SKETCH_HASHES, otherwise an estimate with a standard error of 13 % (k minimum values: Bar-Yossef et al. 2002,
 * Beyer et al. 2007).
 */
export function distinctCountOf(smallestHashes: readonly number[]): number {
  if (smallestHashes.length < MAX_SKETCH_HASHES) return smallestHashes.length
  return Math.max(
    MAX_SKETCH_HASHES,
    Math.round(((MAX_SKETCH_HASHES - 1) * HASH_RANGE) / smallestHashes[MAX_SKETCH_HASHES - 1]!),
  )
}
