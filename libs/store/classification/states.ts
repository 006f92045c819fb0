/** Gives each network its state: present, refuted, absent, declared, planned or unknown. */
import { normalQuantileOf } from '#domain/rule'
import { type Metric, THRESHOLD_STEPS } from '#domain/verdict'
import { type Sql, join, param, raw, sql } from '../database/sql.js'
import { type JudgementScope, WEIGHT_UNIT } from './scope.js'
import { type Stage, literal } from './stage.js'
import { movableMetricsOf } from './figures.js'

export function stateStages(scope: JudgementScope): Stage[] {
  const minDays = param(scope.rule.minDays, 'integer')
  const minDevices = param(scope.rule.minDevices, 'integer')
  return [sufficiencyStage(scope, minDays, minDevices), stateStage(scope, minDays, minDevices)]
}

/** Chooses the expression of the side that the samples speak for: above the rule's share or below it. */
const onSide = (above: string, below: string): Sql =>
  raw(`CASE WHEN score >= 0 THEN ${above} ELSE ${below} END`)

/**
 * `sufficient_evidence`: the rows of `network_confidence` with what the rule asks before it decides: enough weight
 * and hours (`has_enough`), days and devices on the side that decides (`is_spread`), and a share that is decided
 * (`is_decisive`: isShareDecided() of the domain, with its hysteresis).
 */
function sufficiencyStage({ rule }: JudgementScope, minDays: Sql, minDevices: Sql): Stage {
  const minWeight = param(rule.minSamples * WEIGHT_UNIT, 'bigint')
  const z = param(normalQuantileOf(rule.confidence), 'float8')
  const keepZ = param(normalQuantileOf(rule.keepConfidence), 'float8')
  return {
    name: 'sufficient_evidence',
    query: sql`
    SELECT *, weight >= ${minWeight} AND hours >= ${param(rule.minHours, 'integer')} AS has_enough,
      ${onSide('pass_days', 'fail_days')} >= ${minDays}
        AND ${onSide('pass_devices', 'fail_devices')} >= ${minDevices} AS is_spread,
      abs(score) >= ${z} OR (abs(score) >= ${keepZ} AND settled_weight >= ${minWeight}
        AND ${onSide('settled_score', '-settled_score')} >= ${z}) AS is_decisive
    FROM network_confidence OFFSET 0`,
  }
}

/** Probability that the network does not reach the rule's share: NetworkOdds.doubt of the domain. */
const absenceProbability = (logOdds: string, confidence: string): Sql =>
  raw(`CASE WHEN ${logOdds} >= 0 THEN 1 - ${confidence} ELSE ${confidence} END`)

/**
 * `network_state`: one row per cell and network with its `state` (networkState() of the domain) and, for the class
 * of the cell, how probable it is that the network is absent; null where nobody measured it. What is called
 * `retained_…` looks at the settled samples too, where they say more of the same: the hysteresis of the class.
 *
 * `<metric>_passed` counts the ladder's steps at which the network would be present, `<metric>_open` those at which
 * it would not be known to fail.
 */
function stateStage(scope: JudgementScope, minDays: Sql, minDevices: Sql): Stage {
  const current = absenceProbability('log_odds', 'confidence')
  const settled = absenceProbability('settled_log_odds', 'settled_confidence')
  return {
    name: 'network_state',
    query: sql`
    SELECT *, CASE
        WHEN weight > 0 AND has_enough AND is_spread AND is_decisive AND score >= 0 THEN 'present'
        WHEN planned_by IS NOT NULL THEN 'planned'
        WHEN weight > 0 AND has_enough AND is_spread AND is_decisive
          THEN CASE WHEN no_service = samples THEN 'absent' ELSE 'refuted' END
        WHEN declared_bps IS NOT NULL AND score >= 0 THEN 'declared'
        ELSE 'unknown' END AS state,
      CASE WHEN (log_odds >= 0) = (settled_log_odds >= 0) THEN greatest(confidence, settled_confidence)
        ELSE confidence END AS retained_confidence,
      CASE WHEN weight > 0 THEN ${current} END AS absence_probability,
      CASE WHEN settled_weight > 0 THEN greatest(${current}, ${settled})
        WHEN weight > 0 THEN ${current} END AS retained_absence_probability${ladderColumns(scope, minDays, minDevices)}
    FROM sufficient_evidence OFFSET 0`,
  }
}

/** More than the steps of any metric: a network without enough evidence is not known to fail at any of them. */
export const ALL_STEPS_OPEN = 15

function ladderColumns({ rule }: JudgementScope, minDays: Sql, minDevices: Sql): Sql {
  const isWide = sql`(has_enough AND days >= ${minDays} AND devices >= ${minDevices})`
  const steps = (metric: Metric, test: string): Sql =>
    raw(THRESHOLD_STEPS[metric].map((_, i) => `(${metric}_${i} ${test})::integer`).join(' + '))
  return join(
    movableMetricsOf(rule).map(
      (metric) => sql`,
      CASE WHEN ${isWide} THEN ${steps(metric, '>= decisive_pass_weight')}
        ELSE 0 END AS ${raw(`${metric}_passed`)},
      CASE WHEN ${isWide} THEN ${steps(metric, '> decisive_fail_weight')}
        ELSE ${literal(ALL_STEPS_OPEN)} END AS ${raw(`${metric}_open`)}`,
    ),
    '',
  )
}
