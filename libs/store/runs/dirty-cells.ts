/**
 * Finds the cells that a run has to judge again ("dirty"): those whose probes or claims changed since the run before,
 * or aged past one of the rule's marks, or of whose operators something else is known.
 */
import type { Rule } from '#domain/rule'
import type { ClassCounts } from '#domain/verdict'
import type { JudgementWindow } from '../classification/scope.js'
import { familyOf, familyRange } from '../classification/services.js'
import type { Queryable } from '../database/database.js'
import { TIME_ZONE_SQL } from '../database/local-time.js'
import { type Sql, param, raw, sql } from '../database/sql.js'

/** A larger share of the cells than this is judged faster in one pass over all probes. */
const MAX_DIRTY_SHARE = 0.25

/** The windows of the run before and of this one, as parameters. */
interface WindowShift {
  fromBefore: Sql
  from: Sql
  toBefore: Sql
  to: Sql
  knownBefore: Sql
  knownBeforeThen: Sql
}

const windowShift = (before: JudgementWindow, window: JudgementWindow): WindowShift => ({
  fromBefore: param(before.from, 'timestamptz'),
  from: param(window.from, 'timestamptz'),
  toBefore: param(before.to, 'timestamptz'),
  to: param(window.to, 'timestamptz'),
  knownBeforeThen: param(before.knownBefore, 'timestamptz'),
  knownBefore: param(window.knownBefore, 'timestamptz'),
})

const localDay = (time: Sql): Sql => sql`(${time} AT TIME ZONE ${raw(TIME_ZONE_SQL)})::date`

/** Start of the local day that lies so many days before a time; null for null days. */
const midnightBefore = (time: Sql, days: Sql): Sql =>
  sql`((${localDay(time)} - ${days})::timestamp AT TIME ZONE ${raw(TIME_ZONE_SQL)})`

/**
 * Cells with probes received since the run before, or set aside since; and those with probes that the window's
 * start or end, the mark of half weight or the mark of settled samples passed over since. New probes are found by
 * the block ranges in which they were received, those that only aged by their range of time.
 */
function cellsWithChangedProbes(rule: Rule, shift: WindowShift): Sql {
  const { fromBefore, from, toBefore, to, knownBeforeThen, knownBefore } = shift
  const halfWeight = param(rule.halfWeightAfterDays, 'integer')
  const settle = param(rule.settleDays, 'integer')
  const measuredIn = (start: Sql, end: Sql): Sql =>
    sql`UNION SELECT cell FROM probe WHERE measured_at >= ${start} AND measured_at < ${end}`
  return sql`
    SELECT cell FROM probe
    WHERE received_at >= ${knownBeforeThen} AND received_at < ${knownBefore} AND measured_at >= ${from}
    UNION SELECT cell FROM probe_flag
    WHERE created_at >= ${knownBeforeThen} AND created_at < ${knownBefore} AND NOT counted
    ${measuredIn(fromBefore, from)}
    ${measuredIn(toBefore, to)}
    ${measuredIn(midnightBefore(toBefore, halfWeight), midnightBefore(to, halfWeight))}
    ${measuredIn(midnightBefore(toBefore, settle), midnightBefore(to, settle))}`
}

/** Cells with claims that came or were withdrawn since, fell due, or came within the rule's horizon. */
function cellsWithChangedClaims(rule: Rule, shift: WindowShift): Sql {
  if (!rule.declaredCounts && rule.planningHorizonDays === null) return raw('')
  const { toBefore, to, knownBeforeThen, knownBefore } = shift
  const horizon = param(rule.planningHorizonDays, 'integer')
  return sql`
    UNION SELECT cell FROM coverage WHERE received_at >= ${knownBeforeThen} AND received_at < ${knownBefore}
    UNION SELECT cell FROM coverage WHERE withdrawn_at >= ${knownBeforeThen} AND withdrawn_at < ${knownBefore}
    UNION SELECT cell FROM coverage
    WHERE (on_date >= ${localDay(toBefore)} AND on_date <= ${localDay(to)})
      OR (on_date > ${localDay(toBefore)} + ${horizon} AND on_date <= ${localDay(to)} + ${horizon})`
}

/**
 * Cells with a verdict whose priors changed: those of which, or of whose family, a declaration came, was withdrawn or fell due
 * since, and all of the regions whose operators changed.
 */
function cellsWithChangedPriors(shift: WindowShift, { series, regions }: ChangedRoster): Sql {
  const { toBefore, to, knownBeforeThen, knownBefore } = shift
  const verdicts = sql`SELECT cell FROM verdict AS v WHERE v.series = ${param(series, 'integer')} AND v.next_run IS NULL`
  const inRegions = sql`UNION SELECT cell FROM (${verdicts}) AS v LEFT JOIN cell_place AS p USING (cell)
    WHERE coalesce(p.region_code, '') = ANY(${param(regions, 'text[]')})`
  return sql`
    UNION SELECT v.cell FROM (
      SELECT DISTINCT ${familyOf('cell')} AS family FROM coverage WHERE kind = 'declared'
        AND ((received_at >= ${knownBeforeThen} AND received_at < ${knownBefore})
          OR (withdrawn_at >= ${knownBeforeThen} AND withdrawn_at < ${knownBefore})
          OR (on_date > ${localDay(toBefore)} AND on_date <= ${localDay(to)}))) AS f
    JOIN LATERAL (${verdicts} AND v.cell BETWEEN ${familyRange('f.family')} OFFSET 0) AS v ON true
    ${regions.length > 0 ? inRegions : raw('')}`
}

/** The changes of the roster since the run before. */
export interface ChangedRoster {
  /** Series whose verdicts are judged again. */
  series: number
  /** Regions whose operators changed; '' are the cells outside all regions. */
  regions: readonly string[]
}

/** Decimal H3 indexes of the dirty cells; null where they are so many that all cells are judged. */
export async function dirtyCells(
  tx: Queryable,
  rule: Rule,
  before: JudgementWindow & { counts: ClassCounts },
  window: JudgementWindow,
  roster: ChangedRoster | null = null,
): Promise<string[] | null> {
  const { white, grey, black, unknown } = before.counts
  const maxCells = Math.floor((white + grey + black + unknown) * MAX_DIRTY_SHARE)
  const shift = windowShift(before, window)
  const statement = sql`SELECT cell::text FROM (${cellsWithChangedProbes(rule, shift)}
    ${cellsWithChangedClaims(rule, shift)}
    ${roster ? cellsWithChangedPriors(shift, roster) : raw('')}) AS dirty LIMIT ${maxCells + 1}::integer`.toStatement()
  const rows: { cell: string }[] = await tx.query(statement.sql, statement.parameters)
  return rows.length > maxCells ? null : rows.map(({ cell }) => cell)
}
