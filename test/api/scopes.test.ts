/** An account bound to areas: what is not public it reads and changes only there, route by route, and else it is as everybody. */
import { RIGHTS, type Right, isInScope } from '#domain/account'
import { SHIPPED_RULES } from '#domain/rule'
import { cellAt, cellFromSql, centreOf } from '#geo'
import { addAccount, firstCredential } from '#store/people'
import { classify } from '#store/runs'
import { updateAreaSeries } from '#store/series'
import { gridDisk } from 'h3-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type KnownProbe, insertAsGiven, rowOf } from '../store/oracle.js'
import { madeKey } from '../support/api-key.js'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { callJson } from '../support/json-client.js'
import { OBSERVED_CELLS, fillObservatory, newUuid, observedProbes } from '../support/observatory.js'
import { rightsOfRoutes } from '../support/routes.js'
import { type TestServer, builtDocument, serve, signIn, siteWithDevice } from '../support/server.js'

/** The province of Al Hoceima. */
const SCOPE = ['01.051']
const INSIDE = gridDisk(cellAt(35.05, -4), 1)
const OUTSIDE = OBSERVED_CELLS
const NOW = new Date()

const probesInside: KnownProbe[] = INSIDE.flatMap((h3, n) =>
  Array.from({ length: 4 }, (_, i) => ({
    id: newUuid(500_000 + n * 10 + i),
    h3,
    measuredAt: new Date(NOW.getTime() - (2 * 24 + n * 5 + i) * 3_600_000).toISOString(),
    operator: 'inwi',
    technology: '4g' as const,
    outcome: 'ok' as const,
    downloadBps: 9e6,
    uploadBps: 1e6,
    latencyMs: 40,
    cellId: '604-02-1-7',
    device: newUuid(700_000 + (i % 2)),
    counted: true,
  })),
)
const probesOutside = observedProbes(NOW)
/** Measured by a device of a site at its site, so that everybody may see them. */
const probesOfSite: KnownProbe[] = probesInside.slice(0, 5).map((probe, i) => ({
  ...probe,
  id: newUuid(600_000 + i),
  h3: OBSERVED_CELLS[1]!,
  device: newUuid(700_005),
}))

let database: TestDatabase
let server: TestServer
/** Headers by who asks. */
const WHO = {} as Record<
  'administrator' | 'planner' | 'boundPlanner' | 'boundKey' | 'boundAnalyst' | 'analyst',
  Record<string, string>
>
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  await fillObservatory(database, NOW)
  await insertAsGiven(database.source, probesInside.map(rowOf))
  const ofSite = probesOfSite.map((probe) => ({ ...rowOf(probe), site_code: 'S-1' }))
  await insertAsGiven(database.source, ofSite)
  const rule = SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!
  await classify(database.source, { rule, author: 'test' })
  await updateAreaSeries(database.source)
  server = await serve(database)
  await siteWithDevice(database, 'S-IN')
  WHO.administrator = { cookie: await signIn(server, database, 'administrator') }
  WHO.planner = { cookie: await signIn(server, database, 'planner') }
  WHO.analyst = { cookie: await signIn(server, database, 'analyst') }
  for (const [who, role] of [
    ['boundPlanner', 'planner'],
    ['boundAnalyst', 'analyst'],
  ] as const) {
    WHO[who] = { cookie: await signIn(server, database, role, { name: `bound-${role}` }) }
    expect(
      (await ask('administrator', 'PATCH', `/api/v1/accounts/bound-${role}`, { areas: SCOPE })).body,
    ).toMatchObject({ areas: SCOPE })
  }
  const key = { name: 'bound', role: 'planner' as const, operator: null, days: 1, areas: SCOPE }
  WHO.boundKey = { authorization: `Bearer ${(await madeKey(database, key)).key}` }
})
afterAll(async () => {
  await server?.close()
  await database?.drop()
})

