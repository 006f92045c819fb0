/** What happened, from every source of events: for the list, the feed and the subscriptions. */
import { PLAN_RULE, PLAN_STATES, type PlanState } from '#domain/plan'
import { type Class } from '#domain/verdict'
import { type ZoneClass, type ZoneEventKind } from '#domain/zone'
import type { Queryable } from '../database/database.js'

export const ZONE_EVENT_KINDS = [
  'born',
  'split',
  'grown',
  'shrunk',
  'changed',
  'merged',
  'resolved',
] as const satisfies readonly ZoneEventKind[]

/** What an item of the plan has become. */
const PLAN_EVENT_KINDS = [...PLAN_STATES, 'withdrawn'] as const

/** `<source>.<kind>`. */
export const EVENT_KINDS = [
  ...ZONE_EVENT_KINDS.map((kind) => `zone.${kind}` as const),
  ...PLAN_EVENT_KINDS.map((kind) => `plan.${kind}` as const),
]
export type EventKind = (typeof EVENT_KINDS)[number]

/** What a run did to a zone, or what became of an item of the plan; the fields of the other are null. */
export interface EventRow {
  /** Lasts; the same event has the same id wherever it is read. */
  id: string
  /** When its run was made, or the item was found so. */
  at: Date
  kind: EventKind
  /** Null: of the plan, before any run. */
  run: number | null
  /** Of the run; of the plan that by which it is judged. */
  rule: string
  zone: string | null
  class: ZoneClass | null
  /** Code of the plan's item, and its names at that time. */
  item: string | null
  nameFr: string | null
  nameAr: string | null
  /** Of the item; null also where it is new, or stands again. */
  stateBefore: PlanState | null
  communeCode: string | null
  provinceCode: string | null
  regionCode: string | null
  cellsBefore: number | null
  cellsAfter: number | null
  /** The zone that it was split from or merged into. */
  other: string | null
  /** Of a resolved zone: how many of its cells are now of each class. */
  became: Record<Class, number> | null
  /** Of a demonstration country, or of an item that is made up. */
  simulated: boolean
  /** Microseconds since 1970 of `at`, decimal: what a page begins after. */
  micros: string
}

export interface EventPageQuery {
  /** Empty: all. */
  kinds: readonly EventKind[]
  area: string | null
  rule: string | null
  /** Of those that are put into messages together: `zone-<run>`, or a batch of the plan's. */
  batch: string | null
  /** Of this moment and later. */
  since: Date | null
  after: { micros: string; id: string } | null
  limit: number
}

/**
 * Each source gives its newest rows before ($1 micros, $2 id), at most $3, of kinds $4, area $5, rule $6, batch $7, since $8.
 * Another source is one more named SELECT with these columns. Runs are few and read from the newest on; their events by index.
 */
const EVENT_SOURCES: Readonly<Record<string, string>> = {
  zone: `
    SELECT 'zone-' || r.id || '-' || e.zone_id AS id, r.at, 'zone.' || e.kind AS kind, r.id AS run, r.rule_id AS rule,
      e.zone_id AS zone, z.class, NULL AS item, NULL AS "nameFr", NULL AS "nameAr", NULL AS "stateBefore",
      z.commune_code AS "communeCode", z.province_code AS "provinceCode", z.region_code AS "regionCode",
      e.cells_before AS "cellsBefore", e.cells_after AS "cellsAfter", e.other_zone AS other, e.became,
      false AS simulated, r.micros
    FROM (
      SELECT id, series, rule_id, created_at AS at, (extract(epoch FROM created_at) * 1000000)::bigint AS micros FROM run
      WHERE current AND ($6::text IS NULL OR rule_id = $6) AND ($7::text IS NULL OR 'zone-' || id = $7)
        AND ($8::timestamptz IS NULL OR created_at >= $8) AND ($1::bigint IS NULL OR (extract(epoch FROM created_at) * 1000000)::bigint <= $1)
      ORDER BY created_at DESC
    ) AS r
    JOIN zone_event AS e ON e.run_id = r.id AND e.series = r.series
    LEFT JOIN LATERAL (SELECT class, commune_code, province_code, region_code FROM zone
      WHERE series = e.series AND id = e.zone_id AND first_run <= e.run_id ORDER BY first_run DESC LIMIT 1) AS z ON true
    WHERE (cardinality($4::text[]) = 0 OR 'zone.' || e.kind = ANY($4))
      AND ($5::text IS NULL OR $5 IN (z.commune_code, z.province_code, z.region_code))
      AND ($1::bigint IS NULL OR r.micros < $1 OR ('zone-' || r.id || '-' || e.zone_id) COLLATE "C" < $2)
    ORDER BY r.at DESC, ('zone-' || r.id || '-' || e.zone_id) COLLATE "C" DESC LIMIT $3`,
  plan: `
    SELECT e.id, e.at, e.kind, e.run_id, '${PLAN_RULE}', NULL, NULL, e.code, i.name_fr, i.name_ar, e.state_before,
      CASE WHEN length(i.area_code) > 6 THEN i.area_code END, CASE WHEN length(i.area_code) >= 6 THEN left(i.area_code, 6) END,
      left(i.area_code, 2), NULL, NULL, NULL, NULL::jsonb, i.simulated, e.micros
    FROM (
      SELECT *, 'plan.' || coalesce(state, 'withdrawn') AS kind, (extract(epoch FROM at) * 1000000)::bigint AS micros,
        'plan-' || (extract(epoch FROM at) * 1000000)::bigint || '-' || code AS id
      FROM plan_event WHERE $1::bigint IS NULL OR at <= 'epoch'::timestamptz + $1 * interval '1 microsecond'
    ) AS e
    JOIN plan_item AS i ON i.code = e.code AND i.version = e.version
    WHERE (cardinality($4::text[]) = 0 OR e.kind = ANY($4))
      AND ($5::text IS NULL OR i.area_code = $5 OR i.area_code LIKE $5 || '.%')
      AND ($6::text IS NULL OR $6 = '${PLAN_RULE}') AND ($7::text IS NULL OR e.batch = $7)
      AND ($8::timestamptz IS NULL OR e.at >= $8)
      AND ($1::bigint IS NULL OR e.micros < $1 OR e.id COLLATE "C" < $2)
    ORDER BY e.at DESC, e.id COLLATE "C" DESC LIMIT $3`,
}

/** The newest first. */
export async function listEvents(db: Queryable, wanted: EventPageQuery): Promise<EventRow[]> {
  const all = Object.values(EVENT_SOURCES).map((source) => `(${source})`)
  return db.query(
    `SELECT id, at, kind, run, rule, zone, class, item, "nameFr", "nameAr", "stateBefore", "communeCode", "provinceCode",
       "regionCode", "cellsBefore", "cellsAfter", other, became,
       simulated OR EXISTS (SELECT 1 FROM site WHERE simulated) AS simulated, micros::text AS micros
     FROM (${all.join(' UNION ALL ')}) AS e ORDER BY at DESC, id COLLATE "C" DESC LIMIT $3`,
    [
      wanted.after?.micros ?? null,
      wanted.after?.id ?? '',
      wanted.limit,
      wanted.kinds,
      wanted.area,
      wanted.rule,
      wanted.batch,
      wanted.since,
    ],
  )
}
