/** Conditions for being inside an area, by codes. HCP codes nest: a commune's begins with its province's. */
import { type Sql, param, raw, sql } from '../database/sql.js'

/** Whether the row's own `commune_code`, `province_code` or `region_code` is the area's code. */
export const isInArea = (row: string, code: Sql | string): Sql =>
  sql`${code} IN (${raw(row)}.commune_code, ${raw(row)}.province_code, ${raw(row)}.region_code)`

/**
 * Whether a cell (an expression such as `v.cell`) was placed in the area; a null code accepts any cell, placed or not.
 */
export const isInOptionalArea = (cell: string, code: string | null): Sql =>
  code === null
    ? sql`true`
    : sql`EXISTS (SELECT 1 FROM cell_place AS p WHERE p.cell = ${raw(cell)} AND ${isInArea('p', code)})`

/** Whether a column with the code of a smallest area names the area or one inside it. */
export function isCodeWithin(column: string, code: string): Sql {
  const [name, area] = [raw(column), param(code, 'text')]
  return sql`(${name} = ${area} OR starts_with(${name}, ${area} || '.'))`
}

/** Whether a code begins with another, as the codes of all areas inside an area do. */
export function isCodePrefix(column: string, code: string): Sql {
  const prefix = param(code, 'text')
  return sql`left(${raw(column)}, length(${prefix})) = ${prefix}`
}

/**
 * Whether a row `c` of `cell_place` lies in the area. The expression for the smallest area that contains a cell has an
 * index in exactly this form, so that the other cells of the country are not read.
 */
export const isPlacedWithin = (code: string): Sql =>
  sql`coalesce(c.commune_code, c.province_code, c.region_code, '') IN
     (SELECT code FROM current_area WHERE ${isCodeWithin('code', code)})`

/** Codes of the region, the province and the commune of a smallest area, from its code; null below its own level. */
export const areaCodesOf = (code: string): Sql =>
  raw(
    `left(${code}, 2), CASE WHEN length(${code}) >= 6 THEN left(${code}, 6) END, CASE WHEN length(${code}) > 6 THEN ${code} END`,
  )

/**
 * Code of the smallest area of the newest editions that contains a point (`point`, an item of FROM); null outside all
 * areas.
 */
export const SMALLEST_AREA_AT_POINT = raw(`(SELECT a.code FROM current_area AS a
  WHERE a.geom && point AND ST_Covers(a.geom, point) ORDER BY length(a.code) DESC, a.code LIMIT 1)`)
