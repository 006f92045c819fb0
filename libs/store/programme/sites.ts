/** Sites of the programme one by one: how far each has come, and whether its devices are silent. */
import {
  type DeviceState,
  type FunnelStep,
  type LineRecord,
  type ProgrammeSettings,
  deviceStateOf,
  standingOf,
  stepsOf,
} from '#domain/programme'
import type { Queryable } from '../database/database.js'
import { localDay } from '../database/local-time.js'
import { queryRows } from '../database/query.js'
import { allOf, raw, sql } from '../database/sql.js'
import { type SiteSelection, isSelectedSite } from '../sites/selection.js'
import { LINE_COLUMNS, type LineRow } from './lines.js'
import { SITES_WITH_FACTS, deviceState, stepConditions } from './standing-sql.js'

export interface ProgrammeSite {
  code: string
  name: string
  nameAr: string | null
  type: string
  communeCode: string
  simulated: boolean
  /** Its main line; null where nobody reported one. */
  line: LineRow | null
  steps: Record<FunnelStep, boolean>
  /** The last step that it reached together with all before it. */
  standing: FunnelStep
  device: DeviceState
  /** Local day on which it measured last; null if never. */
  measuredOn: string | null
}

export interface ProgrammeSiteQuery extends SiteSelection {
  /** The state that the devices of sites must be in. */
  device: DeviceState | null
  /** The step that sites must not have reached. */
  missing: FunnelStep | null
  /** Code of the last site of the page before; empty for the first page. */
  after: string
  limit: number
  now: Date
}

type SiteRow = Omit<ProgrammeSite, 'line' | 'steps' | 'standing' | 'device'> &
  Omit<LineRow, 'siteCode'> & {
    siteCode: string | null
    devices: number
    measuredAt: Date | null
    carries: string[]
  }

/** Sites by code. */
export async function listProgrammeSites(
  db: Queryable,
  settings: ProgrammeSettings,
  { device, missing, after, limit, now, ...selection }: ProgrammeSiteQuery,
): Promise<ProgrammeSite[]> {
  const conditions = [
    isSelectedSite(selection),
    device === null ? null : sql`${deviceState(settings, now)} = ${device}`,
    missing === null ? null : sql`NOT ${stepConditions(settings, now)[missing]}`,
    after === '' ? null : sql`s.code > ${after}`,
  ]
  const rows = await queryRows<SiteRow>(
    db,
    sql`SELECT s.code, s.name, s.name_ar AS "nameAr", s.type, s.commune_code AS "communeCode", s.simulated, ${LINE_COLUMNS},
       coalesce(d.devices, 0) AS devices, d.measured_at AS "measuredAt", ${localDay(raw('d.measured_at'))}::text AS "measuredOn",
       coalesce(p.carries, '{}') AS carries
     FROM ${SITES_WITH_FACTS} WHERE ${allOf(conditions)} ORDER BY s.code LIMIT ${limit}`,
  )
  return rows.map((row) => siteOf(row, settings, now.getTime()))
}

function siteOf(row: SiteRow, settings: ProgrammeSettings, now: number): ProgrammeSite {
  const { code, name, nameAr, type, communeCode, simulated, measuredOn, devices, carries } = row
  const line = row.siteCode === null ? null : lineOf({ ...row, siteCode: row.siteCode })
  const facts = { line, devices, measuredAt: row.measuredAt?.getTime() ?? null, carries }
  const steps = stepsOf(facts, settings, now)
  return {
    code,
    name,
    nameAr,
    type,
    communeCode,
    simulated,
    line,
    steps,
    measuredOn,
    standing: standingOf(steps),
    device: deviceStateOf(facts, settings.followUp, now),
  }
}

const lineOf = ({
  siteCode,
  role,
  version,
  operator,
  technology,
  contract,
  surveyedOn,
  contractedOn,
  installedOn,
}: LineRecord & { version: number }): LineRow => ({
  siteCode,
  role,
  version,
  operator,
  technology,
  contract,
  surveyedOn,
  contractedOn,
  installedOn,
})
