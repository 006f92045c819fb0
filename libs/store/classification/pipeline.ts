/**
 * The classification of a country in one statement: the set-based twin of verdictOf() of the domain. Each stage
 * stands in a file of its own, with what it reads and what one of its rows is; here they stand in order. The order
 * of every arithmetic operation is that of the domain, so that both give the same doubles.
 */
import type { Rule } from '#domain/rule'
import { type Statement, raw } from '../database/sql.js'
import { cellStages } from './cells.js'
import { type RunOfSeries, WRITE_CHANGED_CELLS, changeStages } from './changes.js'
import { claimStages } from './claims.js'
import { deviceDayStage, weightedDayStage } from './device-days.js'
import { deviceStage } from './devices.js'
import { EVIDENCE_FIGURES, measuredNetworkStage } from './networks.js'
import { operatorStage } from './operators.js'
import { planProbeStage, reachedCellsStage } from './plan-items.js'
import { type ProbeSource, sampleStage } from './samples.js'
import { type JudgementScope, type JudgementWindow, judgementScope } from './scope.js'
import { scoreStages } from './scores.js'
import { type Stage, withStages } from './stage.js'
import { stateStages } from './states.js'

export interface ClassificationInput {
  rule: Rule
  window: JudgementWindow
  run: RunOfSeries
  /** Only these cells are judged, and compared with the run before; null: all. */
  cells: readonly string[] | null
}

/** From probes to one row per cell and network with its state. */
const networkStages = (scope: JudgementScope, source: ProbeSource): Stage[] => [
  sampleStage(scope, source),
  deviceDayStage(scope),
  weightedDayStage(scope),
  deviceStage(scope),
  measuredNetworkStage(scope),
  ...claimStages(scope),
  ...scoreStages(scope),
  ...stateStages(scope),
]

/**
 * Writes the verdicts that differ from the run before in the series, closes those that ended, and lists both in
 * `changed`; in `changed_network` the networks of which something else is said.
 */
export function classifyStatement({ rule, window, run, cells }: ClassificationInput): Statement {
  const scope = judgementScope(rule, window, cells)
  const stages = [
    ...networkStages(scope, { relation: 'probe', cellColumn: 'cell' }),
    operatorStage(scope),
    ...cellStages(scope),
    ...changeStages(scope, run),
  ]
  return withStages(stages, WRITE_CHANGED_CELLS).toStatement()
}

/** What items of the plan are compared with: their own probes since their own day of service. */
export interface PlanEvidenceInput extends Pick<ClassificationInput, 'window'> {
  /** As planRuleOf() of the domain makes it; all items have its threshold. */
  rule: Rule
  codes: readonly string[]
}

/**
 * By the same rule and the same weights, the network of each item of the plan over all its cells: an item, by its
 * number in `codes`, stands where a cell stands above. Gives the evidence with its state, and in how many cells it
 * was measured.
 */
export function planEvidenceStatement({ rule, window, codes }: PlanEvidenceInput): Statement {
  const scope = judgementScope(rule, window, null)
  const stages = [
    planProbeStage(codes),
    ...networkStages(scope, { relation: 'plan_probe', cellColumn: 'place' }),
    reachedCellsStage(scope),
  ]
  return withStages(stages, PLAN_EVIDENCE).toStatement()
}

/** Times are milliseconds since 1970. */
const PLAN_EVIDENCE = raw(`
  SELECT cell::integer AS n, ${EVIDENCE_FIGURES.map((name) => `${name}::float8`).join(', ')},
    (date_part('epoch', last_measured_at) * 1000)::float8 AS last_measured_at, state, cells_measured
  FROM network_state JOIN reached_cells USING (cell)`)
