/**
 * Distributions that can be added: values are counted in bins whose bounds grow by one factor, so that figures read from
 * the sum of any two are as near to the truth as those of each (DDSketch: Masson, Rim, Lee, VLDB 2019).
 */

/** What a probe measures as a number: names of its fields. */
export const MEASURES = ['downloadBps', 'uploadBps', 'latencyMs', 'jitterMs', 'lossRatio'] as const
export type Measure = (typeof MEASURES)[number]

/** A quantile read from bins is off by at most this share of the exact one. */
export const RELATIVE_ERROR = 0.02
/** Upper over lower bound of a bin: from its middle, both are as far away as the error allows. */
export const BIN_GROWTH = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)

/** Smaller values are in bin 0 and read as 0. The largest that ingest takes (100 Gbit/s, an hour) lie below bin 700. */
export const MIN_RESOLVED_VALUE: Record<Measure, number> = {
  downloadBps: 1,
  uploadBps: 1,
  latencyMs: 0.01,
  jitterMs: 0.01,
  lossRatio: 1e-4,
}

/** Bins of all measures lie in one list: this many are set aside for each. */
export const BINS_PER_MEASURE = 1_000

export const measureOfBin = (bin: number): Measure => MEASURES[Math.floor(bin / BINS_PER_MEASURE)]!

/** Number of a value's bin in the list of all measures' bins; the SQL of area-series.ts says the same. */
export function binOf(measure: Measure, value: number): number {
  const least = MIN_RESOLVED_VALUE[measure]
  const within = value < least ? 0 : 1 + Math.floor(Math.log(value / least) / Math.log(BIN_GROWTH))
  return MEASURES.indexOf(measure) * BINS_PER_MEASURE + within
}

/** The value that stands for all of a bin: as far, by share, from its lower bound as from its upper. */
export function valueOfBin(bin: number): number {
  const within = bin % BINS_PER_MEASURE
  if (within === 0) return 0
  return (
    (MIN_RESOLVED_VALUE[measureOfBin(bin)] * BIN_GROWTH ** (within - 1) * 2 * BIN_GROWTH) / (1 + BIN_GROWTH)
  )
}

/** Never a mean alone: a few fast lines would hide the many slow ones. */
export interface Spread {
  /** Values that the three figures rest on. */
  samples: number
  /** A tenth of the values lie below. */
  p10: number
  median: number
  /** A tenth of the values lie above. */
  p90: number
}

/** Bins in ascending order with how many values each holds. */
export type Histogram = readonly { bin: number; count: number }[]

/** Of the bins of one measure; null where there is no value. Interpolated between ranks, as PostgreSQL's percentile_cont. */
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

/** Of the value with so many smaller ones. */
function valueAtRank(bins: Histogram, rank: number): number {
  let below = 0
  for (const { bin, count } of bins) {
    below += count
    if (rank < below) return valueOfBin(bin)
  }
  return valueOfBin(bins.at(-1)!.bin)
}

/** So many of the smallest hashes of different things are kept: fewer things are counted exactly. */
export const MAX_SKETCH_HASHES = 64
/** Hashes are whole numbers below this. */
export const HASH_RANGE = 2 ** 60

/**
 * How many different things left these smallest hashes, ascending: exact below MAX_SKETCH_HASHES, else an estimate whose
 * standard error is 13 % (Bar-Yossef et al. 2002, Beyer et al. 2007).
 */
export function distinctCountOf(smallest: readonly number[]): number {
  if (smallest.length < MAX_SKETCH_HASHES) return smallest.length
  return Math.max(
    MAX_SKETCH_HASHES,
    Math.round(((MAX_SKETCH_HASHES - 1) * HASH_RANGE) / smallest[MAX_SKETCH_HASHES - 1]!),
  )
}
