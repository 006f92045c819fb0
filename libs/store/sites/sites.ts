/** Sites, and whether the data are simulated. */
import { type Scope, isInScope } from '#domain/account'
import type { SiteRecord } from '#domain/place'
import type { Bounds } from '#domain/probe'
import { cellAt, cellToSql } from '#geo'
import type { DataSource } from 'typeorm'
import { indexesOutside } from '../areas/scope.js'
import type { Queryable } from '../database/database.js'
import { takeLock } from '../database/locks.js'
import { prepared, queryRow, queryRows } from '../database/query.js'
import { isPositionInBox } from '../database/shapes.js'
import { allOf, raw, type Sql, sql } from '../database/sql.js'
import { recordChange } from '../people/changes.js'

/** Columns of the fields that a list of sites may leave out. */
const KEEPABLE = {
  nameAr: 'name_ar',
  type: 'type',
  operator: 'operator',
  technology: 'technology',
  contractedDownBps: 'contracted_down_bps',
  contractedUpBps: 'contracted_up_bps',
} as const

interface SiteWrite {
  author: string
  simulated: boolean
  /** Fields that keep what is stored, where the site is known. */
  kept?: readonly (keyof typeof KEEPABLE)[]
}

export async function upsertSites(
  db: Queryable,
  sites: readonly SiteRecord[],
  { author, simulated, kept = [] }: SiteWrite,
): Promise<void> {
  const value = (field: keyof typeof KEEPABLE): Sql =>
    raw(`${kept.includes(field) ? 'site' : 'excluded'}.${KEEPABLE[field]}`)
  const rows = sites.map((site) => ({ ...site, cell: cellToSql(cellAt(site.lat, site.lng)) }))
  await queryRows(
    db,
    sql`INSERT INTO site (code, name, name_ar, type, commune_code, lat, lng, cell, operator, technology,
       contracted_down_bps, contracted_up_bps, simulated, created_by)
     SELECT code, name, "nameAr", type, "communeCode", lat, lng, cell, operator, technology, "contractedDownBps",
       "contractedUpBps", ${simulated}, ${author}
     FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(code text, name text, "nameAr" text, type text,
       "communeCode" text, lat float8, lng float8, cell bigint, operator text, technology text,
       "contractedDownBps" bigint, "contractedUpBps" bigint)
     ON CONFLICT (code) DO UPDATE SET name = excluded.name, name_ar = ${value('nameAr')}, type = ${value('type')},
       commune_code = excluded.commune_code, lat = excluded.lat, lng = excluded.lng, cell = excluded.cell,
       operator = ${value('operator')}, technology = ${value('technology')},
       contracted_down_bps = ${value('contractedDownBps')}, contracted_up_bps = ${value('contractedUpBps')},
       simulated = excluded.simulated`,
  )
}

/**
 * Adds a site, or replaces the data of the site with its code. `outside` where the site, as it was or as it would be, does not lie
 * within the scope of the author, by its commune and by its position.
 */
export async function saveSite(
  source: DataSource,
  site: SiteRecord,
  { author, scope }: { author: string; scope: Scope },
): Promise<{ saved: true } | { outside: true }> {
  return source.transaction(async (tx) => {
    await takeLock(tx, 'sites')
    const before = (await findSite(tx, site.code)) ?? null
    const places = before ? [before, site] : [site]
    const isOutside =
      places.some(({ communeCode }) => !isInScope(communeCode, scope)) ||
      (await indexesOutside(tx, scope, places)).size > 0
    if (isOutside) return { outside: true }
    await upsertSites(tx, [site], { author, simulated: false })
    await recordChange(tx, author, 'save site', site.code, { before, after: site })
    return { saved: true }
  })
}

export interface SiteRow extends SiteRecord {
  h3: string
  simulated: boolean
}

const SITE_COLUMNS = raw(`code, name, name_ar AS "nameAr", type, commune_code AS "communeCode", lat, lng,
  to_hex(cell) AS h3, operator, technology, contracted_down_bps::float8 AS "contractedDownBps",
  contracted_up_bps::float8 AS "contractedUpBps", simulated`)

export const SITE_ORDERS = ['code', '-code', 'name', '-name'] as const
export type SiteOrder = (typeof SITE_ORDERS)[number]

export interface SitePageQuery {
  order: SiteOrder
  /** Name and code of the last site of the previous page; the name is ignored if the order is by code. */
  after: { name: string; code: string } | null
  limit: number
  box: Bounds | null
}

export async function listSites(db: Queryable, page: SitePageQuery): Promise<SiteRow[]> {
  const { after, box } = page
  const [beyond, direction] = page.order.startsWith('-') ? [raw('<'), raw('DESC')] : [raw('>'), raw('ASC')]
  const isByName = page.order.endsWith('name')
  const order = isByName ? sql`name ${direction}, code ${direction}` : sql`code ${direction}`
  const conditions = [
    box && isPositionInBox('site', box),
    after && isByName ? sql`(name, code) ${beyond} (${after.name}, ${after.code})` : null,
    after && !isByName ? sql`code ${beyond} ${after.code}` : null,
  ]
  return queryRows(
    db,
    sql`SELECT ${SITE_COLUMNS} FROM site WHERE ${allOf(conditions)} ORDER BY ${order} LIMIT ${page.limit}`,
  )
}

export async function findSite(db: Queryable, code: string): Promise<SiteRow | undefined> {
  return queryRow(db, prepared(sql`SELECT ${SITE_COLUMNS} FROM site WHERE code = ${code}`))
}

/** Limit of the sites of a tile; beyond it their points could not be told apart. */
const MAX_SITES_IN_BOX = 5_000

export async function listSitesInBox(db: Queryable, box: Bounds): Promise<SiteRow[]> {
  return listSites(db, { order: 'code', after: null, limit: MAX_SITES_IN_BOX, box })
}

/** Whether any of the data comes from the demonstration country. */
export async function isSimulated(db: Queryable): Promise<boolean> {
  const row = await queryRow<{ simulated: boolean }>(
    db,
    prepared(sql`SELECT EXISTS (SELECT 1 FROM site WHERE simulated) AS simulated`),
  )
  return row!.simulated
}

/** Whether the database holds anything that did not come from the demonstration, or a demonstration that is complete. */
export async function hasRealData(db: Queryable): Promise<boolean> {
  const row = await queryRow<{ isReal: boolean }>(
    db,
    sql`SELECT EXISTS (SELECT 1 FROM run) OR EXISTS (SELECT 1 FROM site WHERE NOT simulated) OR EXISTS (
       SELECT 1 FROM probe AS p LEFT JOIN site AS s ON s.code = p.site_code WHERE s.simulated IS NOT TRUE) AS "isReal"`,
  )
  return row!.isReal
}
