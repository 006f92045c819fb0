import { MIN_MEASURED_AT_MS } from '#domain/probe'
import type { Rule } from '#domain/rule'
import { DAY_MS } from '#domain/units'
import { TIME_ZONE_SQL } from '../database/local-time.js'
import { type Sql, param, raw, sql } from '../database/sql.js'
import type { RosterScope } from './roster-scope.js'
import { type Figures, figuresOf } from './figures.js'

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

/** The window as parameters, each bound once however often it stands; and which cells are looked at. */
export interface WindowScope {
  /** timestamptz */
  from: Sql
  /** timestamptz */
  to: Sql
  /** timestamptz */
  knownBefore: Sql
  /** date: the local day on which the window ends, from which ages are counted. */
  lastDay: Sql
  /** bigint[]: only these cells are judged; null: all. */
  cells: Sql | null
}

/** Shared by the stages from probes to networks, which count for several rules in one pass. */
export interface MeasuringScope extends WindowScope {
  figures: Figures
  /** Those of all rules; a probe that names none counts where `wifi_unknown` does. */
  technologies: readonly string[]
  /** date: the local day before which no probe of the window lies; bit 0 of a bitmap of days. */
  firstDay: Sql
  /** varbit: a bitmap of the window's days, all zeros. */
  noDays: Sql
}

/** Shared by the stages from networks to verdicts, which judge by one rule. */
export interface JudgementScope extends WindowScope {
  rule: Rule
  /** The roster by which it judges; null where it judges by the operators that were measured. */
  roster: RosterScope | null
}

/** A point in time as the local time of the country, in which days and hours of measurements are meant. */
export const localTime = (time: Sql): Sql => sql`(${time} AT TIME ZONE ${raw(TIME_ZONE_SQL)})`

const localDay = (time: Sql): Sql => sql`${localTime(time)}::date`

function windowScope(window: JudgementWindow, cells: readonly string[] | null): WindowScope {
  const to = param(window.to, 'timestamptz')
  return {
    from: param(window.from, 'timestamptz'),
    to,
    knownBefore: param(window.knownBefore, 'timestamptz'),
    lastDay: localDay(to),
    cells: cells && param(cells, 'bigint[]'),
  }
}

export const measuringScope = (
  rules: readonly Rule[],
  window: JudgementWindow,
  cells: readonly string[] | null,
): MeasuringScope => ({
  ...windowScope(window, cells),
  figures: figuresOf(rules),
  technologies: [...new Set(rules.flatMap((rule) => rule.technologies))],
  firstDay: localDay(param(firstMomentOf(window), 'timestamptz')),
  noDays: param('0'.repeat(daysOf(window)), 'varbit'),
})

export const judgementScope = (
  rule: Rule,
  window: JudgementWindow,
  cells: readonly string[] | null,
  roster: RosterScope | null = null,
): JudgementScope => ({ ...windowScope(window, cells), rule, roster })

export const cellCondition = ({ cells }: Pick<WindowScope, 'cells'>): Sql =>
  cells ? sql`AND cell = ANY(${cells})` : raw('')

/** Those of the technologies, as a condition on a column in which a missing technology is null, or ''. */
export function technologyCondition(technologies: readonly string[], isUnnamed: Sql): Sql {
  const unnamed = technologies.includes('wifi_unknown') ? sql` OR ${isUnnamed}` : raw('')
  return sql`(technology = ANY(${param(technologies, 'text[]')})${unnamed})`
}

/** No probe is older than the earliest time that ingest accepts. */
const firstMomentOf = ({ from }: JudgementWindow): Date =>
  new Date(Math.max(from.getTime(), MIN_MEASURED_AT_MS))

/** Local days that the window touches: one more at each end, for local midnight is not that of UTC. */
const daysOf = (window: JudgementWindow): number =>
  Math.max(0, Math.ceil((window.to.getTime() - firstMomentOf(window).getTime()) / DAY_MS)) + 2
