/** Reads zones that are valid in a run. */
import type { MultiPolygon } from '#domain/place'
import type { Bounds } from '#domain/probe'
import type { Class } from '#domain/verdict'
import type { ZoneClass, ZoneEventKind } from '#domain/zone'
import { isInArea } from '../areas/in-area.js'
import type { Queryable } from '../database/database.js'
import { queryRow, queryRows } from '../database/query.js'
import { boundingBox, boxPolygon, clippedOutline, fromBox } from '../database/shapes.js'
import { type Sql, allOf, join, raw, sql } from '../database/sql.js'
import { type RunKey, validInRun } from '../runs/run.js'

export interface ZoneRow {
  id: string
  class: ZoneClass
  communeCode: string | null
  provinceCode: string | null
  regionCode: string | null
  cellCount: number
  /** Population of its localities; null if none is known. */
  population: number | null
  siteCount: number
  /** west, south, east, north. */
  bbox: [number, number, number, number]
}

const PLACE_CODES = raw(`z.commune_code AS "communeCode", z.province_code AS "provinceCode",
  z.region_code AS "regionCode", z.cell_count AS "cellCount"`)

/**
 * People and sites are counted on request: a list of localities or sites can be imported at any time, and would make
 * stored figures stale or change a published run. Each cell costs one index lookup in each table.
 */
const ZONE_COLUMNS = sql`z.id, z.class, ${PLACE_CODES},
  (SELECT sum(population)::float8 FROM locality WHERE cell = ANY(z.cells)) AS population,
  (SELECT count(*)::integer FROM site WHERE cell = ANY(z.cells)) AS "siteCount", ${boundingBox('z.geom')} AS bbox`

export const ZONE_ORDERS = ['id', '-id', 'cellCount', '-cellCount'] as const
export type ZoneOrder = (typeof ZONE_ORDERS)[number]

export interface ZonePageQuery {
  order: ZoneOrder
  class: ZoneClass | null
  /** Code of a commune, province or region; null for all. */
  area: string | null
  box: Bounds | null
  /** Size and id of the last zone of the previous page; the size is ignored if the order is by id. */
  after: { cellCount: number; id: string } | null
  limit: number
}

export async function listZones(db: Queryable, run: RunKey, page: ZonePageQuery): Promise<ZoneRow[]> {
  const { after, area, box } = page
  const [beyond, direction] = page.order.startsWith('-') ? [raw('<'), raw('DESC')] : [raw('>'), raw('ASC')]
  const keys = page.order.endsWith('id') ? ['id'] : ['cell_count', 'id']
  const lastKey = after && (keys.length === 1 ? sql`${after.id}` : sql`${after.cellCount}, ${after.id}`)
  const conditions = [
    validInRun('z', run),
    page.class && sql`class = ${page.class}`,
    area === null ? null : isInArea('z', area),
    box && sql`ST_Intersects(geom, ${boxPolygon(box)})`,
    lastKey && sql`(${raw(keys.join())}) ${beyond} (${lastKey})`,
  ]
  const order: Sql[] = keys.map((key) => sql`${raw(key)} ${direction}`)
  return queryRows(
    db,
    sql`SELECT ${ZONE_COLUMNS} FROM zone AS z WHERE ${allOf(conditions)}
     ORDER BY ${join(order, ', ')} LIMIT ${page.limit}`,
  )
}

export interface ZoneDetail extends ZoneRow {
  /** Runs of its series in which it is as shown: from the first until before the next; null if it still is. */
  firstRun: number
  nextRun: number | null
  cells: string[]
  geometry: MultiPolygon
}

/** The zone in a run; without a run, its latest version. Its series is that of the run in which it was born. */
export async function findZone(
  db: Queryable,
  { id, born }: { id: string; born: number },
  run: RunKey | null,
): Promise<ZoneDetail | undefined> {
  const conditions = [
    sql`z.series = (SELECT series FROM run WHERE id = ${born}) AND z.id = ${id}`,
    run && validInRun('z', run),
  ]
  const row = await queryRow<ZoneDetail & { geometry: string }>(
    db,
    sql`SELECT ${ZONE_COLUMNS}, z.first_run AS "firstRun", z.next_run AS "nextRun",
       ARRAY(SELECT to_hex(cell) FROM unnest(z.cells) AS cell) AS cells, ST_AsGeoJSON(z.geom, 7) AS geometry
     FROM zone AS z WHERE ${allOf(conditions)} ORDER BY z.first_run DESC LIMIT 1`,
  )
  return row && { ...row, geometry: JSON.parse(row.geometry) as MultiPolygon }
}

export interface PastZoneEvent {
  run: number
  /** End of the run's window. */
  at: Date
  /** Id of another zone, if it was split from this one or merged into it. */
  zone: string
  kind: ZoneEventKind
  cellsBefore: number
  cellsAfter: number
  other: string | null
  became: Record<Class, number> | null
}

/** Limit of a zone's events; one that changes daily reaches it in some months. */
const MAX_EVENTS = 200

/** Events of the zone, and of others that were split from it or merged into it, newest first. */
export async function eventsOfZone(
  db: Queryable,
  { id, born }: { id: string; born: number },
): Promise<PastZoneEvent[]> {
  return queryRows(
    db,
    sql`SELECT e.run_id AS run, r.valid_to AS at, zone_id AS zone, kind, cells_before AS "cellsBefore",
       cells_after AS "cellsAfter", other_zone AS other, became
     FROM zone_event AS e JOIN run AS r ON r.id = e.run_id
     WHERE e.series = (SELECT series FROM run WHERE id = ${born}) AND (zone_id = ${id} OR other_zone = ${id})
     ORDER BY e.run_id DESC, zone_id LIMIT ${MAX_EVENTS}`,
  )
}

export interface ZoneShape extends Omit<ZoneRow, 'population' | 'siteCount' | 'bbox'> {
  /** GeoJSON text of the part inside the box, simplified to the tolerance. */
  geojson: string
}

/** The largest zones in a box that have at least `minCells` cells. `tolerance` in degrees. */
export async function zonesInBox(
  db: Queryable,
  run: RunKey,
  { box, tolerance, minCells, limit }: { box: Bounds; tolerance: number; minCells: number; limit: number },
): Promise<ZoneShape[]> {
  return queryRows(
    db,
    sql`SELECT id, class, ${PLACE_CODES}, ${clippedOutline('geom', tolerance)} AS geojson
     FROM zone AS z, ${fromBox(box)}
     WHERE ${validInRun('z', run)} AND geom && box AND cell_count >= ${minCells}
     ORDER BY cell_count DESC, id LIMIT ${limit}`,
  )
}
