import type { Rule } from '#domain/rule'
import { type Sql, join, param, raw, sql } from '../database/sql.js'
import { EVIDENCE_FIGURES } from './networks.js'
import { type JudgementScope, cellCondition } from './scope.js'
import type { Stage } from './stage.js'
import { ladderStepNames } from './figures.js'

const countsClaims = (rule: Rule): boolean => rule.declaredCounts || rule.planningHorizonDays !== null

/**
 * Adds to the measured networks all others that a rule counts: those that operators declare or promise stand beside
 * them.
 */
export const claimStages = (scope: JudgementScope): Stage[] =>
  countsClaims(scope.rule) ? [claimStage(scope), networkStage(scope)] : [measuredOnlyNetworkStage()]

/**
 * `claim`: one row per cell and network for which an operator claims at least the rule's speeds: the fastest
 * declared now (`declared_bps`, bit/s), the earliest promised within the rule's horizon (`planned_by`); each null
 * where there is none or the rule does not count it.
 *
 * Input: `coverage`, as it was known before `knownBefore`.
 */
function claimStage(scope: JudgementScope): Stage {
  const { rule, knownBefore, lastDay } = scope
  const declared = rule.declaredCounts
    ? sql`max(download_bps) FILTER (WHERE kind = 'declared' AND on_date <= ${lastDay})`
    : raw('NULL::bigint')
  const horizon = rule.planningHorizonDays
  const planned =
    horizon === null
      ? raw('NULL::date')
      : sql`min(on_date) FILTER (WHERE kind = 'planned' AND on_date >= ${lastDay}
        AND on_date <= ${lastDay} + ${param(horizon, 'integer')})`
  return {
    name: 'claim',
    query: sql`
    SELECT cell, operator, technology, ${declared} AS declared_bps,
      ${planned} AS planned_by
    FROM coverage
    WHERE received_at < ${knownBefore} AND (withdrawn_at IS NULL OR withdrawn_at >= ${knownBefore})
      ${cellCondition(scope)}
      AND technology = ANY(${param(rule.technologies, 'text[]')})
      AND download_bps >= ${param(rule.minDownloadBps, 'bigint')} ${uploadCondition(rule)}
    GROUP BY cell, operator, technology`,
  }
}

const uploadCondition = ({ minUploadBps }: Rule): Sql =>
  minUploadBps === null ? raw('') : sql`AND upload_bps >= ${param(minUploadBps, 'bigint')}`

/**
 * `network`: one row per cell and network that was measured or is claimed. The figures of one that nobody measured
 * are 0, and its `last_measured_at` is null.
 *
 * Inputs: `measured_network`, `claim`.
 */
function networkStage({ rule }: JudgementScope): Stage {
  const figures = [...EVIDENCE_FIGURES, ...ladderStepNames(rule)].map((name) => {
    const column = raw(name)
    return sql`coalesce(${column}, 0) AS ${column}`
  })
  return {
    name: 'network',
    query: sql`
    SELECT cell, operator, technology, ${join(figures, ', ')}, last_measured_at, declared_bps, planned_by
    FROM measured_network
    FULL JOIN (SELECT * FROM claim WHERE declared_bps IS NOT NULL OR planned_by IS NOT NULL) AS claim
      USING (cell, operator, technology)`,
  }
}

/** `network` for a rule that counts no claims: those of `measured_network`. */
const measuredOnlyNetworkStage = (): Stage => ({
  name: 'network',
  query: sql`SELECT *, NULL::bigint AS declared_bps, NULL::date AS planned_by FROM measured_network`,
})
