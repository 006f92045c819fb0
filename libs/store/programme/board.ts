/** The programme's board: sites by step and by the state of their devices, for areas, types and targets. */
import {
  DEVICE_STATES,
  type DeviceState,
  FUNNEL_STEPS,
  type FunnelStep,
  type ProgrammeSettings,
  type ProgrammeTarget,
} from '#domain/programme'
import type { Queryable } from '../database/database.js'
import { queryRow, queryRows } from '../database/query.js'
import { boundingBox } from '../database/shapes.js'
import { type Sql, allOf, join, param, raw, sql } from '../database/sql.js'
import { type SiteSelection, isSelectedSite } from '../sites/selection.js'
import {
  HAS_DEVICE,
  SITES_WITH_FACTS,
  deviceState,
  isReporting,
  missesPlatform,
  stepConditions,
} from './standing-sql.js'

export const BOARD_GROUPS = ['region', 'province', 'commune', 'type'] as const
export type BoardGroup = (typeof BOARD_GROUPS)[number]

/** The sites of one group. */
export interface BoardRow {
  /** HCP code of an area, or a type of site. */
  key: string
  nameFr: string | null
  nameAr: string | null
  /** The box around the area, [west, south, east, north] in degrees; null for a type, or an area that was not imported. */
  bbox: [number, number, number, number] | null
  /** Sites that reached each step; each step is counted by itself. */
  steps: Record<FunnelStep, number>
  /** Sites of which a required platform is known not to work in office hours. */
  carriesNot: number
  /** Sites whose main line has the reference of a contract. */
  contractsStored: number
  /** Sites that measure although nobody reported that their line is installed. */
  measuredNotInstalled: number
  devices: Record<DeviceState, number>
  /** Sites with a device, and those of them that measured in the days in which they must report. */
  withDevice: number
  reporting: number
}

/** HCP codes nest: a region has 2 characters, a province 6. */
const KEYS: Record<BoardGroup, Sql> = {
  region: raw('left(s.commune_code, 2)'),
  province: raw('left(s.commune_code, 6)'),
  commune: raw('s.commune_code'),
  type: raw('s.type'),
}

type CountRow = Omit<BoardRow, 'steps' | 'devices' | 'nameFr' | 'nameAr' | 'bbox'> &
  Record<FunnelStep | `device_${DeviceState}`, number>

const count = (condition: Sql, alias: string): Sql =>
  sql`(count(*) FILTER (WHERE ${condition}))::integer AS "${raw(alias)}"`

/** One row for each group that has sites, by its key. */
export async function programmeBoard(
  db: Queryable,
  settings: ProgrammeSettings,
  { by, now, ...selection }: SiteSelection & { by: BoardGroup; now: Date },
): Promise<BoardRow[]> {
  const steps = stepConditions(settings, now)
  const counts = [
    ...FUNNEL_STEPS.map((step) => count(raw(`f.${step}`), step)),
    ...DEVICE_STATES.map((state) => count(raw(`f.device = '${state}'`), `device_${state}`)),
    count(raw('f.misses'), 'carriesNot'),
    count(raw('f.has_contract'), 'contractsStored'),
    count(raw('f.measured AND NOT f.installed'), 'measuredNotInstalled'),
    count(raw('f.has_device'), 'withDevice'),
    count(raw('f.reports'), 'reporting'),
  ]
  const facts = sql`SELECT ${KEYS[by]} AS key, ${join(
    FUNNEL_STEPS.map((step) => sql`${steps[step]} AS ${raw(step)}`),
    ', ',
  )}, ${deviceState(settings, now)} AS device, ${missesPlatform(settings)} AS misses, l.contract IS NOT NULL AS has_contract,
    ${HAS_DEVICE} AS has_device, ${isReporting(settings, now)} AS reports
    FROM ${SITES_WITH_FACTS} WHERE ${isSelectedSite(selection)}`
  const rows = await queryRows<CountRow>(
    db,
    sql`SELECT f.key, ${join(counts, ', ')} FROM (${facts}) AS f GROUP BY f.key ORDER BY f.key`,
  )
  const names = by === 'type' ? new Map<string, AreaName>() : await namesOf(db, rows)
  return rows.map((row) => boardRow(row, names.get(row.key)))
}

interface AreaName {
  code: string
  nameFr: string
  nameAr: string
  bbox: [number, number, number, number]
}

async function namesOf(db: Queryable, rows: readonly { key: string }[]): Promise<Map<string, AreaName>> {
  const codes = rows.map(({ key }) => key)
  const areas = await queryRows<AreaName>(
    db,
    sql`SELECT code, name_fr AS "nameFr", name_ar AS "nameAr", ${boundingBox('geom')} AS bbox FROM current_area WHERE code = ANY(${codes}::text[])`,
  )
  return new Map(areas.map((area) => [area.code, area]))
}

function boardRow(row: CountRow, name: AreaName | undefined): BoardRow {
  const { key, carriesNot, contractsStored, measuredNotInstalled, withDevice, reporting } = row
  return {
    key,
    nameFr: name?.nameFr ?? null,
    nameAr: name?.nameAr ?? null,
    bbox: name?.bbox ?? null,
    steps: Object.fromEntries(FUNNEL_STEPS.map((step) => [step, row[step]])) as BoardRow['steps'],
    carriesNot,
    contractsStored,
    measuredNotInstalled,
    devices: Object.fromEntries(
      DEVICE_STATES.map((state) => [state, row[`device_${state}`]]),
    ) as BoardRow['devices'],
    withDevice,
    reporting,
  }
}

/** A target with the number of sites that reached its step. */
export interface TargetProgress extends ProgrammeTarget {
  reached: number
}

export async function targetProgress(
  db: Queryable,
  settings: ProgrammeSettings,
  now: Date,
): Promise<TargetProgress[]> {
  if (settings.targets.length === 0) return []
  const steps = stepConditions(settings, now)
  const counts = settings.targets.map(({ step, types, technologies }, i) =>
    count(
      allOf([
        steps[step],
        types === null ? null : sql`s.type = ANY(${param(types, 'text[]')})`,
        technologies === null ? null : sql`l.technology = ANY(${param(technologies, 'text[]')})`,
      ]),
      `target${i}`,
    ),
  )
  const row = await queryRow<Record<string, number>>(
    db,
    sql`SELECT ${join(counts, ', ')} FROM ${SITES_WITH_FACTS}`,
  )
  return settings.targets.map((target, i) => ({ ...target, reached: row![`target${i}`]! }))
}