type Who = keyof typeof WHO | 'stranger'
type Body = Record<string, unknown> & { items: Record<string, unknown>[]; code: string; id: string }
const headersOf = (who: Who) => (who === 'stranger' ? {} : WHO[who])
const ask = (who: Who, method: string, path: string, body?: unknown) =>
  callJson<Body>(server.url + path, method, { body, headers: headersOf(who) })

async function sendFile(who: Who, path: string, text: string) {
  const headers = { ...headersOf(who), 'content-type': 'text/csv' }
  const answer = await fetch(server.url + path, { method: 'POST', headers, body: text })
  return { status: answer.status, body: (await answer.json()) as Body }
}

const CELLS = { inside: INSIDE, outside: OUTSIDE } as const
type Side = keyof typeof CELLS
const at = (side: Side, n = 0) => {
  const [lng, lat] = centreOf(CELLS[side][n]!)
  return { lat, lng }
}
const SITE = { inside: 'S-IN', outside: 'S-1' }
const COMMUNE = { inside: '01.051.01.01', outside: '03.231.01.01' }
const PROBE = { inside: probesInside[0]!.id, outside: probesOutside[0]!.id }

const probeOfDevice = {
  measuredAt: '2026-11-04T10:00:00Z',
  operator: 'inwi',
  technology: '4g',
  outcome: 'ok',
  downloadBps: 9e6,
  uploadBps: 1e6,
  latencyMs: 40,
}

let used = 0
/** Adds an item of the plan that did not exist. */
async function plannedItem(side: Side): Promise<string> {
  const code = `P-${++used}`
  const body = { code, nameFr: 'Douar', comment: 'new', ...at(side) }
  expect((await ask('administrator', 'POST', '/api/v1/plan', body)).status).toBe(201)
  return code
}

/** Nobody opens two disputes about one cell. */
const disputed = { inside: 0, outside: 0 }
async function disputeWithDocument(side: Side): Promise<string> {
  const { body } = await ask('administrator', 'POST', '/api/v1/disputes', {
    subject: 'verdict',
    cell: CELLS[side][disputed[side]++],
    claimed: 'white',
    claim: 'nothing reaches us here',
    documents: [{ name: 'a.pdf', content: Buffer.from('%PDF-1.7\nevidence').toString('base64') }],
  })
  return body.id
}

/** How each route whose right reaches as far as the areas is asked for something inside and for something outside. */
const REQUESTS: Record<string, (who: Who, side: Side) => Promise<{ status: number; body: Body | null }>> = {
  cellProbesAll: (who, side) => ask(who, 'GET', `/api/v1/cells/${CELLS[side][0]}/probes/all`),
  probesFlags: (who, side) => ask(who, 'GET', `/api/v1/probes/${PROBE[side]}/flags`),
  probesFlag: (who, side) => ask(who, 'POST', `/api/v1/probes/${PROBE[side]}/flags`, { comment: 'wrong' }),
  planCreate: (who, side) =>
    ask(who, 'POST', '/api/v1/plan', { code: `C-${++used}`, nameFr: 'Douar', comment: 'new', ...at(side) }),
  planChange: async (who, side) =>
    ask(who, 'PUT', `/api/v1/plan/${await plannedItem(side)}`, { version: 1, nameFr: 'B', comment: 'c' }),
  planWithdraw: async (who, side) =>
    ask(who, 'POST', `/api/v1/plan/${await plannedItem(side)}/withdraw`, { version: 1, comment: 'c' }),
  sitesSave: (who, side) =>
    ask(who, 'POST', '/api/v1/sites', {
      code: `SITE-${++used}`,
      name: 'École',
      type: 'school',
      communeCode: COMMUNE[side],
      ...at(side),
    }),
  siteLinesHistory: (who, side) => ask(who, 'GET', `/api/v1/sites/${SITE[side]}/lines/history`),
  siteLinesSave: async (who, side) => {
    const path = `/api/v1/sites/${SITE[side]}/lines`
    const { body } = await ask('stranger', 'GET', path)
    const version = body.items.find(({ role }) => role === 'main')?.['version'] ?? null
    const line = {
      operator: 'iam',
      technology: 'fibre',
      contract: null,
      surveyedOn: null,
      contractedOn: null,
    }
    return ask(who, 'PUT', `${path}/main`, { ...line, version, installedOn: '2026-01-31', comment: 'c' })
  },
  importPost: (who, side) =>
    sendFile(
      who,
      `/api/v1/probes/import?site=${SITE[side]}&unit=Mbit/s`,
      'measured_at,download\n2026-11-01T10:00:00Z,12\n',
    ),
  disputesDocument: async (who, side) => {
    const path = `/api/v1/disputes/${await disputeWithDocument(side)}/documents/1`
    const { status } = await fetch(server.url + path, { headers: headersOf(who) })
    return { status, body: null }
  },
}

