/** Reads the plan: lists, one item with its history, the burn-down, the points of a tile. */
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
import type { DataSource } from 'typeorm'
import { isCodeWithin } from '../areas/in-area.js'
import type { Queryable } from '../database/database.js'
import { transactionWithoutLongWaits } from '../database/locks.js'
import { queryRows } from '../database/query.js'
import { boundingBox, isPositionInBox } from '../database/shapes.js'
import { type Sql, allOf, param, raw, sql } from '../database/sql.js'
import { findRule, latestRun } from '../runs/runs.js'
import type { RunRow } from '../runs/run.js'
import { type PlanItemEvidence, judgePlan, localDayOf } from './judge.js'

/** The current version of an item, with its current finding. */
export interface PlanItemRow extends PlanFields {
  code: string
  version: number
  /** The point at which the map shows the item, WGS 84 degrees. */
  lat: number
  lng: number
  /** Number of cells that the item covers. */
  cells: number
  localityId: string | null
  zoneId: string | null
  comment: string
  /** Name of the file from which the version was imported; null if it was written in the page or through the API. */
  source: string | null
  author: string
  changedAt: Date
  simulated: boolean
  /** The step by the item's own dates. */
  step: PlanStep
  /** The state after comparison with the measurements. */
  state: PlanState
  /** Time from which the finding is valid. */
  since: Date
  /** The run that made the finding; null before any run. */
  run: number | null
  /** The evidence; null if nothing was measured since its day of service. */
  evidence: PlanItemEvidence | null
}

const FIELDS = `i.name_fr AS "nameFr", i.name_ar AS "nameAr", i.area_code AS "areaCode", i.operator, i.technology,
  i.target_bps::float8 AS "targetBps", i.awarded_on::text AS "awardedOn", i.started_on::text AS "startedOn",
  i.promised_by::text AS "promisedBy", i.in_service_on::text AS "inServiceOn"`

const VERSION_COLUMNS =
  raw(`i.version, ${FIELDS}, i.lat, i.lng, cardinality(i.cells) AS cells, i.locality_id AS "localityId",
  i.zone_id AS "zoneId", i.comment, i.source, i.author, i.begun_at AS "changedAt", i.simulated`)

const FROM_CURRENT_ITEMS = raw(
  'FROM plan_item AS i JOIN plan_finding AS f ON f.code = i.code AND f.ended_at IS NULL',
)
const IS_CURRENT = raw('i.ended_at IS NULL AND NOT i.withdrawn')

const currentItemsIn = (area: string | null): Sql =>
  allOf([IS_CURRENT, area === null ? null : isCodeWithin('i.area_code', area)])

const byDay = (column: string) => `(coalesce(i.${column}::text, '9999-12-31') || ' ' || i.code) COLLATE "C"`

