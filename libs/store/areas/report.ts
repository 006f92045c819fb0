/** Data of the report about an area beyond its counts: cells for a map, networks, zones, places. Reads no probes. */
import type { AreaLevel } from '#domain/place'
import type { Bounds } from '#domain/probe'
import type { Class } from '#domain/verdict'
import type { Queryable } from '../database/database.js'
import { queryRow, queryRows } from '../database/query.js'
import { boxPolygon } from '../database/shapes.js'
import { param, sql } from '../database/sql.js'
import { type RunKey, validInRun } from '../runs/run.js'
import type { SiteRow } from '../sites/sites.js'
import { COUNTS_BY_PARTIAL, type RollupRow, countsByClass, verdictOfCell } from '../verdicts/verdicts.js'
import type { AreaRow } from './areas.js'
import { isInArea, isPlacedWithin } from './in-area.js'

/**
 * The area's own cells by class, under the parents of a resolution (8: the cells themselves). The stored rollups would
 * include cells beyond the border.
 */
export async function cellsOfArea(
  db: Queryable,
  run: RunKey,
  code: string,
  resolution: number,
): Promise<RollupRow[]> {
  const parent = sql`cell_parent(c.cell, ${param(resolution, 'integer')})`
  return queryRows(
    db,
    sql`SELECT to_hex(${parent}) AS h3, ${countsByClass()}, ${COUNTS_BY_PARTIAL} FROM cell_place AS c JOIN ${verdictOfCell(run, 'c.cell')}
     WHERE ${isPlacedWithin(code)} GROUP BY ${parent} ORDER BY 1`,
  )
}

/** Cells in which an operator was measured, each counted once: by the best of the operator's measured networks there. */
export interface OperatorCells {
  /** Operator id; null if the probes name none. */
  operator: string | null
  /** Number of cells in which measurements show a network of the operator that meets the rule. */
  present: number
  /** Number of cells in which no measured network of the operator is present, and one is undecided. */
  undecided: number
  /** Number of cells in which all measured networks of the operator fail the rule, and one of them had service. */
  refuted: number
  /** Number of cells in which no measured network of the operator had service. */
  absent: number
  /** Number of cells in which a network of the operator was measured: the sum of the others. */
  tried: number
}

/** Operators that were measured in the area, by descending number of cells where they are present. */
export async function operatorsOfArea(db: Queryable, run: RunKey, code: string): Promise<OperatorCells[]> {
  return queryRows(
    db,
    sql`SELECT nullif(operator, '') AS operator, (count(*) FILTER (WHERE present))::integer AS present,
       (count(*) FILTER (WHERE NOT present AND undecided))::integer AS undecided,
       (count(*) FILTER (WHERE NOT present AND NOT undecided AND refuted))::integer AS refuted,
       (count(*) FILTER (WHERE NOT present AND NOT undecided AND NOT refuted))::integer AS absent,
       count(*)::integer AS tried
     FROM (SELECT c.cell, operator, bool_or(state = 'present') AS present, bool_or(state = 'refuted') AS refuted,
         bool_or(state IN ('unknown', 'declared', 'planned')) AS undecided
       FROM cell_place AS c JOIN LATERAL (SELECT operator, state FROM evidence AS v
         WHERE ${validInRun('v', run)} AND v.cell = c.cell AND samples > 0 OFFSET 0) AS v ON true
       WHERE ${isPlacedWithin(code)} GROUP BY c.cell, operator) AS operator_cell
     GROUP BY operator ORDER BY present DESC, tried DESC, operator COLLATE "C"`,
  )
}

export interface WhiteZone {
  id: string
  cellCount: number
  /** Population of the zone's localities; null if none is known. */
  population: number | null
  siteCount: number
  /** The commune that contains the zone; null if none does. */
  communeFr: string | null
  communeAr: string | null
  /** The zone's most populous locality; null if it has none. */
  placeFr: string | null
  placeAr: string | null
  /** A point inside the zone, WGS 84 degrees. */
  lat: number
  lng: number
}