test('every route whose right reaches as far as the areas is asked here', () => {
  const rightOf = rightsOfRoutes()
  const scoped = Object.entries(builtDocument().paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { operationId }]) => {
      const right = rightOf({ method, path })
      return right && RIGHTS[right].reach === 'areas' ? [operationId] : []
    }),
  )
  // Files of the plan and of coverage are refused line by line: see below.
  expect(scoped.toSorted()).toEqual([...Object.keys(REQUESTS), 'planImport', 'coverageImportPost'].toSorted())
})

const anySuccess: unknown = expect.toSatisfy((n: number) => n >= 200 && n < 300)

describe.each(Object.keys(REQUESTS))('%s', (name) => {
  test('is for the areas of who is bound, and everywhere for who is not', async () => {
    for (const who of ['boundPlanner', 'boundKey', 'planner', 'administrator'] as const)
      for (const side of ['inside', 'outside'] as const) {
        const { status, body } = await REQUESTS[name]!(who, side)
        const isRefused = side === 'outside' && who.startsWith('bound')
        if (isRefused) expect([who, side, status]).toEqual([who, side, 403])
        else expect([who, side, status, body?.['detail']]).toEqual([who, side, anySuccess, body?.['detail']])
        if (isRefused && body) expect(body.code).toBe('scope_areas')
      }
  })
})

test('what concerns the whole country is refused to who is bound, by every such route', async () => {
  const rightOf = rightsOfRoutes()
  const ofPlanners = (right: Right | null) =>
    right !== null &&
    RIGHTS[right].reach === 'country' &&
    (RIGHTS[right].roles as readonly string[]).includes('planner')
  let asked = 0
  for (const [path, operations] of Object.entries(builtDocument().paths))
    for (const method of Object.keys(operations).filter((one) => ofPlanners(rightOf({ method: one, path }))))
      for (const who of ['boundPlanner', 'boundKey'] as const) {
        asked++
        const url = path.replace('{id}', newUuid(1))
        expect([path, method, await ask(who, method.toUpperCase(), url)]).toMatchObject([
          path,
          method,
          { status: 403, body: { code: 'scope_country', fields: { areas: '01.051' } } },
        ])
      }
  expect(asked).toBeGreaterThan(10)
})

test('an item is not moved into the areas, nor out of them', async () => {
  for (const [from, to] of [
    ['inside', 'outside'],
    ['outside', 'inside'],
  ] as const) {
    const code = await plannedItem(from)
    const change = { version: 1, comment: 'moved', ...at(to) }
    expect(await ask('boundPlanner', 'PUT', `/api/v1/plan/${code}`, change)).toMatchObject({
      status: 403,
      body: { code: 'scope_areas' },
    })
    // An area that is named does not make another place of it.
    const named = {
      code: `N-${++used}`,
      nameFr: 'D',
      comment: 'c',
      areaCode: COMMUNE.inside,
      ...at('outside'),
    }
    expect((await ask('boundPlanner', 'POST', '/api/v1/plan', named)).status).toBe(403)
  }
  const site = { code: 'S-1', name: 'E', type: 'school', communeCode: COMMUNE.inside, ...at('inside') }
  expect((await ask('boundPlanner', 'POST', '/api/v1/sites', site)).status).toBe(403)
  const elsewhere = { ...site, code: 'S-NEW', ...at('outside') }
  expect((await ask('boundPlanner', 'POST', '/api/v1/sites', elsewhere)).status).toBe(403)
  // A site of a commune inside that stands outside is not moved either, as it was written by who is not bound.
  expect((await ask('administrator', 'POST', '/api/v1/sites', elsewhere)).status).toBe(201)
  const moved = { ...elsewhere, ...at('inside') }
  expect((await ask('boundPlanner', 'POST', '/api/v1/sites', moved)).status).toBe(403)
})

