import type { Metric } from '#domain/verdict'
import { type Sql, join, param, raw, sql } from '../database/sql.js'
import { type JudgementScope, cellCondition, localTime } from './scope.js'
import { type Stage, columnList } from './stage.js'
import { COLUMN_OF_METRIC, freeColumn, movableMetricsOf, thresholdsOf } from './thresholds.js'

/** Where samples come from, and how the cell is called there in which the probe was measured. */
export interface ProbeSource {
  relation: 'probe' | 'plan_probe'
  cellColumn: 'cell' | 'place'
}

/** Hour of the local day, 0..23, of a sample. */
export const LOCAL_HOUR = raw(`date_part('hour', local)::integer`)

/**
 * Only samples of the rule's hours of the day count, where it names any. To be used as the WHERE clause over
 * `sample`.
 */
export const peakHoursClause = ({ rule }: Pick<JudgementScope, 'rule'>): Sql =>
  rule.peakHours
    ? sql`WHERE ${LOCAL_HOUR} >= ${param(rule.peakHours.from, 'integer')}
        AND ${LOCAL_HOUR} < ${param(rule.peakHours.to, 'integer')}`
    : raw('')

/**
 * `sample`: one row per probe that the rule can judge (isJudgeableSample() of the domain, its hours of the day
 * excepted).
 *
 * Inputs: `probe` (or `plan_probe`), `probe_flag`. Columns: the network's key (an operator or a technology that
 * nobody named is ''), `device_id`, `measured_at`, `local` (timestamp in the country's zone), `is_silent` (there
 * was no service), `is_pass` (isPassingSample() of the domain), and `free_<metric>` for each threshold that can be
 * moved. `OFFSET 0` keeps the planner from computing the local time once for every use.
 */
export function sampleStage(scope: JudgementScope, { relation, cellColumn }: ProbeSource): Stage {
  const { rule, from, to, knownBefore } = scope
  const thresholds = thresholdsOf(rule)
  const isPass = join(
    thresholds.map(({ isReached }) => isReached),
    ' AND ',
  )
  const wasMeasured = raw(thresholds.map(({ column }) => `${column} IS NOT NULL`).join(' AND '))
  const columns = cellColumn === 'cell' ? ['cell'] : ['cell', cellColumn]
  return {
    name: 'sample',
    query: sql`
    SELECT ${columnList(columns)}, coalesce(operator, '') AS operator, coalesce(technology, '') AS technology,
      device_id, measured_at, ${localTime(raw('measured_at'))} AS local,
      outcome = 'no_service' AS is_silent, outcome = 'ok' AND ${isPass} AS is_pass,
      ${join(
        movableMetricsOf(rule).map((metric) => freeFigure(scope, metric)),
        ', ',
      )}
    FROM ${raw(relation)} AS p
    WHERE measured_at >= ${from} AND measured_at < ${to} AND received_at < ${knownBefore} AND counted
      ${cellCondition(scope)}
      AND NOT EXISTS (SELECT 1 FROM probe_flag AS f WHERE f.cell = p.${raw(cellColumn)} AND f.probe_id = p.id
        AND NOT f.counted AND f.created_at < ${knownBefore})
      AND (technology = ANY(${param(rule.technologies, 'text[]')})
        ${raw(rule.technologies.includes('wifi_unknown') ? 'OR technology IS NULL' : '')})
      AND (outcome = 'no_service' OR (outcome = 'ok' AND ${wasMeasured}))
    OFFSET 0`,
  }
}

/** The figure of a sample that meets all the other thresholds; null where it does not. */
function freeFigure({ rule }: JudgementScope, metric: Metric): Sql {
  const column = COLUMN_OF_METRIC[metric]
  const others = thresholdsOf(rule)
    .filter((threshold) => threshold.column !== column)
    .map(({ isReached }) => sql` AND ${isReached}`)
  return sql`CASE WHEN outcome = 'ok'${join(others, '')} THEN ${raw(column)} END AS ${raw(freeColumn(metric))}`
}
