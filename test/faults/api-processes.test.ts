/** Several processes of the API on one address (`API_PROCESSES`): they share the work, and neither a probe nor a right is doubled. */
import { newToken, insertDevice, revokeDevice, sha256 } from '#store/people'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MAX_RIGHTS_AGE_MS } from '../../apps/api/people/rights-cache.js'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { callJson } from '../support/json-client.js'
import { type RunningServer, startServer } from '../support/process.js'
import { siteWithDevice } from '../support/server.js'

const PROCESSES = 2
/** Longer than any answer takes, so that what hangs is sent again. */
const MAX_SILENCE_MS = 20_000
const PATIENCE = { timeout: 120_000 }

let database: TestDatabase
let server: RunningServer
let token: string
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  ;({ token } = await siteWithDevice(database))
  server = await startServer({ ...database.env, API_PROCESSES: String(PROCESSES) })
})
afterAll(async () => {
  server?.process.kill('SIGTERM')
  expect(await server?.ended).toBe(0)
  await database.drop()
})

interface Readiness {
  api: string
  worker: string
}
const readiness = async () => (await (await fetch(`${server.url}/health/ready`)).json()) as Readiness
const metric = async (name: string) => {
  const text = await (await fetch(`${server.url}/metrics`)).text()
  return Number(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (\\d+)$`, 'm').exec(text)?.[1])
}

/** The processes of the API, by the variable that their parent gives them. Linux tells both. */
function apiPids(): number[] {
  const { pid } = server.process
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
  return children.filter((child) =>
    readFileSync(`/proc/${child}/environ`, 'utf8')
      .split('\0')
      .some((variable) => variable.startsWith('API_PROCESS=')),
  )
}

const probe = (id: string, n: number) => ({
  id,
  measuredAt: new Date(Date.UTC(2026, 8, 1) + n * 60_000).toISOString(),
  technology: '4g',
  operator: 'iam',
  outcome: 'ok',
  downloadBps: 4_000_000,
})

/** Sends over a connection of its own, so that the processes take turns; the status, or null where the connection broke. */
function post(body: unknown, bearer = token): Promise<{ status: number; accepted: number } | null> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' }
    const options = { method: 'POST', headers, agent: false }
    const sent = request(`${server.url}/api/v1/probes`, options, (answer) => {
      let text = ''
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
      answer.on('end', () =>
        resolve({
          status: answer.statusCode!,
          accepted: (JSON.parse(text) as { accepted?: number }).accepted ?? 0,
        }),
      )
      answer.on('error', () => resolve(null))
    })
    sent.on('error', () => resolve(null))
    // A connection that was being handed to a process when that was killed is answered by nobody.
    sent.setTimeout(MAX_SILENCE_MS, () => sent.destroy())
    sent.end(JSON.stringify(body))
  })
}

/** The processes whose connections to the database ended a writing transaction as their last statement. */
async function writingProcesses(): Promise<string[]> {
  const rows: { name: string }[] = await database.source.query(
    `SELECT DISTINCT application_name AS name FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'taghtiya api %' AND query = 'COMMIT' ORDER BY 1`,
  )
  return rows.map(({ name }) => name)
}

const storedIds = async () =>
  ((await database.source.query('SELECT id FROM probe')) as { id: string }[]).map(({ id }) => id)

test(
  'single probes are spread over the processes, and any of them tells the figures of all',
  PATIENCE,
  async () => {
    const before = (await storedIds()).length
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => post(probe(randomUUID(), n))))
    expect(answers.map((answer) => answer?.accepted)).toEqual(answers.map(() => 1))
    expect(await writingProcesses()).toEqual(['taghtiya api 1', 'taghtiya api 2'])
    expect((await storedIds()).length - before).toBe(40)
    // Whoever is asked, and of whichever process the connection is.
    for (let n = 0; n < 4; n++) expect(await metric('taghtiya_probes_total{outcome="accepted"}')).toBe(40)
    expect(await metric('taghtiya_api_processes')).toBe(PROCESSES)
    await expect.poll(() => metric('taghtiya_workers'), PATIENCE).toBe(1)
  },
)

test('attempts to sign in are counted by all processes together', PATIENCE, async () => {
  const attempt = async () => {
    // A connection of its own each time, so that the processes take turns.
    const headers = { connection: 'close', 'x-forwarded-for': '203.0.113.50' }
    const body = { name: 'nobody', password: 'wrong' }
    return (await callJson(`${server.url}/api/v1/session`, 'POST', { body, headers })).status
  }
  const statuses = []
  for (let n = 0; n < 12; n++) statuses.push(await attempt())
  expect(statuses).toEqual([...Array.from({ length: 5 }, () => 401), ...Array.from({ length: 7 }, () => 429)])
})

test('a right that was withdrawn is refused by every process after five seconds', PATIENCE, async () => {
  const other = newToken()
  const device = await insertDevice(database.source.manager, 'S1', sha256(other), 'test')
  const statuses = async () =>
    Promise.all(
      Array.from({ length: 12 }, async (_, n) => (await post(probe(randomUUID(), 5_000 + n), other))?.status),
    )
  expect(new Set(await statuses())).toEqual(new Set([200]))
  await revokeDevice(database.source.manager, device)
  // The promise is this time, however fast the machine is.
  await sleep(MAX_RIGHTS_AGE_MS)
  expect(new Set(await statuses())).toEqual(new Set([401]))
})

test(
  'each id is stored once although it is sent again through other processes and one is killed',
  PATIENCE,
  async () => {
    const before = new Set(await storedIds())
    const ids = Array.from({ length: 118 }, () => randomUUID())
    // Neighbours share ids, so that a group meets what another process is writing.
    const bodies = Array.from({ length: 6 }, () =>
      Array.from({ length: 40 }, (_, n) => ids.slice(n * 2, n * 2 + 40)),
    )
      .flat()
      .map((part) => part.map((id) => probe(id, 10_000 + ids.indexOf(id))))
    const victim = apiPids()[0]!
    const isRestarted = async () => apiPids().length === PROCESSES && !apiPids().includes(victim)
    let [accepted, answered] = [0, 0]
    const sender = async () => {
      for (let body = bodies.shift(); body; body = bodies.shift()) {
        const answer = await post(body)
        if (answer?.status !== 200) {
          bodies.push(body)
          continue
        }
        accepted += answer.accepted
        if (++answered === 60) process.kill(victim, 'SIGKILL')
      }
    }
    await Promise.all(Array.from({ length: 12 }, sender))
    expect((await storedIds()).filter((id) => !before.has(id)).sort()).toEqual(ids.toSorted())
    // An answer that was lost had counted some of them.
    expect(accepted).toBeLessThanOrEqual(ids.length)
    await expect.poll(isRestarted, PATIENCE).toBe(true)
    await expect.poll(async () => (await readiness()).api, PATIENCE).toBe('ok')
    expect(await metric('taghtiya_api_restarts')).toBe(1)
  },
)

test('a process that is away is told by the others, which go on', PATIENCE, async () => {
  const [victim] = apiPids()
  process.kill(victim!, 'SIGKILL')
  await expect.poll(async () => (await readiness()).api, { ...PATIENCE, interval: 20 }).toBe('restarting')
  expect((await post(probe(randomUUID(), 30_000)))?.status).toBe(200)
  await expect.poll(async () => (await readiness()).api, PATIENCE).toBe('ok')
})

test('with the embedded database more than one process is refused, and the reason is told', async () => {
  const refused = startServer({ DATABASE_URL: '', DATA_DIR: '/nonexistent', API_PROCESSES: '2' })
  await expect(refused).rejects.toThrow(/API_PROCESSES is "2".*set DATABASE_URL/s)
  const wrong = startServer({ ...database.env, API_PROCESSES: 'many' })
  await expect(wrong).rejects.toThrow(/API_PROCESSES must be a number from 1 to 32; it is "many"/)
})

test('a port that is taken ends the start with an error', PATIENCE, async () => {
  const taken = startServer({ ...database.env, API_PROCESSES: '2', PORT: new URL(server.url).port })
  await expect(taken).rejects.toThrow(/EADDRINUSE/)
})
