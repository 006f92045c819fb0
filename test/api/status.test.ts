/** `/health`, `/metrics` and the OpenAPI document. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase } from '../support/database.js'
import { demoDatabase } from '../support/demo-database.js'
import { type TestServer, serve } from '../support/server.js'

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await demoDatabase()
  server = await serve(database)
})
afterAll(async () => {
  await server.close()
  await database.drop()
})

const get = (path: string, init?: RequestInit) => fetch(server.url + path, init)
const json = async <T>(path: string) => (await (await get(path)).json()) as T

test('metrics are for this machine, and for who has the token', async () => {
  const from = { 'x-forwarded-for': '203.0.113.5' }
  expect((await get('/metrics')).status).toBe(200)
  expect((await get('/metrics', { headers: from })).status).toBe(403)
  const tokened = await serve(database, { metricsToken: 'a-token-of-the-tests' })
  const withToken = (token: string) =>
    fetch(`${tokened.url}/metrics`, { headers: { ...from, authorization: `Bearer ${token}` } })
  const answer = await withToken('a-token-of-the-tests')
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'private, no-store'])
  expect((await withToken('another-token')).status).toBe(403)
  await tokened.close()
})

test('health, metrics and the description of the API answer', async () => {
  expect((await get('/health/live')).status).toBe(200)
  expect((await get('/health/ready')).status).toBe(200)
  expect(await (await get('/metrics')).text()).toContain('taghtiya_tiles_total')
  const { paths } = await json<{ paths: Record<string, unknown> }>('/api/openapi.json')
  // What outsiders rely on; that no route is missing is the build's to see.
  const contract =
    'areas areas/{code} cells cells/{h3} zones zones/{id} sites sites/{code} runs runs/{id} rules rules/{id} probes probes/import'
      .split(' ')
      .map((path) => `/api/v1/${path}`)
  const others = ['/tiles/{run}/{layer}/{z}/{x}/{file}', '/tiles/{run}/{layer}/tilejson.json', '/ogc']
  expect(Object.keys(paths)).toEqual(expect.arrayContaining([...contract, ...others, '/health/live']))
})
