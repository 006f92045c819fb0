/**
 * A country of the shape of a nation, made in SQL and the same each time: 12,000 sites with a device each in 1,500 communes,
 * three operators, one line an office mostly, and so many months of measurements up to the end of the last month. The present
 * month begins empty. Only `now` moves it.
 */
import { cellAt, cellToSql } from '#geo'
import { insertSimulatedCommunes } from '#store/areas'
import { sql } from '#store/database'
import { sha256 } from '#store/people'
import { ensureProbeMonths } from '#store/probes'
import { createHash } from 'node:crypto'
import type { DataSource } from 'typeorm'
import { placeCellsOf } from '../../../libs/store/areas/cell-places.js'

export const SITES = 12_000
const COMMUNES = 1_500

export interface NationSize {
  /** Probes; a little more or less, for each line measures as often. */
  rows: number
  /** Monthly partitions with data, before the present month. */
  months: number
}

/** What the benches need to know of a site. */
export interface NationSite {
  code: string
  token: string
  lat: number
  lng: number
  operator: string
  technology: string
}

/** The secret of the n-th site's device, from 1. */
export const tokenOf = (n: number): string =>
  `tgt_${createHash('sha256').update(`nation ${n}`).digest('base64url')}`

export async function fillNation(
  source: DataSource,
  { rows, months }: NationSize,
  now: Date,
  report: (text: string) => void,
): Promise<void> {
  await source.query(FRACTION)
  await addPlaces(source)
  await source.query(LINES)
  await source.query('ANALYZE nation_line')
  const [{ lines }] = await source.query('SELECT count(*)::integer AS lines FROM nation_line')
  const perMonth = Math.max(1, Math.round(rows / (lines as number) / months))
  for (const month of monthsBefore(now, months)) {
    await addMonth(source, month, perMonth)
    report(`  ${month.slice(0, 7)}: ${perMonth * (lines as number)} probes`)
  }
  await ensureProbeMonths(source.manager, [...monthsBefore(now, -4)])
  await source.query(DEVICES_SEEN)
  await source.query('INSERT INTO measured_site SELECT DISTINCT cell, site_code FROM nation_line')
  await placeCellsOf(source.manager, sql`SELECT DISTINCT cell FROM site`)
  for (const table of ['site', 'locality'])
    await source.query(
      `UPDATE ${table} AS t SET commune_code = p.commune_code FROM cell_place AS p WHERE p.cell = t.cell AND p.commune_code IS NOT NULL`,
    )
  for (const table of ['site', 'device', 'locality', 'cell_place', 'area', 'probe_ledger'])
    await source.query(`VACUUM ANALYZE ${table}`)
}

/** First days of so many months before the present one; of the present and those after it where `count` is negative. */
function monthsBefore(now: Date, count: number): string[] {
  return Array.from({ length: Math.abs(count) }, (_, n) => (count > 0 ? n - count : n)).map((offset) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1)).toISOString().slice(0, 10),
  )
}

/** 0 to 1, of a number: the same on every machine and in every order of the rows. */
const FRACTION = `
  CREATE FUNCTION nation_fraction(n bigint, salt bigint) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $$ SELECT (hashint8extended(n, salt) & 1048575)::float8 / 1048576 $$`

interface Place {
  n: number
  province: string
  lat: number
  lng: number
}

/** Communes, a site, a device and a locality at each of the places. */
async function addPlaces(source: DataSource): Promise<void> {
  const places: Place[] = await source.query(PLACES, [SITES])
  const provinces = [...new Set(places.map(({ province }) => province))]
  for (const province of provinces) {
    const seats = places
      .filter((place) => place.province === province)
      .slice(0, Math.round(COMMUNES / provinces.length))
    await insertSimulatedCommunes(
      source.manager,
      province,
      seats.map(({ lat, lng }, i) => {
        const code = communeCode(province, i)
        return { code, nameFr: `Commune ${code}`, nameAr: `جماعة ${code}`, lat, lng }
      }),
    )
  }
  const rows = places.map(({ n, province, lat, lng }) => ({
    n,
    lat,
    lng,
    cell: cellToSql(cellAt(lat, lng)),
    commune: communeCode(province, 0),
    token: sha256(tokenOf(n)).toString('hex'),
  }))
  for (const statement of [SITE_ROWS, DEVICE_ROWS, LOCALITY_ROWS])
    await source.query(`${statement} FROM json_to_recordset($1::json) AS r(${PLACE_COLUMNS})`, [
      JSON.stringify(rows),
    ])
}

