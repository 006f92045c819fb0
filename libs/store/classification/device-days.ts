import { EVENING_HOURS } from '#domain/verdict'
import { type Sql, join, raw, sql } from '../database/sql.js'
import type { PassCount, SampleFamily } from './figures.js'
import { comparison } from './samples.js'
import { type MeasuringScope, WEIGHT_UNIT } from './scope.js'
import { type Stage, literal } from './stage.js'

/**
 * `device_day`: one row per cell, network, device and local day, with counts of samples. Probes without a device are
 * taken as those of one device (`device_id` is null).
 *
 * Input: `sample`. Columns of each family: `…_samples`, `…_no_service`, `…_peak_samples` (in the evening),
 * `…_hours` (a bitmap of local hours, bit 0 is midnight to one), `…_last_measured_at`, and `…_weight` in thousandths of
 * a sample: at most the rule's `deviceDayCap` samples count, half as much once they are old. For each pass count how many
 * samples pass. `day_bit` is the day as a bitmap of the window's days, so that distinct days of several devices are the
 * bits of an OR.
 */
export function deviceDayStage(scope: MeasuringScope): Stage {
  const { figures, firstDay, noDays } = scope
  const columns = [
    raw('cell, operator, technology, device_id, day'),
    sql`set_bit(${noDays}, day - ${firstDay}, 1) AS day_bit`,
    ...figures.families.flatMap((family) => familyColumns(family, scope)),
    ...figures.counts.map(countOf),
  ]
  return {
    name: 'device_day',
    query: sql`
    SELECT ${join(columns, ',\n      ')}
    FROM sample GROUP BY cell, operator, technology, device_id, day`,
  }
}

function familyColumns(family: SampleFamily, { lastDay }: MeasuringScope): Sql[] {
  const { name, deviceDayCap, halfWeightAfterDays } = family
  const evening = `hour >= ${EVENING_HOURS.from} AND hour < ${EVENING_HOURS.to}`
  const unit =
    halfWeightAfterDays === null
      ? literal(WEIGHT_UNIT)
      : sql`CASE WHEN day < ${lastDay} - ${literal(halfWeightAfterDays)}
          THEN ${literal(WEIGHT_UNIT / 2)} ELSE ${literal(WEIGHT_UNIT)} END`
  return [
    raw(`(count(*) FILTER (WHERE ${name}))::integer AS ${name}_samples`),
    raw(`(count(*) FILTER (WHERE ${name} AND is_silent))::integer AS ${name}_no_service`),
    raw(`(count(*) FILTER (WHERE ${name} AND ${evening}))::integer AS ${name}_peak_samples`),
    raw(`bit_or(1 << hour) FILTER (WHERE ${name}) AS ${name}_hours`),
    raw(`max(measured_at) FILTER (WHERE ${name}) AS ${name}_last_measured_at`),
    // As an integer: the sum of whole weights is then a bigint, whose division cuts off as the domain's does.
    sql`(least(count(*) FILTER (WHERE ${raw(name)}), ${literal(deviceDayCap)}) * ${unit})::integer AS ${raw(name)}_weight`,
  ]
}

const countOf = ({ name, free, value }: PassCount): Sql =>
  sql`(count(*) FILTER (WHERE ${comparison(free.name, free.column, value)}))::integer AS ${raw(name)}`
