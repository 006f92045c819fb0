import { type Sql, join, raw, sql } from '../database/sql.js'
import type { PassCount, SampleFamily } from './figures.js'
import type { MeasuringScope } from './scope.js'
import { type Stage, literal } from './stage.js'

/**
 * `device`: one row per cell, network and device, its days together. Weights are thousandths of a sample.
 *
 * Input: `device_day`. Columns of each family: the sums of its counts, `…_weight`, `…_settled_weight` (of days before the
 * rule's `settleDays`) and `…_days`, a bitmap of the days on which it has samples. A pass count becomes the weight of the
 * samples that pass. A judged one has also `…_passes`, `…_settled` (the settled part of its weight), `…_pass_days` and
 * `…_fail_days` (bitmaps of the days on which at least one sample passed, failed; null where none did).
 *
 * Weights are whole numbers, so that no order of the rows changes a sum.
 */
export function deviceStage(scope: MeasuringScope): Stage {
  const { families, counts } = scope.figures
  const columns = [
    raw('cell, operator, technology, device_id'),
    ...families.flatMap((family) => familyColumns(family, scope)),
    ...counts.flatMap((count) => countColumns(count, scope)),
  ]
  return {
    name: 'device',
    query: sql`
    SELECT ${join(columns, ',\n      ')}
    FROM device_day GROUP BY cell, operator, technology, device_id`,
  }
}

const isSettled = ({ settleDays }: SampleFamily, { lastDay }: MeasuringScope): Sql =>
  sql`day < ${lastDay} - ${literal(settleDays)}`

function familyColumns(family: SampleFamily, scope: MeasuringScope): Sql[] {
  const { name } = family
  const sums = ['samples', 'no_service', 'peak_samples', 'weight'].map((column) => `${name}_${column}`)
  return [
    ...sums.map((column) => raw(`sum(${column}) AS ${column}`)),
    raw(`bit_or(${name}_hours) AS ${name}_hours`),
    raw(`max(${name}_last_measured_at) AS ${name}_last_measured_at`),
    sql`coalesce(sum(${raw(name)}_weight) FILTER (WHERE ${isSettled(family, scope)}), 0) AS ${raw(name)}_settled_weight`,
    raw(`bit_or(day_bit) FILTER (WHERE ${name}_samples > 0) AS ${name}_days`),
  ]
}

function countColumns({ name, free, isJudged }: PassCount, scope: MeasuringScope): Sql[] {
  const { family } = free
  const samples = `${family.name}_samples`
  // The part of the day's weight that passes, in whole thousandths; null on a day without samples of the family.
  const passWeight = `sum((${name}::bigint * ${family.name}_weight / nullif(${samples}, 0))::integer)`
  const weight = raw(`coalesce(${passWeight}, 0) AS ${name}`)
  if (!isJudged) return [weight]
  return [
    weight,
    raw(`sum(${name}) AS ${name}_passes`),
    sql`coalesce(${raw(passWeight)} FILTER (WHERE ${isSettled(family, scope)}), 0) AS ${raw(name)}_settled`,
    raw(`bit_or(day_bit) FILTER (WHERE ${name} > 0) AS ${name}_pass_days`),
    raw(`bit_or(day_bit) FILTER (WHERE ${name} < ${samples}) AS ${name}_fail_days`),
  ]
}
