/** Requests that no client of ours sends: each once was a fault, and stays the caller’s. */
import { randomUUID } from 'node:crypto'
import { SHIPPED_RULES } from '#domain/rule'
import { classify } from '#store/runs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { type TestServer, serve, siteWithDevice, signIn } from '../support/server.js'

let database: TestDatabase
let server: TestServer
let token: string
let cookie: string
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  server = await serve(database)
  token = (await siteWithDevice(database)).token
  cookie = await signIn(server, database, 'administrator')
  await classify(database.source, { rule: SHIPPED_RULES[0]!, author: 'test' })
})
afterAll(async () => {
  await server.close()
  await database.drop()
})

const get = (path: string) => fetch(server.url + path, { redirect: 'manual' })
const cursor = (key: string) => Buffer.from(key).toString('base64url')

describe('reading', () => {
  test.each([
    ['a run beyond 32 bits', '/api/v1/runs/99999999999'],
    ['a cursor of runs beyond 32 bits', `/api/v1/runs?cursor=${cursor('9999999999')}`],
    ['a cursor of cells beyond 64 bits', `/api/v1/cells?cursor=${cursor('9999999999999999999')}`],
    [
      'a cursor of probes that holds no time',
      `/api/v1/probes?cursor=${cursor(`1 ${'-'.repeat(24)} ${randomUUID()}`)}`,
    ],
    [
      'a cursor of probes that holds no id',
      `/api/v1/probes?cursor=${cursor(`1 2026-01-01T00:00:00.000Z ${'-'.repeat(36)}`)}`,
    ],
    ['a NUL in a cursor of sites', `/api/v1/sites?cursor=${cursor('a\0b')}`],
    ['a NUL in the code of a site', '/api/v1/sites/a%00b'],
    ['a NUL in the code of an area', '/api/v1/areas/a%00b'],
    ['a NUL in the id of a rule', '/api/v1/rules/a%00b'],
    ['a NUL in the rule of runs', '/api/v1/runs?rule=a%00b'],
    ['a NUL in the rule of a tile', '/tiles/latest/cells/7/61/51.mvt?rule=a%00b'],
  ])('%s is the caller’s fault', async (_, path) => {
    expect((await get(path)).status).toBeLessThan(500)
  })

  test('a broken address is a problem+json too', async () => {
    expect((await get('/api/v1/sites/%FF')).headers.get('content-type')).toContain('problem+json')
  })

  test.each([
    '3/0/0.mvt',
    '13/0/0.mvt',
    '7/128/0.mvt',
    '7/0/-1.mvt',
    '7/61/51.png',
    '7/x/51.mvt',
    '7/6.5/1.mvt',
  ])('the tile %s is no tile', async (address) => {
    expect((await get(`/tiles/1/cells/${address}`)).status).toBe(400)
  })

  test.each(['7/0x3D/51.mvt', '7/6.1e1/51.mvt'])('the tile %s has one address only', async (address) => {
    expect((await get(`/tiles/1/cells/${address}`)).status).toBe(400)
  })
})

const change = (path: string, body: object) =>
  fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify(body),
  })