const communeCode = (province: string, n: number) => `${province}.${String((n % 90) + 1).padStart(2, '0')}.01`

const PLACE_COLUMNS = 'n integer, lat float8, lng float8, cell bigint, commune text, token text'

/** $1 points, as many in each province, inside its boundary. */
const PLACES = `
  WITH province AS (
    SELECT code, geom, row_number() OVER (ORDER BY code)::integer AS i, count(*) OVER () AS n
    FROM current_area WHERE level = 'province'
  ), point AS (
    SELECT code, d.path[1] AS k, d.geom
    FROM province CROSS JOIN LATERAL ST_Dump(ST_GeneratePoints(geom, ceil($1::float8 / n)::integer, i)) AS d
  )
  SELECT row_number() OVER (ORDER BY k, code)::integer AS n, code AS province,
    round(ST_Y(geom)::numeric, 6)::float8 AS lat, round(ST_X(geom)::numeric, 6)::float8 AS lng
  FROM point ORDER BY n LIMIT $1`

const OPERATOR = (n: string) =>
  `CASE WHEN nation_fraction(${n}, 1) < 0.6 THEN 'iam' WHEN nation_fraction(${n}, 1) < 0.85 THEN 'orange' ELSE 'inwi' END`
const TECHNOLOGY = (n: string) =>
  `(ARRAY['4g', '4g', '4g', '4g', '4g', 'adsl', 'adsl', 'fibre', '3g', 'fwa'])[1 + floor(nation_fraction(${n}, 2) * 10)::integer]`

const SITE_ROWS = `
  INSERT INTO site (code, name, type, commune_code, lat, lng, cell, operator, technology, contracted_down_bps, created_by)
  SELECT 'N-' || lpad(n::text, 5, '0'), 'Office ' || n,
    (ARRAY['school', 'school', 'school', 'health_centre', 'post_office', 'council', 'caidat'])[1 + n % 7],
    commune, lat, lng, cell, ${OPERATOR('n')}, ${TECHNOLOGY('n')}, 20000000, 'bench'`

const DEVICE_ROWS = `
  INSERT INTO device (id, site_code, token_hash, created_by)
  SELECT md5('nation device ' || n)::uuid, 'N-' || lpad(n::text, 5, '0'), decode(token, 'hex'), 'bench'`

const LOCALITY_ROWS = `
  INSERT INTO locality (id, name_fr, name_ar, search_name, kind, population, commune_code, lat, lng, cell)
  SELECT 'L-' || n, 'Douar ' || n, NULL, 'douar ' || n, 'PPL',
    CASE WHEN n % 10 > 0 THEN 40 + floor(nation_fraction(n, 3) ^ 3 * 4000)::integer END, commune, lat, lng, cell`

/** Of ten offices, seven have one line, two have two, and one has the lines of all operators. */
const LINES = `
  CREATE UNLOGGED TABLE nation_line AS
  SELECT row_number() OVER (ORDER BY code, line)::integer AS n, code AS site_code, device.id AS device_id, cell, lat, lng,
    CASE line WHEN 1 THEN operator ELSE (ARRAY['iam', 'orange', 'inwi'])[1 + (array_position(ARRAY['iam', 'orange', 'inwi'], operator) + line - 2) % 3] END AS operator,
    CASE line WHEN 1 THEN technology ELSE '4g' END AS technology,
    3e5 * 200 ^ nation_fraction(substr(code, 3)::integer, 10 + line) AS mean_bps
  FROM site JOIN device ON device.site_code = site.code CROSS JOIN generate_series(1, 3) AS line
  WHERE line <= CASE WHEN nation_fraction(substr(code, 3)::integer, 4) < 0.7 THEN 1 WHEN nation_fraction(substr(code, 3)::integer, 4) < 0.9 THEN 2 ELSE 3 END`

/**
 * A partition is filled before it is attached, so that its indexes are made in one go; and it is left as autovacuum leaves a
 * month of the past: vacuumed and analysed. The table above it has no statistics, because autovacuum makes none there.
 */
