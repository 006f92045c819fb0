/** Samples of a simulated country, and the quickest way of them into a database. */
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import { from as copyFrom } from 'pg-copy-streams'
import { type BenchDatabase, withClient } from '../database.js'

export interface Sample {
  h3: string
  operator: string
  technology: string
  /** UUID. */
  device: string
  /** Milliseconds since 1970. */
  at: number
  /** Null: no service. */
  bps: number | null
}

const COPY = `COPY probe (cell, measured_at, id, received_at, device_id, lat, lng, technology, operator, outcome,
  download_bps, counted) FROM STDIN`

/** Writes samples as probes that were received when they were measured. */
export async function writeSamples(place: BenchDatabase, samples: Iterable<Sample>): Promise<void> {
  await withClient(place.url, async (client) => {
    await pipeline(Readable.from(copyBlocks(samples)), client.query(copyFrom(COPY)))
    await client.query('VACUUM ANALYZE probe')
  })
}

const LINES_PER_BLOCK = 2_000

function* copyBlocks(samples: Iterable<Sample>): Generator<string> {
  let block: string[] = []
  let count = 0
  for (const sample of samples) {
    block.push(copyLine(sample, ++count))
    if (block.length < LINES_PER_BLOCK) continue
    yield `${block.join('\n')}\n`
    block = []
  }
  if (block.length > 0) yield `${block.join('\n')}\n`
}

function copyLine(sample: Sample, number: number): string {
  const at = new Date(sample.at).toISOString()
  return [
    BigInt(`0x${sample.h3}`).toString(),
    at,
    `00000000-0000-4000-9000-${number.toString(16).padStart(12, '0')}`,
    at,
    sample.device,
    32.6,
    -6.2,
    sample.technology,
    sample.operator,
    sample.bps === null ? 'no_service' : 'ok',
    sample.bps ?? '\\N',
    't',
  ].join('\t')
}

/** First days (YYYY-MM-DD) of the fifteen months up to that of `end`: their partitions hold a year of samples and more. */
export const monthsBefore = (end: Date): string[] =>
  Array.from({ length: 15 }, (_, back) =>
    new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() - back, 1)).toISOString().slice(0, 10),
  )
