/** Localities go in, and come out for the map. */
import { type LocalityRecord, foldName } from '#domain/place'
import { type Bounds } from '#domain/probe'
import { type Class } from '#domain/verdict'
import { cellAt, cellToSql } from '#geo'
import type { Queryable } from '../database/database.js'
import type { RunRow } from '../runs/runs.js'
import { VALID_IN_RUN } from '../verdicts/verdicts.js'

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

export interface ClassifiedLocality {
  id: string
  nameFr: string
  nameAr: string | null
  kind: string
  population: number | null
  lat: number
  lng: number
  /** Of its own cell; what was never measured is unknown. */
  class: Class
}

/** Localities of a box with the class of their cell, the most populous first. */
export async function localitiesInBox(
  db: Queryable,
  run: Pick<RunRow, 'id' | 'series'>,
  { box, limit }: { box: Bounds; limit: number },
): Promise<ClassifiedLocality[]> {
  return db.query(
    `SELECT l.id, l.name_fr AS "nameFr", l.name_ar AS "nameAr", l.kind, l.population, l.lat, l.lng,
       coalesce(v.class, 'unknown') AS class
     FROM (SELECT * FROM locality WHERE lat BETWEEN $3 AND $4 AND lng BETWEEN $5 AND $6
       ORDER BY population DESC NULLS LAST, id LIMIT $7) AS l
     LEFT JOIN LATERAL (SELECT class FROM verdict AS v WHERE ${VALID_IN_RUN} AND v.cell = l.cell OFFSET 0) AS v ON true
     ORDER BY l.population DESC NULLS LAST, l.id`,
    [run.series, run.id, box.south, box.north, box.west, box.east, limit],
  )
}
