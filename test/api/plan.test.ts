/** The plan over HTTP: who may change it, what a file becomes, what is said of what is wrong. */
import { type PlanMonth } from '#domain/plan'
import { SHIPPED_RULES } from '#domain/rule'
import { centreOf } from '#geo'
import { type PlanItemRow, type PlanVersion } from '#store/plan'
import { classify } from '#store/runs'
import { PbfReader } from 'pbf'
import readXlsxFile from 'read-excel-file/node'
import { VectorTile } from '@mapbox/vector-tile'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { type KnownProbe, insertAsGiven, rowOf } from '../store/oracle.js'
import { OBSERVED_CELLS, fillObservatory, newUuid } from '../support/observatory.js'
import { type TestServer, serve, signIn } from '../support/server.js'

let database: TestDatabase
let server: TestServer
const cookies: Record<string, string> = {}
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  await fillObservatory(database, new Date())
  await insertAsGiven(database.source, [...probesAt(DEAD, 'no_service'), ...probesAt(GOOD, 'ok')].map(rowOf))
  await classify(database.source, { rule: SHIPPED_RULES[0]!, author: 'test' })
  server = await serve(database)
  for (const role of ['planner', 'analyst'] as const) cookies[role] = await signIn(server, database, role)
})
afterAll(async () => {
  await server?.close()
  await database?.drop()
})

/** What any of the answers holds. */
interface Body {
  items: PlanItemRow[]
  next: string | null
  run: { id: number; rule: string }
  standing: PlanItemRow | null
  versions: PlanVersion[]
  months: PlanMonth[]
  states: object
}

interface Answer {
  status: number
  body: Body
}

async function ask(
  method: string,
  path: string,
  body?: unknown,
  role: string | null = 'planner',
): Promise<Answer> {
  const isFile = typeof body === 'string'
  const answer = await fetch(`${server.url}/api/v1/plan${path}`, {
    method,
    headers: {
      ...(role && { cookie: cookies[role]! }),
      ...(body !== undefined && { 'content-type': isFile ? 'text/csv' : 'application/json' }),
    },
    ...(body !== undefined && { body: isFile ? body : JSON.stringify(body) }),
  })
  return { status: answer.status, body: (await answer.json()) as Body }
}

const DAY_MS = 86_400_000
/** A day of Morocco's: for an hour before UTC's midnight it is tomorrow there. */
const dayBack = (days: number) =>
  new Date(Date.now() - days * DAY_MS).toLocaleDateString('en-CA', { timeZone: 'Africa/Casablanca' })
const at = (n: number) => centreOf(OBSERVED_CELLS[n]!).toReversed().join(',')
/** Where orange's fibre is not, and where it is. */
const [DEAD, GOOD] = [7, 8]

/** At many hours of many days. */
const probesAt = (n: number, outcome: 'ok' | 'no_service'): KnownProbe[] =>
  Array.from({ length: 30 }, (_, i) => ({
    id: newUuid(800_000 + n * 100 + i),
    h3: OBSERVED_CELLS[n]!,
    measuredAt: new Date(Date.now() - DAY_MS - i * 13 * 3600_000).toISOString(),
    operator: 'orange',
    technology: 'fibre',
    outcome,
    downloadBps: outcome === 'ok' ? 50e6 : null,
    uploadBps: null,
    latencyMs: null,
    device: newUuid(700_000 + n),
    counted: true,
  }))

const LIST = `code,nom,lat,lng,operateur,technologie,debit cible (Mbit/s),attribution,echeance,mise en service
P-1,Promis,${at(1)},,,2,,${dayBack(-300)},
P-2,En retard,${at(2)},iam,4g,2,${dayBack(400)},${dayBack(3)},
P-3,Sans service,${at(DEAD)},orange,fibre,2,${dayBack(400)},${dayBack(100)},${dayBack(60)}
P-4,Servi,${at(GOOD)},orange,fibre,2,${dayBack(400)},${dayBack(100)},${dayBack(60)}
P-5,Personne,31.6,-8.0,iam,fibre,100,${dayBack(400)},${dayBack(100)},${dayBack(60)}
P-6,Mauvaise date,33.9,-5.5,iam,4g,2,,31/02/2027,
P-7,Techno,33.9,-5.5,iam,6G,2,,,
P-8,Service sans réseau,33.9,-5.5,,,2,,,${dayBack(1)}
`

