/** The database refuses, or hangs: every route says so, in time, and all goes on afterwards without a restart. */
import { openDatabase } from '#store/database'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { freshDatabase, type TestDatabase } from '../support/database.js'
import { type TestServer, builtDocument, serve, signIn, siteWithDevice } from '../support/server.js'
import { type TcpProxy, startTcpProxy } from '../support/tcp-proxy.js'

let database: TestDatabase
let proxy: TcpProxy
let behindProxy: TestDatabase
let server: TestServer
let cookie: string
let token: string
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  const url = new URL(database.env.DATABASE_URL!)
  proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) })
  url.port = String(proxy.port)
  const opened = await openDatabase({ url: url.href, dataDir: '', purpose: 'interactive' })
  behindProxy = { ...database, ...opened }
  server = await serve(behindProxy, { readRateLimitPerMinute: null })
  cookie = await signIn(server, behindProxy, 'administrator')
  token = (await siteWithDevice(behindProxy)).token
})
afterAll(async () => {
  await proxy.become('open')
  await server.close()
  await behindProxy.close()
  await proxy.close()
  await database.drop()
})
beforeEach(() => proxy.become('open'))

const PROBE = {
  id: '00000000-0000-4000-8000-000000000001',
  measuredAt: '2026-11-01T10:00:00Z',
  outcome: 'ok',
}
const JSON_BODY = { 'content-type': 'application/json' }

interface Call {
  path: string
  method?: string
  headers?: Record<string, string>
  body?: string
}

/** A call of every operation of the document, with the rights of an administrator or of a device. */
function callsOfAllRoutes(): Call[] {
  return Object.entries(builtDocument().paths).flatMap(([template, operations]) =>
    Object.entries(operations).map(([method, operation]): Call => {
      const values = Object.fromEntries(
        operation.parameters.map(({ name, example, schema }) => [name, example ?? schema?.example]),
      )
      const path = template.replace(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(String(values[name] ?? 1)),
      )
      const hasBody = method !== 'get' && method !== 'delete'
      return {
        path,
        method: method.toUpperCase(),
        headers: { cookie, ...(hasBody && JSON_BODY) },
        ...(hasBody && { body: '{}' }),
      }
    }),
  )
}

/** What devices and people ask most. */
const everyday = (): Call[] => [
  {
    path: '/api/v1/probes',
    method: 'POST',
    headers: { ...JSON_BODY, authorization: `Bearer ${token}` },
    body: JSON.stringify(PROBE),
  },
  {
    path: '/api/v1/session',
    method: 'POST',
    headers: JSON_BODY,
    // Of one name there are few attempts a minute.
    body: JSON.stringify({ name: randomUUID(), password: 'a long password' }),
  },
  { path: '/api/v1/probes' },
  { path: '/api/v1/areas' },
  { path: '/tiles/latest/cells/8/122/102.mvt' },
  { path: '/ogc/collections/areas/items' },
  { path: '/health/ready' },
  { path: '/health/ready/writing' },
]

async function answerTo({ path, ...init }: Call) {
  const answer = await fetch(server.url + path, init)
  const text = await answer.text()
  return { call: `${init.method ?? 'GET'} ${path}`, status: answer.status, headers: answer.headers, text }
}

/** The answers, which must be 503 problems with a time to try again. */
function expectRefusals(answers: Awaited<ReturnType<typeof answerTo>>[], codes: string[]): void {
  for (const { call, status, headers, text } of answers) {
    expect([call, status]).toEqual([call, 503])
    expect(headers.get('content-type'), call).toContain('application/problem+json')
    expect(Number(headers.get('retry-after')), call).toBeGreaterThan(0)
    expect(codes, `${call}: ${text}`).toContain((JSON.parse(text) as { code: string }).code)
  }
}

test('a database that refuses: 503 with Retry-After on every route, never 500', async () => {
  await proxy.become('refusing')
  const answers = []
  for (const call of [...callsOfAllRoutes(), ...everyday()]) answers.push(await answerTo(call))
  expect(answers.length).toBeGreaterThan(80)
  expect(answers.filter(({ status }) => status >= 500 && status !== 503)).toEqual([])
  const unavailable = answers.filter(({ status }) => status === 503)
  expect(unavailable.length).toBeGreaterThan(60)
  expectRefusals(unavailable, ['database_away'])
  expectRefusals(answers.slice(-everyday().length), ['database_away'])
  expect((await answerTo({ path: '/health/live' })).status).toBe(200)
  const metrics = await answerTo({ path: '/metrics' })
  expect(metrics.text).toMatch(/taghtiya_database_faults_total\{fault="away"\} [1-9]/)
  await proxy.become('open')
  const ready = await answerTo({ path: '/health/ready' })
  expect([ready.status, JSON.parse(ready.text)]).toEqual([
    200,
    { status: 'ok', writing: 'ok', worker: 'silent' },
  ])
  expect((await answerTo(everyday()[0]!)).status).toBe(200)
})

test('a database that hangs: not ready at once, and requests end by time limits', async () => {
  // More than the pool has, so that some wait for a connection that answers and some for one of the pool.
  const idle = await Promise.all(Array.from({ length: 10 }, () => answerTo(everyday()[2]!)))
  expect(idle.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200))
  await proxy.become('hanging')
  const order: string[] = []
  const ready = answerTo(everyday().at(-1)!).then((answer) => (order.push('ready'), answer))
  const requests = Array.from({ length: 30 }, (_, n) =>
    answerTo(everyday()[n % 6]!).then((answer) => (order.push('request'), answer)),
  )
  expectRefusals([await ready], ['database_away'])
  // Readiness is known long before the requests give up.
  expect(order).toEqual(['ready'])
  expectRefusals(await Promise.all(requests), ['database_busy', 'database_away'])
  await proxy.become('open')
  // There is no run whose tile could be shown.
  for (const call of [...everyday().slice(2), everyday()[0]!])
    expect([200, 404], call.path).toContain((await answerTo(call)).status)
})
