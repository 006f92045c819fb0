/**
 * The platforms that the lines of each site carry, as rows that are counted and exported. A row is computed again when a device of its
 * site measured, when the catalogue changed, and once a day, because the window moves and probes arrive late.
 */
import {
  CARRY_STATES,
  type CarryState,
  type LineFigures,
  type PlatformCatalogue,
  carriesOfLine,
  siteStateOf,
} from '#domain/platform'
import { DAY_MS } from '#domain/units'
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { queryRow, queryRows } from '../database/query.js'
import { type Sql, raw, sql } from '../database/sql.js'
import { type SiteSelection, isSelectedSite } from '../sites/selection.js'
import { type CatalogueVersion, currentCatalogue } from './catalogue.js'
import { type SiteCell, figureWindow, lineFigures } from './line-figures.js'

/** Sites that are computed by one statement: their probes are sorted in memory. */
const SITES_AT_ONCE = 200
/** Age at which a row is computed again, although no device measured. */
const MAX_AGE_MS = DAY_MS

interface StaleSite extends SiteCell {
  devicesMeasuredAt: Date | null
}

/** Computes what is out of date, and returns the number of sites. It ends early when the signal is given. */
export async function refreshSitePlatforms(
  source: DataSource,
  now: Date,
  signal?: AbortSignal,
): Promise<number> {
  const db = source.manager
  const catalogue = await currentCatalogue(db)
  const stale = await staleSites(db, catalogue.version, now)
  let computed = 0
  while (computed < stale.length && !signal?.aborted) {
    const sites = stale.slice(computed, computed + SITES_AT_ONCE)
    const figures = await lineFigures(db, sites, catalogue.evidence, figureWindow(catalogue.evidence, now))
    await writeSitePlatforms(db, catalogue, now, sites, figures)
    computed += sites.length
  }
  return computed
}

async function staleSites(db: Queryable, version: number, now: Date): Promise<StaleSite[]> {
  return queryRows(
    db,
    sql`SELECT s.code, s.cell::text AS cell, d.at AS "devicesMeasuredAt"
     FROM site AS s
     LEFT JOIN (SELECT site_code, max(last_measured_at) AS at FROM device GROUP BY site_code) AS d ON d.site_code = s.code
     LEFT JOIN site_platforms AS p ON p.site_code = s.code
     WHERE p.site_code IS NULL OR p.catalogue_version <> ${version} OR p.devices_measured_at IS DISTINCT FROM d.at
       OR p.computed_at <= ${new Date(now.getTime() - MAX_AGE_MS)} ORDER BY s.code`,
  )
}

async function writeSitePlatforms(
  db: Queryable,
  catalogue: CatalogueVersion,
  now: Date,
  sites: readonly StaleSite[],
  figures: ReadonlyMap<string, LineFigures[]>,
): Promise<void> {
  const rows = sites.map(({ code, devicesMeasuredAt }) => {
    const lines = figures.get(code) ?? []
    return { code, devicesMeasuredAt, lines, ...platformsByState(lines, catalogue) }
  })
  await queryRows(
    db,
    sql`INSERT INTO site_platforms (site_code, catalogue_version, lines, carries, off_peak, fails, computed_at, devices_measured_at)
     SELECT code, ${catalogue.version}, lines, ${textsOf('carries')}, ${textsOf('off_peak')}, ${textsOf('fails')},
       ${now}, "devicesMeasuredAt"
     FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(code text, lines jsonb, carries json, off_peak json, fails json,
       "devicesMeasuredAt" timestamptz)
     ON CONFLICT (site_code) DO UPDATE SET catalogue_version = excluded.catalogue_version, lines = excluded.lines,
       carries = excluded.carries, off_peak = excluded.off_peak, fails = excluded.fails,
       computed_at = excluded.computed_at, devices_measured_at = excluded.devices_measured_at`,
  )
}

