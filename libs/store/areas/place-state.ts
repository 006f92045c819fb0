/** How a locality and a site stand in a run. */
import type { Class } from '#domain/verdict'
import type { Queryable } from '../database/database.js'
import type { RunRow } from '../runs/runs.js'
import type { SiteRow } from '../sites/sites.js'
import { VALID_IN_RUN } from '../verdicts/verdicts.js'

type RunKey = Pick<RunRow, 'id' | 'series'>

export interface LocalityState {
  id: string
  nameFr: string
  nameAr: string | null
  /** As its list has it, like douar. */
  kind: string
  /** Inhabitants; null: not known. */
  population: number | null
  /** HCP code; null: not known. */
  communeCode: string | null
  lat: number
  lng: number
  /** Its res-8 cell. */
  h3: string
  /** Of its cell in the run; null: nobody measured there. */
  class: Class | null
}

export async function localityState(
  db: Queryable,
  run: RunKey,
  id: string,
): Promise<LocalityState | undefined> {
  const rows: LocalityState[] = await db.query(
    `SELECT l.id, l.name_fr AS "nameFr", l.name_ar AS "nameAr", l.kind, l.population, l.commune_code AS "communeCode",
       l.lat, l.lng, to_hex(l.cell) AS h3, v.class
     FROM locality AS l LEFT JOIN verdict AS v ON v.cell = l.cell AND ${VALID_IN_RUN} WHERE l.id = $3`,
    [run.series, run.id, id],
  )
  return rows[0]
}

export interface SiteState {
  /** Of its cell in the run; null: nobody measured there. */
  class: Class | null
  /** The site's own probes in the run's window that the run knew. */
  probes: number
  /** Day (YYYY-MM-DD, Morocco) of the newest of them; null: none. The hour is not told. */
  lastMeasuredOn: string | null
}

/** Reads the probes of one cell. */
export async function siteState(
  db: Queryable,
  run: RunKey & Pick<RunRow, 'from' | 'to' | 'knownBefore'>,
  { code, h3 }: Pick<SiteRow, 'code' | 'h3'>,
): Promise<SiteState> {
  const rows: SiteState[] = await db.query(
    `SELECT (SELECT class FROM verdict AS v WHERE ${VALID_IN_RUN} AND v.cell = c.cell) AS class, probes, "lastMeasuredOn"
     FROM (SELECT ('x' || lpad($3, 16, '0'))::bit(64)::bigint AS cell) AS c, LATERAL (
       SELECT count(*)::integer AS probes, max(measured_at AT TIME ZONE 'Africa/Casablanca')::date::text AS "lastMeasuredOn"
       FROM probe WHERE probe.cell = c.cell AND site_code = $4 AND measured_at >= $5 AND measured_at < $6
         AND received_at < $7) AS p`,
    [run.series, run.id, h3, code, run.from, run.to, run.knownBefore],
  )
  return rows[0]!
}
