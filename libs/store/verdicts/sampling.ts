/**
 * Undecided places with people or sites, as suggestions for the next measurements. Cost depends on the places, never on
 * the probes.
 */
import type { JudgedNetwork, PartialKnowledge } from '#domain/verdict'
import { isCodeWithin } from '../areas/in-area.js'
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { type Sql, raw, sql } from '../database/sql.js'
import { type RunKey, validInRun } from '../runs/run.js'
import { evidenceOfCells, isUndecided } from './verdicts.js'

export interface UndecidedPlace {
  h3: string
  cell: string
  /** Position of its largest locality, else of its first site. */
  lat: number
  lng: number
  communeCode: string | null
  population: number
  localities: { name: string; nameAr: string | null; population: number | null }[]
  sites: { code: string; name: string; nameAr: string | null; type: string; simulated: boolean }[]
  /** Networks of the cell; empty if nothing was measured. */
  networks: JudgedNetwork[]
}

const PLACES = raw(`SELECT cell, lat, lng, commune_code, population, name_fr AS name, name_ar, NULL AS code,
    NULL AS type, false AS simulated FROM locality
  UNION ALL SELECT cell, lat, lng, commune_code, NULL, name, name_ar, code, type, simulated FROM site`)

const GROUPED_COLUMNS = raw(`cell, coalesce(sum(population), 0)::integer AS population,
  (array_agg(ARRAY[lat, lng] ORDER BY population DESC NULLS LAST, code NULLS LAST))[1:1] AS lat_lng, min(area) AS area,
  coalesce(json_agg(json_build_object('name', name, 'nameAr', name_ar, 'population', population)
    ORDER BY population DESC NULLS LAST, name) FILTER (WHERE code IS NULL), '[]') AS localities,
  coalesce(json_agg(json_build_object('code', code, 'name', name, 'nameAr', name_ar, 'type', type, 'simulated', simulated)
    ORDER BY code) FILTER (WHERE code IS NOT NULL), '[]') AS sites`)

/**
 * Lists places by descending population, then by cell; `after` is the last row of the previous page. `area` is an HCP
 * code: a place belongs to the commune of its cell, or else to the one that its locality or site names.
 */
export async function undecidedPlaces(
  db: Queryable,
  run: RunKey,
  page: { area: string | null; after: { population: number; cell: string } | null; limit: number },
): Promise<UndecidedPlace[]> {
  const { area, after } = page
  const rows = await queryRows<Omit<UndecidedPlace, 'networks'>>(
    db,
    sql`${withPlaces(isUndecided(run, 'p.cell'), area)}
     SELECT ${PLACE_COLUMNS} FROM grouped
     WHERE ${after ? sql`(-population, cell) > (${-after.population}::integer, ${after.cell}::bigint)` : sql`true`}
     ORDER BY -population, grouped.cell LIMIT ${page.limit}`,
  )
  return withNetworks(db, run, rows)
}

/** Places with people or sites in the cells of a condition on `p.cell`, as the CTE `grouped`, one row for each cell. */
const withPlaces = (isChosen: Sql, area: string | null): Sql => sql`
  WITH place AS (
    ${PLACES}
  ), chosen AS (
    SELECT p.*, coalesce(c.commune_code, p.commune_code, c.province_code, c.region_code) AS area
    FROM place AS p LEFT JOIN cell_place AS c USING (cell) WHERE ${isChosen}
  ), grouped AS (
    SELECT ${GROUPED_COLUMNS} FROM chosen
    WHERE ${area === null ? sql`true` : isCodeWithin('area', area)} GROUP BY cell
  )`

const PLACE_COLUMNS = raw(`to_hex(cell) AS h3, cell::text, lat_lng[1][1] AS lat, lat_lng[1][2] AS lng,
  area AS "communeCode", population, localities, sites`)

async function withNetworks<T extends { cell: string }>(
  db: Queryable,
  run: RunKey,
  rows: readonly T[],
): Promise<(T & { networks: JudgedNetwork[] })[]> {
  const cells = rows.map((row) => row.cell)
  const evidence = await evidenceOfCells(db, run, cells)
  return rows.map((row) => ({ ...row, networks: evidence.get(row.cell) ?? [] }))
}

/** A place of which something is known, but not its class. */
export interface PartialPlace extends UndecidedPlace {
  partial: PartialKnowledge
  /** The fewest and the most operators that can serve it. */
  operatorsMin: number
  operatorsMax: number
}

/** The places of an area (an HCP code) of which something is known, but not their class, by descending population. */
export async function partialPlaces(
  db: Queryable,
  run: RunKey,
  { area, limit }: { area: string; limit: number },
): Promise<PartialPlace[]> {
  const isPartial = sql`EXISTS (SELECT 1 FROM verdict AS v
    WHERE ${validInRun('v', run)} AND v.cell = p.cell AND v.partial IS NOT NULL OFFSET 0)`
  const rows = await queryRows<Omit<PartialPlace, 'networks'>>(
    db,
    sql`${withPlaces(isPartial, area)}
     SELECT ${PLACE_COLUMNS}, v.partial, v.lower_bound AS "operatorsMin", v.upper_bound AS "operatorsMax"
     FROM grouped CROSS JOIN LATERAL (SELECT v.partial, v.lower_bound, v.upper_bound FROM verdict AS v
       WHERE ${validInRun('v', run)} AND v.cell = grouped.cell OFFSET 0) AS v
     ORDER BY -population, grouped.cell LIMIT ${limit}`,
  )
  return withNetworks(db, run, rows)
}
