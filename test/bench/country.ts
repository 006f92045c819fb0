/** A generated country: probes by devices that belong to their cells, made in SQL, and runs over them. */
import { SHIPPED_RULES } from '#domain/rule'
import { cellAt, cellToSql, centreOf } from '#geo'
import { type Database } from '#store/database'
import { ensureProbeMonths } from '#store/probes'
import { type RunRow, classify } from '#store/runs'
import { gridDisk } from 'h3-js'
import type { BenchDatabase } from './database.js'
import { tell, timed } from './timing.js'

export const CENTRE = { lat: 33.9, lng: -5.5 }
const DAYS = 180
const DAY_MS = 86_400_000

/** Three devices a cell, one for each operator; each measures three times on a day, every so many days. */
const DEVICES_PER_CELL = 3
const PROBES_PER_DEVICE = 17
export const PROBES_PER_CELL = DEVICES_PER_CELL * PROBES_PER_DEVICE

export interface Country {
  place: BenchDatabase
  cells: number
  /** Of the probes: `from` included, `to` excluded. */
  window: { from: Date; to: Date }
}

export const MA_FLOOR = SHIPPED_RULES.find((rule) => rule.id === 'ma-floor')!

/** In the order of the days, as probes come; some networks fast, some slow, by place and operator. */
const PROBES_SQL = `
  INSERT INTO probe (cell, measured_at, id, received_at, device_id, site_code, lat, lng, accuracy_m, technology,
    operator, outcome, download_bps, upload_bps, latency_ms, tool, flags, counted)
  SELECT cell, t, gen_random_uuid(), t + interval '1 minute', ('00000000-0000-4000-8000-' || lpad((n * 3 + d)::text, 12, '0'))::uuid,
    NULL, lat, lng, 12, '4g', (ARRAY['iam', 'orange', 'inwi'])[1 + d], 'ok',
    (random() * 40e6 / (1 + (n / 7 + d) % 5))::bigint, 4000000, 45, 'ndt7', '{}', true
  FROM (
    SELECT p.*, d, $1::timestamptz + ((n * 7 + d * 3 + (j / 3) * 29) % ${DAYS}) * interval '1 day'
      + (8 + random() * 14) * interval '1 hour' AS t
    FROM bench_place AS p, generate_series(0, ${DEVICES_PER_CELL - 1}) AS d, generate_series(0, ${PROBES_PER_DEVICE - 1}) AS j
    OFFSET 0) AS s
  ORDER BY t::date`

export async function makeCountry(place: BenchDatabase, cells: number): Promise<Country> {
  const to = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS)
  const window = { from: new Date(to.getTime() - DAYS * DAY_MS), to }
  const database = await place.open('batch')
  try {
    const ms = await timed(() => fill(database, window, cells))
    tell(`Made ${cells * PROBES_PER_CELL} probes in ${cells} cells in ${(ms / 1000).toFixed(1)} s`)
  } finally {
    await database.close()
  }
  return { place, cells, window }
}

async function fill({ source }: Database, window: Country['window'], cells: number): Promise<void> {
  await placeCells(source, cells)
  await ensureProbeMonths(source.manager, monthsOf(window))
  await source.query(PROBES_SQL, [window.from])
  await source.query('VACUUM ANALYZE probe')
}

async function placeCells(source: Database['source'], count: number): Promise<void> {
  // A disk of k rings holds 3k(k + 1) + 1 cells.
  const rings = Math.ceil(Math.sqrt(count / 3))
  const cells = gridDisk(cellAt(CENTRE.lat, CENTRE.lng), rings).slice(0, count)
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
