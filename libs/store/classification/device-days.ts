import { EVENING_HOURS } from '#domain/verdict'
import { type Sql, join, param, raw, sql } from '../database/sql.js'
import { LOCAL_HOUR, peakHoursClause } from './samples.js'
import { type JudgementScope, WEIGHT_UNIT, daysOf } from './scope.js'
import { type Stage, literal } from './stage.js'
import { ladderStepsOf } from './thresholds.js'

const countOf = (condition: Sql, name: string): Sql =>
  sql`(count(*) FILTER (WHERE ${condition}))::integer AS ${raw(name)}`

/**
 * `device_day`: one row per cell, network, device and local day, with counts of samples. Probes without a device
 * are taken as those of one device (`device_id` is null).
 *
 * Input: `sample`. `hours` is a bitmap of local hours (bit 0 is midnight to one); `<metric>_<step>` counts the
 * samples that would pass at that step of the ladder.
 */
export function deviceDayStage(scope: JudgementScope): Stage {
  const { from, to } = EVENING_HOURS
  const counts = [
    countOf(raw('is_pass'), 'passes'),
    countOf(raw('is_silent'), 'no_service'),
    countOf(sql`${LOCAL_HOUR} >= ${literal(from)} AND ${LOCAL_HOUR} < ${literal(to)}`, 'peak_samples'),
    sql`bit_or(1 << ${LOCAL_HOUR}) AS hours`,
    sql`max(measured_at) AS last_measured_at`,
    ...ladderStepsOf(scope.rule).map(({ name, isReached }) => countOf(isReached, name)),
  ]
  return {
    name: 'device_day',
    query: sql`
    SELECT cell, operator, technology, device_id, local::date AS day, count(*)::integer AS samples,
      ${join(counts, ',\n      ')}
    FROM sample ${peakHoursClause(scope)} GROUP BY cell, operator, technology, device_id, local::date`,
  }
}

/**
 * `weighted_day`: the rows of `device_day`, each with its `weight` in thousandths of a sample (at most the rule's
 * `deviceDayCap` samples count, half as much once they are old), whether it lies before the rule's `settleDays`, and
 * its day as a bitmap of the window's days, so that distinct days of several devices are the bits of an OR.
 */
export function weightedDayStage(scope: JudgementScope): Stage {
  const { rule, lastDay, firstDay, window } = scope
  const unit =
    rule.halfWeightAfterDays === null
      ? literal(WEIGHT_UNIT)
      : sql`CASE WHEN day < ${lastDay} - ${param(rule.halfWeightAfterDays, 'integer')}
          THEN ${literal(WEIGHT_UNIT / 2)} ELSE ${literal(WEIGHT_UNIT)} END`
  return {
    name: 'weighted_day',
    query: sql`
    SELECT *, least(samples, ${param(rule.deviceDayCap, 'integer')}) * ${unit} AS weight,
      day < ${lastDay} - ${param(rule.settleDays, 'integer')} AS is_settled,
      set_bit(${param('0'.repeat(daysOf(window)), 'varbit')}, day - ${firstDay}, 1) AS day_bit
    FROM device_day OFFSET 0`,
  }
}
