/**
 * Requests that the OpenAPI document gives rise to, against the running server: no fault of the server, and no answer that
 * the document does not state. `npm run fuzz -- 100000` asks more, of the demonstration country.
 */
import { buildDemo } from '#demo'
import { type Role, hashPassword, insertAccount, sha256 } from '#store/people'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BODY_EXAMPLES } from '../../apps/api/openapi/parameters.js'
import { RUN_LAYERS } from '../../apps/api/tiles/tile-layers.js'
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
const operations = Object.values(document.paths).flatMap((path) => Object.values(path))
const isWhole = process.env['FUZZ'] !== undefined

let database: TestDatabase
let server: TestServer
let pools: Pools
let deviceToken: string
/** What requests use up is looked for again. */
let refresh: () => Promise<unknown>

beforeAll(async () => {
  database = await freshDatabase('postgresql')
  const now = new Date()
  // Every list has rows: the country alone holds no claims, and no names that anything trips over.
  await buildDemo(database.source, now, () => {})
  await fillObservatory(database, now)
  // So low that some are told to wait.
  server = await serve(database, { readRateLimitPerMinute: 20 })
  const { token } = await siteWithDevice(database)
  deviceToken = token
  const cookie = (role: Role, operator: string | null = null) => signIn(server, database, role, { operator })
  const planner = await cookie('planner')
  await insertPeople()
  await attachDocument(planner)
  pools = {
    known: await knownValues(planner),
    together: { '{z}/{x}/{file}': tiles(), '{id}/documents/{number}': await documents() },
    bodies: {
      sessionSignIn: PEOPLE.map((name) => ({ name, password: PASSWORD })),
      sessionPassword: [{ current: PASSWORD, next: PASSWORD }],
    },
    callers: [
      {},
      { authorization: `Bearer ${token}` },
      { cookie: await cookie('public') },
      { cookie: await cookie('operator', 'iam') },
      { cookie: planner },
      { cookie: await cookie('administrator') },
    ],
  }
  refresh = () => addPassing(planner)
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
    for (let made = 0; made < REQUESTS; made += CHUNK) {
      await refresh()
      const all = asks(document, pools)
      const some = fc.sample(all, { seed: SEED + made, numRuns: Math.min(CHUNK, REQUESTS - made) })
      await inParallel(some, async (ask) => {
        const answer = await send(server.url, ask).catch((error: unknown) => String(error))
        // An export ends so where another request changed what it writes.
        if (typeof answer === 'string' && isExport(ask) && answer.includes('aborted')) return
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
    signInWith: null,
  }
  expect(judge(ask, answer(200, right))).toBeNull()
  expect(judge(ask, answer(500, {}))).toContain('500')
  expect(judge(ask, answer(418, {}))).toContain('not documented')
  expect(judge(ask, answer(200, right, 'text/html'))).toContain('text/html')
  expect(judge(ask, answer(200, { ...right, simulated: 'yes' }))).toContain('boolean')
  expect(judge(ask, answer(200, { ...right, passwordHash: 'x' }))).toContain('passwordHash')
})

/** Who signs in over and over: tries are counted by name. */
const PEOPLE = Array.from({ length: 100 }, (_, n) => `person-${n}`)
/** As those that sign in to begin with have it. */
const PASSWORD = 'a password of the tests'

async function insertPeople(): Promise<void> {
  const passwordHash = await hashPassword(PASSWORD)
  for (const name of PEOPLE)
    await insertAccount(
      database.source.manager,
      { name, role: 'public', mustChangePassword: false, passwordHash },
      'test',
    )
}

async function attachDocument(cookie: string): Promise<void> {
  const content = Buffer.from('a,b\n1,2\n').toString('base64')
  const [{ h3 }] = await database.source.query('SELECT to_hex(cell) AS h3 FROM verdict ORDER BY cell LIMIT 1')
  const body = {
    ...(BODY_EXAMPLES['DisputeBody'] as object),
    cell: h3,
    documents: [{ name: 'seen.csv', content }],
  }
  expect((await post('/api/v1/disputes', body, { cookie })).status).toBe(201)
}

async function documents(): Promise<string[]> {
  const rows: { id: string; number: number }[] = await database.source.query(
    'SELECT dispute_id AS id, number FROM dispute_document',
  )
  return rows.map(({ id, number }) => `${id}/documents/${number}`)
}

/** Over Al Hoceima, and over the small observatory: from the whole country to some cells. */
function tiles(): string[] {
  return [
    [-3.93, 35.24],
    [-5.5, 33.9],
  ].flatMap(([lng, lat]) =>
    [4, 5, 6, 7, 8, 9, 10, 12].map((z) => {
      const sin = Math.sin((lat! * Math.PI) / 180)
      const [x, y] = [lng! / 360 + 0.5, 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)]
      return `${z}/${Math.floor(x * 2 ** z)}/${Math.floor(y * 2 ** z)}.mvt`
    }),
  )
}

/** Subscriptions, devices, budgets and what lies in quarantine come and go. */
async function addPassing(planner: string): Promise<void> {
  const ids = async (sql: string, ...values: unknown[]) =>
    ((await database.source.query(sql, values)) as { id: string }[]).map(({ id }) => id)
  const [run] = await ids(`SELECT id FROM run WHERE rule_id = 'ma-floor' ORDER BY id LIMIT 1`)
  const budget = await budgetOf(run!)
  Object.assign(pools.known, {
    'subscriptions/id': [...(await ids('SELECT id FROM subscription')), ...(await subscribed(planner))],
    'devices/id': await ids(
      'SELECT id FROM device WHERE revoked_at IS NULL AND token_hash <> $1 LIMIT 50',
      sha256(deviceToken),
    ),
    'quarantine/id': await ids(
      'SELECT id::text FROM quarantine WHERE resolved_at IS NULL ORDER BY id DESC LIMIT 20',
    ),
    answer: budget,
  })
  if (budget.length > 0) pools.together['{id}/budget/{answer}'] = budget.map((id) => `${run}/budget/${id}`)
}

const star = Array.from({ length: 120 }, (_, i) => {
  const angle = ((i % 119) * 59 * 2 * Math.PI) / 119
  return `${(-6 + 3 * Math.cos(angle)).toFixed(3)} ${(32 + 3 * Math.sin(angle)).toFixed(3)}`
})
/** Of any collection. */
const FILTERS = [
  'TRUE',
  'NOT FALSE AND (TRUE OR FALSE)',
  'S_INTERSECTS(geometry, BBOX(-6, 33, -5, 34.5))',
  'S_INTERSECTS(geometry, POINT(-5.5 33.9))',
  'S_INTERSECTS(geometry, POLYGON((-5.6 33.8, -5.4 33.8, -5.5 34, -5.6 33.8)))',
  'S_INTERSECTS(geometry, MULTIPOLYGON(((-5.6 33.8, -5.4 33.8, -5.5 34, -5.6 33.8)), ((-4 35, -3.9 35, -4 35.1, -4 35))))',
  'S_INTERSECTS(geometry, POLYGON((-5.6 33.8, -5.4 34, -5.4 33.8, -5.6 34, -5.6 33.8)))',
  `S_INTERSECTS(geometry, POLYGON((${star.join(', ')})))`,
  'S_INTERSECTS(geometry, POLYGON((0 0, 0 0, 0 0, 0 0)))',
  'S_INTERSECTS(geometry, BBOX(-180, -90, 180, 90))',
]

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
    'rules/id': await items('/api/v1/rules', 'id'),
    rule: await items('/api/v1/rules', 'id'),
    'probes/id': await items('/api/v1/probes?limit=20', 'id'),
    h3: [...cells, '84398d9ffffffff'],
    cell: cells,
    cursor: (await Promise.all(lists.map((list) => cursors(`/api/v1/${list}`)))).flat(),
    'collections/id': ['cells', 'zones', 'areas'],
    collection: ['cells', 'zones', 'areas', 'sites'],
    'export/file': ['cells.csv', 'zones.geojson', 'areas.ndjson', 'sites.fgb', 'plan.parquet'],
    layer: ['plan', ...RUN_LAYERS],
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
  // There may be as many as are taken.
  return answer.status === 201 ? [((await answer.json()) as { id: string }).id] : []
}

async function budgetOf(run: string): Promise<string[]> {
  const answer = await post(`/api/v1/runs/${run}/budget`, BODY_EXAMPLES['BudgetBody']!)
  return answer.status === 200 ? [((await answer.json()) as { id: string }).id] : []
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
  const filters = paths.map((path) => [`${path.replace('/{featureId}', '')} filter`, FILTERS] as const)
  return { ...Object.fromEntries(await Promise.all(found)), ...Object.fromEntries(filters) }
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values()
  const worker = async () => {
    for (const item of rest) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

const isExport = ({ operation }: Ask) => operation.operationId === 'exportFile'

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
  if (!isWhole) return
  for (const name of operations.map(({ operationId }) => operationId)) {
    const own = [...seen].filter(([key]) => key.startsWith(`${name} `))
    process.stderr.write(
      `${name}: ${own
        .map(([key, n]) => `${key.split(' ')[1]}×${n}`)
        .toSorted()
        .join(' ')}\n`,
    )
  }
}
