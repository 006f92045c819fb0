/**
 * `api.*`: requests a second at 16 connections over 300,000 probes of 12,000 sites, and `api.*_p99`: milliseconds in which
 * 99 of 100 are answered. Floor: the same statement behind node:http; for `totals`, which are remembered, a bare
 * server that holds the answer. Rates: larger is better; of `_p99` the ratio is a time over the floor's: smaller is better.
 */
import { SHIPPED_RULES } from '#domain/rule'
import { cellAt, cellToSql, centreOf } from '#geo'
import { ensureProbeMonths } from '#store/probes'
import { classifyAll } from '#store/runs'
import { updateAreaSeries } from '#store/series'
import { gridDisk } from 'h3-js'
import { fork } from 'node:child_process'
import { type Bench, type Ground, type Result, resultOf, tell } from './bench.js'
import { CENTRE } from './country.js'
import { type BenchDatabase, withClient, withServer } from './database.js'
import { withFloorServer } from './floor.js'
import { type Load, load } from './load.js'

const SITES = 12_000
const PROBES_PER_SITE = 25
const DAYS = 180
const DAY_MS = 86_400_000
const DEPTH = 250_000
/** Sites that are asked for in turn. */
const ASKED_SITES = 200
/** A factor that steps through the sites far apart. */
const STRIDE = 59

const KINDS = ['newest', 'site', 'since', 'deep', 'totals'] as const
type Kind = (typeof KINDS)[number]

export const api: Bench = {
  names: KINDS.flatMap((kind) => [`api.${kind}`, `api.${kind}_p99`]),
  run,
}

async function run(ground: Ground): Promise<Result[]> {
  const place = await ground.database('api')
  const to = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS)
  const from = new Date(to.getTime() - DAYS * DAY_MS)
  await fill(place, from, to)
  const asked = await questions(place, from, to)
  const { ours, totals } = await withServer(place, async ({ url }) => ({
    ours: await loads(KINDS, (kind) => asked[kind].ours.map((path) => url + path)),
    totals: Buffer.from(await (await fetch(url + asked.totals.ours[0]!)).arrayBuffer()),
  }))
  const read = await withFloorServer(
    (url) =>
      loads(['newest', 'site', 'since', 'deep'], (kind) => asked[kind].floor.map((path) => url + path)),
    fork(new URL('./api-floor-server.js', import.meta.url), {
      env: { ...process.env, DATABASE_URL: place.url },
    }),
  )
  const held = await withFloorServer(async (url) => {
    const headers = { 'content-type': 'application/octet-stream' }
    await fetch(`${url}/tile`, { method: 'PUT', headers, body: new Uint8Array(totals) })
    return load([`${url}/tile`])
  })
  tell(`api.totals: ${totals.length} bytes`)
  const floors: Record<Kind, Load> = { ...(read as Record<Kind, Load>), totals: held }
  return KINDS.flatMap((kind) => {
    const [one, floor] = [ours[kind]!, floors[kind]]
    return [
      resultOf(`api.${kind}`, one.rate, floor.rate, 'req/s', one.rate / floor.rate),
      resultOf(`api.${kind}_p99`, one.p99, floor.p99, 'ms', one.p99 / floor.p99),
    ]
  })
}

async function loads(
  kinds: readonly Kind[],
  urls: (kind: Kind) => string[],
): Promise<Partial<Record<Kind, Load>>> {
  const found: Partial<Record<Kind, Load>> = {}
  for (const kind of kinds) found[kind] = await load(urls(kind))
  return found
}

/** One site a cell, with one device, whose measurements lie evenly in the days. */
async function fill(place: BenchDatabase, from: Date, to: Date): Promise<void> {
  const database = await place.open('batch')
  try {
    const { source } = database
    const rings = Math.ceil(Math.sqrt(SITES / 3))
    const sites = gridDisk(cellAt(CENTRE.lat, CENTRE.lng), rings)
      .slice(0, SITES)
      .map((h3, n) => ({ n, cell: cellToSql(h3), lng: centreOf(h3)[0], lat: centreOf(h3)[1] }))
    await source.query(
      `INSERT INTO site (code, name, type, commune_code, lat, lng, cell, created_by)
       SELECT 'B-' || n, 'School ' || n, 'school', '03.231.01.01', lat, lng, cell, 'bench'
       FROM json_to_recordset($1::json) AS r(n integer, cell bigint, lat float8, lng float8)`,
      [JSON.stringify(sites)],
    )
    const months: string[] = []
    for (const at = new Date(from); at <= to; at.setUTCDate(at.getUTCDate() + 20))
      months.push(`${at.toISOString().slice(0, 7)}-01`)
    await ensureProbeMonths(source.manager, [...months, `${to.toISOString().slice(0, 7)}-01`])
    await source.query(PROBES, [from])
    await source.query('VACUUM ANALYZE probe')
    await source.query('VACUUM ANALYZE site')
    // Of all rules, or the server's worker would make the others' runs while it is measured.
    await classifyAll(source, SHIPPED_RULES, { author: 'bench' })
    await updateAreaSeries(source)
  } finally {
    await database.close()
  }
}

const PROBES = `
  INSERT INTO probe (cell, measured_at, id, received_at, device_id, site_code, lat, lng, accuracy_m, technology,
    operator, outcome, download_bps, upload_bps, latency_ms, tool, flags, counted)
  SELECT cell, at, gen_random_uuid(), at + interval '1 minute', md5(code)::uuid, code, lat, lng, 12, '4g',
    (ARRAY['iam', 'orange', 'inwi'])[1 + length(code) % 3], 'ok', (random() * 40e6)::bigint, 4000000, 45, 'ndt7', '{}', true
  FROM (SELECT s.*, $1::timestamptz + (j + random()) * interval '${DAYS} days' / ${PROBES_PER_SITE} AS at
    FROM site AS s, generate_series(0, ${PROBES_PER_SITE - 1}) AS j OFFSET 0) AS made ORDER BY at`

async function questions(
  place: BenchDatabase,
  from: Date,
  to: Date,
): Promise<Record<Kind, { ours: string[]; floor: string[] }>> {
  const middle = new Date((from.getTime() + to.getTime()) / 2).toISOString()
  const { cell, at, id } = await withClient(place.url, async (client) => {
    const { rows } = await client.query<Record<'cell' | 'at' | 'id', string>>(
      `SELECT cell::text, to_char(measured_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, id
       FROM probe ORDER BY measured_at DESC, id DESC OFFSET ${DEPTH} LIMIT 1`,
    )
    return rows[0]!
  })
  const cursor = Buffer.from(`-measuredAt ${cell} ${at} ${id}`).toString('base64url')
  const codes = Array.from({ length: ASKED_SITES }, (_, i) => `B-${(i * STRIDE) % SITES}`)
  const window = [from.toISOString(), to.toISOString()] as const
  return {
    newest: { ours: ['/api/v1/probes?limit=100'], floor: ['/newest'] },
    site: {
      ours: codes.map((code) => `/api/v1/sites/${code}/series?step=day&from=${window[0]}&to=${window[1]}`),
      floor: codes.map((code) => `/site?a=${code}&a=${window[0]}&a=${window[1]}`),
    },
    since: {
      ours: [`/api/v1/probes?sort=measuredAt&since=${middle}&limit=100`],
      floor: [`/since?a=${middle}`],
    },
    deep: { ours: [`/api/v1/probes?limit=100&cursor=${cursor}`], floor: [`/deep?a=${at}&a=${id}`] },
    totals: { ours: ['/api/v1/areas/aggregates?level=province'], floor: [] },
  }
}
