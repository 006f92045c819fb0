/** Assigns cells to places: the region, province and commune that contain the cell's centre. */
import { cellToSql, centreOf } from '#geo'
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { type Sql, sql } from '../database/sql.js'
import { areaCodesOf } from './in-area.js'

/** Number of cells in one statement. */
const CHUNK = 5_000

/** Places the cells that are new in a run (in its table `changed`), and those of new localities and sites. */
export const placeNewCells = (tx: Queryable): Promise<void> =>
  placeCellsOf(tx, sql`SELECT cell FROM changed UNION SELECT cell FROM locality UNION SELECT cell FROM site`)

/** Places those of the cells selected by a query (column `cell`) that have no place yet. */
export async function placeCellsOf(tx: Queryable, cells: Sql): Promise<void> {
  const rows = await queryRows<{ h3: string }>(
    tx,
    sql`SELECT to_hex(n.cell) AS h3 FROM (${cells}) AS n LEFT JOIN cell_place AS c USING (cell)
     WHERE c.cell IS NULL ORDER BY n.cell`,
  )
  for (let i = 0; i < rows.length; i += CHUNK) await placeCells(tx, rows.slice(i, i + CHUNK))
}

/** Places all cells again, after new boundaries. */
export async function placeAllCells(db: Queryable): Promise<void> {
  for (let after = '0'; ;) {
    const rows = await queryRows<{ cell: string; h3: string }>(
      db,
      sql`SELECT cell, to_hex(cell) AS h3 FROM cell_place WHERE cell > ${after}::bigint ORDER BY cell LIMIT ${CHUNK}`,
    )
    if (rows.length === 0) return
    await placeCells(db, rows)
    after = rows.at(-1)!.cell
  }
}

/**
 * Finds the smallest area that contains each centre. Candidates are sorted by area, so that PostGIS prepares each
 * polygon once and not 5,000 times. HCP codes nest: a commune's first six characters are its province's code, the first
 * two its region's.
 */
async function placeCells(db: Queryable, cells: readonly { h3: string }[]): Promise<void> {
  const centres = cells.map(({ h3 }) => {
    const [lng, lat] = centreOf(h3)
    return { cell: cellToSql(h3), lng, lat }
  })
  await queryRows(
    db,
    sql`WITH edition AS MATERIALIZED (
       SELECT level, max(vintage) AS vintage FROM area GROUP BY level
     ), centre AS MATERIALIZED (
       SELECT cell, ST_SetSRID(ST_MakePoint(lng, lat), 4326) AS point
       FROM json_to_recordset(${JSON.stringify(centres)}::json) AS r(cell bigint, lng float8, lat float8)
     ), candidate AS MATERIALIZED (
       SELECT c.cell, c.point, a.code, a.vintage FROM centre AS c JOIN area AS a ON a.geom && c.point
       JOIN edition USING (level, vintage) ORDER BY a.code
     ), holding AS (
       SELECT k.cell, (array_agg(k.code ORDER BY length(k.code) DESC, k.code))[1] AS code
       FROM candidate AS k JOIN area AS a USING (code, vintage) WHERE ST_Covers(a.geom, k.point) GROUP BY k.cell
     )
     INSERT INTO cell_place (cell, region_code, province_code, commune_code)
     SELECT cell, ${AREA_CODES} FROM centre LEFT JOIN holding USING (cell)
     ON CONFLICT (cell) DO UPDATE SET region_code = excluded.region_code, province_code = excluded.province_code,
       commune_code = excluded.commune_code, moved_at = CASE
         WHEN (cell_place.region_code, cell_place.province_code, cell_place.commune_code)
           IS DISTINCT FROM (excluded.region_code, excluded.province_code, excluded.commune_code)
         THEN clock_timestamp() ELSE cell_place.moved_at END`,
  )
}

const AREA_CODES = areaCodesOf('code')
