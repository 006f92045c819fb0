/** Areas are imported: repaired, checked against their parents, and all measured cells placed again. */
import { AREA_LEVELS, type AreaRecord, foldName } from '#domain/place'
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { takeLock } from '../database/locks.js'
import { queryRow, queryRows } from '../database/query.js'
import { type Sql, param, raw, sql } from '../database/sql.js'
import { AREAS_IMPORTED, recordChange } from '../people/changes.js'
import { placeAllCells } from './cell-places.js'

export interface AreaRejection {
  code: string
  field: string
  value: string
  reason: string
}

export interface AreaImportOptions {
  /** The source of the boundaries. */
  source: string
  author: string
  /** Number of res-8 cells whose centre lies in a GeoJSON geometry. */
  cellCount: (geometry: object, code: string) => number
}

/** Children may stick out this far: two editions of one border differ, a wrong code or projection differs wholly. */
const MIN_SHARE_IN_PARENT = 0.5

/**
 * Writes areas from the top level down, so that a child finds its parent. One transaction: the areas that are not refused
 * are written all together or, where the database fails, not at all.
 */
export async function importAreas(
  source: DataSource,
  areas: readonly AreaRecord[],
  options: AreaImportOptions,
): Promise<{ imported: number; refused: AreaRejection[] }> {
  const refused: AreaRejection[] = []
  let imported = 0
  await source.transaction(async (tx) => {
    await takeLock(tx, 'places')
    for (const area of AREA_LEVELS.flatMap((level) => areas.filter((a) => a.level === level))) {
      const rejection = await insertArea(tx, area, options)
      if (rejection) refused.push(rejection)
      else imported++
    }
    await placeAllCells(tx)
    await recordChange(tx, options.author, AREAS_IMPORTED, `${imported} areas`, { source: options.source })
  })
  return { imported, refused }
}

/**
 * ST_MakeValid repairs self-intersections (48 of the 75 provinces of `morocco-map` have some); the lines and points that it
 * leaves beside polygons are dropped.
 */
const repairedGeometry = ({ geometry }: AreaRecord): Sql =>
  sql`ST_Multi(ST_CollectionExtract(ST_MakeValid(ST_SetSRID(ST_GeomFromGeoJSON(${JSON.stringify(geometry)}::text), 4326)), 3))`

async function insertArea(
  tx: Queryable,
  area: AreaRecord,
  options: AreaImportOptions,
): Promise<AreaRejection | null> {
  const { code, parentCode } = area
  const rejection = (field: string, value: string, reason: string) => ({ code, field, value, reason })
  const repaired = await queryRow<{ geojson: string; isEmpty: boolean }>(
    tx,
    sql`SELECT ST_AsGeoJSON(g, 9) AS geojson, ST_IsEmpty(g) AS "isEmpty"
     FROM (SELECT ${repairedGeometry(area)} AS g) AS repaired`,
  )
  if (repaired!.isEmpty) return rejection('geometry', 'empty', 'the polygon is empty after repair')
  const share = await shareInParent(tx, area)
  if (share === null) return rejection('parent', parentCode!, `parent area ${parentCode} does not exist`)
  if (share < MIN_SHARE_IN_PARENT)
    return rejection(
      'geometry',
      share.toFixed(2),
      `only ${Math.round(share * 100)} % of it lies in ${parentCode}`,
    )
  const cellCount = options.cellCount(JSON.parse(repaired!.geojson) as object, code)
  await queryRows(tx, upsertArea(area, cellCount, options.source))
  return null
}

const upsertArea = (area: AreaRecord, cellCount: number, source: string): Sql => sql`
  INSERT INTO area (geom, code, vintage, level, type, parent_code, name_fr, name_ar, search_name, population, cell_count, source)
  VALUES (${repairedGeometry(area)}, ${area.code}, ${area.vintage}, ${area.level}, ${area.type}, ${area.parentCode},
    ${area.nameFr}, ${area.nameAr}, ${foldName(`${area.nameFr} ${area.nameAr}`)}, ${area.population}, ${cellCount}, ${source})
  ON CONFLICT (code, vintage) DO UPDATE SET geom = excluded.geom, level = excluded.level, type = excluded.type,
    parent_code = excluded.parent_code, name_fr = excluded.name_fr, name_ar = excluded.name_ar,
    search_name = excluded.search_name, population = coalesce(excluded.population, area.population),
    cell_count = excluded.cell_count, source = excluded.source`

/**
 * Overlays are made on a grid of 1e-7 degrees (1 cm): snap rounding never fails, while the exact overlay falls back on it
 * by an exception, which the embedded engine cannot catch.
 */
const OVERLAY_GRID_DEGREES = raw('1e-7')

/** Share of the area inside its parent, of the same edition where there is one; 1 for a region, null without a parent. */
async function shareInParent(tx: Queryable, area: AreaRecord): Promise<number | null> {
  if (area.parentCode === null) return 1
  const row = await queryRow<{ share: number }>(
    tx,
    sql`SELECT ST_Area(ST_Intersection(g, a.geom, ${OVERLAY_GRID_DEGREES})) / ST_Area(g) AS share
     FROM area AS a, (SELECT ${repairedGeometry(area)} AS g) AS child
     WHERE a.code = ${area.parentCode} ORDER BY (a.vintage = ${area.vintage}) DESC, a.vintage DESC LIMIT 1`,
  )
  return row?.share ?? null
}

export async function hasAreas(db: Queryable): Promise<boolean> {
  const row = await queryRow<{ exists: boolean }>(db, sql`SELECT EXISTS (SELECT 1 FROM area) AS exists`)
  return row!.exists
}

/** Mean area of a res-8 cell in square metres (H3's own table). */
const MEAN_CELL_M2 = 737_327.6

/**
 * Simulated communes: each province cut into the neighbourhoods of the given seats. Their edition is 0, so that real
 * communes replace them on the map as soon as they are imported.
 */
export async function insertSimulatedCommunes(
  db: Queryable,
  province: string,
  seats: readonly { code: string; nameFr: string; nameAr: string; lat: number; lng: number }[],
): Promise<void> {
  const rows = seats.map((seat) => ({ ...seat, searchName: foldName(`${seat.nameFr} ${seat.nameAr}`) }))
  const parent = param(province, 'text')
  await queryRows(
    db,
    sql`WITH seat AS (
       SELECT r.*, ST_SetSRID(ST_MakePoint(lng, lat), 4326) AS point
       FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(code text, "nameFr" text, "nameAr" text, "searchName" text,
         lat float8, lng float8)
     ), shape AS (
       SELECT geom FROM current_area WHERE code = ${parent}
     ), piece AS (
       SELECT (ST_Dump(ST_VoronoiPolygons((SELECT ST_Collect(point) FROM seat), 0, (SELECT geom FROM shape)))).geom
     )
     INSERT INTO area (code, vintage, level, type, parent_code, name_fr, name_ar, search_name, population, cell_count, source, geom)
     SELECT s.code, 0, 'commune', 'simulated', ${parent}, s."nameFr", s."nameAr", s."searchName", NULL,
       round(ST_Area(clipped::geography) / ${MEAN_CELL_M2}), 'simulated', clipped
     FROM seat AS s JOIN piece AS p ON ST_Covers(p.geom, s.point)
     CROSS JOIN LATERAL (SELECT ST_Multi(ST_CollectionExtract(
       ST_Intersection(p.geom, (SELECT geom FROM shape), ${OVERLAY_GRID_DEGREES}), 3)) AS clipped) AS c
     ON CONFLICT DO NOTHING`,
  )
}
