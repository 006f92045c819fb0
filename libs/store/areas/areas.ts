/** Reading areas: search, one area with its counts, the shapes of a tile. */
import { type AreaLevel, type AreaRecord, parentCodeOf } from '#domain/place'
import { type Bounds } from '#domain/probe'
import { type ClassCounts } from '#domain/verdict'
import type { Queryable } from '../database/database.js'

export interface AreaRow extends Omit<AreaRecord, 'geometry'> {
  /** west, south, east, north. */
  bbox: [number, number, number, number]
  simulated: boolean
  source: string
}

const AREA_COLUMNS = `code, vintage, level, type, parent_code AS "parentCode", name_fr AS "nameFr", name_ar AS "nameAr",
  population, ARRAY[ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom)] AS bbox, vintage = 0 AS simulated, source`

export const AREA_ORDERS = ['code', 'population', '-population'] as const
/** Regions before provinces before communes; or by people, of whom areas that are not counted come last. */
export type AreaOrder = (typeof AREA_ORDERS)[number]

/** What an area is ordered by before its code, rising; `areaKey` says the same. */
const ORDERED_BY: Record<AreaOrder, string> = {
  code: 'length(code)::float8',
  population: `coalesce(population::float8, 'infinity')`,
  '-population': `coalesce(-population::float8, 'infinity')`,
}

export interface AreaKey {
  value: number
  code: string
}

export function areaKey(
  order: AreaOrder,
  { code, population }: Pick<AreaRow, 'code' | 'population'>,
): AreaKey {
  if (order === 'code') return { value: code.length, code }
  return { value: population === null ? Infinity : order === 'population' ? population : -population, code }
}

export interface AreaSearch {
  /** Folded text; every word must occur. */
  words: readonly string[]
  level: AreaLevel | null
  box: Bounds | null
  order: AreaOrder
  after: AreaKey | null
  limit: number
}

/** Areas whose name holds all the words. */
export async function searchAreas(db: Queryable, search: AreaSearch): Promise<AreaRow[]> {
  const { box, after } = search
  const by = ORDERED_BY[search.order]
  return db.query(
    `SELECT ${AREA_COLUMNS} FROM current_area
     WHERE search_name LIKE ALL ($1::text[]) AND level = coalesce($2, level)
       AND ($3::float8 IS NULL OR (${by}, code) > ($3, $9))
       AND ($4::float8 IS NULL OR geom && ST_MakeEnvelope($4, $5, $6, $7, 4326))
     ORDER BY ${by}, code LIMIT $8`,
    [
      search.words.map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`),
      search.level,
      after?.value ?? null,
      box?.west ?? null,
      box?.south ?? null,
      box?.east ?? null,
      box?.north ?? null,
      search.limit,
      after?.code ?? null,
    ],
  )
}

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