/** Sort keys of a list; ties are sorted by code. */
const SORT_KEYS = {
  code: 'i.code',
  area: `(coalesce(i.area_code, '99') || ' ' || i.code) COLLATE "C"`,
  promised: byDay('promised_by'),
  service: byDay('in_service_on'),
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

export interface PlanPageQuery extends PlanFilter {
  sort: PlanSort
  /** Key of the last row of the previous page; empty for the first page. */
  after: string
  limit: number
}

/** Lists plan items; `key` goes into the cursor. */
export async function listPlan(
  db: Queryable,
  page: PlanPageQuery,
): Promise<(PlanItemRow & { key: string })[]> {
  const key = raw(SORT_KEYS[page.sort])
  const conditions = [
    currentItemsIn(page.area),
    page.state && sql`f.state = ${page.state}`,
    page.operator === null ? null : sql`i.operator = ${page.operator}`,
    page.technology === null ? null : sql`i.technology = ${page.technology}`,
    sql`${key} > ${page.after}`,
  ]
  return queryRows(
    db,
    sql`SELECT i.code, ${VERSION_COLUMNS}, f.step, f.state, f.begun_at AS since, f.run_id AS run, f.evidence, ${key} AS key
     ${FROM_CURRENT_ITEMS} WHERE ${allOf(conditions)} ORDER BY ${key} LIMIT ${page.limit}`,
  )
}

/** One version of an item. */
export interface PlanVersion extends Omit<
  PlanItemRow,
  'code' | 'step' | 'state' | 'since' | 'run' | 'evidence'
> {
  withdrawn: boolean
  /** Time at which another version replaced it; null if it is the current one. */
  endedAt: Date | null
}

/** A finding, and the time until which it was valid. */
export interface PlanFinding extends Pick<PlanItemRow, 'step' | 'state' | 'since' | 'run' | 'evidence'> {
  version: number
  until: Date | null
}

export interface PlanDetail {
  code: string
  /** The current version; null if the item was withdrawn. */
  standing: PlanItemRow | null
  /** H3 indexes of the cells that it covers, or covered last. */
  h3: string[]
  /** Versions, newest first. */
  versions: PlanVersion[]
  findings: PlanFinding[]
}

/** Limit of the findings of one item; the newest are given. */
const MAX_FINDINGS = 200

export async function findPlanItem(db: Queryable, code: string): Promise<PlanDetail | undefined> {
  const versions = await queryRows<PlanVersion & { h3: string[] }>(
    db,
    sql`SELECT ${VERSION_COLUMNS}, i.withdrawn, i.ended_at AS "endedAt",
       CASE WHEN i.ended_at IS NULL THEN ARRAY(SELECT to_hex(c) FROM unnest(i.cells) AS c) END AS h3
     FROM plan_item AS i WHERE i.code = ${code} ORDER BY i.version DESC`,
  )
  if (versions.length === 0) return undefined
  const findings = await queryRows<PlanFinding>(
    db,
    sql`SELECT step, state, begun_at AS since, run_id AS run, evidence, version, ended_at AS until FROM plan_finding
     WHERE code = ${code} ORDER BY begun_at DESC LIMIT ${MAX_FINDINGS}`,
  )
  const [{ h3, withdrawn, endedAt: _endedAt, ...newest }] = versions as [(typeof versions)[number]]
  const finding = findings.find(({ until }) => until === null)
  const standing = withdrawn || !finding ? null : { code, ...newest, ...findingOf(finding) }
  return { code, standing, h3, versions: versions.map(({ h3: _h3, ...version }) => version), findings }
}

const findingOf = ({ step, state, since, run, evidence }: PlanFinding) => ({
  step,
  state,
  since,
  run,
  evidence,
})

/** Progress of the plan in an area or in the country. */
export interface PlanProgress {
  states: Record<PlanState, number>
  months: PlanMonth[]
  /** The areas inside it that have items. */
  areas: PlanArea[]
  /** The day of the counts, Africa/Casablanca. */
  today: string
}

export interface PlanArea {
  code: string
  nameFr: string
  nameAr: string
  /** west, south, east, north. */
  bbox: [number, number, number, number]
  items: number
  /** Number of items promised for a day that has passed. */
  due: number
  inService: number
  verified: number
  contradicted: number
  late: number
}

/** Length of the codes of the areas inside one: regions, provinces, communes. */
const codeLengthInside = (area: string | null): number => (area === null ? 2 : area.length === 2 ? 6 : 11)

export async function planProgress(db: Queryable, area: string | null, now: Date): Promise<PlanProgress> {
  const today = await localDayOf(db, now)
  const counts = await queryRows<PlanMonthCount>(
    db,
    sql`SELECT kind, left(day::text, 7) AS month, count(*)::integer AS count
     ${FROM_CURRENT_ITEMS} CROSS JOIN LATERAL (VALUES ${DAYS_BY_KIND}) AS d(kind, day)
     WHERE ${currentItemsIn(area)} AND day IS NOT NULL GROUP BY 1, 2`,
  )
  const states = await queryRows<{ state: PlanState; count: number }>(
    db,
    sql`SELECT f.state, count(*)::integer AS count ${FROM_CURRENT_ITEMS} WHERE ${currentItemsIn(area)} GROUP BY 1`,
  )
  const countOf = new Map(states.map((row) => [row.state, row.count]))
  return {
    states: Object.fromEntries(
      PLAN_STATES.map((state) => [state, countOf.get(state) ?? 0]),
    ) as PlanProgress['states'],
    months: burnDown(counts, today.slice(0, 7)),
    areas: await progressOfAreas(db, area, today),
    today,
  }
}

/** The lines of the burn-down, with the date at which an item enters each. */
const DAYS_BY_KIND = raw(`('promised', i.promised_by),
  ('inService', CASE WHEN f.step = 'in_service' THEN i.in_service_on END),
  ('verified', CASE WHEN f.state = 'verified' THEN i.in_service_on END),
  ('contradicted', CASE WHEN f.state = 'contradicted' THEN i.in_service_on END)`)

async function progressOfAreas(db: Queryable, area: string | null, today: string): Promise<PlanArea[]> {
  const countOf = (condition: Sql) => sql`(count(*) FILTER (WHERE ${condition}))::integer`
  return queryRows(
    db,
    sql`SELECT p.code, a.name_fr AS "nameFr", a.name_ar AS "nameAr", ${boundingBox('a.geom')} AS bbox, items, due,
       "inService", verified, contradicted, late
     FROM (SELECT left(i.area_code, ${param(codeLengthInside(area), 'integer')}) AS code, count(*)::integer AS items,
         ${countOf(sql`i.promised_by <= ${today}::date`)} AS due,
         ${countOf(sql`f.step = 'in_service'`)} AS "inService", ${countOf(sql`f.state = 'verified'`)} AS verified,
         ${countOf(sql`f.state = 'contradicted'`)} AS contradicted, ${countOf(sql`f.state = 'late'`)} AS late
       ${FROM_CURRENT_ITEMS} WHERE ${currentItemsIn(area)} GROUP BY 1) AS p
     JOIN current_area AS a ON a.code = p.code WHERE p.code IS DISTINCT FROM ${area}::text ORDER BY p.code`,
  )
}

export interface PlanPoint extends Pick<
  PlanItemRow,
  'code' | 'nameFr' | 'nameAr' | 'state' | 'lat' | 'lng' | 'simulated'
> {}

/** Items in a box, contradicted ones first. */
export async function planInBox(db: Queryable, box: Bounds, limit: number): Promise<PlanPoint[]> {
  return queryRows(
    db,
    sql`SELECT i.code, i.name_fr AS "nameFr", i.name_ar AS "nameAr", f.state, i.lat, i.lng, i.simulated
     ${FROM_CURRENT_ITEMS} WHERE ${IS_CURRENT} AND ${isPositionInBox('i', box)}
     ORDER BY f.state = 'contradicted' DESC, i.code LIMIT ${limit}`,
  )
}

/** An item that covers a cell, as the plan stands now. */
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

/** Limit of the items in a cell's answer. */
const MAX_ITEMS_OF_CELL = 50

/** The items that cover a cell: those of its localities and zones, and others; the next promise first. */
export async function planOfCell(db: Queryable, cell: string): Promise<PlanOfCell[]> {
  return queryRows(
    db,
    sql`SELECT i.code, i.name_fr AS "nameFr", i.name_ar AS "nameAr", i.operator, i.technology,
       i.target_bps::float8 AS "targetBps", i.promised_by::text AS "promisedBy", i.in_service_on::text AS "inServiceOn",
       i.locality_id AS "localityId", i.zone_id AS "zoneId", cardinality(i.cells) AS cells, i.simulated, f.step, f.state
     ${FROM_CURRENT_ITEMS} WHERE ${IS_CURRENT} AND i.cells @> ARRAY[${cell}::bigint]
     ORDER BY i.promised_by NULLS LAST, i.code COLLATE "C" LIMIT ${MAX_ITEMS_OF_CELL}`,
  )
}

/** The newest run with which the plan was compared. */
export const latestPlanRun = (db: Queryable): Promise<RunRow | undefined> => latestRun(db, PLAN_RULE)

/**
 * Compares items (by code; null for the whole plan) with the newest run: after an edit, and after midnight. Since that
 * run has already judged the other items with the same probes, only new or changed items are measured.
 */
export async function judgePlanNow(tx: Queryable, now: Date, codes: readonly string[] | null): Promise<void> {
  const run = (await latestPlanRun(tx)) ?? null
  const rule = (await findRule(tx, PLAN_RULE, run?.ruleVersion))!
  await judgePlan(tx, { run, rule, at: now, codes, dirtyCells: [] })
}

/** Compares the whole plan as a job of its own, which waits for no lock for longer than a second at a time. */
export const judgeWholePlan = (source: DataSource, now: Date): Promise<void> =>
  transactionWithoutLongWaits(source, (tx) => judgePlanNow(tx, now, null))
