/** The steps of a threshold at which each run keeps the classes of its cells. */
import { type Metric, THRESHOLD_STEPS, thresholdOf, thresholdStepsAround } from '#domain/verdict'
import type { Queryable } from '#store/database'
import type { RunRow } from '#store/runs'
import { UnprocessableEntityException } from '@nestjs/common'
import { ruleOf } from '../runs/run-resolver.js'

/** A threshold of the run's rule, and its new value: bit/s, or ms for `latency`. */
export interface ThresholdChoice {
  metric: Metric
  threshold: number
}

/** Indexes in `THRESHOLD_STEPS` of the step on the laxer and on the stricter side of a threshold. */
export interface Steps {
  lax: number
  strict: number
}

/** The steps around the threshold, or 422 if the rule has no such threshold or no step lies around it. */
export async function requireSteps(
  db: Queryable,
  run: RunRow,
  { metric, threshold }: ThresholdChoice,
): Promise<Steps> {
  const rule = await ruleOf(db, run)
  if (thresholdOf(rule, metric) === null)
    throw new UnprocessableEntityException(`rule "${rule.id}" has no threshold for metric ${metric}`)
  const steps = thresholdStepsAround(metric, threshold)
  if (steps) return steps
  const ends = [THRESHOLD_STEPS[metric][0], THRESHOLD_STEPS[metric].at(-1)] as number[]
  throw new UnprocessableEntityException(
    `threshold ${threshold} must lie between ${Math.min(...ends)} and ${Math.max(...ends)}`,
  )
}

/** The step nearest to the threshold by ratio, because speeds and latencies differ by factors. */
export function nearestStepOf({ metric, threshold }: ThresholdChoice, { lax, strict }: Steps): number {
  const distanceOf = (step: number) => Math.abs(Math.log(THRESHOLD_STEPS[metric][step]! / threshold))
  return distanceOf(lax) <= distanceOf(strict) ? lax : strict
}
