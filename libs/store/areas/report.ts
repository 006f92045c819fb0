/** What a page about one area says beyond its counts: cells for a map, networks, zones, places. Reads no probe. */
import type { AreaLevel } from '#domain/place'
import type { Bounds } from '#domain/probe'
import type { Class } from '#domain/verdict'
import { cellInArea } from './people.js'
import type { AreaRow } from './areas.js'
import type { Queryable } from '../database/database.js'
import type { ClassifiedLocality } from './localities.js'
import type { RunRow } from '../runs/runs.js'
import type { SiteRow } from '../sites/sites.js'
import { VALID_IN_RUN, type RollupRow } from '../verdicts/verdicts.js'

type RunKey = Pick<RunRow, 'id' | 'series'>

const JOIN_VERDICT = `JOIN LATERAL (SELECT class FROM verdict AS v WHERE ${VALID_IN_RUN} AND v.cell = c.cell OFFSET 0) AS v ON true`

/**
 * The area's own cells by class, under the parents of a resolution (8: the cells themselves). The stored rollups would
 * bring in the cells beyond the border.
 */
export async function cellsOfArea(
  db: Queryable,
  run: RunKey,
  code: string,
  resolution: number,
): Promise<RollupRow[]> {
  const count = (colour: Class) => `(count(*) FILTER (WHERE class = '${colour}'))::integer AS ${colour}`
  return db.query(
    `SELECT to_hex(cell_parent(c.cell, $4)) AS h3, ${(['white', 'grey', 'black', 'unknown'] as const).map(count).join(', ')}
     FROM cell_place AS c ${JOIN_VERDICT} WHERE ${cellInArea('$3')} GROUP BY cell_parent(c.cell, $4) ORDER BY 1`,
    [run.series, run.id, code, resolution],
  )
}

export interface OperatorCells {
  /** Null: nobody named it. */
  operator: string | null
  /** Cells in which measurements show a network of it that meets the rule. */
  present: number
  /** Cells in which a network of it was measured. */
  tried: number
}

/** Operators that were measured in the area, the one present in most cells first. */
export async function operatorsOfArea(db: Queryable, run: RunKey, code: string): Promise<OperatorCells[]> {
  return db.query(
    `SELECT nullif(operator, '') AS operator, (count(DISTINCT c.cell) FILTER (WHERE state = 'present'))::integer AS present,
       count(DISTINCT c.cell)::integer AS tried
     FROM cell_place AS c JOIN LATERAL (SELECT operator, state FROM evidence AS v
       WHERE ${VALID_IN_RUN} AND v.cell = c.cell AND samples > 0 OFFSET 0) AS v ON true
     WHERE ${cellInArea('$3')} GROUP BY operator ORDER BY present DESC, tried DESC, operator COLLATE "C"`,
    [run.series, run.id, code],
  )
}

export interface WhiteZone {
  id: string
  cellCount: number
  /** Of the localities in it, null where none has a known population. */
  population: number | null
  siteCount: number
  /** The commune that it lies in; null where no commune holds it. */
  communeFr: string | null
  communeAr: string | null
  /** Its most populous locality; null where it has none. */
  placeFr: string | null
  placeAr: string | null
  /** A point inside, WGS 84 degrees. */
  lat: number
  lng: number
}

/** The area's white zones in which most people live, then the largest. Reads the zones of its box. */
export async function whiteZonesOfArea(
  db: Queryable,
  run: RunKey,
  area: Pick<AreaRow, 'code' | 'bbox'>,
  limit: number,
): Promise<WhiteZone[]> {
  return db.query(
    `WITH zones AS MATERIALIZED (
       SELECT id, cell_count, cells, commune_code, ST_PointOnSurface(geom) AS inside,
         (SELECT sum(population)::float8 FROM locality WHERE cell = ANY(v.cells)) AS population
       FROM zone AS v WHERE ${VALID_IN_RUN} AND class = 'white' AND $3 IN (commune_code, province_code, region_code)
         AND geom && ST_MakeEnvelope($4, $5, $6, $7, 4326)
       ORDER BY population DESC NULLS LAST, cell_count DESC, id LIMIT $8
     )
     SELECT z.id, z.cell_count AS "cellCount", z.population,
       (SELECT count(*)::integer FROM site WHERE cell = ANY(z.cells)) AS "siteCount",
       a.name_fr AS "communeFr", a.name_ar AS "communeAr", l.name_fr AS "placeFr", l.name_ar AS "placeAr",
       ST_Y(z.inside) AS lat, ST_X(z.inside) AS lng
     FROM zones AS z LEFT JOIN current_area AS a ON a.code = z.commune_code
     LEFT JOIN LATERAL (SELECT name_fr, name_ar FROM locality WHERE cell = ANY(z.cells)
       ORDER BY locality.population DESC NULLS LAST, id LIMIT 1) AS l ON true
     ORDER BY z.population DESC NULLS LAST, z.cell_count DESC, z.id`,
    [run.series, run.id, area.code, ...area.bbox, limit],
  )
}

