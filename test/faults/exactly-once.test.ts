/**
 * One id is one probe while everything goes wrong at once: two servers on one database, devices whose clocks are corrected between
 * two deliveries, senders that do not wait for an answer, and a SIGKILL in the middle.
 */
import { seededRandom } from '#domain/random'
import { openDatabase } from '#store/database'
import { insertDevice, newToken, sha256 } from '#store/people'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serverPlace } from '../support/database.js'
import { startServer } from '../support/process.js'
import { siteWithDevice } from '../support/server.js'

const DEVICES = 3
const IDS_PER_DEVICE = 100
/** Each id is sent so often, each time in another body and with another clock. */
const DELIVERIES = 8
const SENDERS = 12
const DAY_MS = 86_400_000
/** The corrected times lie in the last 60 months. */
const MAX_AGE_DAYS = 60 * 30.4

interface Body {
  token: string
  ids: string[]
  text: string
  /** How often it was sent. */
  times: number
}

let place: Awaited<ReturnType<typeof serverPlace>>
let tokens: string[]
const open = () => openDatabase({ url: place.env.DATABASE_URL, dataDir: '', purpose: 'batch' })
beforeAll(async () => {
  place = await serverPlace()
  const database = await open()
  await siteWithDevice(database)
  tokens = Array.from({ length: DEVICES }, newToken)
  for (const token of tokens) await insertDevice(database.source.manager, 'S1', sha256(token), 'test')
  await database.close()
})
afterAll(() => place.remove())

const random = seededRandom(20_261_130)
const below = (limit: number) => Math.floor(random() * limit)

/** The device measured when its clock showed 2015; what the clock shows when it sends says how long ago that was. */
function probeText(id: string, n: number, clockErrorMs: number): string {
  const measuredAt = Date.UTC(2015, 0, 1) + n * 7 * 60_000
  const sentAt = measuredAt + clockErrorMs
  const times = { measuredAt: new Date(measuredAt).toISOString(), sentAt: new Date(sentAt).toISOString() }
  return JSON.stringify({ id, ...times, technology: '4g', operator: 'iam', outcome: 'ok', downloadBps: 4e6 })
}

/** All deliveries of all ids, cut into bodies, in no order. */
function bodiesOf(idsByToken: ReadonlyMap<string, readonly string[]>): Body[] {
  const bodies: Body[] = []
  for (const [token, ids] of idsByToken)
    for (let delivery = 0; delivery < DELIVERIES; delivery++) {
      const ageMs = (1 + random() * MAX_AGE_DAYS) * DAY_MS
      const texts = ids.map((id, n) => ({ id, text: probeText(id, n, ageMs + random() * 20 * DAY_MS) }))
      for (let at = 0; at < texts.length;) {
        const part = texts.slice(at, (at += 1 + below(60)))
        const text = part.map((one) => one.text).join('\n')
        bodies.push({ token, ids: part.map(({ id }) => id), text, times: 0 })
      }
    }
  return bodies
    .map((body) => ({ body, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ body }) => body)
}

/** The number of probes that were new, or null where nobody answered in time. The first try of every other body hardly waits. */
async function send(url: string, body: Body): Promise<number | null> {
  const isImpatient = body.times++ === 0 && below(2) === 0
  const signal = AbortSignal.timeout(isImpatient ? 5 + below(60) : 60_000)
  const headers = { authorization: `Bearer ${body.token}`, 'content-type': 'application/x-ndjson' }
  try {
    const options = { method: 'POST', headers, body: body.text, signal }
    const response = await fetch(`${url}/api/v1/probes`, options)
    const answer = (await response.json()) as { accepted: number; duplicates: number }
    if (response.status !== 200) return null
    expect(answer.accepted + answer.duplicates).toBe(body.ids.length)
    return answer.accepted
  } catch (error) {
    if (error instanceof Error && error.name === 'AssertionError') throw error
    return null
  }
}

test('two servers, corrected clocks, 60 months, time-outs, SIGKILL', { timeout: 300_000 }, async () => {
  const idsByToken = new Map(
    tokens.map((token) => [token, Array.from({ length: IDS_PER_DEVICE }, () => randomUUID())]),
  )
  const waiting = bodiesOf(idsByToken)
  const servers = await Promise.all([startServer(place.env), startServer(place.env)])
  const killAt = Math.floor(waiting.length / 3)
  let [acknowledged, accepted] = [0, 0]
  let restarted: Promise<void> | null = null
  const restart = async () => {
    const killed = servers.shift()!
    killed.process.kill('SIGKILL')
    expect(await killed.ended).toBe('SIGKILL')
    servers.push(await startServer(place.env))
  }
  const sender = async () => {
    for (let body = waiting.shift(); body !== undefined; body = waiting.shift()) {
      const newCount = await send(servers[below(servers.length)]!.url, body)
      if (newCount === null) waiting.push(body)
      else {
        accepted += newCount
        if (++acknowledged === killAt) restarted = restart()
      }
    }
  }
  try {
    await Promise.all(Array.from({ length: SENDERS }, sender))
    await restarted
  } finally {
    for (const server of servers) server.process.kill('SIGTERM')
    await Promise.all(servers.map((server) => server.ended))
  }
  const database = await open()
  const rows: { id: string; months: number }[] = await database.source.query(
    'SELECT id, (SELECT count(DISTINCT tableoid)::integer FROM probe) AS months FROM probe',
  )
  await database.close()
  const ids = [...idsByToken.values()].flat()
  expect(rows.map(({ id }) => id).sort()).toEqual(ids.sort())
  // An answer that was lost had counted some of them.
  expect(accepted).toBeLessThanOrEqual(ids.length)
  expect(rows[0]!.months).toBeGreaterThan(5)
})
