/** The facts of sites and their steps as SQL: the same as `stepsOf` and `deviceStateOf` of the domain. */
import type { DeviceState, FunnelStep, ProgrammeSettings } from '#domain/programme'
import { type Sql, param, raw, sql } from '../database/sql.js'

/** Rows `s` of sites, with `l` their main line, `d` their devices and `p` their platforms. */
export const SITES_WITH_FACTS = raw(`site AS s
  LEFT JOIN site_line AS l ON l.site_code = s.code AND l.role = 'main'
  LEFT JOIN (SELECT site_code, (count(*) FILTER (WHERE revoked_at IS NULL))::integer AS devices,
      max(last_measured_at) AS measured_at FROM device GROUP BY site_code) AS d ON d.site_code = s.code
  LEFT JOIN site_platforms AS p ON p.site_code = s.code`)

/** Whether a day of the main line, or of a later step, is set. */
const hasAny = (...columns: string[]): Sql =>
  raw(`(${columns.map((column) => `l.${column} IS NOT NULL`).join(' OR ')})`)

const daysAgo = (days: number, now: Date): Sql =>
  sql`${param(now, 'timestamptz')} - ${days}::float8 * interval '24 hours'`

const measuredWithin = (days: number, now: Date): Sql =>
  sql`coalesce(d.measured_at >= ${daysAgo(days, now)}, false)`

/** Whether a site reached each step. */
export function stepConditions(
  { requiredPlatforms, followUp }: Pick<ProgrammeSettings, 'requiredPlatforms' | 'followUp'>,
  now: Date,
): Record<FunnelStep, Sql> {
  return {
    listed: raw('true'),
    surveyed: hasAny('surveyed_on', 'contracted_on', 'installed_on'),
    contracted: hasAny('contracted_on', 'installed_on'),
    installed: hasAny('installed_on'),
    measured: measuredWithin(followUp.liveDays, now),
    carries: sql`coalesce(p.carries @> ${requiredPlatforms}::text[], false)`,
  }
}

/** Whether a required platform is known not to work in office hours. */
export const missesPlatform = ({ requiredPlatforms }: Pick<ProgrammeSettings, 'requiredPlatforms'>): Sql =>
  sql`coalesce((p.fails || p.off_peak) && ${requiredPlatforms}::text[], false)`

/** Whether the site has a device and measured in the days in which it must report. */
export const isReporting = ({ followUp }: Pick<ProgrammeSettings, 'followUp'>, now: Date): Sql =>
  sql`(${HAS_DEVICE} AND ${measuredWithin(followUp.reportingDays, now)})`

export const HAS_DEVICE = raw('coalesce(d.devices, 0) > 0')

/** The state of the site's devices, as text. */
export const deviceState = ({ followUp }: Pick<ProgrammeSettings, 'followUp'>, now: Date): Sql =>
  sql`CASE WHEN NOT ${HAS_DEVICE} THEN ${text('no_device')} WHEN d.measured_at IS NULL THEN ${text('never')}
    WHEN ${measuredWithin(followUp.liveDays, now)} THEN ${text('live')}
    WHEN ${measuredWithin(followUp.droppedDays, now)} THEN ${text('at_risk')} ELSE ${text('dropped')} END`

const text = (state: DeviceState): Sql => raw(`'${state}'`)
