/** Reading areas: search, one area with its counts, the shapes of a tile. */
import { type AreaLevel, type AreaRecord, type Bounds, type ClassCounts, parentCodeOf } from '#domain'
import type { Queryable } from './database.js'

export interface AreaRow extends Omit<AreaRecord, 'geometry'> {
  /** west, south, east, north. */
  bbox: [number, number, number, number]
  simulated: boolean
  source: string
}

const AREA_COLUMNS = `code, vintage, level, type, parent_code AS "parentCode", name_fr AS "nameFr", name_ar AS "nameAr",
  population, ARRAY[ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom)] AS bbox, vintage = 0 AS simulated, source`

export interface AreaSearch {
  /** Folded text; every word must occur. */
  words: readonly string[]
  level: AreaLevel | null
  box: Bounds | null
  after: string
  limit: number
}

/** Areas whose name holds all the words, in the order of their codes; regions come before provinces and communes. */
export async function searchAreas(db: Queryable, search: AreaSearch): Promise<AreaRow[]> {
  const { box } = search
  return db.query(
    `SELECT ${AREA_COLUMNS} FROM current_area
     WHERE search_name LIKE ALL ($1::text[]) AND level = coalesce($2, level)
       AND lpad(length(code)::text, 2, '0') || code > $3
       AND ($4::float8 IS NULL OR geom && ST_MakeEnvelope($4, $5, $6, $7, 4326))
     ORDER BY length(code), code LIMIT $8`,
    [
      search.words.map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`),
      search.level,
      search.after,
      box?.west ?? null,
      box?.south ?? null,
      box?.east ?? null,
      box?.north ?? null,
      search.limit,
    ],
  )
}

/** Keyset of an area in searchAreas: the length of its code in two digits, so that it sorts as text, and the code. */
export const areaCursor = (area: Pick<AreaRow, 'code'>): string =>
  `${String(area.code.length).padStart(2, '0')}${area.code}`

export async function findArea(db: Queryable, code: string): Promise<AreaRow | undefined> {
  const rows: AreaRow[] = await db.query(`SELECT ${AREA_COLUMNS} FROM current_area WHERE code = $1`, [code])
  return rows[0]
}

/** The areas that an area lies in, the largest first. */
export async function parentsOfArea(db: Queryable, code: string): Promise<AreaRow[]> {
  const parents: AreaRow[] = []
  for (let next = parentCodeOf(code); next; next = parentCodeOf(next)) {
    const parent = await findArea(db, next)
    if (parent) parents.unshift(parent)
  }
  return parents
}

export interface AreaCounts extends ClassCounts {
  notMeasured: number
}

export async function countsOfArea(db: Queryable, run: number, code: string): Promise<AreaCounts | null> {
  const rows: AreaCounts[] = await db.query(
    `SELECT white, grey, black, unknown, greatest(0, a.cell_count - white - grey - black - unknown) AS "notMeasured"
     FROM area_count AS c JOIN area AS a USING (code, vintage) WHERE run_id = $1 AND code = $2`,
    [run, code],
  )
  return rows[0] ?? null
}

export interface AreaShape extends AreaCounts {
  code: string
  level: AreaLevel
  nameFr: string
  nameAr: string
  simulated: boolean
  /** GeoJSON text of the part inside the box, thinned to the tolerance. */
  geojson: string
}

/** Areas of a level in a box, as the run counted them. `tolerance` in degrees. */
export async function areaShapes(
  db: Queryable,
  query: { run: number; level: AreaLevel; box: Bounds; tolerance: number },
): Promise<AreaShape[]> {
  const { box } = query
  return db.query(
    `SELECT a.code, a.level, a.name_fr AS "nameFr", a.name_ar AS "nameAr", a.vintage = 0 AS simulated,
       white, grey, black, unknown, greatest(0, a.cell_count - white - grey - black - unknown) AS "notMeasured",
       ST_AsGeoJSON(ST_ClipByBox2D(ST_Simplify(a.geom, $7, true), box), 6) AS geojson
     FROM area AS a JOIN area_count AS c USING (code, vintage),
       ST_SetSRID(ST_MakeBox2D(ST_MakePoint($3, $4), ST_MakePoint($5, $6)), 4326) AS box
     WHERE c.run_id = $1 AND a.level = $2 AND a.geom && box ORDER BY a.code`,
    [query.run, query.level, box.west, box.south, box.east, box.north, query.tolerance],
  )
}
