/** Areas, localities and sites, and the areas that each measured cell lies in. */
import { type AreaLevel, type AreaRecord, foldName } from '#domain'
import { cellAt, cellToSql, centreOf } from '#geo'
import type { DataSource } from 'typeorm'
import type { Queryable } from './database.js'

export interface RefusedArea {
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
): Promise<{ imported: number; refused: RefusedArea[] }> {
  const refused: RefusedArea[] = []
  let imported = 0
  await source.transaction(async (tx) => {
    for (const level of LEVELS)
      for (const area of areas.filter((a) => a.level === level)) {
        const problem = await insertArea(tx, area, about)
        if (problem) refused.push(problem)
        else imported++
      }
    await recordChange(tx, about.author, 'import areas', `${imported} areas`, { source: about.source })
  })
  await placeAllCells(source)
  return { imported, refused }
}

const LEVELS: readonly AreaLevel[] = ['region', 'province', 'commune']

/**
 * ST_MakeValid mends self-intersections (48 of the 75 provinces of `morocco-map` have some); what it leaves beside
 * polygons (lines, points) is dropped.
 */
const MENDED = `ST_Multi(ST_CollectionExtract(ST_MakeValid(ST_SetSRID(ST_GeomFromGeoJSON($1), 4326)), 3))`

async function insertArea(
  tx: Queryable,
  area: AreaRecord,
  about: { source: string; cellCount: (geometry: object, code: string) => number },
): Promise<RefusedArea | null> {
  const refuse = (field: string, value: string, reason: string) => ({ code: area.code, field, value, reason })
  const [{ geojson, empty }] = await tx.query(
    `SELECT ST_AsGeoJSON(g, 9) AS geojson, ST_IsEmpty(g) AS empty FROM (SELECT ${MENDED} AS g) AS mended`,
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
  VALUES (${MENDED}, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
  ON CONFLICT (code, vintage) DO UPDATE SET geom = excluded.geom, level = excluded.level, type = excluded.type,
    parent_code = excluded.parent_code, name_fr = excluded.name_fr, name_ar = excluded.name_ar,
    search_name = excluded.search_name, population = coalesce(excluded.population, area.population),
    cell_count = excluded.cell_count, source = excluded.source`

/**
 * Overlays are made on a grid of 1e-7 degrees (1 cm): snap rounding never fails, while the exact overlay falls back on it
 * by an exception, which the embedded engine cannot catch.
 */
const GRID = 1e-7

/** Share of the area inside its parent, of the same edition where there is one; 1 for a region, null without a parent. */
async function shareInParent(tx: Queryable, area: AreaRecord): Promise<number | null> {
  if (area.parentCode === null) return 1
  const rows: { share: number }[] = await tx.query(
    `SELECT ST_Area(ST_Intersection(g, a.geom, ${GRID})) / ST_Area(g) AS share
     FROM area AS a, (SELECT ${MENDED} AS g) AS child
     WHERE a.code = $2 ORDER BY (a.vintage = $3) DESC, a.vintage DESC LIMIT 1`,
    [JSON.stringify(area.geometry), area.parentCode, area.vintage],
  )
  return rows[0]?.share ?? null
}

/** How many cells go into one statement. */
const CHUNK = 5_000

/** Places the cells that a run saw for the first time. */
export async function placeNewCells(tx: Queryable, run: { id: number; series: number }): Promise<void> {
  const rows: { h3: string }[] = await tx.query(
    `SELECT to_hex(v.cell) AS h3 FROM verdict AS v LEFT JOIN cell_place AS c USING (cell)
     WHERE v.series = $1 AND v.first_run = $2 AND c.cell IS NULL ORDER BY v.cell`,
    [run.series, run.id],
  )
  for (let i = 0; i < rows.length; i += CHUNK) await placeCells(tx, rows.slice(i, i + CHUNK))
}

async function placeAllCells(db: Queryable): Promise<void> {
  for (let after = '0'; ;) {
    const rows: { cell: string; h3: string }[] = await db.query(
      'SELECT cell, to_hex(cell) AS h3 FROM cell_place WHERE cell > $1 ORDER BY cell LIMIT $2',
      [after, CHUNK],
    )
    if (rows.length === 0) return
    await placeCells(db, rows)
    after = rows.at(-1)!.cell
  }
}

/**
 * The smallest area that holds each centre. Candidates come sorted by area: PostGIS prepares a polygon once for all the
 * points in a row that ask for it, and not 5,000 times. HCP codes nest: a commune's first six characters are its
 * province's code, the first two its region's.
 */
async function placeCells(db: Queryable, cells: readonly { h3: string }[]): Promise<void> {
  const centres = cells.map(({ h3 }) => {
    const [lng, lat] = centreOf(h3)
    return { cell: cellToSql(h3), lng, lat }
  })
  await db.query(
    `WITH edition AS MATERIALIZED (
       SELECT level, max(vintage) AS vintage FROM area GROUP BY level
     ), centre AS MATERIALIZED (
       SELECT cell, ST_SetSRID(ST_MakePoint(lng, lat), 4326) AS point
       FROM json_to_recordset($1::json) AS r(cell bigint, lng float8, lat float8)
     ), candidate AS MATERIALIZED (
       SELECT c.cell, c.point, a.code, a.vintage FROM centre AS c JOIN area AS a ON a.geom && c.point
       JOIN edition USING (level, vintage) ORDER BY a.code
     ), holding AS (
       SELECT k.cell, (array_agg(k.code ORDER BY length(k.code) DESC, k.code))[1] AS code
       FROM candidate AS k JOIN area AS a USING (code, vintage) WHERE ST_Covers(a.geom, k.point) GROUP BY k.cell
     ), placed AS (
       SELECT cell, code FROM centre LEFT JOIN holding USING (cell)
     )
     INSERT INTO cell_place (cell, region_code, province_code, commune_code)
     SELECT cell, left(code, 2), CASE WHEN length(code) >= 6 THEN left(code, 6) END, CASE WHEN length(code) > 6 THEN code END
     FROM placed
     ON CONFLICT (cell) DO UPDATE SET region_code = excluded.region_code, province_code = excluded.province_code,
       commune_code = excluded.commune_code`,
    [JSON.stringify(centres)],
  )
}

export interface LocalityInput {
  id: string
  nameFr: string
  nameAr: string | null
  kind: string
  lat: number
  lng: number
  population: number | null
  communeCode: string | null
}

export async function upsertLocalities(db: Queryable, localities: readonly LocalityInput[]): Promise<void> {
  const rows = localities.map((l) => ({
    ...l,
    cell: cellToSql(cellAt(l.lat, l.lng)),
    searchName: foldName(`${l.nameFr} ${l.nameAr ?? ''}`),
  }))
  await db.query(
    `INSERT INTO locality (id, name_fr, name_ar, search_name, kind, population, commune_code, lat, lng, cell)
     SELECT id, "nameFr", "nameAr", "searchName", kind, population, "communeCode", lat, lng, cell
     FROM json_to_recordset($1::json) AS r(id text, "nameFr" text, "nameAr" text, "searchName" text, kind text,
       population integer, "communeCode" text, lat float8, lng float8, cell bigint)
     ON CONFLICT (id) DO UPDATE SET name_fr = excluded.name_fr, name_ar = excluded.name_ar,
       search_name = excluded.search_name, kind = excluded.kind, population = excluded.population,
       commune_code = excluded.commune_code, lat = excluded.lat, lng = excluded.lng, cell = excluded.cell`,
    [JSON.stringify(rows)],
  )
}

export interface SiteInput {
  code: string
  name: string
  nameAr?: string | null
  type: string
  communeCode: string
  lat: number
  lng: number
  operator?: string | null
  technology?: string | null
  contractedDownBps?: number | null
  contractedUpBps?: number | null
}

export async function upsertSites(
  db: Queryable,
  sites: readonly SiteInput[],
  about: { author: string; simulated: boolean },
): Promise<void> {
  const rows = sites.map((s) => ({ ...s, cell: cellToSql(cellAt(s.lat, s.lng)) }))
  await db.query(
    `INSERT INTO site (code, name, name_ar, type, commune_code, lat, lng, cell, operator, technology,
       contracted_down_bps, contracted_up_bps, simulated, created_by)
     SELECT code, name, "nameAr", type, "communeCode", lat, lng, cell, operator, technology, "contractedDownBps",
       "contractedUpBps", $2, $3
     FROM json_to_recordset($1::json) AS r(code text, name text, "nameAr" text, type text, "communeCode" text,
       lat float8, lng float8, cell bigint, operator text, technology text, "contractedDownBps" bigint,
       "contractedUpBps" bigint)
     ON CONFLICT (code) DO UPDATE SET name = excluded.name, name_ar = excluded.name_ar, type = excluded.type,
       commune_code = excluded.commune_code, lat = excluded.lat, lng = excluded.lng, cell = excluded.cell,
       operator = excluded.operator, technology = excluded.technology,
       contracted_down_bps = excluded.contracted_down_bps, contracted_up_bps = excluded.contracted_up_bps`,
    [JSON.stringify(rows), about.simulated, about.author],
  )
}

export interface SiteRow extends SiteInput {
  h3: string
  simulated: boolean
}

const SITE_COLUMNS = `code, name, name_ar AS "nameAr", type, commune_code AS "communeCode", lat, lng,
  to_hex(cell) AS h3, operator, technology, contracted_down_bps::float8 AS "contractedDownBps",
  contracted_up_bps::float8 AS "contractedUpBps", simulated`

export interface Box {
  west: number
  south: number
  east: number
  north: number
}

export async function listSites(
  db: Queryable,
  page: { after: string; limit: number; box: Box | null },
): Promise<SiteRow[]> {
  const box = page.box ?? { west: -180, south: -90, east: 180, north: 90 }
  return db.query(
    `SELECT ${SITE_COLUMNS} FROM site
     WHERE code > $1 AND lng BETWEEN $2 AND $4 AND lat BETWEEN $3 AND $5 ORDER BY code LIMIT $6`,
    [page.after, box.west, box.south, box.east, box.north, page.limit],
  )
}

export async function findSite(db: Queryable, code: string): Promise<SiteRow | undefined> {
  const rows: SiteRow[] = await db.query(`SELECT ${SITE_COLUMNS} FROM site WHERE code = $1`, [code])
  return rows[0]
}

/** Leaves the author of a change, for ever. */
export async function recordChange(
  db: Queryable,
  author: string,
  action: string,
  subject: string,
  detail: object | null = null,
): Promise<void> {
  await db.query('INSERT INTO change (author, action, subject, detail) VALUES ($1, $2, $3, $4)', [
    author,
    action,
    subject,
    detail && JSON.stringify(detail),
  ])
}

/** Whether any of what is shown comes from the demonstration country. */
export async function isSimulated(db: Queryable): Promise<boolean> {
  const [{ simulated }] = await db.query('SELECT EXISTS (SELECT 1 FROM site WHERE simulated) AS simulated')
  return simulated as boolean
}

/** Sites of a tile: at most so many, since beyond that points are no longer told apart. */
const MAX_SITES_IN_BOX = 5_000

export async function listSitesInBox(db: Queryable, box: Box): Promise<SiteRow[]> {
  return listSites(db, { after: '', limit: MAX_SITES_IN_BOX, box })
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
     CROSS JOIN LATERAL (SELECT ST_Multi(ST_CollectionExtract(ST_Intersection(p.geom, (SELECT geom FROM shape), ${GRID}), 3)) AS clipped) AS c
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

/** Whether the database holds anything that did not come from the demonstration, or a demonstration that is complete. */
export async function hasRealData(db: Queryable): Promise<boolean> {
  const [{ real }] = await db.query(
    `SELECT EXISTS (SELECT 1 FROM run) OR EXISTS (SELECT 1 FROM site WHERE NOT simulated)
       OR EXISTS (SELECT 1 FROM probe WHERE site_code IS NULL OR site_code NOT LIKE 'SIM-%') AS real`,
  )
  return real as boolean
}
