/**
 * Requests that the OpenAPI document gives rise to, against the running server: no fault of the server, and no answer that
 * the document does not state. `npm run fuzz -- 100000` asks more, of the demonstration country.
 */
import { buildDemo } from '#demo'
import type { Role } from '#store'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BODY_EXAMPLES } from '../../apps/api/openapi/parameters.js'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { fillObservatory } from '../support/observatory.js'
import { builtDocument, type TestServer, serve, signIn, siteWithDevice } from '../support/server.js'
import { judgeOf, send } from './fuzz/answers.js'
import { type Ask, type Pools, asks } from './fuzz/requests.js'

const REQUESTS = Number(process.env['FUZZ'] ?? 3_000)
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_126)
const AT_ONCE = 8
const CHUNK = 500

const document = builtDocument()
const isWhole = process.env['FUZZ'] !== undefined

let database: TestDatabase
let server: TestServer
let pools: Pools

beforeAll(async () => {
  database = await freshDatabase('postgresql')
  const now = new Date()
  // Every list has rows: the country alone holds no claims, and no names that anything trips over.
  await buildDemo(database.source, now, () => {})
  await fillObservatory(database, now)
  // So low that some are told to wait.
  server = await serve(database, { readerLimit: 20 })
  const { token } = await siteWithDevice(database)
  const cookie = (role: Role, operator: string | null = null) => signIn(server, database, role, { operator })
  const planner = await cookie('planner')
  pools = {
    known: await knownValues(planner),
    callers: [
      {},
      { authorization: `Bearer ${token}` },
      { cookie: await cookie('public') },
      { cookie: await cookie('operator', 'iam') },
      { cookie: planner },
      { cookie: await cookie('administrator') },
    ],
  }
}, 1_800_000)

afterAll(async () => {
  await server?.close()
  await database?.drop()
})

test(
  `${REQUESTS} requests made from the document: no fault, no answer that it does not state`,
  async () => {
    const faults = new Map<string, string>()
    const note = (kind: string, example: string) => {
      if (!faults.has(kind)) process.stderr.write(`${kind}: ${example}\n`)
      faults.set(kind, example)
    }
    const seen = new Map<string, number>()
    const judge = judgeOf(document)
    const all = asks(document, pools)
    for (let made = 0; made < REQUESTS; made += CHUNK) {
      const some = fc.sample(all, { seed: SEED + made, numRuns: Math.min(CHUNK, REQUESTS - made) })
      await inParallel(some, async (ask) => {
        const answer = await send(server.url, ask).catch((error: unknown) => String(error))
        if (typeof answer === 'string') {
          note(`${ask.operation.operationId}: ${answer}`, inWords(ask, Buffer.alloc(0)))
          return
        }
        const key = `${ask.operation.operationId} ${answer.status}`
        seen.set(key, (seen.get(key) ?? 0) + 1)
        const fault = judge(ask, answer)
        if (fault) note(`${ask.operation.operationId}: ${fault}`, inWords(ask, answer.body))
      })
      tell(made + some.length, faults)
    }
    tellSeen(seen)
    expect(Object.fromEntries(faults)).toEqual({})
    // A fuzz that only ever meets refusals tells little.
    expect([...seen.keys()].filter((key) => key.endsWith(' 200')).length).toBeGreaterThan(50)
  },
  isWhole ? 10_800_000 : 180_000,
)

test('a fault is seen: an undocumented status, a wrong type, a field that the document does not name', () => {
  const judge = judgeOf(document)
  const [path, method] = ['/api/v1/instance', 'get']
  const operation = document.paths[path]![method]!
  const ask: Ask = { operation, path, method, url: path, headers: {}, body: null }
  const answer = (status: number, body: object, type = 'application/json') => ({
    status,
    headers: { 'content-type': type },
    body: Buffer.from(JSON.stringify(body)),
    ms: 1,
  })
  const right = {
    version: '1',
    simulated: true,
    country: { nameEn: '', nameFr: '', nameAr: '', bounds: [0, 0, 1, 1] },
    defaultRule: 'ma-floor',
    attribution: '',
    basemap: null,
  }
  expect(judge(ask, answer(200, right))).toBeNull()
  expect(judge(ask, answer(500, {}))).toContain('500')
  expect(judge(ask, answer(418, {}))).toContain('not documented')
  expect(judge(ask, answer(200, right, 'text/html'))).toContain('text/html')
  expect(judge(ask, answer(200, { ...right, simulated: 'yes' }))).toContain('boolean')
  expect(judge(ask, answer(200, { ...right, passwordHash: 'x' }))).toContain('passwordHash')
})