const textsOf = (column: string): Sql => sql`ARRAY(SELECT json_array_elements_text(r.${raw(column)}))`

/** Ids of the platforms by the state of the site, which is that of its best line. */
function platformsByState(
  lines: readonly LineFigures[],
  catalogue: PlatformCatalogue,
): Record<CarryState, string[]> {
  const answers = lines.map((line) => carriesOfLine(line, catalogue))
  const states = catalogue.platforms.map(({ id }, i) => [
    id,
    siteStateOf(answers.map((line) => line[i]!.state)),
  ])
  return Object.fromEntries(
    CARRY_STATES.map((state) => [state, states.filter(([, its]) => its === state).map(([id]) => id)]),
  ) as Record<CarryState, string[]>
}

/** Number of sites by the state of one platform; they add up to all sites. */
export interface PlatformCount {
  /** Id of the platform. */
  platform: string
  carries: number
  offPeak: number
  fails: number
  unknown: number
}

export interface PlatformCounts {
  sites: number
  /** Number of the sites at which anything was measured in the window. */
  measured: number
  /** When the oldest of the counted rows was computed; null where none was. */
  computedAt: Date | null
  items: PlatformCount[]
}

/** The sites of a selection, counted by platform. A site that was never computed is unknown. */
export async function countSitePlatforms(
  db: Queryable,
  selection: SiteSelection,
  platforms: readonly { id: string }[],
): Promise<PlatformCounts> {
  const totals = await queryRow<Omit<PlatformCounts, 'items'>>(
    db,
    sql`SELECT count(*)::integer AS sites, (count(*) FILTER (WHERE p.lines <> '[]'))::integer AS measured,
       min(p.computed_at) AS "computedAt"
     FROM site AS s LEFT JOIN site_platforms AS p ON p.site_code = s.code WHERE ${isSelectedSite(selection)}`,
  )
  const rows = await queryRows<Omit<PlatformCount, 'unknown'>>(
    db,
    sql`SELECT v.platform, (count(*) FILTER (WHERE v.state = 'carries'))::integer AS carries,
       (count(*) FILTER (WHERE v.state = 'off_peak'))::integer AS "offPeak",
       (count(*) FILTER (WHERE v.state = 'fails'))::integer AS fails
     FROM site AS s JOIN site_platforms AS p ON p.site_code = s.code
     CROSS JOIN LATERAL (
       SELECT unnest(p.carries), 'carries' UNION ALL SELECT unnest(p.off_peak), 'off_peak'
       UNION ALL SELECT unnest(p.fails), 'fails') AS v(platform, state)
     WHERE ${isSelectedSite(selection)} GROUP BY v.platform`,
  )
  const counts = new Map(rows.map((row) => [row.platform, row]))
  const items = platforms.map(({ id }) => {
    const { carries, offPeak, fails } = counts.get(id) ?? { carries: 0, offPeak: 0, fails: 0 }
    return { platform: id, carries, offPeak, fails, unknown: totals!.sites - carries - offPeak - fails }
  })
  return { ...totals!, items }
}

/** A site with the figures of its lines, as they were computed last. */
export interface SiteLines {
  code: string
  name: string
  nameAr: string | null
  type: string
  communeCode: string
  simulated: boolean
  lines: LineFigures[]
  computedAt: Date | null
}

/** The sites of a selection with their lines, by code. */
export async function listSiteLines(
  db: Queryable,
  selection: SiteSelection,
  limit: number,
): Promise<SiteLines[]> {
  return queryRows(
    db,
    sql`SELECT s.code, s.name, s.name_ar AS "nameAr", s.type, s.commune_code AS "communeCode", s.simulated,
       coalesce(p.lines, '[]') AS lines, p.computed_at AS "computedAt"
     FROM site AS s LEFT JOIN site_platforms AS p ON p.site_code = s.code
     WHERE ${isSelectedSite(selection)} ORDER BY s.code LIMIT ${limit}`,
  )
}
