/** The areas that each measured cell lies in. */
import { cellToSql, centreOf } from '#geo'
import type { Queryable } from '../database/database.js'

/** Held alone by who changes areas and places of cells, shared by a run that counts by them. */
export const PLACES_LOCK = 'places'

/** How many cells go into one statement. */
const CHUNK = 5_000

/** Places the cells that a run saw for the first time (of its table `changed`), and those of new localities and sites. */
export const placeNewCells = (tx: Queryable): Promise<void> =>
  placeCellsOf(tx, 'SELECT cell FROM changed UNION SELECT cell FROM locality UNION SELECT cell FROM site')

/** Places those of the cells that a query gives which have no place yet. */
export async function placeCellsOf(
  tx: Queryable,
  query: string,
  parameters: readonly unknown[] = [],
): Promise<void> {
  const rows: { h3: string }[] = await tx.query(
    `SELECT to_hex(n.cell) AS h3 FROM (${query}) AS n LEFT JOIN cell_place AS c USING (cell)
     WHERE c.cell IS NULL ORDER BY n.cell`,
    [...parameters],
  )
  for (let i = 0; i < rows.length; i += CHUNK) await placeCells(tx, rows.slice(i, i + CHUNK))
}

/** After new boundaries. */
export async function placeAllCells(db: Queryable): Promise<void> {
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
       commune_code = excluded.commune_code, moved_at = CASE
         WHEN (cell_place.region_code, cell_place.province_code, cell_place.commune_code)
           IS DISTINCT FROM (excluded.region_code, excluded.province_code, excluded.commune_code)
         THEN clock_timestamp() ELSE cell_place.moved_at END`,
    [JSON.stringify(centres)],
  )
}
