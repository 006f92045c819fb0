/** Reading areas: search, one area with its counts, the shapes of a tile. */
import { type AreaLevel, type AreaRecord, parentCodeOf } from '#domain/place'
import { type Bounds } from '#domain/probe'
import type { ClassCounts, PartialCounts } from '#domain/verdict'
import type { Queryable } from '../database/database.js'
import { queryRow, queryRows } from '../database/query.js'
import { boundingBox, boxPolygon, clippedOutline, fromBox } from '../database/shapes.js'
import { type Sql, allOf, raw, sql } from '../database/sql.js'
import { COUNT_COLUMNS } from '../verdicts/verdicts.js'

export interface AreaRow extends Omit<AreaRecord, 'geometry'> {
  /** west, south, east, north. */
  bbox: [number, number, number, number]
  simulated: boolean
  source: string
}

const AREA_COLUMNS = sql`code, vintage, level, type, parent_code AS "parentCode", name_fr AS "nameFr", name_ar AS "nameAr",
  population, ${boundingBox('geom')} AS bbox, vintage = 0 AS simulated, source`

export const AREA_ORDERS = ['code', 'population', '-population'] as const
/** Regions before provinces before communes; or by population, where areas whose population is not known come last. */
export type AreaOrder = (typeof AREA_ORDERS)[number]

/** The value by which areas are ordered before their code, ascending; `areaKey` computes the same from a row. */
const SORT_VALUES: Record<AreaOrder, Sql> = {
  code: raw('length(code)::float8'),
  population: raw(`coalesce(population::float8, 'infinity')`),
  '-population': raw(`coalesce(-population::float8, 'infinity')`),
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

export interface AreaPageQuery {
  /** Folded text; every word must occur. */
  words: readonly string[]
  level: AreaLevel | null
  box: Bounds | null
  order: AreaOrder
  /** Key of the last area of the page before. */
  after: AreaKey | null
  limit: number
}

/** Areas whose name holds all the words. */
export async function searchAreas(db: Queryable, page: AreaPageQuery): Promise<AreaRow[]> {
  const { after, box, level } = page
  const value = SORT_VALUES[page.order]
  const patterns = page.words.map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`)
  const conditions = [
    sql`search_name LIKE ALL (${patterns}::text[])`,
    level && sql`level = ${level}`,
    after && sql`(${value}, code) > (${after.value}::float8, ${after.code})`,
    box && sql`geom && ${boxPolygon(box)}`,
  ]
  return queryRows(
    db,
    sql`SELECT ${AREA_COLUMNS} FROM current_area WHERE ${allOf(conditions)}
     ORDER BY ${value}, code LIMIT ${page.limit}`,
  )
}

export async function findArea(db: Queryable, code: string): Promise<AreaRow | undefined> {
  return queryRow(db, sql`SELECT ${AREA_COLUMNS} FROM current_area WHERE code = ${code}`)
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

/** The cells of an area in a run: by class, and the parts of those that are undecided. */
export interface CountedArea {
  counts: AreaCounts
  partial: PartialCounts
}

/**
 * The number of cells of area `a` that are missing from the run's counts `c`; a run may have counted cells that the
 * newest edition does not hold.
 */
export const NOT_MEASURED = raw('greatest(0, a.cell_count - c.white - c.grey - c.black - c.unknown)')

/** Returns null if the run was made before the area was known. */
export async function countsOfArea(db: Queryable, run: number, code: string): Promise<CountedArea | null> {
  const row = await queryRow<AreaCounts & PartialCounts>(
    db,
    sql`SELECT ${COUNT_COLUMNS}, ${NOT_MEASURED} AS "notMeasured"
     FROM area_count AS c JOIN area AS a USING (code, vintage) WHERE run_id = ${run} AND code = ${code}`,
  )
  if (!row) return null
  const { served, noneTried, ...counts } = row
  return { counts, partial: { served, noneTried } }
}

export interface AreaShape extends AreaCounts, PartialCounts {
  code: string
  level: AreaLevel
  nameFr: string
  nameAr: string
  simulated: boolean
  /** GeoJSON text of the part inside the box, simplified to the tolerance. */
  geojson: string
}

/** Areas of a level in a box, as the run counted them. `tolerance` in degrees. */
export async function areaShapes(
  db: Queryable,
  { run, level, box, tolerance }: { run: number; level: AreaLevel; box: Bounds; tolerance: number },
): Promise<AreaShape[]> {
  return queryRows(
    db,
    sql`SELECT a.code, a.level, a.name_fr AS "nameFr", a.name_ar AS "nameAr", a.vintage = 0 AS simulated,
       ${COUNT_COLUMNS}, ${NOT_MEASURED} AS "notMeasured", ${clippedOutline('a.geom', tolerance)} AS geojson
     FROM area AS a JOIN area_count AS c USING (code, vintage), ${fromBox(box)}
     WHERE c.run_id = ${run} AND a.level = ${level} AND a.geom && box ORDER BY a.code`,
  )
}
