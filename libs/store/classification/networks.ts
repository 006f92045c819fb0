import { type Sql, join, raw, sql } from '../database/sql.js'
import type { PassCount, RuleFigures, SampleFamily } from './figures.js'
import {
  type JudgementScope,
  type MeasuringScope,
  WEIGHT_UNIT,
  cellCondition,
  technologyCondition,
} from './scope.js'
import type { Stage } from './stage.js'

/** The key of a network in a cell; an operator or a technology that nobody named is ''. */
export const NETWORK_KEY = ['cell', 'operator', 'technology'] as const

/** The figures of NetworkEvidence of the domain, in the order of the table `evidence`. */
export const EVIDENCE_FIGURES = [
  'samples',
  'passes',
  'no_service',
  'peak_samples',
  'weight',
  'pass_weight',
  'settled_weight',
  'settled_pass_weight',
  'devices',
  'pass_devices',
  'fail_devices',
  'days',
  'pass_days',
  'fail_days',
  'hours',
] as const

/**
 * `network_figures`: one row per cell and network, with the figures of all families and pass counts: what every rule of
 * the pass needs, and all that is kept of the probes.
 *
 * Input: `device`. No device weighs more than the rule's `deviceCap`: what lies above is cut from its passes and failures
 * alike. Days and hours are counts of distinct ones, no longer bitmaps.
 */
export function networkFiguresStage({ figures }: Pick<MeasuringScope, 'figures'>): Stage {
  const columns = [
    raw('cell, operator, technology'),
    ...figures.families.flatMap(familyColumns),
    ...figures.counts.flatMap(countColumns),
  ]
  return {
    name: 'network_figures',
    query: sql`
    SELECT ${join(columns, ',\n      ')}
    FROM device GROUP BY cell, operator, technology`,
  }
}

/** The part of a device's weight that counts: all of it, or as much as lies below the cap. */
const cappedSum = (part: string, whole: string, { deviceCap }: SampleFamily): string => {
  const cap = deviceCap * WEIGHT_UNIT
  return `sum((CASE WHEN ${whole} > ${cap} THEN ${part} * ${cap} / ${whole} ELSE ${part} END)::integer)`
}

function familyColumns(family: SampleFamily): Sql[] {
  const { name, deviceCap } = family
  const cap = deviceCap * WEIGHT_UNIT
  const counts = ['samples', 'no_service', 'peak_samples'].map((column) => `${name}_${column}`)
  const weights = ['weight', 'settled_weight'].map((column) => `${name}_${column}`)
  return [
    ...counts.map((column) => raw(`sum(${column})::integer AS ${column}`)),
    ...weights.map((column) => raw(`sum(least(${column}, ${cap})::integer) AS ${column}`)),
    raw(`coalesce(bit_count(bit_or(${name}_hours)::bit(24)), 0) AS ${name}_hours`),
    raw(`max(${name}_last_measured_at) AS ${name}_last_measured_at`),
    raw(`(count(*) FILTER (WHERE ${name}_samples > 0))::integer AS ${name}_devices`),
    raw(`coalesce(bit_count(bit_or(${name}_days)), 0) AS ${name}_days`),
  ]
}

function countColumns({ name, free, isJudged }: PassCount): Sql[] {
  const { family } = free
  const weight = raw(`${cappedSum(name, `${family.name}_weight`, family)} AS ${name}`)
  if (!isJudged) return [weight]
  const settled = cappedSum(`${name}_settled`, `${family.name}_settled_weight`, family)
  const devices = (condition: string): string => `(count(*) FILTER (WHERE ${condition}))::integer`
  return [
    weight,
    raw(`sum(${name}_passes)::integer AS ${name}_passes`),
    raw(`${settled} AS ${name}_settled`),
    raw(`${devices(`${name}_passes > 0`)} AS ${name}_pass_devices`),
    raw(`${devices(`${name}_passes < ${family.name}_samples`)} AS ${name}_fail_devices`),
    raw(`coalesce(bit_count(bit_or(${name}_pass_days)), 0) AS ${name}_pass_days`),
    raw(`coalesce(bit_count(bit_or(${name}_fail_days)), 0) AS ${name}_fail_days`),
  ]
}

/**
 * `measured_network`: one row per cell and network that the rule has samples of, with the figures of NetworkEvidence of
 * the domain and the passes at each step of its ladder (thousandths of a sample).
 *
 * Input: the relation with the rows of `network_figures`: the stage, or the table that a pass for several rules left.
 */
export function measuredNetworkStage(
  scope: JudgementScope,
  { family, passes, ladder }: RuleFigures,
  relation = 'network_figures',
): Stage {
  const ofFamily = [
    'samples',
    'no_service',
    'peak_samples',
    'weight',
    'settled_weight',
    'devices',
    'days',
    'hours',
    'last_measured_at',
  ]
  const ofPasses = ['passes', 'pass_devices', 'fail_devices', 'pass_days', 'fail_days']
  const columns = [
    'cell, operator, technology',
    ...ofFamily.map((column) => `${family.name}_${column} AS ${column}`),
    ...ofPasses.map((column) => `${passes.name}_${column} AS ${column}`),
    `${passes.name} AS pass_weight, ${passes.name}_settled AS settled_pass_weight`,
    ...ladder.map(({ name, count }) => `${count.name} AS ${name}`),
  ]
  return {
    name: 'measured_network',
    query: sql`
    SELECT ${raw(columns.join(', '))}
    FROM ${raw(relation)}
    WHERE ${raw(family.name)}_samples > 0
      AND ${technologyCondition(scope.rule.technologies, sql`technology = ''`)} ${cellCondition(scope)}`,
  }
}
