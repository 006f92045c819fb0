import { type Sql, join, raw, sql } from '../database/sql.js'
import type { FigureColumn, FreeFigure, SampleFamily, Threshold } from './figures.js'
import { type MeasuringScope, cellCondition, localTime, technologyCondition } from './scope.js'
import { type Stage, columnList, literal } from './stage.js'

/** The table that samples come from, and its name of the cell in which the probe was measured. */
export interface ProbeSource {
  relation: 'probe' | 'plan_probe'
  cellColumn: 'cell' | 'place'
}

/**
 * `sample`: one row per probe that at least one of the rules may judge.
 *
 * Inputs: `probe` (or `plan_probe`), `probe_flag`. Columns: the network's key (an operator or a technology that nobody
 * named is ''), `device_id`, `measured_at`, `day` and `hour` (0..23) in the country's time, `is_silent` (there was no
 * service); for each family of rules whether they judge the sample (`s0` …: isJudgeableSample() of the domain, the
 * technologies excepted), and its free figures.
 *
 * `FENCE` keeps the planner from computing an expression once for every use: a local time costs as much as forty
 * counts. These are the only two stages of the pass where that matters.
 */
export const sampleStages = (scope: MeasuringScope, source: ProbeSource): Stage[] => [
  countedProbeStage(scope, source),
  sampleStage(scope, source),
]

/**
 * Ends a subquery that the planner must not merge into the one around it, and that processes may share all the same. Only of
 * a constant does PostgreSQL 15 see in time that it limits nothing; a bare 0 is at that moment still a cast to bigint.
 */
const FENCE = raw(`OFFSET '0'`)

/** `counted_probe`: one row per probe of the window that counts, as it was known, with its `local` time. */
function countedProbeStage(scope: MeasuringScope, { relation, cellColumn }: ProbeSource): Stage {
  const { from, to, knownBefore, technologies } = scope
  return {
    name: 'counted_probe',
    query: sql`
    SELECT *, ${localTime(raw('measured_at'))} AS local
    FROM ${raw(relation)} AS p
    WHERE measured_at >= ${from} AND measured_at < ${to} AND received_at < ${knownBefore} AND counted
      ${cellCondition(scope)}
      AND NOT EXISTS (SELECT 1 FROM probe_flag AS f WHERE f.cell = p.${raw(cellColumn)} AND f.probe_id = p.id
        AND NOT f.counted AND f.created_at < ${knownBefore})
      AND ${technologyCondition(technologies, sql`technology IS NULL`)}
      AND (outcome = 'no_service' OR (outcome = 'ok' AND download_bps IS NOT NULL))
    ${FENCE}`,
  }
}

function sampleStage({ figures }: MeasuringScope, { cellColumn }: ProbeSource): Stage {
  const columns = [
    columnList(cellColumn === 'cell' ? ['cell'] : ['cell', cellColumn]),
    raw(`coalesce(operator, '') AS operator, coalesce(technology, '') AS technology, device_id, measured_at`),
    raw(`local::date AS day, date_part('hour', local)::integer AS hour, outcome = 'no_service' AS is_silent`),
    ...figures.families.map((family) => sql`${isJudged(family)} AS ${raw(family.name)}`),
    ...figures.freeFigures.map((free) => sql`${freeFigure(free)} AS ${raw(free.name)}`),
  ]
  return {
    name: 'sample',
    query: sql`
    SELECT ${join(columns, ',\n      ')}
    FROM counted_probe ${FENCE}`,
  }
}

/** Whether the rules of a family judge a probe with its `local` time: all figures that they ask for were measured, at their hours of the day. */
export function isJudged({ columns, peakHours }: Pick<SampleFamily, 'columns' | 'peakHours'>): Sql {
  const wasMeasured = raw(columns.map((column) => `${column} IS NOT NULL`).join(' AND '))
  const atHours = peakHours
    ? sql` AND date_part('hour', local) >= ${literal(peakHours.from)} AND date_part('hour', local) < ${literal(peakHours.to)}`
    : raw('')
  return sql`(outcome = 'no_service' OR (${wasMeasured}))${atHours}`
}

/** The figure of a sample that passes and meets all the other thresholds; null where it does not. */
function freeFigure({ family, column, others }: FreeFigure): Sql {
  const conditions = [sql`outcome = 'ok'`, isJudged(family), ...others.map(isReached)]
  return sql`CASE WHEN ${join(conditions, ' AND ')} THEN ${raw(column)} END`
}

const isReached = ({ column, value }: Threshold): Sql => comparison(column, column, value)

/** A figure, wherever it stands, against a threshold: speeds from it on, latency and loss up to it. */
export const comparison = (figure: string, column: FigureColumn, value: number): Sql =>
  sql`${raw(figure)} ${raw(column.endsWith('_bps') ? '>=' : '<=')} ${literal(value)}`