test('a file of the plan is taken line by line', async () => {
  const line = (side: Side) => `F-${++used},Douar,${at(side).lat},${at(side).lng}`
  const text = `code,name,lat,lng\n${line('inside')}\n${line('outside')}\n${line('inside')}\n`
  const { status, body } = await sendFile('boundPlanner', '/api/v1/plan/import', text)
  expect([status, body['added'], body['refused']]).toEqual([
    200,
    2,
    [expect.objectContaining({ line: 3, reason: 'lies outside the areas of the account' })],
  ])
})

test('a file of the plan moves no item into the areas, nor out of them, nor writes one of another place again', async () => {
  const [inside, outside, withdrawn] = [
    await plannedItem('inside'),
    await plannedItem('outside'),
    await plannedItem('outside'),
  ]
  const end = { version: 1, comment: 'c' }
  expect((await ask('administrator', 'POST', `/api/v1/plan/${withdrawn}/withdraw`, end)).status).toBe(200)
  const place = (side: Side) => `${at(side).lat},${at(side).lng}`
  // The area that a line names, and names without a place, are no way around.
  const lines = [
    `${outside},Moved,${place('inside')},`,
    `${outside},Moved,${place('inside')},${COMMUNE.inside}`,
    `${outside},Renamed,,`,
    `${withdrawn},Again,${place('inside')},`,
    `${inside},Moved,${place('outside')},`,
    `${inside},Moved,${place('outside')},${COMMUNE.inside}`,
    `${outside.toLowerCase()},Other,${place('outside')},`,
  ]
  for (const line of lines) {
    const text = `code,name,lat,lng,area\n${line}\n`
    const { status, body } = await sendFile('boundPlanner', '/api/v1/plan/import', text)
    expect([line, status, body['added'], body['changed'], body['refused']]).toEqual([
      line,
      200,
      0,
      0,
      [expect.objectContaining({ reason: 'lies outside the areas of the account' })],
    ])
  }
  // A shape that reaches out of the areas is outside as a whole.
  const ring = [at('inside'), at('outside'), { lat: 33.9, lng: -4 }, at('inside')]
  const shape = { type: 'Polygon', coordinates: [ring.map(({ lat, lng }) => [lng, lat])] }
  const wide = { type: 'Feature', properties: { code: inside, name: 'Wide' }, geometry: shape }
  const file = JSON.stringify({ type: 'FeatureCollection', features: [wide] })
  const spanning = await sendFile('boundPlanner', '/api/v1/plan/import?name=a.geojson', file)
  expect([spanning.status, spanning.body['changed'], spanning.body['refused']]).toEqual([
    200,
    0,
    [expect.objectContaining({ code: inside })],
  ])
  const items = await database.source.query(
    `SELECT code, version, name_fr FROM plan_item WHERE ended_at IS NULL AND code = ANY($1) ORDER BY code`,
    [[inside, outside, withdrawn]],
  )
  expect(items).toEqual(
    [
      { code: inside, version: 1, name_fr: 'Douar' },
      { code: outside, version: 1, name_fr: 'Douar' },
      { code: withdrawn, version: 2, name_fr: 'Douar' },
    ].toSorted((a, b) => (a.code < b.code ? -1 : 1)),
  )
})

