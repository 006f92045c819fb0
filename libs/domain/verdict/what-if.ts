/**
 * What if a threshold were another: every cell keeps, for each threshold that its rule has, up to which step it would
 * still be black, up to which at least grey, and from which on white. A step is one of the speeds or latencies below; at
 * a step the counts are those of the probes, between two steps the truth lies between theirs.
 */
import type { Rule } from '../rule/rule.js'
import { MBIT_BPS } from '../units/units.js'
import type { Class } from './verdict.js'

export const WHAT_IF_METRICS = ['download', 'upload', 'latency'] as const
export type Metric = (typeof WHAT_IF_METRICS)[number]

const bpsOfMbps = (figures: readonly number[]) => figures.map((figure) => figure * MBIT_BPS)

/** From lax to strict, bit/s and ms; at most 15, for a step is kept in four bits. Every shipped threshold is a step. */
export const THRESHOLD_STEPS: Readonly<Record<Metric, readonly number[]>> = {
  download: bpsOfMbps([1, 2, 5, 10, 20, 25, 30, 50, 100, 200]),
  upload: bpsOfMbps([1, 2, 3, 5, 10, 20, 50]),
  latency: [600, 300, 150, 100, 75, 50, 30],
}

/** The threshold that a rule has; null where it asks for none, and then it cannot be moved. */
export function thresholdOf(rule: Rule, metric: Metric): number | null {
  if (metric === 'download') return rule.minDownloadBps
  return metric === 'upload' ? rule.minUploadBps : rule.maxLatencyMs
}

/** Steps between which a threshold lies: equal where it is a step; null outside the steps. */
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

/** Bits of one metric in a ladder: three steps of four bits. */
export const LADDER_BITS = 12

/** The class at a step. `ladder` as the store keeps it: for each metric `blackTo`, `greyTo` (excluded), `whiteFrom`. */
export function classAtStep(ladder: bigint, metric: Metric, step: number): Class {
  const own = Number(ladder >> BigInt(LADDER_BITS * WHAT_IF_METRICS.indexOf(metric)))
  if (step < (own & 15)) return 'black'
  if (step < ((own >> 4) & 15)) return 'grey'
  return step >= ((own >> 8) & 15) ? 'white' : 'unknown'
}
