/** Reading zones as they stood in a run. */
import type { MultiPolygon } from '#domain/place'
import type { Bounds } from '#domain/probe'
import type { Class } from '#domain/verdict'
import type { ZoneClass, ZoneEventKind } from '#domain/zone'
import type { Queryable } from '../database/database.js'
import type { RunRow } from '../runs/runs.js'

type RunKey = Pick<RunRow, 'id' | 'series'>

/** Rows of run $2 in its series $1. */
const ZONE_VALID_IN_RUN = 'z.series = $1 AND z.first_run <= $2 AND (z.next_run IS NULL OR z.next_run > $2)'

export interface ZoneRow {
  id: string
  class: ZoneClass
  communeCode: string | null
  provinceCode: string | null
  regionCode: string | null
  cellCount: number
  /** Of the localities in it, null where none has a known population. */
  population: number | null
  siteCount: number
  /** west, south, east, north. */
  bbox: [number, number, number, number]
}

/**
 * People and sites are counted when they are asked for: a list of localities or sites comes in at any time, and would
 * make stored figures stale or change a run that was published. Each cell costs one look into each table's index.
 */
const ZONE_COLUMNS = `z.id, z.class, z.commune_code AS "communeCode", z.province_code AS "provinceCode",
  z.region_code AS "regionCode", z.cell_count AS "cellCount",
  (SELECT sum(population)::float8 FROM locality WHERE cell = ANY(z.cells)) AS population,
  (SELECT count(*)::integer FROM site WHERE cell = ANY(z.cells)) AS "siteCount",
  ARRAY[ST_XMin(z.geom), ST_YMin(z.geom), ST_XMax(z.geom), ST_YMax(z.geom)] AS bbox`

export const ZONE_ORDERS = ['id', '-id', 'cellCount', '-cellCount'] as const
export type ZoneOrder = (typeof ZONE_ORDERS)[number]

export interface ZoneSearch {
  order: ZoneOrder
  class: ZoneClass | null
  /** Code of a commune, province or region. */
  area: string | null
  box: Bounds | null
  /** Size and id of the last zone of the page before; by id, the size says nothing. */
  after: { cellCount: number; id: string } | null
  limit: number
}

/** Zones of a run, after one. */
export async function listZones(db: Queryable, run: RunKey, search: ZoneSearch): Promise<ZoneRow[]> {
  const { box, after } = search
  const [beyond, sort] = search.order.startsWith('-') ? ['<', 'DESC'] : ['>', 'ASC']
  const keys = search.order.endsWith('id') ? ['id'] : ['cell_count', 'id']
  const last = after && (keys.length === 1 ? [after.id] : [after.cellCount, after.id])
  return db.query(
    `SELECT ${ZONE_COLUMNS} FROM zone AS z
     WHERE ${ZONE_VALID_IN_RUN} AND class = coalesce($3, class)
       AND ($4::text IS NULL OR $4 IN (commune_code, province_code, region_code))
       AND ($5::float8 IS NULL OR ST_Intersects(geom, ST_MakeEnvelope($5, $6, $7, $8, 4326)))
       ${last ? `AND (${keys.join()}) ${beyond} (${last.map((_, i) => `$${i + 10}`).join()})` : ''}
     ORDER BY ${keys.map((key) => `${key} ${sort}`).join()} LIMIT $9`,
    [
      run.series,
      run.id,
      search.class,
      search.area,
      box?.west ?? null,
      box?.south ?? null,
      box?.east ?? null,
      box?.north ?? null,
      search.limit,
      ...(last ?? []),
    ],
  )
}

export interface ZoneDetail extends ZoneRow {
  /** Runs of its series in which it is as shown: from the first until before the next, null while it stands. */
  firstRun: number
  nextRun: number | null
  cells: string[]
  geometry: MultiPolygon
}

/** The zone as it stood in a run, or as it was last. Its series is that of the run in which it was born. */
export async function findZone(
  db: Queryable,
  zone: { id: string; born: number },
  run: RunKey | null,
): Promise<ZoneDetail | undefined> {
  const rows: (ZoneDetail & { geometry: string })[] = await db.query(
    `SELECT ${ZONE_COLUMNS}, z.first_run AS "firstRun", z.next_run AS "nextRun",
       ARRAY(SELECT to_hex(cell) FROM unnest(z.cells) AS cell) AS cells, ST_AsGeoJSON(z.geom, 7) AS geometry
     FROM zone AS z WHERE z.series = (SELECT series FROM run WHERE id = $2) AND z.id = $1
       AND ($3::integer IS NULL OR (z.series = $4 AND z.first_run <= $3 AND (z.next_run IS NULL OR z.next_run > $3)))
     ORDER BY z.first_run DESC LIMIT 1`,
    [zone.id, zone.born, run?.id ?? null, run?.series ?? null],
  )
  return rows[0] && { ...rows[0], geometry: JSON.parse(rows[0].geometry) as MultiPolygon }
}

export interface PastZoneEvent {
  run: number
  /** End of the run's window. */
  at: Date
  /** Another zone's where that one was split from this one or merged into it. */
  zone: string
  kind: ZoneEventKind
  cellsBefore: number
  cellsAfter: number
  other: string | null
  became: Record<Class, number> | null
}

/** A zone that changes daily has this many events in some months. */
const MAX_EVENTS = 200

/** What happened to the zone, and to others that came from it or went into it, newest first. */
export async function eventsOfZone(
  db: Queryable,
  zone: { id: string; born: number },
): Promise<PastZoneEvent[]> {
  return db.query(
    `SELECT e.run_id AS run, r.valid_to AS at, zone_id AS zone, kind, cells_before AS "cellsBefore",
       cells_after AS "cellsAfter", other_zone AS other, became
     FROM zone_event AS e JOIN run AS r ON r.id = e.run_id
     WHERE e.series = (SELECT series FROM run WHERE id = $2) AND (zone_id = $1 OR other_zone = $1)
     ORDER BY e.run_id DESC, zone_id LIMIT ${MAX_EVENTS}`,
    [zone.id, zone.born],
  )
}

export interface ZoneShape extends Omit<ZoneRow, 'population' | 'siteCount' | 'bbox'> {
  /** GeoJSON text of the part inside the box, thinned to the tolerance. */
  geojson: string
}

/** The largest zones in a box that have so many cells at least. `tolerance` in degrees. */
export async function zonesInBox(
  db: Queryable,
  run: RunKey,
  query: { box: Bounds; tolerance: number; minCells: number; limit: number },
): Promise<ZoneShape[]> {
  const { box } = query
  return db.query(
    `SELECT id, class, commune_code AS "communeCode", province_code AS "provinceCode", region_code AS "regionCode",
       cell_count AS "cellCount", ST_AsGeoJSON(ST_ClipByBox2D(ST_Simplify(geom, $7, true), box), 6) AS geojson
     FROM zone AS z, ST_SetSRID(ST_MakeBox2D(ST_MakePoint($3, $4), ST_MakePoint($5, $6)), 4326) AS box
     WHERE ${ZONE_VALID_IN_RUN} AND geom && box AND cell_count >= $8 ORDER BY cell_count DESC, id LIMIT $9`,
    [
      run.series,
      run.id,
      box.west,
      box.south,
      box.east,
      box.north,
      query.tolerance,
      query.minCells,
      query.limit,
    ],
  )
}