/** The area's white zones by population, then by size, largest first. Reads the zones of its bounding box. */
export async function whiteZonesOfArea(
  db: Queryable,
  run: RunKey,
  { code, bbox: [west, south, east, north] }: Pick<AreaRow, 'code' | 'bbox'>,
  limit: number,
): Promise<WhiteZone[]> {
  return queryRows(
    db,
    sql`WITH white_zone AS MATERIALIZED (
       SELECT id, cell_count, cells, commune_code, ST_PointOnSurface(geom) AS inside,
         (SELECT sum(population)::float8 FROM locality WHERE cell = ANY(v.cells)) AS population
       FROM zone AS v WHERE ${validInRun('v', run)} AND class = 'white' AND ${isInArea('v', code)}
         AND geom && ${boxPolygon({ west, south, east, north })}
       ORDER BY population DESC NULLS LAST, cell_count DESC, id LIMIT ${limit}
     )
     SELECT z.id, z.cell_count AS "cellCount", z.population,
       (SELECT count(*)::integer FROM site WHERE cell = ANY(z.cells)) AS "siteCount",
       a.name_fr AS "communeFr", a.name_ar AS "communeAr", l.name_fr AS "placeFr", l.name_ar AS "placeAr",
       ST_Y(z.inside) AS lat, ST_X(z.inside) AS lng
     FROM white_zone AS z LEFT JOIN current_area AS a ON a.code = z.commune_code
     LEFT JOIN LATERAL (SELECT name_fr, name_ar FROM locality WHERE cell = ANY(z.cells)
       ORDER BY locality.population DESC NULLS LAST, id LIMIT 1) AS l ON true
     ORDER BY z.population DESC NULLS LAST, z.cell_count DESC, z.id`,
  )
}

export type ClassifiedSite = Pick<SiteRow, 'code' | 'lat' | 'lng'> & {
  /** Class of the site's cell; unknown if it was not measured. */
  class: Class
}

/** Sites of the area, those in white cells first. */
export async function sitesOfArea(
  db: Queryable,
  run: RunKey,
  code: string,
  limit: number,
): Promise<ClassifiedSite[]> {
  return queryRows(
    db,
    sql`SELECT s.code, s.lat, s.lng, coalesce(v.class, 'unknown') AS class
     FROM cell_place AS c JOIN site AS s USING (cell) LEFT JOIN ${verdictOfCell(run, 'c.cell')}
     WHERE ${isPlacedWithin(code)} ORDER BY coalesce(v.class, 'unknown') = 'white' DESC, s.code LIMIT ${limit}`,
  )
}

export interface AreaOutline {
  code: string
  level: AreaLevel
  nameFr: string
  nameAr: string
  /** A point inside the area, WGS 84 degrees. */
  lat: number
  lng: number
  /** GeoJSON text, simplified to the tolerance. */
  geojson: string
}

/**
 * The area, its neighbours of the same level within a box, and the areas inside it. `tolerance` in degrees. Outlines are
 * not clipped to the box: GEOS fails to clip a ring that simplifying left with three points (an islet of Al Hoceima).
 */
export async function outlinesAround(
  db: Queryable,
  { code, level }: Pick<AreaRow, 'code' | 'level'>,
  { box, tolerance }: { box: Bounds; tolerance: number },
): Promise<AreaOutline[]> {
  return queryRows(
    db,
    sql`SELECT code, level, name_fr AS "nameFr", name_ar AS "nameAr", ST_Y(inside) AS lat, ST_X(inside) AS lng,
       ST_AsGeoJSON(ST_Simplify(geom, ${tolerance}, true), 5) AS geojson
     FROM (SELECT *, ST_PointOnSurface(geom) AS inside FROM current_area
       WHERE (level = ${level} OR parent_code = ${code}) AND geom && ${boxPolygon(box)}) AS a
     ORDER BY length(code), code`,
  )
}

/** The previous run of the rule with the area's number of white cells; null if there was none. */
export async function previousRunOfArea(
  db: Queryable,
  run: RunKey,
  code: string,
): Promise<{ run: number; to: Date; white: number | null } | null> {
  const row = await queryRow<{ run: number; to: Date; white: number | null }>(
    db,
    sql`SELECT r.id AS run, r.valid_to AS "to", (SELECT white FROM area_count AS c
       JOIN current_area AS a USING (code, vintage) WHERE c.run_id = r.id AND c.code = ${code}) AS white
     FROM run AS r WHERE series = ${run.series} AND id < ${run.id} ORDER BY id DESC LIMIT 1`,
  )
  return row ?? null
}