test('a site inside is no way to write probes outside', async () => {
  const { lat, lng } = at('outside', 2)
  const rows = [
    `2026-11-03T10:00:00Z,12,${lat},${lng},inwi,4g`,
    `2026-11-03T11:00:00Z,12,${at('inside', 2).lat},${at('inside', 2).lng},inwi,4g`,
    '2026-11-03T12:00:00Z,12,,,inwi,4g',
  ]
  const csv = `measured_at,download,lat,lng,operator,technology\n${rows.join('\n')}\n`
  const json = JSON.stringify([
    { ...probeOfDevice, id: newUuid(800_001), lat, lng },
    { ...probeOfDevice, id: newUuid(800_002), ...at('inside', 2) },
    { ...probeOfDevice, id: newUuid(800_003), lat: null, lng: null },
  ])
  const count = async () => {
    const [{ n }] = await database.source.query('SELECT count(*)::int AS n FROM probe')
    return n as number
  }
  for (const [who, text] of [
    ['boundPlanner', csv],
    ['boundKey', json],
  ] as const)
    for (const preview of [true, false]) {
      const before = await count()
      const path = `/api/v1/probes/import?unit=Mbit/s&site=${SITE.inside}&preview=${preview}`
      const { status, body } = await sendFile(who, path, text)
      expect([who, preview, status, body['accepted'], body['rejected'], (await count()) - before]).toEqual([
        who,
        preview,
        200,
        2,
        [expect.objectContaining({ index: 0, reason: 'the position lies outside the areas of the account' })],
        preview ? 0 : 2,
      ])
    }
  const [{ cells }] = await database.source.query(
    `SELECT array_agg(DISTINCT to_hex(cell)) AS cells FROM probe WHERE site_code = '${SITE.inside}'`,
  )
  expect(cells).not.toContain(CELLS.outside[2])
})

test('imported probes are taken where they lie inside', async () => {
  const rows = (['inside', 'outside', 'inside'] as const).map((side, i) => {
    const { lat, lng } = at(side, 1)
    return `2026-11-02T1${i}:00:00Z,12,${lat},${lng},inwi,4g`
  })
  const text = `measured_at,download,lat,lng,operator,technology\n${rows.join('\n')}\n`
  for (const [preview, accepted] of [
    [true, 'accepted'],
    [false, 'accepted'],
  ] as const) {
    const path = `/api/v1/probes/import?unit=Mbit/s&preview=${preview}`
    const { status, body } = await sendFile('boundPlanner', path, text)
    expect([status, body[accepted], body['rejected']]).toEqual([
      200,
      2,
      [expect.objectContaining({ index: 1, reason: 'the position lies outside the areas of the account' })],
    ])
  }
})

