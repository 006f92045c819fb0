/**
 * The input of priorities: people and sites of a run's white and grey zones, and their distance from the nearest fibre.
 */
import type { ZoneFactors } from '#domain/priority'
import { cellFromSql, centreOf, nearestDistanceKmTo } from '#geo'
import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import { isClaimKnown } from '../coverage/claims.js'
import type { Queryable } from '../database/database.js'
import { queryRow, queryRows } from '../database/query.js'
import { boundingBox } from '../database/shapes.js'
import { type Sql, raw, sql } from '../database/sql.js'
import { type RunKey, type RunWindow, validInRun } from '../runs/run.js'

const isOpenInRun = (run: RunKey): Sql => sql`${validInRun('z', run)} AND z.class <> 'black'`

const countOfSites = (type: string) => `(count(*) FILTER (WHERE type ${type}))::integer`

/**
 * Reads the run's zones and the country's localities and sites once, and no verdicts or probes. If no list of
 * localities or sites was imported, its figures are null; if one was, a zone without a locality has no people.
 */
const selectZoneFactors = (run: RunKey): Sql => sql`
  WITH member AS MATERIALIZED (
    SELECT z.id, m.cell FROM zone AS z, unnest(z.cells) AS m(cell) WHERE ${isOpenInRun(run)}
  ), people_of_zone AS (
    SELECT m.id, count(*)::integer AS localities, sum(population)::float8 AS people,
      (count(*) FILTER (WHERE population IS NULL))::integer AS uncounted
    FROM locality JOIN member AS m USING (cell) GROUP BY m.id
  ), sites_of_zone AS (
    SELECT id, ${raw(countOfSites(`= 'school'`))} AS schools, ${raw(countOfSites(`= 'health_centre'`))} AS health,
      ${raw(countOfSites(`IN ('council', 'caidat', 'post_office', 'administration')`))} AS administrations,
      ${raw(countOfSites(`= 'other'`))} AS other
    FROM site JOIN member USING (cell) GROUP BY id
  ), imported AS (
    SELECT EXISTS (SELECT 1 FROM locality) AS localities, EXISTS (SELECT 1 FROM site) AS sites
  )
  SELECT z.id, z.class, z.commune_code AS "communeCode", z.province_code AS "provinceCode",
    z.region_code AS "regionCode", z.cell_count AS "cellCount",
    CASE WHEN i.localities THEN CASE WHEN p.id IS NULL THEN 0 ELSE p.people END END AS people,
    CASE WHEN i.localities THEN coalesce(p.localities, 0) END AS localities,
    CASE WHEN i.localities THEN coalesce(p.uncounted, 0) END AS "localitiesUncounted",
    CASE WHEN i.sites THEN coalesce(s.schools, 0) END AS schools,
    CASE WHEN i.sites THEN coalesce(s.health, 0) END AS "healthCentres",
    CASE WHEN i.sites THEN coalesce(s.administrations, 0) END AS administrations,
    CASE WHEN i.sites THEN coalesce(s.other, 0) END AS "otherSites"
  FROM zone AS z CROSS JOIN imported AS i LEFT JOIN people_of_zone AS p USING (id) LEFT JOIN sites_of_zone AS s USING (id)
  WHERE ${isOpenInRun(run)} ORDER BY z.id COLLATE "C"`

/** A run, and the time up to which it knew declarations. */
type FactorsRun = RunKey & Pick<RunWindow, 'knownBefore'>

/** The factors of every white or grey zone of a run, in the order of the ids. */
export async function factorsOfZones(db: Queryable, run: FactorsRun): Promise<ZoneFactors[]> {
  const zones = await queryRows<Omit<ZoneFactors, 'fibreKm'>>(db, selectZoneFactors(run))
  const distances = await fibreDistances(db, run)
  return zones.map((zone) => ({ ...zone, fibreKm: distances?.get(zone.id) ?? null }))
}

/** Number of zones whose cells are held in memory at a time. */
const CHUNK = 2_000

/**
 * Distance from fibre in kilometres, by zone; null if no fibre is known anywhere. Reads each cell of the zones once.
 */
