/**
 * What devices bring after weeks without a network: 50 of them with 2,000 NDJSON rows each over 8 connections, three times
 * with other devices. Floor: COPY of the very same rows into the same table with its indexes.
 */
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { withClient } from '../database.js'
import { mustAccept, postNdjson } from '../load.js'
import { tell, timed } from '../timing.js'
import type { Nation } from './country.js'
import type { NationSite } from './generate.js'
import { probeOf } from './live.js'

const DEVICES = 50
const ROWS_PER_DEVICE = 2_000
const CONNECTIONS = 8
const ROUNDS = 3
const ROWS = DEVICES * ROWS_PER_DEVICE
/** A measurement each quarter of an hour: three weeks. */
const STEP_MS = 15 * 60_000

export interface BacklogRound {
  /** Rows a second. */
  ours: number
  copy: number
}

export async function backlog(nation: Nation, url: string): Promise<BacklogRound[]> {
  return withClient(nation.place.url, async (client) => {
    const rounds: BacklogRound[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const sites = sitesOfRound(nation.sites, round)
      const bodies = sites.map((site) => ({ token: site.token, body: bodyOf(site) }))
      const ours = await timed(() => postAll(url, bodies))
      const copy = await copyAgain(client, sites)
      rounds.push({ ours: ROWS / (ours / 1000), copy: ROWS / (copy / 1000) })
      tell(
        `nation.backlog: round ${round + 1}, ${Math.round(rounds.at(-1)!.ours)} rows/s, COPY ${Math.round(rounds.at(-1)!.copy)} rows/s`,
      )
    }
    return rounds
  })
}

function sitesOfRound(sites: readonly NationSite[], round: number): NationSite[] {
  const stride = Math.floor(sites.length / DEVICES)
  return Array.from({ length: DEVICES }, (_, i) => sites[i * stride + round]!)
}

/** The newest a minute old. */
function bodyOf(site: NationSite): Buffer {
  const first = Date.now() - 60_000 - ROWS_PER_DEVICE * STEP_MS
  const lines = Array.from({ length: ROWS_PER_DEVICE }, (_, i) =>
    JSON.stringify(probeOf(site, first + i * STEP_MS)),
  )
  return Buffer.from(`${lines.join('\n')}\n`)
}

async function postAll(url: string, bodies: { token: string; body: Buffer }[]): Promise<void> {
  const waiting = [...bodies]
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      mustAccept(await postNdjson(url, next.token, [next.body]), ROWS_PER_DEVICE)
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, work))
}

/** Marks the copies, so that they can be taken out again. */
const COPY_TOOL = 'nation-copy'

/** Takes the rows out, puts them back with new ids and gives the milliseconds that this took; then they are removed. */
async function copyAgain(client: pg.Client, sites: readonly NationSite[]): Promise<number> {
  const codes = sites.map(({ code }) => `'${code}'`).join(', ')
  const { rows: columns } = await client.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'probe'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
  )
  const names = columns.map(({ name }) => name)
  const values = names.map((name) =>
    name === 'id' ? 'gen_random_uuid()' : name === 'tool' ? `'${COPY_TOOL}'` : name,
  )
  const since = new Date(Date.now() - (ROWS_PER_DEVICE + 10) * STEP_MS).toISOString()
  const where = `site_code IN (${codes}) AND measured_at >= '${since}'`
  const rows = await text(
    client.query(
      copyTo(
        `COPY (SELECT ${values.join(', ')} FROM probe WHERE ${where} AND tool <> '${COPY_TOOL}' ORDER BY cell LIMIT ${ROWS}) TO STDOUT`,
      ),
    ),
  )
  const ms = await timed(() =>
    pipeline(
      Readable.from([Buffer.from(rows)]),
      client.query(copyFrom(`COPY probe (${names.join(', ')}) FROM STDIN`)),
    ),
  )
  const removed = await client.query(`DELETE FROM probe WHERE ${where} AND tool = '${COPY_TOOL}'`)
  if (removed.rowCount !== ROWS) throw new Error(`COPY wrote ${removed.rowCount} of ${ROWS} rows`)
  return ms
}
