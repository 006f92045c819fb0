/** Events of every source, for the list, the feed and the subscriptions. */
import { PLAN_RULE, PLAN_STATES, type PlanState } from '#domain/plan'
import { type Class } from '#domain/verdict'
import { type ZoneClass, type ZoneEventKind } from '#domain/zone'
import { isCodeWithin, isInArea } from '../areas/in-area.js'
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { type Sql, allOf, join, param, raw, sql } from '../database/sql.js'

export const ZONE_EVENT_KINDS = [
  'born',
  'split',
  'grown',
  'shrunk',
  'changed',
  'merged',
  'resolved',
] as const satisfies readonly ZoneEventKind[]

/** The states that an item of the plan can change to. */
const PLAN_EVENT_KINDS = [...PLAN_STATES, 'withdrawn'] as const

/** Kind of an event as `<source>.<kind>`. */
export const EVENT_KINDS = [
  ...ZONE_EVENT_KINDS.map((kind) => `zone.${kind}` as const),
  ...PLAN_EVENT_KINDS.map((kind) => `plan.${kind}` as const),
]
export type EventKind = (typeof EVENT_KINDS)[number]

/** A run changed a zone, or an item of the plan changed its state; the fields that belong to the other kind are null. */
export interface EventRow {
  /** Permanent: the same event has the same id wherever it is read. */
  id: string
  /** Time at which its run was made, or the item's state changed. */
  at: Date
  kind: EventKind
  /** The run; null for an event of the plan before any run. */
  run: number | null
  /** Rule of the run; for an event of the plan the rule by which the plan is judged. */
  rule: string
  zone: string | null
  class: ZoneClass | null
  /** Code of the plan's item, and its names at that time. */
  item: string | null
  nameFr: string | null
  nameAr: string | null
  /** The item's previous state; null also if it is new, or was withdrawn before. */
  stateBefore: PlanState | null
  communeCode: string | null
  provinceCode: string | null
  regionCode: string | null
  cellsBefore: number | null
  cellsAfter: number | null
  /** The zone that it was split from or merged into. */
  other: string | null
  /** Number of cells of a resolved zone by their class now. */
  became: Record<Class, number> | null
  /** Whether it belongs to the demonstration country, or to an invented plan item. */
  simulated: boolean
  /** Microseconds since 1970 of `at`, as a decimal number; a page starts after it. */
  micros: string
}

export interface EventPageQuery {
  /** Kinds of events; empty for all. */
  kinds: readonly EventKind[]
  area: string | null
  rule: string | null
  /** Limits the events to those that share messages: `zone-<run>`, or a batch of the plan's. Null for all. */
  batch: string | null
  /** Limits the events to those from this time on; null for all. */
  since: Date | null
  after: { micros: string; id: string } | null
  limit: number
}

/** Exact microseconds since 1970 of a time. */
const microsOf = (moment: string): Sql => raw(`(extract(epoch FROM ${moment}) * 1000000)::bigint`)

const ZONE_EVENT_ID = raw(`('zone-' || r.id || '-' || e.zone_id)`)

/** A request for events, for all sources; each parameter is bound once. */
interface EventFilter extends EventPageQuery {
  micros: Sql
  id: Sql
  rows: Sql
}

/** Whether an event comes after the last one of the previous page; events are ordered newest first, then by id. */
const isAfter = ({ after, micros, id }: EventFilter, eventMicros: string, eventId: Sql): Sql | null =>
  after && sql`(${raw(eventMicros)} < ${micros} OR ${eventId} COLLATE "C" < ${id})`

const isOfKind = ({ kinds }: EventFilter, kind: Sql): Sql | null =>
  kinds.length === 0 ? null : sql`${kind} = ANY(${kinds}::text[])`

