/** What happened, from every source of events: for the list, the feed and the subscriptions. */
import type { Class, ZoneClass, ZoneEventKind } from '#domain'
import type { Queryable } from './database.js'

export const ZONE_EVENT_KINDS = [
  'born',
  'split',
  'grown',
  'shrunk',
  'changed',
  'merged',
  'resolved',
] as const satisfies readonly ZoneEventKind[]

/** `<source>.<kind>`. */
export const EVENT_KINDS = ZONE_EVENT_KINDS.map((kind) => `zone.${kind}` as const)
export type EventKind = (typeof EVENT_KINDS)[number]

/** What a run did to a zone. */
export interface EventRow {
  /** Lasts; the same event has the same id wherever it is read. */
  id: string
  /** When its run was made. */
  at: Date
  kind: EventKind
  run: number
  rule: string
  zone: string
  class: ZoneClass | null
  communeCode: string | null
  provinceCode: string | null
  regionCode: string | null
  cellsBefore: number
  cellsAfter: number
  /** The zone that it was split from or merged into. */
  other: string | null
  /** Of a resolved zone: how many of its cells are now of each class. */
  became: Record<Class, number> | null
  /** Microseconds since 1970 of `at`, decimal: what a page begins after. */
  micros: string
}

export interface EventsWanted {
  /** Empty: all. */
  kinds: readonly EventKind[]
  area: string | null
  rule: string | null
  /** Of one run alone. */
  run: number | null
  after: { micros: string; id: string } | null
  limit: number
}

/**
 * Each source gives its newest rows before ($1 micros, $2 id), at most $3, of kinds $4, area $5, rule $6, run $7. Another
 * source is one more named SELECT with these columns. Runs are few and read from the newest on; their events by index.
 */
const SOURCES: Readonly<Record<string, string>> = {
  zone: `
    SELECT 'zone-' || r.id || '-' || e.zone_id AS id, r.at, 'zone.' || e.kind AS kind, r.id AS run, r.rule_id AS rule,
      e.zone_id AS zone, z.class, z.commune_code AS "communeCode", z.province_code AS "provinceCode",
      z.region_code AS "regionCode", e.cells_before AS "cellsBefore", e.cells_after AS "cellsAfter",
      e.other_zone AS other, e.became, r.micros
    FROM (
      SELECT id, series, rule_id, created_at AS at, (extract(epoch FROM created_at) * 1000000)::bigint AS micros FROM run
      WHERE current AND ($6::text IS NULL OR rule_id = $6) AND ($7::integer IS NULL OR id = $7)
        AND ($1::bigint IS NULL OR (extract(epoch FROM created_at) * 1000000)::bigint <= $1)
      ORDER BY created_at DESC
    ) AS r
    JOIN zone_event AS e ON e.run_id = r.id AND e.series = r.series
    LEFT JOIN LATERAL (SELECT class, commune_code, province_code, region_code FROM zone
      WHERE series = e.series AND id = e.zone_id AND first_run <= e.run_id ORDER BY first_run DESC LIMIT 1) AS z ON true
    WHERE (cardinality($4::text[]) = 0 OR 'zone.' || e.kind = ANY($4))
      AND ($5::text IS NULL OR $5 IN (z.commune_code, z.province_code, z.region_code))
      AND ($1::bigint IS NULL OR r.micros < $1 OR ('zone-' || r.id || '-' || e.zone_id) COLLATE "C" < $2)
    ORDER BY r.at DESC, ('zone-' || r.id || '-' || e.zone_id) COLLATE "C" DESC LIMIT $3`,
}

/** The newest first. */
export async function listEvents(db: Queryable, wanted: EventsWanted): Promise<EventRow[]> {
  const all = Object.values(SOURCES).map((source) => `(${source})`)
  return db.query(
    `SELECT id, at, kind, run, rule, zone, class, "communeCode", "provinceCode", "regionCode", "cellsBefore", "cellsAfter",
       other, became, micros::text AS micros
     FROM (${all.join(' UNION ALL ')}) AS e ORDER BY at DESC, id COLLATE "C" DESC LIMIT $3`,
    [
      wanted.after?.micros ?? null,
      wanted.after?.id ?? '',
      wanted.limit,
      wanted.kinds,
      wanted.area,
      wanted.rule,
      wanted.run,
    ],
  )
}
