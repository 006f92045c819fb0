/** What is known of the white and grey zones of a run: whom they hold, and how far the next fibre is. */
import type { ZoneFactors } from '#domain/priority'
import { cellFromSql, centreOf, nearestDistanceKmTo } from '#geo'
import { setImmediate as others } from 'node:timers/promises'
import type { Queryable } from '../database/database.js'
import type { RunRow } from '../runs/runs.js'

type RunKey = Pick<RunRow, 'id' | 'series' | 'knownBefore'>

const OPEN_ZONE_VALID_IN_RUN = `z.series = $1 AND z.first_run <= $2 AND (z.next_run IS NULL OR z.next_run > $2) AND z.class <> 'black'`

/**
 * Reads the run's zones and the country's localities and sites once, and no verdict nor probe. People of a list that names
 * none are not known; a zone without a locality of an imported list has no people in the sense of that list.
 */
const SELECT_ZONE_FACTORS = `
  WITH member AS MATERIALIZED (
    SELECT z.id, m.cell FROM zone AS z, unnest(z.cells) AS m(cell) WHERE ${OPEN_ZONE_VALID_IN_RUN}
  ), lived AS (
    SELECT m.id, count(*)::integer AS localities, sum(population)::float8 AS people,
      (count(*) FILTER (WHERE population IS NULL))::integer AS uncounted
    FROM locality JOIN member AS m USING (cell) GROUP BY m.id
  ), served AS (
    SELECT id, (count(*) FILTER (WHERE type = 'school'))::integer AS schools,
      (count(*) FILTER (WHERE type = 'health_centre'))::integer AS health,
      (count(*) FILTER (WHERE type IN ('council', 'caidat', 'post_office', 'administration')))::integer AS administrations,
      (count(*) FILTER (WHERE type = 'other'))::integer AS other
    FROM site JOIN member USING (cell) GROUP BY id
  ), known AS (
    SELECT EXISTS (SELECT 1 FROM locality) AS localities, EXISTS (SELECT 1 FROM site) AS sites
  )
  SELECT z.id, z.class, z.commune_code AS "communeCode", z.province_code AS "provinceCode",
    z.region_code AS "regionCode", z.cell_count AS "cellCount",
    CASE WHEN k.localities THEN CASE WHEN l.id IS NULL THEN 0 ELSE l.people END END AS people,
    CASE WHEN k.localities THEN coalesce(l.localities, 0) END AS localities,
    CASE WHEN k.localities THEN coalesce(l.uncounted, 0) END AS "localitiesUncounted",
    CASE WHEN k.sites THEN coalesce(s.schools, 0) END AS schools,
    CASE WHEN k.sites THEN coalesce(s.health, 0) END AS "healthCentres",
    CASE WHEN k.sites THEN coalesce(s.administrations, 0) END AS administrations,
    CASE WHEN k.sites THEN coalesce(s.other, 0) END AS "otherSites"
  FROM zone AS z CROSS JOIN known AS k LEFT JOIN lived AS l USING (id) LEFT JOIN served AS s USING (id)
  WHERE ${OPEN_ZONE_VALID_IN_RUN} ORDER BY z.id COLLATE "C"`

/** The factors of every white or grey zone of a run, in the order of the ids. */
export async function factorsOfZones(db: Queryable, run: RunKey): Promise<ZoneFactors[]> {
  const zones: Omit<ZoneFactors, 'fibreKm'>[] = await db.query(SELECT_ZONE_FACTORS, [run.series, run.id])
  const distances = await fibreDistances(db, run)
  return zones.map((zone) => ({ ...zone, fibreKm: distances?.get(zone.id) ?? null }))
}

/** Zones whose cells are held in memory at a time. */
const PAGE = 2_000

/** Kilometres by zone; null where no fibre is known anywhere. Reads each cell of the zones once. */
async function fibreDistances(db: Queryable, run: RunKey): Promise<Map<string, number> | null> {
  const fibre = await fibreCells(db, run)
  if (fibre.length === 0) return null
  const distance = nearestDistanceKmTo(fibre)
  const found = new Map<string, number>()
  for (let after = ''; ;) {
    const page: { id: string; cells: string[] }[] = await db.query(
      `SELECT z.id, ARRAY(SELECT to_hex(cell) FROM unnest(z.cells) AS cell) AS cells FROM zone AS z
       WHERE ${OPEN_ZONE_VALID_IN_RUN} AND z.id > $3 ORDER BY z.id LIMIT ${PAGE}`,
      [run.series, run.id, after],
    )
    for (const { id, cells } of page) found.set(id, distance(cells)!)
    if (page.length < PAGE) return found
    after = page.at(-1)!.id
    await others()
  }
}

