/** Rows per second of one NDJSON upload, against COPY of the very same rows into the same table. */
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { type Bench, type Ground, median, resultOf, tell, timed } from './bench.js'
import { makeDevice, withClient, withServer } from './database.js'
import { mustAccept, postNdjson } from './load.js'
import { ndjson } from './probes.js'

const ROWS = 100_000
/** The server's code is compiled by then. */
const WARM_UP_ROWS = 10_000
const ROUNDS = 3
/** Sent by node:http at once. */
const CHUNK_BYTES = 1 << 20

export const ingestBatch: Bench = { names: ['ingest.batch'], run }

async function run(ground: Ground) {
  const place = await ground.database('ingest_batch')
  const token = await makeDevice(place)
  return withServer(place, (server) =>
    withClient(place.url, async (client) => {
      const post = async (body: Buffer, rows: number) =>
        mustAccept(await postNdjson(server.url, token, cut(body)), rows)
      await post(ndjson(0, WARM_UP_ROWS, Date.now()), WARM_UP_ROWS)
      const [ours, floor]: [number[], number[]] = [[], []]
      for (let round = 0; round < ROUNDS; round++) {
        const body = ndjson(0, ROWS, Date.now())
        await client.query('TRUNCATE probe, probe_ledger')
        await client.query('UPDATE device SET recent_probes = NULL, recent_since = NULL')
        ours.push(ROWS / ((await timed(() => post(body, ROWS))) / 1000))
        floor.push(ROWS / ((await copyAgain(client)) / 1000))
        tell(`ingest.batch: ${Math.round(ours.at(-1)!)} rows/s, COPY ${Math.round(floor.at(-1)!)} rows/s`)
      }
      const [a, b] = [median(ours), median(floor)]
      return [resultOf('ingest.batch', a, b, 'rows/s', a / b)]
    }),
  )
}

function* cut(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += CHUNK_BYTES) yield body.subarray(at, at + CHUNK_BYTES)
}

/** Takes the rows out, empties the table and gives the milliseconds that putting them back takes. */
async function copyAgain(client: pg.Client): Promise<number> {
  const rows = await buffer(client.query(copyTo('COPY (SELECT * FROM probe) TO STDOUT')))
  await client.query('TRUNCATE probe')
  const ms = await timed(() =>
    pipeline(Readable.from(cut(rows)), client.query(copyFrom('COPY probe FROM STDIN'))),
  )
  const counted = await client.query<{ n: number }>('SELECT count(*)::integer AS n FROM probe')
  if (counted.rows[0]!.n !== ROWS) throw new Error(`COPY wrote ${counted.rows[0]!.n} of ${ROWS} rows`)
  return ms
}