describe('changing', () => {
  const item = { code: 'P', nameFr: 'Douar', lat: 33.9, lng: -5.5, comment: 'award' }
  const claim = 'nothing reaches the school'
  const site = { code: 'Z', name: 'Z', type: 'school', communeCode: '01.051.01.01', lat: 34, lng: -6 }

  test.each([
    ['a NUL in the name of who signs in', '/api/v1/session', { name: 'a\0b', password: 'x' }],
    ['a NUL in a site’s name', '/api/v1/sites', { ...site, name: 'a\0b' }],
    ['half a surrogate pair in a site’s name', '/api/v1/sites', { ...site, name: '\ud800x' }],
    ['a contracted speed that is not whole', '/api/v1/sites', { ...site, contractedDownBps: 1.5 }],
    ['a NUL in an account’s name', '/api/v1/accounts', { name: 'a\0b', role: 'analyst' }],
    [
      'an item of quarantine beyond 64 bits',
      `/api/v1/quarantine/${'9'.repeat(20)}/resubmit`,
      {
        document: {},
        comment: 'why',
      },
    ],
    ['an item of the plan whose name is null', '/api/v1/plan', { ...item, nameFr: null }],
    ['an item of the plan whose locality is null', '/api/v1/plan', { ...item, localityId: null }],
    ['an item of the plan whose position is null', '/api/v1/plan', { ...item, lat: null }],
    ['kinds of events that are null', '/api/v1/subscriptions', { url: 'https://a.example/b', kinds: null }],
    [
      'probes and a run of a dispute that are null',
      '/api/v1/disputes',
      { subject: 'verdict', cell: '8838d58217fffff', claimed: 'white', claim, probeIds: null, run: null },
    ],
    ['a run from a week', '/api/v1/runs', { rule: 'ma-floor', from: '2026-W10' }],
  ])('%s is the caller’s fault', async (_, path, body) => {
    expect((await change(path, body)).status).toBeLessThan(500)
  })

  test('a run that ends before it begins is refused, as the command line does', async () => {
    const answer = await change('/api/v1/runs', { rule: 'ma-floor', from: '2026-02-01', to: '2026-01-01' })
    expect(answer.status).toBeGreaterThanOrEqual(400)
  })

  test('a run that knows the future is refused', async () => {
    const answer = await change('/api/v1/runs', { rule: 'ma-floor', knownBefore: '2999-01-01' })
    expect(answer.status).toBe(422)
  })
})

describe('probes', () => {
  const good = (more: object = {}) => ({
    id: randomUUID(),
    measuredAt: new Date(Date.now() - 60_000).toISOString(),
    outcome: 'ok',
    downloadBps: 5e6,
    ...more,
  })
  async function send(body: string, type = 'application/x-ndjson') {
    const answer = await fetch(`${server.url}/api/v1/probes`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
    })
    return { status: answer.status, body: (await answer.json()) as { accepted: number } }
  }
  const rowsOf = async (id: string) =>
    Number((await database.source.query('SELECT count(*) AS n FROM probe WHERE id = $1', [id]))[0].n)

  const DEEP = '['.repeat(20_000) + ']'.repeat(20_000)

  test.each([
    ['a field nested 20,000 deep', `{"id":${DEEP}}`],
    [
      'a document of a tool nested 20,000 deep',
      JSON.stringify(good({ raw: 0 })).replace('"raw":0', `"raw":${DEEP}`),
    ],
  ])('%s never refuses its neighbours', async (_, odd) => {
    const answer = await send(`${JSON.stringify(good())}\n${odd}\n${JSON.stringify(good())}`)
    expect(answer.status).toBe(200)
    expect(answer.body.accepted).toBeGreaterThanOrEqual(2)
  })

  test('a line nested 20,000 deep never refuses its neighbours', async () => {
    const answer = await send(`${JSON.stringify(good())}\n${DEEP}\n${JSON.stringify(good())}`)
    expect(answer).toMatchObject({ status: 200, body: { accepted: 2 } })
  })

  test('a record nested 20,000 deep never refuses the array around it', async () => {
    expect((await send(`[${JSON.stringify(good())},${DEEP}]`, 'application/json')).status).toBe(200)
  })

  test.each(['{"__proto__":1}', '{"raw":{"constructor":{"prototype":1}}}'])(
    'the record %s never refuses the array around it',
    async (odd) => {
      const answer = await send(`[${JSON.stringify(good())},${odd}]`, 'application/json')
      expect(answer).toMatchObject({ status: 200, body: { accepted: 1 } })
    },
  )

  test('the same record never refuses its neighbours as a line', async () => {
    const answer = await send(`${JSON.stringify(good())}\n{"__proto__":1}`)
    expect(answer).toMatchObject({ status: 200, body: { accepted: 1 } })
  })

  test('the name of a content type may be in capitals', async () => {
    expect((await send(JSON.stringify(good()), 'Application/X-NDJSON')).status).toBe(200)
  })

  test('text is no type of probes', async () => {
    expect((await send(JSON.stringify(good()), 'text/plain')).status).toBe(415)
  })

  test('the same id sent again with a time three days away is a duplicate', async () => {
    const probe = good()
    await send(JSON.stringify(probe))
    await send(JSON.stringify({ ...probe, measuredAt: new Date(Date.now() - 3 * 86_400_000).toISOString() }))
    expect(await rowsOf(probe.id)).toBe(1)
  })

  test('numbers at the edge of what a double holds are kept', async () => {
    const edges = [
      { latencyMs: 5e-324 },
      { lossRatio: 5e-324 },
      { accuracyM: 1e-310 },
      { downloadBps: 100e9 },
    ]
    const lines = edges.map((edge) => JSON.stringify(good(edge)))
    expect((await send(lines.join('\n'))).body.accepted).toBe(edges.length)
  })

  test('times with any offset are the same instants', async () => {
    const probes = [
      '2026-03-01T09:30:00.123456789+14:00',
      '2026-02-28T19:30:00Z',
      '2026-02-28 14:30:00-05:00',
    ].map((measuredAt) => good({ measuredAt }))
    expect((await send(probes.map((p) => JSON.stringify(p)).join('\n'))).body.accepted).toBe(3)
    const rows: { at: Date }[] = await database.source.query(
      `SELECT DISTINCT date_trunc('second', measured_at) AS at FROM probe WHERE id = ANY($1)`,
      [probes.map((p) => p.id)],
    )
    expect(rows.map((r) => r.at.toISOString())).toEqual(['2026-02-28T19:30:00.000Z'])
  })
})