/** The area's most populous localities with the class of their cell. */
export async function localitiesOfArea(
  db: Queryable,
  run: RunKey,
  code: string,
  limit: number,
): Promise<ClassifiedLocality[]> {
  return db.query(
    `SELECT l.id, l.name_fr AS "nameFr", l.name_ar AS "nameAr", l.kind, l.population, l.lat, l.lng,
       coalesce(v.class, 'unknown') AS class
     FROM (SELECT l.* FROM cell_place AS c JOIN locality AS l USING (cell) WHERE ${cellInArea('$3')}
       ORDER BY l.population DESC NULLS LAST, l.id LIMIT $4) AS l
     LEFT JOIN LATERAL (SELECT class FROM verdict AS v WHERE ${VALID_IN_RUN} AND v.cell = l.cell OFFSET 0) AS v ON true
     ORDER BY l.population DESC NULLS LAST, l.id`,
    [run.series, run.id, code, limit],
  )
}

export type ClassifiedSite = Pick<SiteRow, 'code' | 'lat' | 'lng'> & {
  /** Of its own cell; what was never measured is unknown. */
  class: Class
}

/** Sites of the area, those in white cells first. */
export async function sitesOfArea(
  db: Queryable,
  run: RunKey,
  code: string,
  limit: number,
): Promise<ClassifiedSite[]> {
  return db.query(
    `SELECT s.code, s.lat, s.lng, coalesce(v.class, 'unknown') AS class
     FROM cell_place AS c JOIN site AS s USING (cell)
     LEFT JOIN LATERAL (SELECT class FROM verdict AS v WHERE ${VALID_IN_RUN} AND v.cell = c.cell OFFSET 0) AS v ON true
     WHERE ${cellInArea('$3')} ORDER BY coalesce(v.class, 'unknown') = 'white' DESC, s.code LIMIT $4`,
    [run.series, run.id, code, limit],
  )
}

export interface AreaOutline {
  code: string
  level: AreaLevel
  nameFr: string
  nameAr: string
  /** A point inside, WGS 84 degrees. */
  lat: number
  lng: number
  /** GeoJSON text of the part inside the box, thinned to the tolerance. */
  geojson: string
}

/**
 * The area, its neighbours of the same level within a box, and the areas inside it. `tolerance` in degrees. Cut before it is
 * thinned: GEOS does not cut a ring that thinning left with three points (an islet of Al Hoceima).
 */
export async function outlinesAround(
  db: Queryable,
  area: Pick<AreaRow, 'code' | 'level'>,
  { box, tolerance }: { box: Bounds; tolerance: number },
): Promise<AreaOutline[]> {
  return db.query(
    `SELECT code, level, name_fr AS "nameFr", name_ar AS "nameAr", ST_Y(inside) AS lat, ST_X(inside) AS lng,
       ST_AsGeoJSON(ST_Simplify(geom, $3, true), 5) AS geojson
     FROM (SELECT *, ST_PointOnSurface(geom) AS inside FROM current_area
       WHERE (level = $1 OR parent_code = $2) AND geom && ST_MakeEnvelope($4, $5, $6, $7, 4326)) AS a
     ORDER BY length(code), code`,
    [area.level, area.code, tolerance, box.west, box.south, box.east, box.north],
  )
}

/** White cells of the area in its rule's run before, and that run; null where there was none. */
export async function previousRunOfArea(
  db: Queryable,
  run: RunKey,
  code: string,
): Promise<{ run: number; to: Date; white: number | null } | null> {
  const rows: { run: number; to: Date; white: number | null }[] = await db.query(
    `SELECT r.id AS run, r.valid_to AS "to", (SELECT white FROM area_count AS c JOIN current_area AS a USING (code, vintage)
       WHERE c.run_id = r.id AND c.code = $3) AS white
     FROM run AS r WHERE series = $1 AND id < $2 ORDER BY id DESC LIMIT 1`,
    [run.series, run.id, code],
  )
  return rows[0] ?? null
}
