/** What stands in the log besides changes: sign-ins, reads of what is not public, exports; and nothing for each probe. */
import { AUDITED_ROUTES, NOT_AUDITED } from '../../apps/api/audit/audited-routes.js'
import { listLog, verifyLog } from '#store/audit'
import { dataRevision } from '#store/people'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { madeKey } from '../support/api-key.js'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { callJson } from '../support/json-client.js'
import { fillObservatory } from '../support/observatory.js'
import { type TestServer, builtDocument, serve, signIn, siteWithDevice } from '../support/server.js'

let database: TestDatabase
let server: TestServer
let cookie: string
let token: string
let key: string
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  await fillObservatory(database, new Date())
  server = await serve(database)
  cookie = await signIn(server, database, 'administrator')
  token = (await siteWithDevice(database)).token
  const program = { name: 'report', role: 'analyst', operator: null, days: 1 } as const
  key = (await madeKey(database, program)).key
})
afterAll(async () => {
  await server?.close()
  await database?.drop()
})

const newest = async (limit = 1) =>
  listLog(database.source.manager, {}, { before: '9223372036854775807', limit })
const call = (path: string, headers: Record<string, string> = {}, method = 'GET', body?: unknown) =>
  callJson<Record<string, never>>(server.url + path, method, { headers, body })

