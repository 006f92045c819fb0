/** The plan comes out: lists, one item with its history, the burn-down, the points of a tile. */
import {
  PLAN_RULE,
  PLAN_STATES,
  type PlanFields,
  type PlanMonth,
  type PlanMonthCount,
  type PlanState,
  type PlanStep,
  burnDown,
} from '#domain/plan'
import { type Bounds } from '#domain/probe'
import type { Queryable } from '../database/database.js'
import { type PlanItemEvidence, judgePlan, moroccoDay } from './judge.js'
import { type RunRow, findRule, latestRun } from '../runs/runs.js'

/** An item as it stands, with what was found of it. */
export interface PlanItemRow extends PlanFields {
  code: string
  version: number
  /** Where the map shows it, WGS 84 degrees. */
  lat: number
  lng: number
  /** How many cells it covers. */
  cells: number
  localityId: string | null
  zoneId: string | null
  comment: string
  /** Name of the file that the version came from; null: written in the page or by the API. */
  source: string | null
  author: string
  changedAt: Date
  simulated: boolean
  /** What people say. */
  step: PlanStep
  /** What that is worth. */
  state: PlanState
  /** When this was first found so, and the run that found it; null before any run. */
  since: Date
  run: number | null
  /** Null where nothing was measured since its day of service. */
  evidence: PlanItemEvidence | null
}

const FIELDS = `i.name_fr AS "nameFr", i.name_ar AS "nameAr", i.area_code AS "areaCode", i.operator, i.technology,
  i.target_bps::float8 AS "targetBps", i.awarded_on::text AS "awardedOn", i.started_on::text AS "startedOn",
  i.promised_by::text AS "promisedBy", i.in_service_on::text AS "inServiceOn"`

const VERSION = `i.version, ${FIELDS}, i.lat, i.lng, cardinality(i.cells) AS cells, i.locality_id AS "localityId",
  i.zone_id AS "zoneId", i.comment, i.source, i.author, i.begun_at AS "changedAt", i.simulated`

const FROM_CURRENT_ITEMS = `FROM plan_item AS i JOIN plan_finding AS f ON f.code = i.code AND f.ended_at IS NULL
  WHERE i.ended_at IS NULL AND NOT i.withdrawn`

const itemInOptionalArea = (parameter: string) =>
  `(${parameter}::text IS NULL OR i.area_code = ${parameter} OR i.area_code LIKE ${parameter} || '.%')`

const dated = (column: string) => `(coalesce(i.${column}::text, '9999-12-31') || ' ' || i.code) COLLATE "C"`

/** What a list is ordered by; ties by code. */
const SORT_KEYS = {
  code: 'i.code',
  area: `(coalesce(i.area_code, '99') || ' ' || i.code) COLLATE "C"`,
  promised: dated('promised_by'),
  service: dated('in_service_on'),
  state: `(f.state || ' ' || i.code) COLLATE "C"`,
} as const
export type PlanSort = keyof typeof SORT_KEYS
export const PLAN_SORTS = Object.keys(SORT_KEYS) as PlanSort[]

export interface PlanFilter {
  area: string | null
  state: PlanState | null
  operator: string | null
  technology: string | null
}

export interface PlanPage extends PlanFilter {
  sort: PlanSort
  /** Key of the last row of the page before. */
  after: string
  limit: number
}

const filtered = ({ area, state, operator, technology }: PlanFilter) => [area, state, operator, technology]
const FILTER = `${itemInOptionalArea('$1')} AND f.state = coalesce($2, f.state) AND i.operator IS NOT DISTINCT FROM coalesce($3, i.operator)
  AND i.technology IS NOT DISTINCT FROM coalesce($4, i.technology)`

/** `key` goes into the cursor. */
export async function listPlan(db: Queryable, page: PlanPage): Promise<(PlanItemRow & { key: string })[]> {
  const key = SORT_KEYS[page.sort]
  return db.query(
    `SELECT i.code, ${VERSION}, f.step, f.state, f.begun_at AS since, f.run_id AS run, f.evidence, ${key} AS key
     ${FROM_CURRENT_ITEMS} AND ${FILTER} AND ${key} > $5 ORDER BY ${key} LIMIT $6`,
    [...filtered(page), page.after, page.limit],
  )
}