describe('deep nesting', () => {
  const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`
  const post = (path: string, body: string, headers: Record<string, string>) =>
    fetch(server.url + path, { method: 'POST', body, headers })
  const json = { 'content-type': 'application/json' }

  test.each(['/api/v1/session', '/api/v1/rules', '/api/v1/probes/import?format=cloudflare&unit=bit%2Fs'])(
    '%s refuses a body that nothing could walk',
    async (path) => {
      const answer = await post(path, deep, { ...json, authorization: `Bearer ${token}`, cookie })
      expect([400, 422]).toContain(answer.status)
      expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('nested deeper') })
    },
  )
})

describe('a body that is no gzip', () => {
  // Before anything reads the body its stream has nobody who hears of its error: vitest reports what is heard by nobody.
  test.each([
    ['POST', '/api/v1/probes/import', 401, 422],
    ['POST', '/api/v1/plan/import', 401, 400],
    ['POST', '/api/v1/probes', 401, 400],
    ['PUT', '/api/v1/plan/X', 401, 400],
    ['POST', '/api/v1/rules', 401, 400],
    ['POST', '/api/v1/nothing', 400, 400],
  ])('%s %s is refused and ends nothing', async (method, path, byStranger, bySender) => {
    const sender: Record<string, string> = path.includes('probes')
      ? { authorization: `Bearer ${token}` }
      : { cookie }
    for (const body of ['no gzip', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 255, 255])]) {
      const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
      const request = { method, body, headers }
      const strange = await fetch(server.url + path, request)
      expect(strange.status).toBe(byStranger)
      await strange.arrayBuffer()
      const sent = { ...request, headers: { ...headers, ...sender } }
      const answer = await fetch(server.url + path, sent)
      expect([400, bySender]).toContain(answer.status)
      await answer.arrayBuffer()
    }
    expect((await get('/api/v1/instance')).status).toBe(200)
  })
})

test('an id as long as the name of an operator may make it is looked for', async () => {
  const id = `8838045003fffff.4g.2026-01-01.${'x'.repeat(100)}`
  expect((await get(`/ogc/collections/declared/items/${id}`)).status).toBe(404)
})

test('a run of a tile that no header can name is not found', async () => {
  expect((await get('/tiles/%00/cells/6/28/25.mvt')).status).toBe(404)
})

test.each(['true', 'false'])('areas are asked for by whether they are simulated: %s', async (simulated) => {
  expect((await get(`/ogc/collections/areas/items?simulated=${simulated}`)).status).toBe(200)
})
