/** Localities: import from lists, and reading with the class of their cell for the map. */
import { type LocalityRecord, foldName } from '#domain/place'
import { type Bounds } from '#domain/probe'
import { type Class } from '#domain/verdict'
import { cellAt, cellToSql } from '#geo'
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { isPositionInBox } from '../database/shapes.js'
import { type Sql, raw, sql } from '../database/sql.js'
import type { RunKey } from '../runs/run.js'
import { verdictOfCell } from '../verdicts/verdicts.js'
import { isPlacedWithin } from './in-area.js'

export async function upsertLocalities(db: Queryable, localities: readonly LocalityRecord[]): Promise<void> {
  const rows = localities.map((locality) => ({
    ...locality,
    cell: cellToSql(cellAt(locality.lat, locality.lng)),
    searchName: foldName(`${locality.nameFr} ${locality.nameAr ?? ''}`),
  }))
  await queryRows(
    db,
    sql`INSERT INTO locality (id, name_fr, name_ar, search_name, kind, population, commune_code, lat, lng, cell)
     SELECT id, "nameFr", "nameAr", "searchName", kind, population, "communeCode", lat, lng, cell
     FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(id text, "nameFr" text, "nameAr" text, "searchName" text,
       kind text, population integer, "communeCode" text, lat float8, lng float8, cell bigint)
     ON CONFLICT (id) DO UPDATE SET name_fr = excluded.name_fr, name_ar = excluded.name_ar,
       search_name = excluded.search_name, kind = excluded.kind, population = excluded.population,
       commune_code = excluded.commune_code, lat = excluded.lat, lng = excluded.lng, cell = excluded.cell`,
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
  /** Class of the locality's cell; unknown if it was not measured. */
  class: Class
}

const MOST_POPULOUS_FIRST = raw('l.population DESC NULLS LAST, l.id')

/** The most populous of some localities, with the class of their cell; `localities` are rows of `locality` named `l`. */
const withClasses = (run: RunKey, localities: Sql, limit: number): Sql => sql`
  SELECT l.id, l.name_fr AS "nameFr", l.name_ar AS "nameAr", l.kind, l.population, l.lat, l.lng,
    coalesce(v.class, 'unknown') AS class
  FROM (SELECT l.* FROM ${localities} ORDER BY ${MOST_POPULOUS_FIRST} LIMIT ${limit}) AS l
  LEFT JOIN ${verdictOfCell(run, 'l.cell')} ORDER BY ${MOST_POPULOUS_FIRST}`

/** Localities of a box with the class of their cell, the most populous first. */
export async function localitiesInBox(
  db: Queryable,
  run: RunKey,
  { box, limit }: { box: Bounds; limit: number },
): Promise<ClassifiedLocality[]> {
  return queryRows(db, withClasses(run, sql`locality AS l WHERE ${isPositionInBox('l', box)}`, limit))
}

/** The area's most populous localities with the class of their cell. */
export async function localitiesOfArea(
  db: Queryable,
  run: RunKey,
  code: string,
  limit: number,
): Promise<ClassifiedLocality[]> {
  const localities = sql`cell_place AS c JOIN locality AS l USING (cell) WHERE ${isPlacedWithin(code)}`
  return queryRows(db, withClasses(run, localities, limit))
}