/** Events of zones. Runs are few and are read from the newest on; their events are found by index. */
function zoneEvents(filter: EventFilter): Sql {
  const { after, area, batch, rule, since } = filter
  const runs = [
    sql`current`,
    rule === null ? null : sql`rule_id = ${rule}`,
    batch === null ? null : sql`'zone-' || id = ${batch}`,
    since && sql`created_at >= ${since}`,
    after && sql`${microsOf('created_at')} <= ${filter.micros}`,
  ]
  const events = [
    isOfKind(filter, sql`'zone.' || e.kind`),
    area === null ? null : isInArea('z', area),
    isAfter(filter, 'r.micros', ZONE_EVENT_ID),
  ]
  return sql`
    SELECT ${ZONE_EVENT_ID} AS id, r.at, 'zone.' || e.kind AS kind, r.id AS run, r.rule_id AS rule,
      e.zone_id AS zone, z.class, NULL AS item, NULL AS "nameFr", NULL AS "nameAr", NULL AS "stateBefore",
      z.commune_code AS "communeCode", z.province_code AS "provinceCode", z.region_code AS "regionCode",
      e.cells_before AS "cellsBefore", e.cells_after AS "cellsAfter", e.other_zone AS other, e.became,
      false AS simulated, r.micros
    FROM (
      SELECT id, series, rule_id, created_at AS at, ${microsOf('created_at')} AS micros FROM run
      WHERE ${allOf(runs)} ORDER BY created_at DESC
    ) AS r
    JOIN zone_event AS e ON e.run_id = r.id AND e.series = r.series
    LEFT JOIN LATERAL (SELECT class, commune_code, province_code, region_code FROM zone
      WHERE series = e.series AND id = e.zone_id AND first_run <= e.run_id ORDER BY first_run DESC LIMIT 1) AS z ON true
    WHERE ${allOf(events)}
    ORDER BY r.at DESC, ${ZONE_EVENT_ID} COLLATE "C" DESC LIMIT ${filter.rows}`
}

function planEvents(filter: EventFilter): Sql {
  const { after, area, batch, rule, since } = filter
  const events = [
    isOfKind(filter, sql`e.kind`),
    area === null ? null : isCodeWithin('i.area_code', area),
    rule === null ? null : sql`${rule === PLAN_RULE}::boolean`,
    batch === null ? null : sql`e.batch = ${batch}`,
    since && sql`e.at >= ${since}`,
    isAfter(filter, 'e.micros', sql`e.id`),
  ]
  const begun = after
    ? sql`at <= 'epoch'::timestamptz + ${filter.micros} * interval '1 microsecond'`
    : sql`true`
  return sql`
    SELECT e.id, e.at, e.kind, e.run_id, ${PLAN_RULE}::text, NULL, NULL, e.code, i.name_fr, i.name_ar, e.state_before,
      CASE WHEN length(i.area_code) > 6 THEN i.area_code END, CASE WHEN length(i.area_code) >= 6 THEN left(i.area_code, 6) END,
      left(i.area_code, 2), NULL, NULL, NULL, NULL::jsonb, i.simulated, e.micros
    FROM (
      SELECT *, 'plan.' || coalesce(state, 'withdrawn') AS kind, ${microsOf('at')} AS micros,
        'plan-' || ${microsOf('at')} || '-' || code AS id
      FROM plan_event WHERE ${begun}
    ) AS e
    JOIN plan_item AS i ON i.code = e.code AND i.version = e.version
    WHERE ${allOf(events)}
    ORDER BY e.at DESC, e.id COLLATE "C" DESC LIMIT ${filter.rows}`
}

/** A further source of events needs one more function here, with the same columns. */
const EVENT_SOURCES = [zoneEvents, planEvents] as const

/** Lists events, newest first. Each source gives its newest rows after the last one of the previous page. */
export async function listEvents(db: Queryable, page: EventPageQuery): Promise<EventRow[]> {
  const filter: EventFilter = {
    ...page,
    micros: param(page.after?.micros ?? null, 'bigint'),
    id: param(page.after?.id ?? '', 'text'),
    rows: param(page.limit, 'integer'),
  }
  const sources = EVENT_SOURCES.map((source) => sql`(${source(filter)})`)
  return queryRows(
    db,
    sql`SELECT id, at, kind, run, rule, zone, class, item, "nameFr", "nameAr", "stateBefore", "communeCode", "provinceCode",
       "regionCode", "cellsBefore", "cellsAfter", other, became,
       simulated OR EXISTS (SELECT 1 FROM site WHERE simulated) AS simulated, micros::text AS micros
     FROM (${join(sources, ' UNION ALL ')}) AS e ORDER BY at DESC, id COLLATE "C" DESC LIMIT ${filter.rows}`,
  )
}
