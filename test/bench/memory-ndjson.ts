/**
 * Resident memory of the server while it takes a million probes in one NDJSON body, against its memory at rest.
 * ratio = peak / rest: smaller is better.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Bench, type Ground, resultOf, tell, timed } from './bench.js'
import { countProbes, makeDevice, withServer } from './database.js'
import { mustAccept, postNdjson } from './load.js'
import { ndjsonChunks } from './probes.js'

const PROBES = 1_000_000
/** After its start the server is quiet by then. */
const REST_MS = 3_000

export const memoryNdjson: Bench = { names: ['memory.ndjson'], run }

async function run(ground: Ground) {
  const place = await ground.database('memory_ndjson')
  const token = await makeDevice(place)
  const { rest, peak } = await withServer(place, async (server) => {
    const { pid } = server.process
    await sleep(REST_MS)
    const rest = megabytes(pid!, 'VmRSS')
    forgetPeak(pid!)
    const ms = await timed(async () =>
      mustAccept(await postNdjson(server.url, token, ndjsonChunks(PROBES)), PROBES),
    )
    tell(`memory.ndjson: ${PROBES} probes in ${(ms / 1000).toFixed(1)} s`)
    return { rest, peak: megabytes(pid!, 'VmHWM') }
  })
  const rows = await countProbes(place.url)
  if (rows !== PROBES) throw new Error(`${rows} of ${PROBES} probes are in the table`)
  return [resultOf('memory.ndjson', peak, rest, 'MB', peak / rest)]
}

/** /proc counts in units of 1024 bytes. */
export function megabytes(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return (Number(found![1]) * 1024) / 1e6
}

/** 5 sets the peak to the present size: that of the start does not count. */
export const forgetPeak = (pid: number) => writeFileSync(`/proc/${pid}/clear_refs`, '5')