/** What lists name exists: asked for by its name, it is found. */
async function knownValues(planner: string): Promise<Pools['known']> {
  const items = async (path: string, field: string) => {
    const answer = await fetch(server.url + path, { headers: { cookie: planner } })
    const { items: rows } = (await answer.json()) as { items: Record<string, unknown>[] }
    return rows.map((row) => String(row[field]))
  }
  const cursors = async (path: string) => {
    const answer = await fetch(`${server.url}${path}?limit=1`)
    const { next } = (await answer.json()) as { next: string | null }
    return next === null ? [] : [next]
  }
  const runs = await items('/api/v1/runs?limit=20', 'id')
  const areas = await items('/api/v1/areas?limit=200', 'code')
  const cells = await items('/api/v1/cells?limit=50', 'h3')
  const lists = 'areas cells zones sites probes runs contradictions sampling plan disputes events'.split(' ')
  return {
    run: [...runs, 'latest'],
    'runs/id': runs,
    with: runs,
    'areas/code': areas,
    area: areas,
    parent: areas,
    'sites/code': await items('/api/v1/sites?limit=50', 'code'),
    'zones/id': await items('/api/v1/zones?limit=50', 'id'),
    'localities/id': await localityIds(),
    'plan/code': await items('/api/v1/plan?limit=50', 'code'),
    'disputes/id': await items('/api/v1/disputes', 'id'),
    'subscriptions/id': await subscribed(planner),
    answer: await budgets(runs[0]!),
    'rules/id': await items('/api/v1/rules', 'id'),
    rule: await items('/api/v1/rules', 'id'),
    'probes/id': await items('/api/v1/probes?limit=20', 'id'),
    h3: [...cells, '84398d9ffffffff'],
    cell: cells,
    cursor: (await Promise.all(lists.map((list) => cursors(`/api/v1/${list}`)))).flat(),
    'collections/id': ['cells', 'zones', 'areas'],
    collection: ['cells', 'zones', 'areas', 'sites'],
    'export/file': ['cells.csv', 'zones.geojson', 'areas.ndjson', 'sites.fgb', 'plan.parquet'],
    layer: [
      'plan',
      'cells',
      'areas',
      'zones',
      'sites',
      'localities',
      'difference',
      'contradictions',
      'inferred',
    ],
    ...(await featureIds()),
  }
}

async function localityIds(): Promise<string[]> {
  const answer = await fetch(`${server.url}/ogc/collections/localities/items?limit=20`)
  const { features } = (await answer.json()) as { features: { id: string }[] }
  return features.map(({ id }) => id)
}

async function subscribed(cookie: string): Promise<string[]> {
  const answer = await post('/api/v1/subscriptions', BODY_EXAMPLES['SubscriptionBody']!, { cookie })
  return [((await answer.json()) as { id: string }).id]
}

async function budgets(run: string): Promise<string[]> {
  const answer = await post(`/api/v1/runs/${run}/budget`, BODY_EXAMPLES['BudgetBody']!)
  return [((await answer.json()) as { id: string }).id]
}

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

async function featureIds(): Promise<Pools['known']> {
  const paths = Object.keys(document.paths).filter((path) => path.endsWith('/items/{featureId}'))
  const found = paths.map(async (path) => {
    const answer = await fetch(server.url + path.replace('/{featureId}', '?limit=5'))
    const { features } = (await answer.json()) as { features: { id: string }[] }
    return [`${path} featureId`, features.map(({ id }) => id)] as const
  })
  return Object.fromEntries(await Promise.all(found))
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values()
  const worker = async () => {
    for (const item of rest) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

const inWords = ({ method, url, headers, body }: Ask, answer: Buffer) =>
  `${method} ${url.slice(0, 300)} ${JSON.stringify(headers).replace(/(Bearer |session=)[\w-]{20,}/g, '$1…')} ${body?.subarray(0, 300).toString() ?? ''} → ${answer.subarray(0, 300).toString()}`

function tell(made: number, faults: ReadonlyMap<string, string>): void {
  if (made % (isWhole ? 5_000 : 500) === 0)
    process.stderr.write(`${made} requests, ${faults.size} kinds of faults\n`)
}

function tellSeen(seen: ReadonlyMap<string, number>): void {
  const byStatus: Record<string, number> = {}
  for (const [key, count] of seen) {
    const status = key.split(' ')[1]!
    byStatus[status] = (byStatus[status] ?? 0) + count
  }
  process.stderr.write(`answers by status: ${JSON.stringify(byStatus)}\n`)
}
