import { raw } from '../database/sql.js'
import type { JudgementScope } from './scope.js'
import type { Stage } from './stage.js'
import { movableMetricsOf } from './figures.js'

/**
 * `operator_summary`: one row per cell and operator, its networks together (OperatorSummary of the domain).
 *
 * Input: `network_state`. `presence` is the highest confidence of a present network, null where none is present;
 * `absence` the probability that none of its measured networks reaches the rule's share, null where none was
 * measured. Factors are multiplied in ascending order, as in the domain: a product of doubles depends on the order.
 */
export function operatorStage({ rule }: Pick<JudgementScope, 'rule'>): Stage {
  const ladder = movableMetricsOf(rule).flatMap((metric) => [`${metric}_passed`, `${metric}_open`])
  const columns = [
    `max(confidence) FILTER (WHERE state = 'present') AS presence`,
    `max(retained_confidence) FILTER (WHERE state = 'present') AS retained_presence`,
    `product(absence_probability ORDER BY absence_probability) FILTER (WHERE weight > 0) AS absence`,
    `product(retained_absence_probability ORDER BY retained_absence_probability) FILTER (WHERE weight > 0)
        AS retained_absence`,
    `bool_or(state IN ('declared', 'planned')) AS is_claimed`,
    `bool_or(state = 'unknown') AS is_undecided`,
    ...ladder.map((name) => `max(${name}) AS ${name}`),
  ]
  return {
    name: 'operator_summary',
    query: raw(`
    SELECT cell, operator, ${columns.join(',\n      ')}
    FROM network_state GROUP BY cell, operator`),
  }
}