/** One version of an item. */
export interface PlanVersion extends Omit<
  PlanItemRow,
  'code' | 'step' | 'state' | 'since' | 'run' | 'evidence'
> {
  withdrawn: boolean
  /** When another took its place; null while it stands. */
  endedAt: Date | null
}

/** What was found, and for how long it held. */
export interface PlanFinding extends Pick<PlanItemRow, 'step' | 'state' | 'since' | 'run' | 'evidence'> {
  version: number
  until: Date | null
}

export interface PlanDetail {
  code: string
  /** Null where it was withdrawn. */
  standing: PlanItemRow | null
  /** H3 indexes of the cells that it covers, or covered last. */
  h3: string[]
  /** The newest first. */
  versions: PlanVersion[]
  findings: PlanFinding[]
}

/** Findings of one item: the newest. */
const MAX_FINDINGS = 200

export async function findPlanItem(db: Queryable, code: string): Promise<PlanDetail | undefined> {
  const versions: (PlanVersion & { h3: string[] })[] = await db.query(
    `SELECT ${VERSION}, i.withdrawn, i.ended_at AS "endedAt",
       CASE WHEN i.ended_at IS NULL THEN ARRAY(SELECT to_hex(c) FROM unnest(i.cells) AS c) END AS h3
     FROM plan_item AS i WHERE i.code = $1 ORDER BY i.version DESC`,
    [code],
  )
  if (versions.length === 0) return undefined
  const findings: PlanFinding[] = await db.query(
    `SELECT step, state, begun_at AS since, run_id AS run, evidence, version, ended_at AS until FROM plan_finding
     WHERE code = $1 ORDER BY begun_at DESC LIMIT $2`,
    [code, MAX_FINDINGS],
  )
  const [{ h3, withdrawn, endedAt: _ended, ...newest }] = versions as [(typeof versions)[number]]
  const found = findings.find((finding) => finding.until === null)
  const standing = withdrawn || !found ? null : { code, ...newest, ...findingOf(found) }
  return { code, standing, h3, versions: versions.map(({ h3: _h3, ...version }) => version), findings }
}

const findingOf = ({ step, state, since, run, evidence }: PlanFinding) => ({
  step,
  state,
  since,
  run,
  evidence,
})

/** Of an area or of the country. */
export interface PlanProgress {
  states: Record<PlanState, number>
  months: PlanMonth[]
  /** The areas inside it that have items. */
  areas: PlanArea[]
  /** The day on which it was counted, Africa/Casablanca. */
  today: string
}

export interface PlanArea {
  code: string
  nameFr: string
  nameAr: string
  /** west, south, east, north. */
  bbox: [number, number, number, number]
  items: number
  /** Promised for a day that has passed. */
  due: number
  inService: number
  verified: number
  contradicted: number
  late: number
}

/** Digits of the code of the areas inside one: regions, provinces, communes. */
const codeLengthInside = (area: string | null): number => (area === null ? 2 : area.length === 2 ? 6 : 11)

export async function planProgress(db: Queryable, area: string | null, now: Date): Promise<PlanProgress> {
  const today = await moroccoDay(db, now)
  const counts: PlanMonthCount[] = await db.query(
    `SELECT kind, left(day::text, 7) AS month, count(*)::integer AS count
     ${FROM_CURRENT_ITEMS.replace(
       'WHERE',
       `CROSS JOIN LATERAL (VALUES ('promised', i.promised_by),
       ('inService', CASE WHEN f.step = 'in_service' THEN i.in_service_on END),
       ('verified', CASE WHEN f.state = 'verified' THEN i.in_service_on END),
       ('contradicted', CASE WHEN f.state = 'contradicted' THEN i.in_service_on END)) AS d(kind, day) WHERE`,
     )}
       AND day IS NOT NULL AND ${itemInOptionalArea('$1')} GROUP BY 1, 2`,
    [area],
  )
  const states: { state: PlanState; count: number }[] = await db.query(
    `SELECT f.state, count(*)::integer AS count ${FROM_CURRENT_ITEMS} AND ${itemInOptionalArea('$1')} GROUP BY 1`,
    [area],
  )
  const found = new Map(states.map((row) => [row.state, row.count]))
  return {
    states: Object.fromEntries(
      PLAN_STATES.map((state) => [state, found.get(state) ?? 0]),
    ) as PlanProgress['states'],
    months: burnDown(counts, today.slice(0, 7)),
    areas: await areasOf(db, area, today),
    today,
  }
}