async function addMonth(source: DataSource, month: string, perLine: number): Promise<void> {
  const child = `probe_${month.slice(0, 7).replace('-', '_')}`
  await source.query(`DROP TABLE IF EXISTS ${child}`)
  await source.query(`CREATE TABLE ${child} (LIKE probe INCLUDING DEFAULTS)`)
  await source.query(monthRows(child), [month, perLine])
  const bounds = `FROM ('${month} 00:00Z') TO (('${month}'::timestamp + interval '1 month') AT TIME ZONE 'UTC')`
  await source.query(`ALTER TABLE probe ATTACH PARTITION ${child} FOR VALUES ${bounds}`)
  // In the order of ids, as the migration does it: the index is passed through once a month.
  await source.query(`INSERT INTO probe_ledger SELECT id, cell, measured_at FROM ${child} ORDER BY id`)
  await source.query(`VACUUM ANALYZE ${child}`)
}

/** $1 first day, $2 probes of a line; in the order in which they were measured, between 8 and 22 o'clock. */
const monthRows = (table: string) => `
  INSERT INTO ${table} (cell, measured_at, id, received_at, device_id, site_code, lat, lng, technology, operator, outcome,
    download_bps, upload_bps, latency_ms, jitter_ms, loss_ratio, tool, flags, counted)
  SELECT cell, at, md5($1 || ' ' || n || ' ' || j)::uuid,
    at + interval '1 minute' + CASE WHEN nation_fraction(key, 21) < 0.1 THEN interval '8 hours' * nation_fraction(key, 22) ELSE interval '0' END,
    device_id, site_code, lat, lng, technology, operator, outcome,
    CASE WHEN outcome = 'ok' THEN (mean_bps * (0.3 + 1.4 * nation_fraction(key, 23)))::bigint END,
    CASE WHEN outcome = 'ok' THEN (mean_bps * (0.1 + 0.3 * nation_fraction(key, 24)))::bigint END,
    CASE WHEN outcome = 'ok' THEN 15 + 120 * nation_fraction(key, 25) ^ 2 END,
    CASE WHEN outcome = 'ok' THEN 20 * nation_fraction(key, 26) END, CASE WHEN outcome = 'ok' THEN 0 END, 'ndt7',
    CASE WHEN nation_fraction(key, 27) < 0.02 THEN '{position_from_site,repeat}'::text[] ELSE '{position_from_site}' END,
    nation_fraction(key, 27) >= 0.02
  FROM (
    SELECT l.*, j, key, CASE WHEN nation_fraction(key, 28) < 0.03 THEN 'no_service' WHEN nation_fraction(key, 28) < 0.05 THEN 'failed' ELSE 'ok' END AS outcome,
      $1::timestamp AT TIME ZONE 'UTC' + floor((j + nation_fraction(key, 29)) / $2::integer
        * extract(day FROM $1::timestamp + interval '1 month - 1 day')) * interval '1 day'
        + (8 + 14 * nation_fraction(key, 30)) * interval '1 hour' AS at
    FROM nation_line AS l CROSS JOIN generate_series(0, $2::integer - 1) AS j
    CROSS JOIN LATERAL (SELECT (n::bigint * 100000 + j) * 500 + extract(year FROM $1::date)::bigint * 12 + extract(month FROM $1::date)::bigint - 24000 AS key) AS k
    OFFSET 0) AS made
  ORDER BY at`

/** What ingest remembers of each device: its newest probe, and the counted ones of the eight hours before it. */
const DEVICES_SEEN = `
  UPDATE device SET last_measured_at = seen.at, last_position_at = seen.at, last_lat = seen.lat, last_lng = seen.lng,
    recent_since = seen.at - interval '8 hours', recent_probes = (
      SELECT coalesce(jsonb_agg(jsonb_build_array(
        concat_ws(' ', cell, coalesce(operator, ''), coalesce(technology, ''), outcome),
        extract(epoch FROM measured_at) * 1000, lat, lng, accuracy_m) ORDER BY measured_at DESC), '[]')
      FROM probe WHERE cell = seen.cell AND measured_at > seen.at - interval '8 hours' AND measured_at <= seen.at
        AND device_id = seen.device_id AND counted)
  FROM (SELECT device_id, max(measured_at) AS at, max(lat) AS lat, max(lng) AS lng, max(cell) AS cell FROM probe GROUP BY device_id) AS seen
  WHERE id = seen.device_id`

export async function nationSites(source: DataSource): Promise<NationSite[]> {
  const rows: (Omit<NationSite, 'token'> & { n: number })[] = await source.query(
    `SELECT substr(code, 3)::integer AS n, code, lat, lng, operator, technology FROM site ORDER BY code`,
  )
  return rows.map(({ n, ...site }) => ({ ...site, token: tokenOf(n) }))
}
