/** Areas go in: mended, checked against their parents, and all measured cells placed anew. */
import { type AreaLevel, type AreaRecord, foldName } from '#domain/place'
import type { DataSource } from 'typeorm'
import { PLACES_LOCK, placeAllCells } from './cell-places.js'
import { AREAS_IMPORTED, recordChange } from '../people/changes.js'
import type { Queryable } from '../database/database.js'

export interface AreaRejection {
  code: string
  field: string
  value: string
  reason: string
}

/** Children may stick out this far: two editions of one border differ, a wrong code or projection differs wholly. */
const MIN_SHARE_IN_PARENT = 0.5

/** Areas go in from the top level down, so that a child finds its parent. One transaction: all that is right, or nothing. */
export async function importAreas(
  source: DataSource,
  areas: readonly AreaRecord[],
  about: { source: string; author: string; cellCount: (geometry: object, code: string) => number },
): Promise<{ imported: number; refused: AreaRejection[] }> {
  const refused: AreaRejection[] = []
  let imported = 0
  await source.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [PLACES_LOCK])
    for (const level of LEVELS)
      for (const area of areas.filter((a) => a.level === level)) {
        const problem = await insertArea(tx, area, about)
        if (problem) refused.push(problem)
        else imported++
      }
    await placeAllCells(tx)
    await recordChange(tx, about.author, AREAS_IMPORTED, `${imported} areas`, { source: about.source })
  })
  return { imported, refused }
}

const LEVELS: readonly AreaLevel[] = ['region', 'province', 'commune']

/**
 * ST_MakeValid mends self-intersections (48 of the 75 provinces of `morocco-map` have some); what it leaves beside
 * polygons (lines, points) is dropped.
 */
const REPAIRED_GEOMETRY = `ST_Multi(ST_CollectionExtract(ST_MakeValid(ST_SetSRID(ST_GeomFromGeoJSON($1), 4326)), 3))`

async function insertArea(
  tx: Queryable,
  area: AreaRecord,
  about: { source: string; cellCount: (geometry: object, code: string) => number },
): Promise<AreaRejection | null> {
  const refuse = (field: string, value: string, reason: string) => ({ code: area.code, field, value, reason })
  const [{ geojson, empty }] = await tx.query(
    `SELECT ST_AsGeoJSON(g, 9) AS geojson, ST_IsEmpty(g) AS empty FROM (SELECT ${REPAIRED_GEOMETRY} AS g) AS mended`,
    [JSON.stringify(area.geometry)],
  )
  if (empty) return refuse('geometry', 'empty', 'nothing is left of the polygon once it is made valid')
  const lies = await shareInParent(tx, area)
  if (lies === null) return refuse('parent', area.parentCode!, `its parent ${area.parentCode} is not known`)
  if (lies < MIN_SHARE_IN_PARENT)
    return refuse(
      'geometry',
      lies.toFixed(2),
      `only ${Math.round(lies * 100)} % of it lies in ${area.parentCode}`,
    )
  await tx.query(UPSERT_AREA, [
    JSON.stringify(area.geometry),
    area.code,
    area.vintage,
    area.level,
    area.type,
    area.parentCode,
    area.nameFr,
    area.nameAr,
    foldName(`${area.nameFr} ${area.nameAr}`),
    area.population,
    about.cellCount(JSON.parse(geojson), area.code),
    about.source,
  ])
  return null
}

const UPSERT_AREA = `
  INSERT INTO area (geom, code, vintage, level, type, parent_code, name_fr, name_ar, search_name, population, cell_count, source)
  VALUES (${REPAIRED_GEOMETRY}, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
  ON CONFLICT (code, vintage) DO UPDATE SET geom = excluded.geom, level = excluded.level, type = excluded.type,
    parent_code = excluded.parent_code, name_fr = excluded.name_fr, name_ar = excluded.name_ar,
    search_name = excluded.search_name, population = coalesce(excluded.population, area.population),
    cell_count = excluded.cell_count, source = excluded.source`

/**
 * Overlays are made on a grid of 1e-7 degrees (1 cm): snap rounding never fails, while the exact overlay falls back on it
 * by an exception, which the embedded engine cannot catch.
 */
const OVERLAY_GRID_DEGREES = 1e-7

/** Share of the area inside its parent, of the same edition where there is one; 1 for a region, null without a parent. */
async function shareInParent(tx: Queryable, area: AreaRecord): Promise<number | null> {
  if (area.parentCode === null) return 1
  const rows: { share: number }[] = await tx.query(
    `SELECT ST_Area(ST_Intersection(g, a.geom, ${OVERLAY_GRID_DEGREES})) / ST_Area(g) AS share
     FROM area AS a, (SELECT ${REPAIRED_GEOMETRY} AS g) AS child
     WHERE a.code = $2 ORDER BY (a.vintage = $3) DESC, a.vintage DESC LIMIT 1`,
    [JSON.stringify(area.geometry), area.parentCode, area.vintage],
  )
  return rows[0]?.share ?? null
}

export async function hasAreas(db: Queryable): Promise<boolean> {
  const [{ some }] = await db.query('SELECT EXISTS (SELECT 1 FROM area) AS some')
  return some as boolean
}

/**
 * Simulated communes: each province cut into the neighbourhoods of the given seats. Their edition is 0, so that real
 * communes replace them on the map as soon as they are imported.
 */
export async function insertSimulatedCommunes(
  db: Queryable,
  province: string,
  seats: readonly { code: string; nameFr: string; nameAr: string; lat: number; lng: number }[],
): Promise<void> {
  await db.query(
    `WITH seat AS (
       SELECT r.*, ST_SetSRID(ST_MakePoint(lng, lat), 4326) AS point
       FROM json_to_recordset($2::json) AS r(code text, "nameFr" text, "nameAr" text, "searchName" text, lat float8, lng float8)
     ), shape AS (
       SELECT geom FROM current_area WHERE code = $1
     ), piece AS (
       SELECT (ST_Dump(ST_VoronoiPolygons((SELECT ST_Collect(point) FROM seat), 0, (SELECT geom FROM shape)))).geom
     )
     INSERT INTO area (code, vintage, level, type, parent_code, name_fr, name_ar, search_name, population, cell_count, source, geom)
     SELECT s.code, 0, 'commune', 'simulated', $1, s."nameFr", s."nameAr", s."searchName", NULL,
       round(ST_Area(clipped::geography) / $3), 'simulated', clipped
     FROM seat AS s JOIN piece AS p ON ST_Covers(p.geom, s.point)
     CROSS JOIN LATERAL (SELECT ST_Multi(ST_CollectionExtract(ST_Intersection(p.geom, (SELECT geom FROM shape), ${OVERLAY_GRID_DEGREES}), 3)) AS clipped) AS c
     ON CONFLICT DO NOTHING`,
    [
      province,
      JSON.stringify(seats.map((s) => ({ ...s, searchName: foldName(`${s.nameFr} ${s.nameAr}`) }))),
      MEAN_CELL_M2,
    ],
  )
}

/** Mean area of a res-8 cell in square metres (H3's own table). */
const MEAN_CELL_M2 = 737_327.6
