/**
 * Wrong bodies of every kind, several at once, sent to a server in a process of its own: none is a fault of the server,
 * `/health/live` answers throughout, and memory stays small. More of them:
 * `FUZZ_BODIES=20000 npx vitest run test/faults/bodies.test.ts`, with `-t NDJSON` for one kind.
 */
import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Sample, corpus } from '../formats/fuzz/corpus.js'
import { mutantOf, randomOf } from '../formats/fuzz/mutations.js'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { type RunningServer, startServer } from '../support/process.js'
import { signIn, siteWithDevice } from '../support/server.js'

const BODIES = Number(process.env['FUZZ_BODIES'] ?? 12)
const SEED = 20_261_201
const SENDERS = 8
const MAX_LIVE_MS = 250
const MAX_MIB = 600

let database: TestDatabase
let server: RunningServer
let token: string
let cookie: string
let samples: Sample[]
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  token = (await siteWithDevice(database)).token
  server = await startServer({ ...database.env })
  cookie = await signIn({ url: server.url, close: async () => {} }, database, 'planner')
  samples = await corpus()
})
afterAll(async () => {
  server.process.kill('SIGTERM')
  await server.ended
  await database.drop()
})

const PROBES = [0, 1, 2].map((i) => ({
  id: `00000000-0000-7000-8000-00000000000${i}`,
  measuredAt: `2026-03-0${i + 1}T10:00:00Z`,
  lat: 35.2447,
  lng: -3.9317,
  operator: 'inwi',
  technology: '4G',
  outcome: 'ok',
  downloadBps: 12_500_000,
  uploadBps: 3_250_000,
  rttMs: 40.5,
}))
const ndjson = PROBES.map((probe) => JSON.stringify(probe)).join('\n')

interface Kind {
  name: string
  path: string
  headers: Record<string, string>
  samples(): Sample[]
  /** What is done to the bytes after they were made wrong. */
  pack?(bytes: Buffer): Buffer
}

const sampleOf =
  (name: string, text: string): (() => Sample[]) =>
  () => [{ name, bytes: Buffer.from(text) }]
const filesLike = (pattern: RegExp) => () => samples.filter(({ name }) => pattern.test(name))
const bearer = () => ({ authorization: `Bearer ${token}` })
const asPlanner = () => ({ cookie, 'content-type': 'application/octet-stream' })
const PROBE_ROUTE = '/api/v1/probes'
const IMPORT_ROUTE = '/api/v1/probes/import'

const KINDS: Record<string, () => Kind> = {
  JSON: () => ({
    name: 'JSON',
    path: PROBE_ROUTE,
    headers: { ...bearer(), 'content-type': 'application/json' },
    samples: sampleOf('probes.json', JSON.stringify(PROBES)),
  }),
  NDJSON: () => ({
    name: 'NDJSON',
    path: PROBE_ROUTE,
    headers: { ...bearer(), 'content-type': 'application/x-ndjson' },
    samples: sampleOf('probes.ndjson', ndjson),
  }),
  gzip: () => ({
    name: 'gzip',
    path: PROBE_ROUTE,
    headers: { ...bearer(), 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
    samples: () => [{ name: 'probes.gz', bytes: gzipSync(ndjson) }],
  }),
  CSV: () => ({ name: 'CSV', path: IMPORT_ROUTE, headers: asPlanner(), samples: filesLike(/\.csv$/) }),
  XLSX: () => ({ name: 'XLSX', path: IMPORT_ROUTE, headers: asPlanner(), samples: filesLike(/\.xlsx$/) }),
  zip: () => ({ name: 'zip', path: IMPORT_ROUTE, headers: asPlanner(), samples: filesLike(/\.(zip|kmz)$/) }),
  GeoPackage: () => ({
    name: 'GeoPackage',
    path: '/api/v1/plan/import',
    headers: asPlanner(),
    samples: filesLike(/\.gpkg$/),
  }),
}

/** Asks `/health/live` all the time from a thread of its own, so that the work of the test is not measured. */
const WATCH = `
const { parentPort, workerData } = require('node:worker_threads')
const slow = { ms: 0, asked: 0 }
parentPort.on('message', () => { parentPort.postMessage(slow); process.exit() })
;(async () => {
  for (;;) {
    const began = performance.now()
    const answer = await fetch(workerData + '/health/live')
    await answer.text()
    slow.ms = Math.max(slow.ms, answer.ok ? performance.now() - began : Infinity)
    if (slow.asked++ === 0) parentPort.postMessage('first')
    await new Promise((done) => setTimeout(done, 20))
  }
})()`

interface Watched {
  /** The longest answer. */
  ms: number
  asked: number
}

async function watched(work: () => Promise<void>): Promise<Watched> {
  const watcher = new Worker(WATCH, { eval: true, workerData: server.url })
  const failed = new Promise<never>((_, fail) => watcher.once('error', fail))
  const first = new Promise((done) => watcher.once('message', done))
  await Promise.race([first, failed])
  await Promise.race([work(), failed])
  const slow = new Promise<Watched>((done) => watcher.once('message', done))
  watcher.postMessage('stop')
  return Promise.race([slow, failed])
}

/** The most memory that the server's process has had, MiB. */
const peakMib = () =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))![1]) / 1024

async function send({ path, headers, pack }: Kind, { bytes }: Sample): Promise<number> {
  const body = new Uint8Array(pack ? pack(bytes) : bytes)
  const answer = await fetch(`${server.url}${path}`, { method: 'POST', body, headers })
  await answer.arrayBuffer()
  return answer.status
}

test.each(Object.keys(KINDS))(
  `%s: ${BODIES} wrong bodies`,
  async (name) => {
    const kind = KINDS[name]!()
    const from = kind.samples()
    const statuses: Record<number, number> = {}
    const faults: string[] = []
    let next = 0
    const sender = async () => {
      while (next < BODIES && faults.length < 10) {
        const seed = SEED + next++
        const status = await send(kind, mutantOf(from[seed % from.length]!, randomOf(seed)))
        statuses[status] = (statuses[status] ?? 0) + 1
        if (status >= 500) faults.push(`${name}, seed ${seed}: ${status}`)
      }
    }
    const slowest = await watched(async () => {
      await Promise.all(Array.from({ length: SENDERS }, sender))
    })
    if (BODIES > 100) console.log(name, statuses, slowest, `${Math.round(peakMib())} MiB`)
    expect(faults).toEqual([])
    // Bodies that are turned away unread would show nothing.
    expect((statuses[429] ?? 0) / BODIES).toBeLessThan(0.1)
    expect(slowest.asked).toBeGreaterThan(0)
    expect(peakMib()).toBeLessThan(MAX_MIB)
    if (BODIES > 100) expect(slowest.ms).toBeLessThan(MAX_LIVE_MS)
  },
  Math.max(180_000, BODIES * 1_000),
)
