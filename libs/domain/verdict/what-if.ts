/**
 * The class that a cell would have at another threshold of its rule. For each threshold, a cell stores its ladder: the
 * step up to which it would still be black, the one up to which at least grey, and the one from which it is white. The
 * steps are the speeds and latencies below. The class is exact at a step; between two steps it lies between theirs.
 */
import type { Rule } from '../rule/rule.js'
import { MBIT_BPS } from '../units/units.js'
import type { Class } from './class.js'

export const WHAT_IF_METRICS = ['download', 'upload', 'latency'] as const
export type Metric = (typeof WHAT_IF_METRICS)[number]

const bpsOfMbps = (speeds: readonly number[]) => speeds.map((speed) => speed * MBIT_BPS)

/**
 * The steps of each threshold from lax to strict, in bit/s and ms. A step is stored in four bits, so there are at most 15.
 * Every threshold of a shipped rule is a step.
 */
export const THRESHOLD_STEPS: Readonly<Record<Metric, readonly number[]>> = {
  download: bpsOfMbps([1, 2, 5, 10, 20, 25, 30, 50, 100, 200]),
  upload: bpsOfMbps([1, 2, 3, 5, 10, 20, 50]),
  latency: [600, 300, 150, 100, 75, 50, 30],
}

/** The rule's threshold, bit/s or ms; null if the rule has none, so that it cannot be varied. */
export function thresholdOf(rule: Rule, metric: Metric): number | null {
  if (metric === 'download') return rule.minDownloadBps
  return metric === 'upload' ? rule.minUploadBps : rule.maxLatencyMs
}

/** Indexes of the two steps between which a threshold lies, equal where it is a step; null outside the steps. */
export function thresholdStepsAround(
  metric: Metric,
  threshold: number,
): { lax: number; strict: number } | null {
  const steps = THRESHOLD_STEPS[metric]
  const isReached = (step: number) => (metric === 'latency' ? step >= threshold : step <= threshold)
  const lax = steps.findLastIndex(isReached)
  if (lax < 0) return null
  if (steps[lax] === threshold) return { lax, strict: lax }
  return lax + 1 < steps.length ? { lax, strict: lax + 1 } : null
}

/** Bits of one metric in a stored ladder: three steps of four bits each. */
export const LADDER_BITS = 12

/** Bits of a ladder below the step `greyFrom` of the first metric; those of the others follow it, four bits each. */
export const GREY_FROM_SHIFT = LADDER_BITS * WHAT_IF_METRICS.length

/**
 * The class at the step of this index. `ladder` is the number that the store holds; from its lowest bits it has, for each
 * metric, the steps `blackTo` (excluded), `greyTo` (excluded) and `whiteFrom` (included), and above those of all metrics the
 * steps `greyFrom` (included): from there on fewer than `blackFrom` operators can serve the cell. It is 0 where the rule
 * judges without a roster.
 */
export function classAtStep(ladder: bigint, metric: Metric, step: number): Class {
  const index = WHAT_IF_METRICS.indexOf(metric)
  const bits = Number((ladder >> BigInt(LADDER_BITS * index)) & 0xfffn)
  const greyFrom = Number((ladder >> BigInt(GREY_FROM_SHIFT + 4 * index)) & 15n)
  if (step < (bits & 15)) return 'black'
  if (step < ((bits >> 4) & 15)) return step >= greyFrom ? 'grey' : 'unknown'
  return step >= ((bits >> 8) & 15) ? 'white' : 'unknown'
}
