/**
 * `export.csv`: rows a second of a million cells from `GET /api/v1/export/cells.csv`, against PostgreSQL's own COPY TO of
 * the same columns (it knows no H3, so it gives no centres). ratio = ours / floor: 1 is as fast, more is faster.
 * `memory.export`: the server's resident memory at its peak meanwhile, against that at rest: smaller is better.
 */
import type { RunRow } from '#store/runs'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { to as copyTo } from 'pg-copy-streams'
import { type Bench, type Ground, type Result, median, resultOf, tell } from './bench.js'
import { type BenchDatabase, withClient, withServer } from './database.js'
import { forgetPeak, megabytes } from './memory-ndjson.js'
import { CELLS, fill } from './what-if.js'

const ROUNDS = 3
/** After its start the server is quiet by then. */
const REST_MS = 3_000

export const exportCsv: Bench = { names: ['export.csv', 'memory.export'], run }

async function run(ground: Ground): Promise<Result[]> {
  const place = await ground.database('export_csv')
  const of = await filled(place)
  const floors: number[] = []
  for (let round = 0; round < ROUNDS; round++) floors.push(await rate(() => copied(place, of)))
  const { rates, rest, peak } = await withServer(place, async ({ url, process }) => {
    await sleep(REST_MS)
    const rest = megabytes(process.pid!, 'VmRSS')
    forgetPeak(process.pid!)
    const rates: number[] = []
    for (let round = 0; round < ROUNDS; round++) rates.push(await rate(() => downloaded(url, of)))
    return { rates, rest, peak: megabytes(process.pid!, 'VmHWM') }
  })
  const [ours, floor] = [median(rates), median(floors)]
  tell(`export.csv: ${CELLS} rows, ${rates.map(Math.round).join(', ')} rows/s`)
  return [
    resultOf('export.csv', ours, floor, 'rows/s', ours / floor),
    resultOf('memory.export', peak, rest, 'MB', peak / rest),
  ]
}

async function filled(place: BenchDatabase): Promise<RunRow> {
  const database = await place.open('batch')
  try {
    const run = await fill(database)
    await database.source.query(
      `INSERT INTO cell_place (cell, region_code, province_code, commune_code)
       SELECT cell, '01', '01.051', '01.051.01.01' FROM verdict`,
    )
    await database.source.query('VACUUM ANALYZE cell_place')
    return run
  } finally {
    await database.close()
  }
}

/** Rows a second; fails where rows are missing. */
async function rate(work: () => Promise<number>): Promise<number> {
  const began = performance.now()
  const lines = await work()
  // One is the header.
  if (lines !== CELLS + 1) throw new Error(`${lines} lines came, ${CELLS + 1} were asked for`)
  return CELLS / ((performance.now() - began) / 1000)
}

async function downloaded(url: string, { id }: RunRow): Promise<number> {
  const get = request(`${url}/api/v1/export/cells.csv?run=${id}`).end()
  const [answer] = (await once(get, 'response')) as [IncomingMessage]
  return countLines(answer)
}

const copied = (place: BenchDatabase, { id, series }: RunRow): Promise<number> =>
  withClient(place.url, (client) =>
    countLines(
      client.query(
        copyTo(
          `COPY (SELECT to_hex(v.cell), class, confidence, commune_code, province_code, region_code, first_run, ${id}, 'ma-floor'
             FROM verdict AS v LEFT JOIN cell_place AS p ON p.cell = v.cell
             WHERE series = ${series} AND first_run <= ${id} AND (next_run IS NULL OR next_run > ${id}) ORDER BY v.cell)
           TO STDOUT (FORMAT csv, HEADER)`,
        ),
      ),
    ),
  )

const LINE_FEED = 10

async function countLines(stream: Readable): Promise<number> {
  let lines = 0
  for await (const chunk of stream as AsyncIterable<Buffer>)
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) lines++
  return lines
}