async function fibreDistances(db: Queryable, run: FactorsRun): Promise<Map<string, number> | null> {
  const fibre = await fibreCells(db, run)
  if (fibre.length === 0) return null
  const distanceKm = nearestDistanceKmTo(fibre)
  const distances = new Map<string, number>()
  for (let after = ''; ;) {
    const zones = await queryRows<{ id: string; cells: string[] }>(
      db,
      sql`SELECT z.id, ARRAY(SELECT to_hex(cell) FROM unnest(z.cells) AS cell) AS cells FROM zone AS z
       WHERE ${isOpenInRun(run)} AND z.id > ${after} ORDER BY z.id LIMIT ${CHUNK}`,
    )
    for (const { id, cells } of zones) distances.set(id, distanceKm(cells)!)
    if (zones.length < CHUNK) return distances
    after = zones.at(-1)!.id
    await yieldToEventLoop()
  }
}

/**
 * Cells (H3) with fibre: the run's evidence shows it, or an operator declared it by then and the run's measurements do not
 * refute it, or a site is connected by it. A planned network does not count yet.
 */
export async function fibreCells(db: Queryable, run: FactorsRun): Promise<string[]> {
  const rows = await queryRows<{ cell: string }>(
    db,
    sql`WITH fibre_network AS (
       SELECT cell, operator, state FROM evidence AS v WHERE ${validInRun('v', run)} AND technology = 'fibre'
     )
     SELECT cell FROM fibre_network WHERE state IN ('present', 'declared')
     UNION SELECT cell FROM coverage AS c WHERE kind = 'declared' AND technology = 'fibre'
       AND ${isClaimKnown('c', run.knownBefore)} AND NOT EXISTS (
         SELECT 1 FROM fibre_network AS f
         WHERE f.cell = c.cell AND f.operator = c.operator AND f.state IN ('refuted', 'absent'))
     UNION SELECT cell FROM site WHERE technology = 'fibre'
     ORDER BY cell`,
  )
  return rows.map(({ cell }) => cellFromSql(cell))
}

/**
 * A text that changes whenever localities or sites do, whoever changed them: factors computed under another revision
 * are outdated. It reads both tables, a count and a sum of checksums, since neither records when a row last changed.
 */
export async function placesRevision(db: Queryable): Promise<string> {
  const row = await queryRow<{ revision: string }>(
    db,
    sql`SELECT concat_ws(' ', l.n, l.sum, s.n, s.sum) AS revision
     FROM (SELECT count(*) AS n, sum(hashtextextended(concat_ws(' ', id, cell, population), 0)::numeric) AS sum FROM locality) AS l,
       (SELECT count(*) AS n, sum(hashtextextended(concat_ws(' ', code, cell, type, technology), 0)::numeric) AS sum FROM site) AS s`,
  )
  return row!.revision
}

/** The fields by which a reader recognises a zone. */
export interface NamedZone {
  id: string
  /** Name of the smallest area that contains it; null outside all areas. */
  areaFr: string | null
  areaAr: string | null
  /** Its most populous locality; null if it has none. */
  localityFr: string | null
  localityAr: string | null
  /** west, south, east, north. */
  bbox: [number, number, number, number]
  /** Centre of one of its cells. */
  lng: number
  lat: number
}

/** The names of some zones of a run, in any order; a few hundred at most, because each looks up its localities. */
export async function nameZones(
  db: Queryable,
  run: RunKey,
  ids: readonly string[],
): Promise<Map<string, NamedZone>> {
  const rows = await queryRows<Omit<NamedZone, 'lng' | 'lat'> & { middle: string }>(
    db,
    sql`SELECT z.id, a.name_fr AS "areaFr", a.name_ar AS "areaAr", l.name_fr AS "localityFr", l.name_ar AS "localityAr",
       ${boundingBox('z.geom')} AS bbox, to_hex(z.cells[1 + cardinality(z.cells) / 2]) AS middle
     FROM zone AS z LEFT JOIN current_area AS a ON a.code = coalesce(z.commune_code, z.province_code, z.region_code)
     LEFT JOIN LATERAL (SELECT name_fr, name_ar FROM locality WHERE cell = ANY(z.cells)
       ORDER BY population DESC NULLS LAST, id LIMIT 1) AS l ON true
     WHERE ${isOpenInRun(run)} AND z.id = ANY(${ids}::text[])`,
  )
  return new Map(
    rows.map(({ middle, ...zone }) => {
      const [lng, lat] = centreOf(middle)
      return [zone.id, { ...zone, lng, lat }]
    }),
  )
}
