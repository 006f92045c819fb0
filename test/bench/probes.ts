/** Probes as devices send them: the same places and figures in every run, ids that are new each time. */
import { randomUUID } from 'node:crypto'
import { SITE } from './database.js'

const OPERATORS = ['iam', 'orange', 'inwi']
const DAY_MS = 86_400_000
/** Probes of the last so many days: two or three partitions. */
const DAYS = 45
/** Degrees to each side: some 2,000 cells. */
const SPREAD = 0.2

/** 0..1 out of a whole number (mulberry32's mixing). */
function fraction(n: number): number {
  let t = Math.imul(n + 0x6d2b79f5, 0x85ebca6b)
  t = Math.imul(t ^ (t >>> 15), t | 1)
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}

const around = (centre: number, n: number) => Number((centre + (fraction(n) - 0.5) * 2 * SPREAD).toFixed(6))

/** One probe in JSON, some 330 bytes. */
export function probeJson(n: number, now: number): string {
  const at = fraction(7 * n)
  return JSON.stringify({
    id: randomUUID(),
    measuredAt: new Date(now - 60_000 - Math.floor(at * DAYS * DAY_MS)).toISOString(),
    lat: around(SITE.lat, 7 * n + 1),
    lng: around(SITE.lng, 7 * n + 2),
    accuracyM: 12,
    technology: '4g',
    operator: OPERATORS[n % OPERATORS.length],
    outcome: 'ok',
    downloadBps: Math.floor(fraction(7 * n + 3) * 40e6),
    uploadBps: Math.floor(fraction(7 * n + 4) * 10e6),
    latencyMs: Number((20 + fraction(7 * n + 5) * 80).toFixed(2)),
    jitterMs: Number((fraction(7 * n + 6) * 20).toFixed(2)),
    lossRatio: 0,
    signalDbm: -87,
    tool: 'ndt7',
  })
}

/** Lines `from` to `to` of NDJSON. */
export function ndjson(from: number, to: number, now: number): Buffer {
  let text = ''
  for (let n = from; n < to; n++) text += `${probeJson(n, now)}\n`
  return Buffer.from(text)
}

/** Lines in one chunk of a stream: about 330 kB. */
const CHUNK_LINES = 1_000

export function* ndjsonChunks(count: number): Generator<Buffer> {
  const now = Date.now()
  for (let n = 0; n < count; n += CHUNK_LINES) yield ndjson(n, Math.min(n + CHUNK_LINES, count), now)
}
