/** Localities go in. */
import { type LocalityRecord, foldName } from '#domain'
import { cellAt, cellToSql } from '#geo'
import type { Queryable } from './database.js'

export async function upsertLocalities(db: Queryable, localities: readonly LocalityRecord[]): Promise<void> {
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