test('a file is looked at, then taken; three bad lines are named, the rest lands', async () => {
  const path = '/import?name=liste.csv&comment=premier%20envoi'
  const refused = [
    { line: 7, code: 'P-6', field: 'promisedBy', value: '31/02/2027' },
    { line: 8, code: 'P-7', field: 'technology', value: '6G' },
    { line: 9, code: 'P-8', field: 'operator', value: '' },
    { line: 9, code: 'P-8', field: 'technology', value: '' },
  ]
  const preview = await ask('POST', `${path}&preview=true`, LIST)
  expect(preview).toMatchObject({
    status: 200,
    body: { lines: 8, added: 5, changed: 0, refusedLines: 3, refused, preview: true },
  })
  expect((await ask('GET', '')).body.items).toEqual([])
  expect(await ask('POST', path, LIST)).toMatchObject({ status: 200, body: { added: 5, refused } })
  expect(await ask('POST', `${path}&preview=true`, LIST)).toMatchObject({
    body: { added: 0, changed: 0, unchanged: 5 },
  })
  const { body } = await ask('GET', '', undefined, null)
  expect(body.items.map((item) => [item.code, item.state])).toEqual([
    ['P-1', 'planned'],
    ['P-2', 'late'],
    ['P-3', 'contradicted'],
    ['P-4', 'verified'],
    ['P-5', 'in_service'],
  ])
  expect(body.run.rule).toBe('ma-floor')
})

test('a change needs its comment and its version; the history keeps both versions', async () => {
  const change = {
    version: 1,
    comment: 'the works were seen',
    startedOn: dayBack(10),
    operator: 'Méditel',
    technology: '4g',
  }
  const { status, body } = await ask('PUT', '/P-1', change)
  expect([status, body.standing?.state, body.standing?.operator]).toEqual([200, 'works', 'orange'])
  expect(body.versions.map((v) => [v.version, v.author, v.comment])).toEqual([
    [2, 'test-planner', 'the works were seen'],
    [1, 'test-planner', 'premier envoi'],
  ])
  expect(await ask('PUT', '/P-1', change)).toMatchObject({
    status: 409,
    body: { detail: 'version is 1: P-1 was changed meanwhile, its version is 2; load it again' },
  })
  expect(await ask('PUT', '/P-1', { version: 2, comment: 'x', inServiceOn: dayBack(-5) })).toMatchObject({
    status: 422,
    body: { detail: 'inServiceOn must not be in the future: use promised_by for a promised date' },
  })
  expect(await ask('PUT', '/P-1', { version: 2, startedOn: '2026-13-01' })).toMatchObject({ status: 400 })
  expect(await ask('PUT', '/P-9', change)).toMatchObject({
    status: 404,
    body: { detail: 'the plan has no item "P-9"' },
  })
})

test('an item is made and withdrawn, and a run finds it again', async () => {
  const [lng, lat] = centreOf(OBSERVED_CELLS[DEAD]!)
  const item = { code: 'N/1', nameFr: 'Nouveau', comment: 'asked for', lat, lng }
  expect(await ask('POST', '', item)).toMatchObject({
    status: 201,
    body: { standing: { state: 'planned', version: 1 } },
  })
  expect(await ask('POST', '', item)).toMatchObject({ status: 409 })
  const served = { operator: 'orange', technology: 'fibre', inServiceOn: dayBack(0) }
  const edited = await ask('PUT', '/N%2F1', { version: 1, comment: 'on', ...served })
  // Nothing was measured since.
  expect(edited.body.standing).toMatchObject({ state: 'in_service', evidence: null })
  await classify(database.source, { rule: SHIPPED_RULES[0]!, author: 'test' })
  expect((await ask('GET', '/N%2F1')).body.standing?.state).toBe('in_service')
  const gone = await ask('POST', '/N%2F1/withdraw', { version: 2, comment: 'a mistake' })
  expect([gone.status, gone.body.standing, gone.body.versions.length]).toEqual([200, null, 3])
  expect((await ask('GET', '')).body.items).toHaveLength(5)
})

