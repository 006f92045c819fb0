/** Sites, and whether what is shown is simulated. */
import type { SiteRecord } from '#domain/place'
import type { Bounds } from '#domain/probe'
import { cellAt, cellToSql } from '#geo'
import type { Queryable } from '../database/database.js'
import { PREPARED } from '../database/prepared-client.js'

export async function upsertSites(
  db: Queryable,
  sites: readonly SiteRecord[],
  about: { author: string; simulated: boolean },
): Promise<void> {
  const rows = sites.map((s) => ({ ...s, cell: cellToSql(cellAt(s.lat, s.lng)) }))
  await db.query(
    `INSERT INTO site (code, name, name_ar, type, commune_code, lat, lng, cell, operator, technology,
       contracted_down_bps, contracted_up_bps, simulated, created_by)
     SELECT code, name, "nameAr", type, "communeCode", lat, lng, cell, operator, technology, "contractedDownBps",
       "contractedUpBps", $2, $3
     FROM json_to_recordset($1::json) AS r(code text, name text, "nameAr" text, type text, "communeCode" text,
       lat float8, lng float8, cell bigint, operator text, technology text, "contractedDownBps" bigint,
       "contractedUpBps" bigint)
     ON CONFLICT (code) DO UPDATE SET name = excluded.name, name_ar = excluded.name_ar, type = excluded.type,
       commune_code = excluded.commune_code, lat = excluded.lat, lng = excluded.lng, cell = excluded.cell,
       operator = excluded.operator, technology = excluded.technology,
       contracted_down_bps = excluded.contracted_down_bps, contracted_up_bps = excluded.contracted_up_bps,
       simulated = excluded.simulated`,
    [JSON.stringify(rows), about.simulated, about.author],
  )
}

export interface SiteRow extends SiteRecord {
  h3: string
  simulated: boolean
}

const SITE_COLUMNS = `code, name, name_ar AS "nameAr", type, commune_code AS "communeCode", lat, lng,
  to_hex(cell) AS h3, operator, technology, contracted_down_bps::float8 AS "contractedDownBps",
  contracted_up_bps::float8 AS "contractedUpBps", simulated`

export const SITE_ORDERS = ['code', '-code', 'name', '-name'] as const
export type SiteOrder = (typeof SITE_ORDERS)[number]

export interface SitePage {
  order: SiteOrder
  /** Name and code of the last site of the page before; by code, the name says nothing. */
  after: { name: string; code: string } | null
  limit: number
  box: Bounds | null
}

export async function listSites(db: Queryable, page: SitePage): Promise<SiteRow[]> {
  const box = page.box ?? { west: -180, south: -90, east: 180, north: 90 }
  const [after, sort] = page.order.startsWith('-') ? ['<', 'DESC'] : ['>', 'ASC']
  const byName = page.order.endsWith('name')
  const order = byName ? `name ${sort}, code ${sort}` : `code ${sort}`
  const key = byName ? `(name, code) ${after} ($6, $7)` : `code ${after} $6`
  const last = page.after && (byName ? [page.after.name, page.after.code] : [page.after.code])
  return db.query(
    `SELECT ${SITE_COLUMNS} FROM site WHERE lng BETWEEN $1 AND $3 AND lat BETWEEN $2 AND $4 ${last ? `AND ${key}` : ''}
     ORDER BY ${order} LIMIT $5`,
    [box.west, box.south, box.east, box.north, page.limit, ...(last ?? [])],
  )
}

export async function findSite(db: Queryable, code: string): Promise<SiteRow | undefined> {
  const rows: SiteRow[] = await db.query(`${PREPARED}SELECT ${SITE_COLUMNS} FROM site WHERE code = $1`, [
    code,
  ])
  return rows[0]
}

/** Sites of a tile: at most so many, since beyond that points are no longer told apart. */
const MAX_SITES_IN_BOX = 5_000

export async function listSitesInBox(db: Queryable, box: Bounds): Promise<SiteRow[]> {
  return listSites(db, { order: 'code', after: null, limit: MAX_SITES_IN_BOX, box })
}

/** Whether any of what is shown comes from the demonstration country. */
export async function isSimulated(db: Queryable): Promise<boolean> {
  const [{ simulated }] = await db.query(
    `${PREPARED}SELECT EXISTS (SELECT 1 FROM site WHERE simulated) AS simulated`,
    [],
  )
  return simulated as boolean
}

/** Whether the database holds anything that did not come from the demonstration, or a demonstration that is complete. */
export async function hasRealData(db: Queryable): Promise<boolean> {
  const [{ real }] = await db.query(
    `SELECT EXISTS (SELECT 1 FROM run) OR EXISTS (SELECT 1 FROM site WHERE NOT simulated)
       OR EXISTS (SELECT 1 FROM probe AS p LEFT JOIN site AS s ON s.code = p.site_code WHERE s.simulated IS NOT TRUE) AS real`,
  )
  return real as boolean
}