/** All pages of the list of probes. */
async function listed(who: Who, query: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = []
  for (let next: string | null = ''; next !== null;) {
    const cursor = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`
    const { status, body } = await ask(who, 'GET', `/api/v1/probes?limit=500${query}${cursor}`)
    expect(status).toBe(200)
    items.push(...body.items)
    next = body['next'] as string | null
  }
  return items
}

test('the list of probes has all of the areas, and of other places what everybody sees', async () => {
  const all: { id: string; cell: string }[] = await database.source.query(`SELECT id, cell::text FROM probe`)
  const codes = new Map<string, string | null>()
  for (const cell of new Set(all.map((one) => one.cell))) {
    const [lng, lat] = centreOf(cellFromSql(cell))
    const [area]: { code: string }[] = await database.source.query(
      `SELECT code FROM current_area WHERE ST_Covers(geom, ST_SetSRID(ST_MakePoint($1, $2), 4326))
       ORDER BY length(code) DESC LIMIT 1`,
      [lng, lat],
    )
    codes.set(cell, area?.code ?? null)
  }
  const everybody = (await listed('stranger', '')).map(({ id }) => id)
  expect(everybody.length).toBeGreaterThanOrEqual(probesOfSite.length)
  const inside = all.filter(({ cell }) => isInScope(codes.get(cell)!, SCOPE)).map(({ id }) => id)
  expect(inside.length).toBeGreaterThanOrEqual(probesInside.length)
  expect(all.length - inside.length).toBeGreaterThan(100)
  const expected = [...new Set([...everybody, ...inside])].toSorted()
  for (const who of ['boundPlanner', 'boundKey'] as const)
    for (const query of ['', '&sort=cell', '&bbox=-17,20,-1,36']) {
      const items = await listed(who, query)
      expect([query, items.map(({ id }) => id).toSorted()]).toEqual([query, expected])
      for (const { id, cellId } of items) if (cellId !== null) expect(inside).toContain(id)
      expect(items.some(({ cellId }) => cellId !== null)).toBe(true)
    }
  expect((await listed('planner', '')).length).toBe(all.length)
})

test('a dispute of another place is seen and treated as by everybody', async () => {
  for (const side of ['inside', 'outside'] as const) {
    const id = await disputeWithDocument(side)
    const path = `/api/v1/disputes/${id}`
    const [bound, key, planner, stranger] = await Promise.all(
      (['boundPlanner', 'boundKey', 'planner', 'stranger'] as const).map((who) => ask(who, 'GET', path)),
    )
    expect(planner!.body['claim']).toBe('nothing reaches us here')
    const expected = (side === 'inside' ? planner! : stranger!).body
    for (const { body } of [bound!, key!]) expect(body).toEqual(expected)
    const list = (await ask('boundPlanner', 'GET', '/api/v1/disputes?limit=100')).body.items
    expect(list.find((one) => one['id'] === id)!['claim']).toBe(expected['claim'])
    const review = { action: 'review', comment: 'looking' }
    expect((await ask('boundPlanner', 'POST', `${path}/events`, review)).status).toBe(
      side === 'inside' ? 200 : 403,
    )
  }
})

test('small groups are shown to analysts of the place alone', async () => {
  for (const who of ['boundAnalyst', 'boundPlanner'] as const)
    for (const side of ['inside', 'outside'] as const)
      for (const path of [
        `/api/v1/cells/${CELLS[side][1]}/series`,
        `/api/v1/areas/${side === 'inside' ? '01.051' : '03'}/series`,
      ]) {
        const buckets = async (one: Who) => (await ask(one, 'GET', path)).body['buckets']
        const [ofAnalyst, ofStranger] = [await buckets('analyst'), await buckets('stranger')]
        expect(ofAnalyst).not.toEqual(ofStranger)
        expect([who, path, await buckets(who)]).toEqual([
          who,
          path,
          side === 'inside' ? ofAnalyst : ofStranger,
        ])
      }
})

test('areas are given, changed and taken away by administrators, and stand in the log', async () => {
  const account = { name: 'council', role: 'planner' as const, operator: null, areas: ['02'] }
  await addAccount(database.source, account, await firstCredential('password'), 'test')
  const change = (areas: unknown, more: object = {}) =>
    ask('administrator', 'PATCH', '/api/v1/accounts/council', { areas, ...more })
  expect((await change(['01.051', '03'])).body).toMatchObject({ areas: ['01.051', '03'] })
  expect(await change(['99.999'])).toMatchObject({ status: 422, body: { code: 'areas_unknown' } })
  expect((await change([])).status).toBe(400)
  expect((await change(['01'], { role: 'administrator' })).status).toBe(422)
  expect(
    (await ask('administrator', 'PATCH', '/api/v1/accounts/council', { disabled: true })).body,
  ).toMatchObject({
    areas: ['01.051', '03'],
  })
  expect((await change(null)).body).toMatchObject({ areas: null })
  const log: { detail: { before: { areas: unknown }; after: { areas: unknown } } }[] =
    await database.source.query(
      `SELECT detail FROM change WHERE action = 'change account' AND subject = 'council' ORDER BY id`,
    )
  expect(log.map(({ detail }) => [detail.before.areas, detail.after.areas])).toEqual([
    [['02'], ['01.051', '03']],
    [
      ['01.051', '03'],
      ['01.051', '03'],
    ],
    [['01.051', '03'], null],
  ])
})
