/** The one condition of scopes: what lies within the areas that an account is bound to. */
import type { Scope } from '#domain/account'
import type { GeoPoint } from '#domain/probe'
import { centreOf } from '#geo'
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { type Sql, param, raw, sql } from '../database/sql.js'
import { SMALLEST_AREA_AT_POINT } from './in-area.js'

/** Whether the code of a smallest area (null outside all areas) lies within the areas; the twin of `isInScope`. */
export const isCodeInScope = (code: Sql, areas: readonly string[]): Sql =>
  sql`EXISTS (SELECT 1 FROM unnest(${param(areas, 'text[]')}) AS s(code)
    WHERE ${code} = s.code OR starts_with(${code}, s.code || '.'))`

/**
 * Whether a cell was placed within the areas. A cell gets its place with the first run that knows it. OFFSET 0 keeps it one look at an
 * index: PostgreSQL might else hash all cells of the country.
 */
export const isCellInScope = (cell: Sql, areas: readonly string[]): Sql =>
  sql`EXISTS (SELECT 1 FROM cell_place AS c WHERE c.cell = ${cell}
    AND ${isCodeInScope(sql`coalesce(c.commune_code, c.province_code, c.region_code)`, areas)} OFFSET 0)`

/** The indexes of the positions that lie outside a scope. Nothing lies outside of that of the whole country. */
export async function indexesOutside(
  db: Queryable,
  scope: Scope,
  points: readonly GeoPoint[],
): Promise<Set<number>> {
  if (scope === null || points.length === 0) return new Set()
  const rows = points.map(({ lat, lng }, n) => ({ n, lat, lng }))
  const outside = await queryRows<{ n: number }>(
    db,
    sql`SELECT placed.n FROM (
       SELECT p.n, ${SMALLEST_AREA_AT_POINT} AS code FROM (
         SELECT r.n, ST_SetSRID(ST_MakePoint(lng, lat), 4326) AS point
         FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(n integer, lng float8, lat float8) OFFSET 0) AS p
       OFFSET 0) AS placed
     WHERE NOT ${isCodeInScope(raw('placed.code'), scope)}`,
  )
  return new Set(outside.map(({ n }) => n))
}

/** Whether the centre of a cell (H3) lies within a scope. */
export const isCellWithin = async (db: Queryable, scope: Scope, cell: string): Promise<boolean> =>
  (await cellsOutside(db, scope, [cell])).size === 0

/** The cells (H3) whose centres lie outside a scope. */
export async function cellsOutside(
  db: Queryable,
  scope: Scope,
  cells: readonly string[],
): Promise<Set<string>> {
  const outside = await indexesOutside(
    db,
    scope,
    cells.map((cell) => {
      const [lng, lat] = centreOf(cell)
      return { lat, lng }
    }),
  )
  return new Set(cells.filter((_, i) => outside.has(i)))
}
