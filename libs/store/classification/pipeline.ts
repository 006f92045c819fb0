/**
 * The classification of a country in two statements: the set-based twin of cellVerdictOf() of the domain. The first passes
 * once over the probes, for all rules together, and ends at one row per cell and network; the second judges those rows by
 * one rule, and writes what changed. Each stage stands in a file of its own, with what it reads and what one of its rows
 * is; here they stand in order. The order of every arithmetic operation is that of the domain, so that both give the same
 * doubles.
 */
import type { Rule } from '#domain/rule'
import { type Statement, raw, sql } from '../database/sql.js'
import { cellStages } from './cells.js'
import { type RunOfSeries, writeChangedCells, changeStages } from './changes.js'
import { claimStages } from './claims.js'
import { deviceDayStage } from './device-days.js'
import { deviceStage } from './devices.js'
import { type RuleFigures, figuresOf } from './figures.js'
import { EVIDENCE_FIGURES, measuredNetworkStage, networkFiguresStage } from './networks.js'
import { operatorStage } from './operators.js'
import { presenceStages } from './presences.js'
import { planProbeStage, reachedCellsStage } from './plan-items.js'
import { rosterCellStages } from './roster-cells.js'
import type { RosterScope } from './roster-scope.js'
import { type ProbeSource, sampleStages } from './samples.js'
import {
  type JudgementScope,
  type JudgementWindow,
  type MeasuringScope,
  judgementScope,
  measuringScope,
} from './scope.js'
import { scoreStages } from './scores.js'
import { hasRoster, serviceStages } from './services.js'
import { type Stage, withStages } from './stage.js'
import { stateStages } from './states.js'

/** The stages from probes to one row per cell and network with what all rules need. */
const measuringStages = (scope: MeasuringScope, source: ProbeSource): Stage[] => [
  ...sampleStages(scope, source),
  deviceDayStage(scope),
  deviceStage(scope),
  networkFiguresStage(scope),
]

/** The stages from those states to one verdict per cell: by the roster, or by the operators that were measured. */
const verdictStages = (scope: JudgementScope): Stage[] =>
  hasRoster(scope)
    ? [
        operatorStage(scope),
        ...serviceStages(scope, raw('SELECT cell FROM network_state')),
        ...presenceStages(scope),
        ...rosterCellStages(scope),
      ]
    : [operatorStage(scope), ...cellStages(scope)]

/** The stages from those rows to one row per cell and network with its state by one rule. */
const networkStages = (scope: JudgementScope, figures: RuleFigures, relation: string): Stage[] => [
  measuredNetworkStage(scope, figures, relation),
  ...claimStages(scope),
  ...scoreStages(scope),
  ...stateStages(scope),
]

export interface MeasuringInput {
  /** Those that look at the same window. */
  rules: readonly Rule[]
  window: JudgementWindow
  /** Decimal H3 indexes; null: all. */
  cells: readonly string[] | null
  /** Name of the temporary table. */
  table: string
}

/**
 * Makes a temporary table with the rows of the stage `network_figures`. It is read by the statement of each rule in a transaction of
 * its own and dropped then: kept, it would have to be kept for every known-before. A statement of its own, since
 * PostgreSQL plans no statement in parallel that also writes to other tables; and a distributed engine that groups by
 * cell returns a row a network instead of every probe.
 */
export function measureStatement({ rules, window, cells, table }: MeasuringInput): Statement {
  const stages = measuringStages(measuringScope(rules, window, cells), {
    relation: 'probe',
    cellColumn: 'cell',
  })
  const select = withStages(stages, raw('\n  SELECT * FROM network_figures'))
  return sql`CREATE TEMP TABLE ${raw(table)} AS ${select}`.toStatement()
}

export interface JudgingInput extends MeasuringInput {
  /** One of `rules`, of which the same list made the table. */
  rule: Rule
  run: RunOfSeries
  /** The roster by which it judges; null where it judges by the operators that were measured. */
  roster: RosterScope | null
}

/**
 * Writes the verdicts that differ from the run before in the series, closes those that ended, and lists both in
 * `changed`; in `changed_network` the networks of which something else is said.
 */
export function judgeStatement({ rules, rule, window, run, cells, table, roster }: JudgingInput): Statement {
  const scope = judgementScope(rule, window, cells, roster)
  const stages = [
    ...networkStages(scope, figuresOf(rules).ofRules[rules.indexOf(rule)]!, table),
    ...verdictStages(scope),
    ...changeStages(scope, run),
  ]
  return withStages(stages, writeChangedCells(rule)).toStatement()
}

/** The evidence that items of the plan are compared with: their own probes since their own day of service. */
export interface PlanEvidenceInput {
  window: JudgementWindow
  /** The rule as planRuleOf() of the domain makes it; all items have its threshold. */
  rule: Rule
  codes: readonly string[]
}

/**
 * Judges, by the same rule and the same weights, the network of each item of the plan over all its cells: an item, by
 * its number in `codes`, stands where a cell stands above. Gives the evidence with its state, and in how many cells it
 * was measured.
 */
export function planEvidenceStatement({ rule, window, codes }: PlanEvidenceInput): Statement {
  const measuring = measuringScope([rule], window, null)
  const [figures] = measuring.figures.ofRules
  const stages = [
    planProbeStage(codes),
    ...measuringStages(measuring, { relation: 'plan_probe', cellColumn: 'place' }),
    ...networkStages(judgementScope(rule, window, null), figures!, 'network_figures'),
    reachedCellsStage(figures!),
  ]
  return withStages(stages, PLAN_EVIDENCE).toStatement()
}

/** Times are milliseconds since 1970. */
const PLAN_EVIDENCE = raw(`
  SELECT cell::integer AS n, ${EVIDENCE_FIGURES.map((name) => `${name}::float8`).join(', ')},
    (date_part('epoch', last_measured_at) * 1000)::float8 AS last_measured_at, state, cells_measured
  FROM network_state JOIN reached_cells USING (cell)`)
