/** The state of a locality or a site in a run. */
import type { Class } from '#domain/verdict'
import { cellToSql } from '#geo'
import type { Queryable } from '../database/database.js'
import { localDay } from '../database/local-time.js'
import { queryRow } from '../database/query.js'
import { raw, sql } from '../database/sql.js'
import { isInWindow } from '../probes/counted.js'
import { isOfSite } from '../probes/public.js'
import { type RunKey, type RunWindow, validInRun } from '../runs/run.js'
import type { SiteRow } from '../sites/sites.js'
import { verdictOfCell } from '../verdicts/verdicts.js'

export interface LocalityState {
  id: string
  nameFr: string
  nameAr: string | null
  /** Kind in the words of its list, such as douar. */
  kind: string
  /** Number of inhabitants; null if unknown. */
  population: number | null
  /** HCP code; null if unknown. */
  communeCode: string | null
  lat: number
  lng: number
  /** H3 index of its working cell. */
  h3: string
  /** Class of its cell in the run; null if nothing was measured there. */
  class: Class | null
}

export async function localityState(
  db: Queryable,
  run: RunKey,
  id: string,
): Promise<LocalityState | undefined> {
  return queryRow(
    db,
    sql`SELECT l.id, l.name_fr AS "nameFr", l.name_ar AS "nameAr", l.kind, l.population, l.commune_code AS "communeCode",
       l.lat, l.lng, to_hex(l.cell) AS h3, v.class
     FROM locality AS l LEFT JOIN ${verdictOfCell(run, 'l.cell')} WHERE l.id = ${id}`,
  )
}

export interface SiteState {
  /** Class of its cell in the run; null if nothing was measured there. */
  class: Class | null
  /** Number of the site's own probes in the run's window that were received before its known-before time. */
  probes: number
  /** Local day (YYYY-MM-DD) of the newest of them; null if there is none. The hour would reveal more than is public. */
  lastMeasuredOn: string | null
}

/** Reads the probes of one cell. */
export async function siteState(
  db: Queryable,
  run: RunKey & RunWindow,
  { code, h3 }: Pick<SiteRow, 'code' | 'h3'>,
): Promise<SiteState> {
  const cell = cellToSql(h3)
  const state = await queryRow<SiteState>(
    db,
    sql`SELECT (SELECT class FROM verdict AS v WHERE ${validInRun('v', run)} AND v.cell = ${cell}::bigint) AS class,
       count(*)::integer AS probes, max(${localDay(raw('p.measured_at'))})::text AS "lastMeasuredOn"
     FROM probe AS p WHERE p.cell = ${cell}::bigint AND ${isOfSite('p', code)} AND ${isInWindow('p', run)}`,
  )
  return state!
}