/**
 * Where fibre is: the run found it, or an operator declared it by then and the run's measurements do not deny it, or a site
 * is connected by it. A promise is not yet there.
 */
export async function fibreCells(db: Queryable, run: RunKey): Promise<string[]> {
  const rows: { cell: string }[] = await db.query(
    `WITH found AS (
       SELECT cell, operator, state FROM evidence AS v WHERE v.series = $1 AND v.first_run <= $2
         AND (v.next_run IS NULL OR v.next_run > $2) AND technology = 'fibre'
     )
     SELECT cell FROM found WHERE state IN ('present', 'declared')
     UNION SELECT cell FROM coverage AS c WHERE kind = 'declared' AND technology = 'fibre' AND received_at < $3
       AND (withdrawn_at IS NULL OR withdrawn_at >= $3) AND NOT EXISTS (
         SELECT 1 FROM found AS f WHERE f.cell = c.cell AND f.operator = c.operator AND f.state IN ('refuted', 'absent'))
     UNION SELECT cell FROM site WHERE technology = 'fibre'
     ORDER BY cell`,
    [run.series, run.id, run.knownBefore],
  )
  return rows.map(({ cell }) => cellFromSql(cell))
}

/**
 * Changes whenever localities or sites do, whoever changed them: factors taken under another mark are old. Reads both
 * tables; a count and a sum of checksums, since neither keeps when a row last changed.
 */
export async function placesRevision(db: Queryable): Promise<string> {
  const [{ mark }] = await db.query(
    `SELECT concat_ws(' ', l.n, l.sum, s.n, s.sum) AS mark
     FROM (SELECT count(*) AS n, sum(hashtextextended(concat_ws(' ', id, cell, population), 0)::numeric) AS sum FROM locality) AS l,
       (SELECT count(*) AS n, sum(hashtextextended(concat_ws(' ', code, cell, type, technology), 0)::numeric) AS sum FROM site) AS s`,
  )
  return mark as string
}

/** What a reader needs to recognise a zone. */
export interface NamedZone {
  id: string
  /** Of the smallest area that holds it; null outside all. */
  areaFr: string | null
  areaAr: string | null
  /** Its locality with most people, then by id; null where it has none. */
  localityFr: string | null
  localityAr: string | null
  /** west, south, east, north. */
  bbox: [number, number, number, number]
  /** The middle of one of its cells. */
  lng: number
  lat: number
}

/** The names of some zones of a run, in any order: some hundreds, for each looks for its localities. */
export async function nameZones(
  db: Queryable,
  run: Pick<RunRow, 'id' | 'series'>,
  ids: readonly string[],
): Promise<Map<string, NamedZone>> {
  const rows: (Omit<NamedZone, 'lng' | 'lat'> & { middle: string })[] = await db.query(
    `SELECT z.id, a.name_fr AS "areaFr", a.name_ar AS "areaAr", l.name_fr AS "localityFr", l.name_ar AS "localityAr",
       ARRAY[ST_XMin(z.geom), ST_YMin(z.geom), ST_XMax(z.geom), ST_YMax(z.geom)] AS bbox,
       to_hex(z.cells[1 + cardinality(z.cells) / 2]) AS middle
     FROM zone AS z LEFT JOIN current_area AS a ON a.code = coalesce(z.commune_code, z.province_code, z.region_code)
     LEFT JOIN LATERAL (SELECT name_fr, name_ar FROM locality WHERE cell = ANY(z.cells)
       ORDER BY population DESC NULLS LAST, id LIMIT 1) AS l ON true
     WHERE ${OPEN_ZONE_VALID_IN_RUN} AND z.id = ANY($3::text[])`,
    [run.series, run.id, ids],
  )
  return new Map(
    rows.map(({ middle, ...zone }) => {
      const [lng, lat] = centreOf(middle)
      return [zone.id, { ...zone, lng, lat }]
    }),
  )
}
