/** Figures of the lines of sites, from their probes: the same as `lineFiguresOf` of the domain, in one statement for many sites. */
import {
  type CatalogueEvidence,
  DELAY_PERCENTILE,
  type LineFigures,
  type PeriodFigures,
  QUANTITIES,
  type Quantity,
  type QuantityFigure,
  SPEED_PERCENTILE,
} from '#domain/platform'
import type { Technology } from '#domain/probe'
import { DAY_MS } from '#domain/units'
import type { Queryable } from '../database/database.js'
import { TIME_ZONE_SQL } from '../database/local-time.js'
import { prepared, queryRows } from '../database/query.js'
import { type Sql, join, param, raw, sql } from '../database/sql.js'
import { isCounted } from '../probes/counted.js'

/** A site with its own cell, decimal. */
export interface SiteCell {
  code: string
  cell: string
}

/** The time whose measurements count. */
export interface FigureWindow {
  from: Date
  to: Date
}

export const figureWindow = (
  { windowDays }: Pick<CatalogueEvidence, 'windowDays'>,
  now: Date,
): FigureWindow => ({
  from: new Date(now.getTime() - windowDays * DAY_MS),
  to: now,
})

/** Column of `probe`, percentile, and whether a probe without service is a measurement of 0. */
const SOURCES: Record<
  Quantity,
  readonly [column: string, percentile: number, isZeroWithoutService: boolean]
> = {
  download: ['download_bps', SPEED_PERCENTILE, true],
  upload: ['upload_bps', SPEED_PERCENTILE, true],
  latency: ['latency_ms', DELAY_PERCENTILE, false],
  loss: ['loss_ratio', DELAY_PERCENTILE, false],
}

const valueColumns = join(
  QUANTITIES.map((quantity) => {
    const [column, , isZeroWithoutService] = SOURCES[quantity]
    const other = isZeroWithoutService ? 'ELSE 0' : ''
    return raw(`CASE WHEN p.outcome = 'ok' THEN p.${column}::float8 ${other} END AS ${quantity}`)
  }),
  ', ',
)

const figureColumns = join(
  QUANTITIES.map((quantity) => {
    const [, percentile] = SOURCES[quantity]
    return raw(`percentile_cont(${percentile}) WITHIN GROUP (ORDER BY q.${quantity}) AS "${quantity}",
      count(q.${quantity})::integer AS "${quantity}Samples",
      (count(DISTINCT q.day) FILTER (WHERE q.${quantity} IS NOT NULL))::integer AS "${quantity}Days"`)
  }),
  ', ',
)

type FigureRow = Record<Quantity, number | null> &
  Record<`${Quantity}Samples` | `${Quantity}Days`, number> & {
    siteCode: string
    operator: string | null
    technology: Technology | null
    isOffice: boolean
  }

/**
 * The figures of the lines of sites, by site; a site without a probe in the window is left out. Each site costs the reading of its own
 * cell's probes in the window, by the key of `probe`.
 */
export async function lineFigures(
  db: Queryable,
  sites: readonly SiteCell[],
  evidence: Pick<CatalogueEvidence, 'officeDays' | 'officeHours'>,
  window: FigureWindow,
): Promise<Map<string, LineFigures[]>> {
  const rows = await queryRows<FigureRow>(db, prepared(figuresStatement(sites, evidence, window)))
  const lines = new Map<string, Map<string, LineFigures>>()
  for (const row of rows) {
    const { siteCode, operator, technology } = row
    const ofSite = lines.get(siteCode) ?? new Map<string, LineFigures>()
    lines.set(siteCode, ofSite)
    const key = JSON.stringify([operator, technology])
    const line = ofSite.get(key) ?? { operator, technology, office: NOTHING, offPeak: NOTHING }
    ofSite.set(key, { ...line, [row.isOffice ? 'office' : 'offPeak']: periodOf(row) })
  }
  return new Map([...lines].map(([code, ofSite]) => [code, [...ofSite.values()]]))
}

function figuresStatement(
  sites: readonly SiteCell[],
  { officeDays, officeHours }: Pick<CatalogueEvidence, 'officeDays' | 'officeHours'>,
  { from, to }: FigureWindow,
): Sql {
  const codes = param(
    sites.map(({ code }) => code),
    'text[]',
  )
  const cells = param(
    sites.map(({ cell }) => cell),
    'bigint[]',
  )
  const isOffice = sql`EXTRACT(ISODOW FROM p.local)::integer = ANY(${officeDays}::integer[])
      AND EXTRACT(HOUR FROM p.local) >= ${officeHours.from}::integer AND EXTRACT(HOUR FROM p.local) < ${officeHours.to}::integer`
  return sql`SELECT s.code AS "siteCode", f.*
   FROM unnest(${codes}, ${cells}) AS s(code, cell) CROSS JOIN LATERAL (
     SELECT q.operator, q.technology, q."isOffice", ${figureColumns}
     FROM (SELECT p.operator, p.technology, p.local::date AS day, ${isOffice} AS "isOffice", ${valueColumns}
       FROM (SELECT p.*, p.measured_at AT TIME ZONE ${raw(TIME_ZONE_SQL)} AS local FROM probe AS p
         WHERE p.cell = s.cell AND p.site_code IS NOT DISTINCT FROM s.code
           AND p.measured_at >= ${from} AND p.measured_at < ${to}
           AND p.outcome IN ('ok', 'no_service') AND ${isCounted('p')}) AS p) AS q
     GROUP BY q.operator, q.technology, q."isOffice") AS f
   ORDER BY s.code, f.operator NULLS LAST, f.technology NULLS LAST`
}

const NOTHING: PeriodFigures = { download: null, upload: null, latency: null, loss: null }

const periodOf = (row: FigureRow): PeriodFigures =>
  Object.fromEntries(QUANTITIES.map((quantity) => [quantity, figureOf(row, quantity)])) as PeriodFigures

function figureOf(row: FigureRow, quantity: Quantity): QuantityFigure | null {
  const value = row[quantity]
  return value === null ? null : { value, samples: row[`${quantity}Samples`], days: row[`${quantity}Days`] }
}
