import { MIN_MEASURED_AT_MS } from '#domain/probe'
import type { Rule } from '#domain/rule'
import { DAY_MS } from '#domain/units'
import { TIME_ZONE_SQL } from '../database/local-time.js'
import { type Sql, param, raw, sql } from '../database/sql.js'

/** One thousandth of a sample is the unit of weight, so that half a sample is a whole number. */
export const WEIGHT_UNIT = 1000

/**
 * Valid time (`from` included, `to` excluded) and transaction time: only what was received before `knownBefore`
 * counts.
 */
export interface JudgementWindow {
  from: Date
  to: Date
  knownBefore: Date
}

/**
 * What all stages share: the rule as data, and the window as parameters that are bound once however often they
 * stand.
 */
export interface JudgementScope {
  rule: Rule
  window: JudgementWindow
  /** timestamptz */
  from: Sql
  /** timestamptz */
  to: Sql
  /** timestamptz */
  knownBefore: Sql
  /** date: the local day on which the window ends, from which ages are counted. */
  lastDay: Sql
  /** date: the local day before which no probe of the window lies; bit 0 of a bitmap of days. */
  firstDay: Sql
  /** bigint[]: only these cells are judged; null: all. */
  cells: Sql | null
}

/** A point in time as the local time of the country, in which days and hours of measurements are meant. */
export const localTime = (time: Sql): Sql => sql`(${time} AT TIME ZONE ${raw(TIME_ZONE_SQL)})`

const localDay = (time: Sql): Sql => sql`${localTime(time)}::date`

export function judgementScope(
  rule: Rule,
  window: JudgementWindow,
  cells: readonly string[] | null,
): JudgementScope {
  const to = param(window.to, 'timestamptz')
  return {
    rule,
    window,
    from: param(window.from, 'timestamptz'),
    to,
    knownBefore: param(window.knownBefore, 'timestamptz'),
    lastDay: localDay(to),
    firstDay: localDay(param(firstMomentOf(window), 'timestamptz')),
    cells: cells && param(cells, 'bigint[]'),
  }
}

export const cellCondition = ({ cells }: Pick<JudgementScope, 'cells'>): Sql =>
  cells ? sql`AND cell = ANY(${cells})` : raw('')

/** No probe is older than the earliest time that ingest accepts. */
const firstMomentOf = ({ from }: JudgementWindow): Date =>
  new Date(Math.max(from.getTime(), MIN_MEASURED_AT_MS))

/** Local days that the window touches: one more at each end, for local midnight is not that of UTC. */
export const daysOf = (window: JudgementWindow): number =>
  Math.max(0, Math.ceil((window.to.getTime() - firstMomentOf(window).getTime()) / DAY_MS)) + 2