test('only a planner changes the plan', async () => {
  for (const [method, path, body] of [
    ['POST', '/import', LIST],
    ['POST', '', {}],
    ['PUT', '/P-1', {}],
    ['POST', '/P-1/withdraw', {}],
  ] as const) {
    expect((await ask(method, path, body, null)).status).toBe(401)
    expect((await ask(method, path, body, 'analyst')).status).toBe(403)
  }
})

test('lists are filtered and paged; what is asked wrongly is named', async () => {
  const paper = await ask('GET', '?state=contradicted')
  expect(paper.body.items.map((item) => item.code)).toEqual(['P-3'])
  const codes: string[] = []
  for (let cursor = ''; ;) {
    const { body } = await ask('GET', `?limit=2&sort=promised${cursor && `&cursor=${cursor}`}`)
    codes.push(...body.items.map((item) => item.code))
    if (body.next === null) break
    cursor = body.next
  }
  expect(codes.toSorted()).toEqual(['P-1', 'P-2', 'P-3', 'P-4', 'P-5'])
  expect(codes.indexOf('P-3')).toBeLessThan(codes.indexOf('P-1'))
  for (const [query, field] of [
    ['state=done', 'state'],
    ['sort=size', 'sort'],
    ['area=x', 'area'],
    ['technology=6g', 'technology'],
    ['cursor=%21', 'cursor'],
  ])
    expect(await ask('GET', `?${query}`)).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining(field!) },
    })
  expect(await ask('POST', '/import', 'nom;lat\nA;3\n')).toMatchObject({
    status: 422,
    body: { detail: expect.stringContaining('“code”') },
  })
  expect(await ask('GET', '/burn-down?area=99')).toMatchObject({ status: 404 })
})

test('the burn-down counts up to each month; tables carry run, rule and dates', async () => {
  const { body } = await ask('GET', '/burn-down')
  const now = body.months.find((month) => month.month === dayBack(0).slice(0, 7))
  expect(now).toMatchObject({ inService: 3, verified: 1, contradicted: 1 })
  expect(body.months.at(-1)).toMatchObject({ promised: 5, inService: null })
  expect(body.states).toMatchObject({ works: 1, late: 1, in_service: 1, verified: 1, contradicted: 1 })
  const csv = await (await fetch(`${server.url}/api/v1/plan/table.csv?state=verified`)).text()
  const [head, line, ...rest] = csv
    .trim()
    .split('\r\n')
    .map((row) => row.split(','))
  const value = (name: string) => line![head!.indexOf(name)]
  expect([rest.length, value('code'), value('state'), value('rule'), value('simulated')]).toEqual([
    0,
    'P-4',
    'verified',
    'ma-floor',
    'false',
  ])
  expect(Number(value('run'))).toBeGreaterThan(0)
  const xlsx = await (await fetch(`${server.url}/api/v1/plan/table.xlsx`)).arrayBuffer()
  const [{ data }] = (await readXlsxFile(Buffer.from(xlsx))) as unknown as [{ data: unknown[][] }]
  expect(data).toHaveLength(6)
  // What was taken away comes back as it is: nothing would change.
  const back = await ask(
    'POST',
    '/import?preview=true',
    await (await fetch(`${server.url}/api/v1/plan/table.csv`)).text(),
  )
  expect(back.body).toMatchObject({ added: 0, changed: 0, unchanged: 5, refused: [] })
})

test('tiles show each item with its state, and are asked for anew', async () => {
  const { body } = await ask('GET', '')
  const answer = await fetch(`${server.url}/tiles/${body.run.id}/plan/5/15/12.mvt`)
  expect(answer.headers.get('cache-control')).toBe('no-cache')
  const { plan } = new VectorTile(new PbfReader(new Uint8Array(await answer.arrayBuffer()))).layers
  const states = Array.from({ length: plan!.length }, (_, i) => plan!.feature(i).properties)
  expect(states.find(({ code }) => code === 'P-3')).toMatchObject({ state: 'contradicted', simulated: false })
})
