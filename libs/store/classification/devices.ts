import { type Sql, join, raw, sql } from '../database/sql.js'
import type { JudgementScope } from './scope.js'
import type { Stage } from './stage.js'
import { ladderStepNames } from './thresholds.js'

/** The weight of those samples of a device's day that pass, in whole thousandths, summed over its days. */
const passWeightOf = (count: string): Sql => sql`sum((${raw(count)}::bigint * weight / samples)::integer)`

/**
 * `device`: one row per cell, network and device. Weights are thousandths of a sample; `pass_days` and `fail_days`
 * are bitmaps of the days on which at least one of its samples passed, failed (null where none did).
 *
 * Input: `weighted_day`. Weights are whole numbers, so that no order of the rows changes a sum.
 */
export function deviceStage({ rule }: Pick<JudgementScope, 'rule'>): Stage {
  const steps = ladderStepNames(rule).map((name) => sql`, ${passWeightOf(name)} AS ${raw(name)}`)
  return {
    name: 'device',
    query: sql`
    SELECT cell, operator, technology, device_id, sum(samples) AS samples, sum(passes) AS passes,
      sum(no_service) AS no_service, sum(peak_samples) AS peak_samples, bit_or(hours) AS hours,
      max(last_measured_at) AS last_measured_at, sum(weight) AS weight, ${passWeightOf('passes')} AS pass_weight,
      coalesce(sum(weight) FILTER (WHERE is_settled), 0) AS settled_weight,
      coalesce(${passWeightOf('passes')} FILTER (WHERE is_settled), 0) AS settled_pass_weight,
      bit_or(day_bit) FILTER (WHERE passes > 0) AS pass_days,
      bit_or(day_bit) FILTER (WHERE passes < samples) AS fail_days${join(steps, '')}
    FROM weighted_day GROUP BY cell, operator, technology, device_id`,
  }
}
