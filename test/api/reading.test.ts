/** Files that must be held as a whole are read in processes with little memory: none of them stops the server. */
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { type TestServer, serve, signIn, siteWithDevice } from '../support/server.js'

let database: TestDatabase
let server: TestServer
let cookie: string
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  server = await serve(database)
  await siteWithDevice(database)
  cookie = await signIn(server, database, 'planner')
})
afterAll(async () => {
  await server.close()
  await database.drop()
})

async function upload(path: string, body: Uint8Array) {
  const headers = { cookie, 'content-type': 'application/octet-stream' }
  const answer = await fetch(server.url + path, { method: 'POST', headers, body: body as never })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

/** A megabyte of JSON that takes thirty times as much memory, so often. */
const manyArrays = (megabytes: number): string => `[${'[],'.repeat((megabytes * 1024 * 1024) / 3)}[]]`

test.each([
  ['results', '/api/v1/probes/import?site=S1'],
  ['a plan', '/api/v1/plan/import'],
])('%s that need more memory than a reader has are refused, and the server goes on', async (_what, path) => {
  const file = gzipSync(manyArrays(48), { level: 1 })
  let isReading = true
  const reading = upload(path, file).finally(() => (isReading = false))
  let answers = 0
  while (isReading) {
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
    answers++
  }
  const { status, body } = await reading
  expect([status, body.code]).toEqual([422, 'file_memory'])
  expect(body.detail).toContain('256 MiB of memory')
  expect(answers).toBeGreaterThan(10)
  expect((await fetch(`${server.url}/health/ready`)).status).toBe(200)
})

const record = (n: number) => ({
  id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  measuredAt: new Date(Date.now() - n * 60_000).toISOString(),
  outcome: 'ok',
  downloadBps: 4e6,
  operator: 'iam',
  technology: '4g',
})

test('a large document is read in a process as a small one without', async () => {
  const small = [record(1), record(2), { ...record(3), id: 'no id' }]
  const large = Array.from({ length: 9_000 }, (_, n) => record(n + 10))
  const text = (records: object[]) => Buffer.from(JSON.stringify(records))
  expect(text(large).length).toBeGreaterThan(1024 * 1024)
  const path = '/api/v1/probes/import?site=S1'
  const first = await upload(path, text(small))
  expect(first.body).toMatchObject({ accepted: 2, format: 'probe', rejected: [{ index: 2 }] })
  expect((await upload(path, text(large))).body).toMatchObject({
    accepted: 9_000,
    format: 'probe',
    rejected: [],
  })
  expect((await upload(path, gzipSync(text(small)))).body).toMatchObject({ accepted: 0, duplicates: 2 })
})

test('what the reader refuses or asks is told by its own code', async () => {
  const broken = await upload('/api/v1/probes/import', Buffer.from('PK\u0003\u0004 no zip file'))
  expect([broken.status, broken.body.code]).toEqual([422, 'file_unread'])
  const cut = await upload('/api/v1/plan/import', gzipSync('code,name\n').subarray(0, 20))
  expect([cut.status, cut.body.code]).toEqual([422, 'file_unread'])
})