async function areasOf(db: Queryable, area: string | null, today: string): Promise<PlanArea[]> {
  const count = (what: string) => `(count(*) FILTER (WHERE ${what}))::integer`
  return db.query(
    `SELECT p.code, a.name_fr AS "nameFr", a.name_ar AS "nameAr",
       ARRAY[ST_XMin(a.geom), ST_YMin(a.geom), ST_XMax(a.geom), ST_YMax(a.geom)] AS bbox, items, due, "inService", verified, contradicted, late
     FROM (SELECT left(i.area_code, $2) AS code, count(*)::integer AS items, ${count(`i.promised_by <= $3::date`)} AS due,
         ${count(`f.step = 'in_service'`)} AS "inService", ${count(`f.state = 'verified'`)} AS verified,
         ${count(`f.state = 'contradicted'`)} AS contradicted, ${count(`f.state = 'late'`)} AS late
       ${FROM_CURRENT_ITEMS} AND ${itemInOptionalArea('$1')} GROUP BY 1) AS p
     JOIN current_area AS a ON a.code = p.code WHERE p.code IS DISTINCT FROM $1 ORDER BY p.code`,
    [area, codeLengthInside(area), today],
  )
}

export interface PlanPoint extends Pick<
  PlanItemRow,
  'code' | 'nameFr' | 'nameAr' | 'state' | 'lat' | 'lng' | 'simulated'
> {}

/** Items of a box, what the measurements contradict first. */
export async function planInBox(db: Queryable, box: Bounds, limit: number): Promise<PlanPoint[]> {
  return db.query(
    `SELECT i.code, i.name_fr AS "nameFr", i.name_ar AS "nameAr", f.state, i.lat, i.lng, i.simulated
     ${FROM_CURRENT_ITEMS} AND i.lat BETWEEN $1 AND $2 AND i.lng BETWEEN $3 AND $4
     ORDER BY f.state = 'contradicted' DESC, i.code LIMIT $5`,
    [box.south, box.north, box.west, box.east, limit],
  )
}

/** What is promised of a cell, or said to be done there, as the plan stands now. */
export interface PlanOfCell extends Pick<
  PlanItemRow,
  | 'code'
  | 'nameFr'
  | 'nameAr'
  | 'operator'
  | 'technology'
  | 'targetBps'
  | 'promisedBy'
  | 'inServiceOn'
  | 'localityId'
  | 'zoneId'
  | 'cells'
  | 'simulated'
  | 'step'
  | 'state'
> {}

/** Items that a cell's answer names. */
const MAX_ITEMS_OF_CELL = 50

/** The items that cover a cell: those of its localities and zones, and others; the next promise first. */
export async function planOfCell(db: Queryable, cell: string): Promise<PlanOfCell[]> {
  return db.query(
    `SELECT i.code, i.name_fr AS "nameFr", i.name_ar AS "nameAr", i.operator, i.technology, i.target_bps::float8 AS "targetBps",
       i.promised_by::text AS "promisedBy", i.in_service_on::text AS "inServiceOn", i.locality_id AS "localityId",
       i.zone_id AS "zoneId", cardinality(i.cells) AS cells, i.simulated, f.step, f.state
     ${FROM_CURRENT_ITEMS} AND i.cells @> ARRAY[$1::bigint] ORDER BY i.promised_by NULLS LAST, i.code COLLATE "C" LIMIT $2`,
    [cell, MAX_ITEMS_OF_CELL],
  )
}

/** The run that the plan was last held against. */
export const latestPlanRun = (db: Queryable): Promise<RunRow | undefined> => latestRun(db, PLAN_RULE)

/**
 * Holds items, or the whole plan, against the newest run: after an edit, and when a day has passed. The run held the plan as
 * it was against the same probes: only what is new or changed is measured.
 */
export async function judgePlanNow(tx: Queryable, now: Date, codes: readonly string[] | null): Promise<void> {
  const run = (await latestPlanRun(tx)) ?? null
  const rule = (await findRule(tx, PLAN_RULE, run?.ruleVersion))!
  await judgePlan(tx, { run, rule, at: now, codes, dirtyCells: [] })
}
