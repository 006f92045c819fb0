/** Under which address clients know the server: links, trailing slashes, preflights, headers. */
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withoutPrefix } from '../../apps/api/http/clients/public-url.js'
import { Settings } from '../../apps/api/settings.js'
import { loadConfig } from '#config'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { fillObservatory } from '../support/observatory.js'
import { type TestServer, serve, signIn } from '../support/server.js'

let database: TestDatabase
let server: TestServer
let named: TestServer
let run: number
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  run = (await fillObservatory(database, new Date())).id
  server = await serve(database)
  named = await serve(database, {
    publicUrls: ['https://obs.example.ma/coverage', 'https://other.example.ma'],
  })
})
afterAll(async () => {
  await server?.close()
  await named?.close()
  await database?.drop()
})

/** `fetch` does not let a program choose its `Host`. */
const get = (base: string, path: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>(
    (resolve, reject) => {
      request(base + path, { method, headers }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (part) => (text += part))
        answer.on('end', () => resolve({ status: answer.statusCode!, headers: answer.headers, text }))
      })
        .on('error', reject)
        .end()
    },
  )

/** Answers that hold links. */
const LINKING = ['/ogc', '/ogc/collections/cells/items?limit=1', '/ogc/tiles', '/api/v1/events/feed.json']

describe('links', () => {
  test.each([...LINKING, '/tiles/RUN/cells/tilejson.json', '/api/v1/export/sites/datapackage.json'])(
    '%s: begin with the address of the proxy, with its prefix',
    async (template) => {
      const path = template.replace('RUN', String(run))
      const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'obs.example.ma' }
      const answer = await get(server.url, path, forwarded)
      expect(answer.status).toBe(200)
      expect(answer.text).toContain('https://obs.example.ma/')
      expect(answer.text).not.toContain('127.0.0.1')
      const prefixed = await get(server.url, path, { ...forwarded, 'x-forwarded-prefix': '/coverage' })
      const links = prefixed.text.match(/https:\/\/obs\.example\.ma[^"]*/g)!
      expect(links.filter((link) => !link.startsWith('https://obs.example.ma/coverage'))).toEqual([])
      const odd = await get(server.url, path, { ...forwarded, 'x-forwarded-prefix': '//evil.example/"' })
      expect(odd.text).not.toContain('evil.example')
    },
  )

  test.each(LINKING)('%s: never hold a host that anybody may write', async (path) => {
    for (const [name, value] of [
      ['host', 'evil.example'],
      ['x-forwarded-host', 'evil.example"<'],
    ] as const) {
      const answer = await get(server.url, path, { [name]: value })
      expect([answer.status, answer.text.includes('evil.example')]).toEqual([200, false])
    }
    expect((await get(server.url, path, { host: 'localhost:3000' })).text).toContain('http://localhost:3000/')
    const own = await get(named.url, path, { host: 'evil.example', 'x-forwarded-host': 'evil.example' })
    expect(own.text).toContain('https://obs.example.ma/coverage/')
    expect(own.text).not.toContain('evil.example')
    const other = await get(named.url, path, { 'x-forwarded-host': 'other.example.ma' })
    expect(other.text).toContain('https://other.example.ma/')
  })

  test('lead on under the prefix, whether the proxy removes it or not', async () => {
    const link = String((await get(named.url, '/api/v1/cells?limit=1')).headers['link'])
    const next = /^<(\/coverage\/api\/v1\/cells\?[^>]+)>; rel="next"$/.exec(link)![1]!
    expect((await get(named.url, next)).status).toBe(200)
    expect((await get(named.url, next.replace('/coverage', ''))).text).toBe((await get(named.url, next)).text)
  })

  test('a prefix is a whole part of the address', () => {
    const config = { ...loadConfig({ PUBLIC_URL: 'https://obs.example.ma/api' }) }
    const rewritten = withoutPrefix(new Settings(config, '0', () => 0))
    const addresses = ['/api', '/api/', '/api?x', '/api/ogc', '/apis', '/'].map((url) => rewritten({ url }))
    expect(addresses).toEqual(['/', '/', '/?x', '/ogc', '/apis', '/'])
  })
})

test.each([
  '/ogc/',
  '/ogc/collections/',
  '/ogc/collections/cells/items/?limit=1',
  '/api/v1/runs/',
  '/health/live/',
])('%s answers as without the slash', async (path) => {
  const [slashed, plain] = [
    await get(server.url, path),
    await get(server.url, path.replace(/\/(?=\?|$)/, '')),
  ]
  expect([slashed.status, plain.status]).toEqual([200, 200])
})

describe('a preflight', () => {
  const ask = (path: string, headers: Record<string, string>) =>
    get(server.url, path, { origin: 'https://a.example', ...headers }, 'OPTIONS')
  const preflight = {
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'if-none-match',
  }

  test.each(['/ogc/collections/cells/items', '/tiles/latest/cells/7/61/51.mvt', '/api/v1/export/sites.csv'])(
    'of %s lets other sites read',
    async (path) => {
      const { status, headers } = await ask(path, preflight)
      expect([status, headers['access-control-allow-origin']]).toEqual([204, '*'])
      expect(headers['access-control-allow-headers']).toContain('if-none-match')
      expect(headers['access-control-allow-methods']).toBe('GET, HEAD')
      expect(headers['access-control-allow-credentials']).toBeUndefined()
    },
  )

  test.each(['/api/v1/session', '/api/v1/probes', '/api/v1/cells'])('of %s does not', async (path) => {
    expect((await ask(path, preflight)).headers['access-control-allow-origin']).toBeUndefined()
  })
})

test('every answer limits what its page may use', async () => {
  for (const path of ['/ogc', '/health/live', '/nowhere'])
    expect((await get(server.url, path)).headers['permissions-policy']).toMatch(
      /geolocation=\(self\).*camera=\(\)/,
    )
})

test('what is for its reader only is in no cache that others share', async () => {
  const cookie = await signIn(server, database, 'administrator')
  const paths = [
    'accounts',
    'quarantine',
    'subscriptions',
    'session',
    'disputes',
    'probes',
    'cells/CELL/series',
  ]
  const { items } = JSON.parse((await get(server.url, '/api/v1/cells?limit=1')).text)
  for (const path of paths.map((text) => text.replace('CELL', items[0].h3))) {
    const { status, headers } = await get(server.url, `/api/v1/${path}`, { cookie })
    expect([path, status, headers['cache-control']]).toEqual([
      path,
      200,
      expect.stringMatching(/^private, no-/),
    ])
  }
})
