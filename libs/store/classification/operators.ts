import { GROUP_OF_TECHNOLOGY, UNDECIDED_PASSING } from '#domain/verdict'
import { raw } from '../database/sql.js'
import type { RosterScope } from './roster-scope.js'
import type { JudgementScope } from './scope.js'
import type { Stage } from './stage.js'
import { movableMetricsOf } from './figures.js'

/**
 * `operator_summary`: one row per cell and operator, its networks together (OperatorSummary of the domain).
 *
 * Input: `network_state`. `presence` is the highest confidence of a present network, null where none is present;
 * `absence` the probability that none of its measured networks reaches the rule's share, null where none was
 * measured. Factors are multiplied in ascending order, as in the domain: a product of doubles depends on the order. Without a
 * roster `is_undecided` says whether one network is unknown; by the roster there are the columns of rosterColumns() instead.
 */
export function operatorStage({ rule, roster }: Pick<JudgementScope, 'rule' | 'roster'>): Stage {
  const ladder = movableMetricsOf(rule).flatMap((metric) => [`${metric}_passed`, `${metric}_open`])
  const columns = [
    `max(confidence) FILTER (WHERE state = 'present') AS presence`,
    `max(retained_confidence) FILTER (WHERE state = 'present') AS retained_presence`,
    `product(absence_probability ORDER BY absence_probability) FILTER (WHERE weight > 0) AS absence`,
    `product(retained_absence_probability ORDER BY retained_absence_probability) FILTER (WHERE weight > 0)
        AS retained_absence`,
    `bool_or(state IN ('declared', 'planned')) AS is_claimed`,
    ...(roster ? rosterColumns(roster) : [`bool_or(state = 'unknown') AS is_undecided`]),
    ...ladder.map((name) => `max(${name}) AS ${name}`),
  ]
  return {
    name: 'operator_summary',
    query: raw(`
    SELECT cell, operator, ${columns.join(',\n      ')}
    FROM network_state GROUP BY cell, operator`),
  }
}

const IS_DECIDED = `state IN ('present', 'refuted', 'absent')`

/**
 * Whether all measured networks are decided, and for each group of technologies the probability that its best network passes, by
 * the measurements alone; null where nothing was measured. What decides nothing speaks for no presence.
 */
function rosterColumns({ groups }: RosterScope): string[] {
  const passing = (group: string, prefix: string): string =>
    `max(CASE WHEN ${IS_DECIDED} THEN 1 - ${prefix}absence_probability
        ELSE least(${UNDECIDED_PASSING}, 1 - ${prefix}absence_probability) END)
        FILTER (WHERE weight > 0 AND ${isOfGroup(group)}) AS ${prefix}${group}_passing`
  return [
    `bool_and(${IS_DECIDED}) FILTER (WHERE weight > 0) AS is_decided`,
    ...groups.flatMap((group) => [passing(group, ''), passing(group, 'retained_')]),
  ]
}

function isOfGroup(group: string): string {
  const technologies = Object.entries(GROUP_OF_TECHNOLOGY).filter(([, its]) => its === group)
  return `technology IN (${[...technologies.map(([technology]) => technology), ...(group === 'unnamed' ? [''] : [])].map((name) => `'${name}'`).join(', ')})`
}
