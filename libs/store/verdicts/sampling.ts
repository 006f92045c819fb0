/** Undecided places with people or sites. Cost follows the places, never the probes. */
import type { JudgedNetwork } from '#domain/verdict'
import type { Queryable } from '../database/database.js'
import type { RunRow } from '../runs/runs.js'
import { VALID_IN_RUN, evidenceOfCells } from './verdicts.js'

export interface UndecidedPlace {
  h3: string
  cell: string
  /** Where its largest locality, else its first site, lies. */
  lat: number
  lng: number
  communeCode: string | null
  population: number
  localities: { name: string; nameAr: string | null; population: number | null }[]
  sites: { code: string; name: string; nameAr: string | null; type: string; simulated: boolean }[]
  /** Empty where nobody measured. */
  networks: JudgedNetwork[]
}

/**
 * Most people first, then by cell; `after` is the last row of the page before. `area` is an HCP code: a place belongs to
 * the commune of its cell, or the one that its locality or site names.
 */
export async function undecidedPlaces(
  db: Queryable,
  run: Pick<RunRow, 'id' | 'series'>,
  page: { area: string | null; after: { population: number; cell: string } | null; limit: number },
): Promise<UndecidedPlace[]> {
  const rows: Omit<UndecidedPlace, 'networks'>[] = await db.query(
    `WITH place AS (
       SELECT cell, lat, lng, commune_code, population, name_fr AS name, name_ar, NULL AS code, NULL AS type, false AS simulated FROM locality
       UNION ALL SELECT cell, lat, lng, commune_code, NULL, name, name_ar, code, type, simulated FROM site
     ), open AS (
       SELECT p.*, coalesce(c.commune_code, p.commune_code, c.province_code, c.region_code) AS area
       FROM place AS p LEFT JOIN cell_place AS c USING (cell)
       WHERE NOT EXISTS (SELECT 1 FROM verdict AS v WHERE ${VALID_IN_RUN} AND v.cell = p.cell AND v.class <> 'unknown')
     ), grouped AS (
       SELECT cell, coalesce(sum(population), 0)::integer AS population,
         (array_agg(ARRAY[lat, lng] ORDER BY population DESC NULLS LAST, code NULLS LAST))[1:1] AS at, min(area) AS area,
         coalesce(json_agg(json_build_object('name', name, 'nameAr', name_ar, 'population', population) ORDER BY population DESC NULLS LAST, name)
           FILTER (WHERE code IS NULL), '[]') AS localities,
         coalesce(json_agg(json_build_object('code', code, 'name', name, 'nameAr', name_ar, 'type', type, 'simulated', simulated) ORDER BY code)
           FILTER (WHERE code IS NOT NULL), '[]') AS sites
       FROM open WHERE $3::text IS NULL OR area = $3 OR starts_with(area, $3 || '.') GROUP BY cell
     )
     SELECT to_hex(cell) AS h3, cell::text, at[1][1] AS lat, at[1][2] AS lng, area AS "communeCode", population, localities, sites
     FROM grouped WHERE $4::integer IS NULL OR (-population, cell) > (-$4::integer, $5::bigint)
     ORDER BY -population, grouped.cell LIMIT $6`,
    [run.series, run.id, page.area, page.after?.population ?? null, page.after?.cell ?? '0', page.limit],
  )
  const evidence = await evidenceOfCells(
    db,
    run,
    rows.map((row) => row.cell),
  )
  return rows.map((row) => ({ ...row, networks: evidence.get(row.cell) ?? [] }))
}
