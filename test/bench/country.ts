/** A million probes in 20,000 neighbouring cells, made in SQL, and a run over them. */
import { SHIPPED_RULES } from '#domain'
import { cellAt, cellToSql, centreOf } from '#geo'
import { type Database, type RunRow, classify, ensureProbeMonths } from '#store'
import { gridDisk } from 'h3-js'
import type { BenchDatabase } from './database.js'
import { tell, timed } from './timing.js'

export const CENTRE = { lat: 33.9, lng: -5.5 }
export const PROBES = 1_000_000
export const CELLS = 20_000
/** The smallest disk of cells that holds 20,000. */
const RINGS = 82
const DAYS = 180
const DAY_MS = 86_400_000

export interface Country {
  place: BenchDatabase
  /** Of the probes: `from` included, `to` excluded. */
  window: { from: Date; to: Date }
}

export const MA_FLOOR = SHIPPED_RULES.find((rule) => rule.id === 'ma-floor')!

/** Every cell gets 50 probes: three operators, 200 devices, by day; some fast, some slow, by place and operator. */
const PROBES_SQL = `
  INSERT INTO probe (cell, measured_at, id, received_at, device_id, site_code, lat, lng, accuracy_m, technology,
    operator, outcome, download_bps, upload_bps, latency_ms, tool, flags, counted)
  SELECT p.cell, $1::timestamptz + random() * ($2::timestamptz - $1) * 0.999, gen_random_uuid(), now() - interval '1 hour',
    ('00000000-0000-4000-8000-' || lpad((i % 200)::text, 12, '0'))::uuid, NULL, p.lat, p.lng, 12, '4g',
    (ARRAY['iam', 'orange', 'inwi'])[1 + (i / $3) % 3], 'ok',
    (random() * 40e6 / (1 + (p.n / 7 + i / $3) % 5))::bigint, 4000000, 45, 'ndt7', '{}', true
  FROM generate_series(0, $4 - 1) AS i JOIN bench_place AS p ON p.n = i % $3
  ORDER BY i`

export async function makeCountry(place: BenchDatabase): Promise<Country> {
  const to = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS)
  const window = { from: new Date(to.getTime() - DAYS * DAY_MS), to }
  const database = await place.open('batch')
  try {
    const ms = await timed(() => fill(database, window))
    tell(`Made ${PROBES} probes in ${CELLS} cells in ${(ms / 1000).toFixed(1)} s`)
  } finally {
    await database.close()
  }
  return { place, window }
}

async function fill({ source }: Database, window: Country['window']): Promise<void> {
  await placeCells(source)
  await ensureProbeMonths(source.manager, monthsOf(window))
  await source.query(PROBES_SQL, [window.from, window.to, CELLS, PROBES])
  await source.query('VACUUM ANALYZE probe')
}

async function placeCells(source: Database['source']): Promise<void> {
  const cells = gridDisk(cellAt(CENTRE.lat, CENTRE.lng), RINGS).slice(0, CELLS)
  const rows = cells.map((h3, n) => ({ n, cell: cellToSql(h3), lng: centreOf(h3)[0], lat: centreOf(h3)[1] }))
  await source.query('CREATE TABLE bench_place (n integer PRIMARY KEY, cell bigint, lat float8, lng float8)')
  await source.query(
    'INSERT INTO bench_place SELECT * FROM json_to_recordset($1::json) AS r(n integer, cell bigint, lat float8, lng float8)',
    [JSON.stringify(rows)],
  )
  await source.query('ANALYZE bench_place')
}

function monthsOf({ from, to }: Country['window']): string[] {
  const months: string[] = []
  const at = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth(), 1))
  for (; at <= to; at.setUTCMonth(at.getUTCMonth() + 1)) months.push(at.toISOString().slice(0, 10))
  return months
}

/** A run that starts from nothing: fixed dates make a series of their own, so every verdict is written. */
export const freshRun = (database: Database, { window }: Country): Promise<RunRow> =>
  classify(database.source, { rule: MA_FLOOR, ...window, author: 'bench' })
