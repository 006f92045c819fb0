import { type Sql, join, param, raw, sql } from '../database/sql.js'
import { type JudgementScope, WEIGHT_UNIT } from './scope.js'
import type { Stage } from './stage.js'
import { ladderStepNames } from './thresholds.js'

/** The key of a network in a cell; an operator or a technology that nobody named is ''. */
export const NETWORK_KEY = ['cell', 'operator', 'technology'] as const

/** The figures of NetworkEvidence of the domain, in the order of the table `evidence`. */
export const EVIDENCE_FIGURES = [
  'samples',
  'passes',
  'no_service',
  'peak_samples',
  'weight',
  'pass_weight',
  'settled_weight',
  'settled_pass_weight',
  'devices',
  'pass_devices',
  'fail_devices',
  'days',
  'pass_days',
  'fail_days',
  'hours',
] as const

/**
 * `measured_network`: one row per cell and network that was measured, with the figures of NetworkEvidence of the
 * domain.
 *
 * Input: `device`. No device weighs more than the rule's `deviceCap`: what lies above is cut from its passes and
 * failures alike. Days and hours are counts of distinct ones, no longer bitmaps.
 */
export function measuredNetworkStage({ rule }: Pick<JudgementScope, 'rule'>): Stage {
  const cap = param(rule.deviceCap * WEIGHT_UNIT, 'integer')
  const cappedSum = (part: string, whole: string): Sql =>
    sql`sum((CASE WHEN ${raw(whole)} > ${cap} THEN ${raw(part)} * ${cap} / ${raw(whole)}
        ELSE ${raw(part)} END)::integer) AS ${raw(part)}`
  const steps = ladderStepNames(rule).map((name) => sql`,\n      ${cappedSum(name, 'weight')}`)
  return {
    name: 'measured_network',
    query: sql`
    SELECT cell, operator, technology, sum(samples)::integer AS samples, sum(passes)::integer AS passes,
      sum(no_service)::integer AS no_service, sum(peak_samples)::integer AS peak_samples,
      bit_count(bit_or(hours)::bit(24)) AS hours, max(last_measured_at) AS last_measured_at,
      ${cappedSum('pass_weight', 'weight')},
      ${cappedSum('settled_pass_weight', 'settled_weight')},
      sum(least(weight, ${cap})::integer) AS weight, sum(least(settled_weight, ${cap})::integer) AS settled_weight,
      count(*)::integer AS devices, (count(*) FILTER (WHERE passes > 0))::integer AS pass_devices,
      (count(*) FILTER (WHERE passes < samples))::integer AS fail_devices,
      bit_count(bit_or(coalesce(pass_days | fail_days, pass_days, fail_days))) AS days,
      coalesce(bit_count(bit_or(pass_days)), 0) AS pass_days,
      coalesce(bit_count(bit_or(fail_days)), 0) AS fail_days${join(steps, '')}
    FROM device GROUP BY cell, operator, technology`,
  }
}