test('every route that needs a role and reads is in the table, or says why it is not', () => {
  const routes = Object.entries(builtDocument().paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      route: `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
      operation,
    })),
  )
  const names = new Set(routes.map(({ route }) => route))
  // Routes whose parameters OGC's collections spell out are none of these.
  for (const route of [...Object.keys(AUDITED_ROUTES), ...Object.keys(NOT_AUDITED)])
    expect([route, names.has(route)]).toEqual([route, true])
  const reads = routes.filter(
    ({ route, operation }) => route.startsWith('GET') && operation.security!.some((one) => 'session' in one),
  )
  expect(reads.length).toBeGreaterThan(8)
  for (const { route } of reads)
    expect([route, route in AUDITED_ROUTES || route in NOT_AUDITED]).toEqual([route, true])
  const files = routes.filter(({ route }) => /\.(csv|xlsx|ndjson)$|\/export\/:file$/.test(route))
  expect(files.length).toBeGreaterThan(8)
  for (const { route } of files) expect([route, AUDITED_ROUTES[route]?.kind]).toEqual([route, 'export'])
})

test('a sign-in stands there with its address; a failed one only under a name that exists', async () => {
  await signIn(server, database, 'planner', { name: 'leila' })
  expect(await newest()).toMatchObject([
    { kind: 'sign_in', action: 'sign in', author: 'leila', detail: { address: expect.any(String) } },
  ])
  const attempt = (name: string) => call('/api/v1/session', {}, 'POST', { name, password: 'wrong' })
  expect((await attempt('leila')).status).toBe(401)
  expect(await newest()).toMatchObject([
    {
      kind: 'sign_in',
      action: 'fail to sign in',
      author: 'anonymous',
      subject: 'leila',
      detail: { status: 401 },
    },
  ])
  await attempt('my secret password, in the wrong field')
  expect(await newest()).toMatchObject([{ action: 'fail to sign in', subject: 'unknown name' }])
})

test('a sign-out has its author', async () => {
  const session = await signIn(server, database, 'planner', { name: 'omar' })
  await call('/api/v1/session', { cookie: session }, 'DELETE')
  expect(await newest()).toMatchObject([{ action: 'sign out', author: 'omar' }])
})

test('reads and exports of people and programs are recorded, those of strangers of public data are not', async () => {
  await call('/api/v1/quarantine?limit=7', { cookie })
  expect(await newest()).toMatchObject([
    {
      kind: 'read',
      action: 'read quarantine',
      author: 'test-administrator',
      detail: { query: { limit: '7' } },
    },
  ])
  await call('/api/v1/export/sites.csv', { cookie })
  expect(await newest()).toMatchObject([
    { kind: 'export', author: 'test-administrator', subject: 'sites.csv' },
  ])
  await call('/api/v1/disputes', { authorization: `Bearer ${key}` })
  expect(await newest()).toMatchObject([{ kind: 'read', author: 'key:report', action: 'read disputes' }])
  const [before] = await newest()
  await call('/api/v1/export/sites.csv')
  await call('/api/v1/disputes')
  await call('/api/v1/quarantine')
  expect(await newest()).toEqual([before])
})

test('a probe, a read and a sign-in change nothing of which an answer depends', async () => {
  const revision = await dataRevision(database.source.manager)
  const [before] = await newest()
  expect(
    (await call('/api/v1/probes', { authorization: `Bearer ${token}` }, 'POST', [])).status,
  ).toBeLessThan(300)
  expect(await newest()).toEqual([before])
  await call('/api/v1/accounts', { cookie })
  await signIn(server, database, 'public')
  expect(await dataRevision(database.source.manager)).toEqual(revision)
})

test('a change has what was and what is', async () => {
  const site = { code: 'S9', name: 'École', type: 'school', communeCode: '01.051.01.01', lat: 35, lng: -4 }
  await call('/api/v1/sites', { cookie }, 'POST', site)
  expect(await newest()).toMatchObject([{ detail: { before: null, after: { name: 'École' } } }])
  await call('/api/v1/sites', { cookie }, 'POST', { ...site, name: 'Lycée' })
  expect(await newest()).toMatchObject([{ detail: { before: { name: 'École' }, after: { name: 'Lycée' } } }])
})

test('the log is read, taken away and verified over HTTP, by administrators only', async () => {
  const planner = await signIn(server, database, 'planner')
  for (const path of ['', '/table.csv', '/entries.ndjson', '/verification'])
    expect((await call(`/api/v1/log${path}`, { cookie: planner })).status).toBe(403)
  const list = await callJson<{ items: { action: string }[]; next: string | null }>(
    `${server.url}/api/v1/log?kind=sign_in&limit=2`,
    'GET',
    { headers: { cookie } },
  )
  expect(list.body.items).toHaveLength(2)
  expect(list.body.next).not.toBeNull()
  const csv = await call('/api/v1/log/table.csv?kind=sign_in', { cookie })
  expect(csv.text).toContain('fail to sign in,unknown name')
  expect(csv.text).not.toContain('secret password')
  const file = await fetch(`${server.url}/api/v1/log/entries.ndjson`, { headers: { cookie } })
  const last = JSON.parse((await file.text()).trim().split('\n').at(-1)!) as { seq: string; hash: string }
  expect(JSON.parse(String((last as unknown as { row: string }).row))).toContain('export log')
  const verified = await call(`/api/v1/log/verification?expect=${last.seq}:${last.hash}`, { cookie })
  expect(verified.body).toMatchObject({ faults: [], redacted: 0 })
  const wrong = await call(`/api/v1/log/verification?expect=${last.seq}:${'0'.repeat(64)}`, { cookie })
  expect(wrong.body).toMatchObject({ faults: [{ reason: expect.stringContaining('noted before') }] })
  expect((await verifyLog(database.source)).faults).toEqual([])
})

test('how long the log is kept is data, with its author', async () => {
  const set = await call('/api/v1/retention/log', { cookie }, 'PUT', { days: 365 })
  expect(set.body).toEqual({ subject: 'log', days: 365 })
  expect(await newest()).toMatchObject([
    {
      action: 'set retention',
      author: 'test-administrator',
      detail: { before: { days: 1825 }, after: { days: 365 } },
    },
  ])
  expect((await call('/api/v1/retention/log', { cookie }, 'PUT', { days: 1 })).status).toBe(400)
  expect((await call('/api/v1/retention/probes', { cookie }, 'PUT', { days: 365 })).status).toBe(404)
})
