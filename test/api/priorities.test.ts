/** Priorities and budgets over HTTP, on the demonstration country. */
import { buildDemo } from '#demo'
import { DEFAULT_UNIT_COSTS, DEFAULT_WEIGHTS, factorTable, rankedIndexesOf, scoresOf } from '#domain/priority'
import { upsertLocalities } from '#store/areas'
import { latestRun } from '#store/runs'
import { factorsOfZones } from '#store/zones'
import { parse } from 'csv-parse/sync'
import readXlsxFile from 'read-excel-file/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BudgetAnswer } from '../../apps/api/priorities/budget.controller.js'
import type { Priorities } from '../../apps/api/priorities/priorities.controller.js'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { type TestServer, serve } from '../support/server.js'

let database: TestDatabase
let server: TestServer
let run: number
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  await buildDemo(database.source, new Date(), () => {})
  server = await serve(database)
  run = (await latestRun(database.source.manager, 'ma-floor'))!.id
})
afterAll(async () => {
  await server?.close()
  await database?.drop()
})

const get = (path: string) => fetch(`${server.url}/api/v1/runs/${path}`)
const list = async (query = ''): Promise<Priorities> =>
  (await (await get(`${run}/priorities?${query}`)).json()) as Priorities
const post = (body: object, signal?: AbortSignal) =>
  fetch(`${server.url}/api/v1/runs/${run}/budget`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  })
const allocate = async (body: object): Promise<BudgetAnswer> => {
  const answer = await post(body)
  expect(answer.status).toBe(200)
  return (await answer.json()) as BudgetAnswer
}
const detailOf = async (answer: Response) => [
  answer.status,
  ((await answer.json()) as { detail: string }).detail,
]

test('zones come by their score, page by page as in one, and only those of a class or an area', async () => {
  const zones = await factorsOfZones(
    database.source.manager,
    (await latestRun(database.source.manager, 'ma-floor'))!,
  )
  const table = factorTable(zones, DEFAULT_UNIT_COSTS)
  const order = rankedIndexesOf(
    table,
    scoresOf(table, DEFAULT_WEIGHTS),
    zones.map((_, i) => i),
  )
  const whole = await list('limit=1000')
  expect(whole.zones).toBe(zones.length)
  expect(whole.items.length).toBeGreaterThan(20)
  expect(whole.leftOut).toEqual([])
  const key = ({ id, rank, score }: { id: string; rank: number; score: number }) => [id, rank, score]
  expect(whole.items.map(key)).toEqual(order.map(({ index, ...row }) => key({ ...zones[index]!, ...row })))
  const pages: Priorities['items'] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Priorities = await list(`limit=17${cursor && `&cursor=${cursor}`}`)
    pages.push(...page.items)
    cursor = page.next
  }
  expect(pages).toEqual(whole.items)
  const region = whole.items.find(({ regionCode }) => regionCode)!.regionCode!
  const some = await list(`limit=1000&class=white&area=${region}`)
  expect(some.items.map(({ id }) => id)).toEqual(
    whole.items.filter((z) => z.class === 'white' && z.regionCode === region).map(({ id }) => id),
  )
  expect(some.items[0]?.rank ?? 1).toBe(1)
})

test('a weight moves the order: with schools alone, those with most schools are first', async () => {
  const zero = Object.keys(DEFAULT_WEIGHTS).map((name) => `${name}:${name === 'schools' ? 10 : 0}`)
  const { items, weights } = await list(`weights=${zero.join(',')}&limit=1000&top=5`)
  expect(weights.schools).toBe(10)
  expect(items.map(({ schools }) => schools)).toEqual(items.map((z) => z.schools).sort((a, b) => b! - a!))
  // One factor alone is not moved by other weights.
  for (const { rank, rankLow, rankHigh } of items) expect([rankLow, rankHigh]).toEqual([rank, rank])
})

test('both files have the rows of the list, with run, rule, dates, weights, and that it is assumed and simulated', async () => {
  const query = 'weights=people:9&class=white'
  const { items, takenAt } = await list(`${query}&limit=1000`)
  const csv = parse(await (await get(`${run}/priorities.csv?${query}`)).text()) as string[][]
  const file = await (await get(`${run}/priorities.xlsx?${query}`)).arrayBuffer()
  const [{ data }] = (await readXlsxFile(Buffer.from(file))) as unknown as [{ data: unknown[][] }]
  for (const [head, ...rows] of [csv, data] as [string[], ...unknown[][]][]) {
    const cell = (row: unknown[], name: string) => String(row[head.indexOf(name)] ?? '')
    expect(rows.map((row) => [cell(row, 'zone'), cell(row, 'people'), cell(row, 'rank_high')])).toEqual(
      items.map((zone) => [zone.id, String(zone.people ?? ''), String(zone.rankHigh)]),
    )
    const source = ['run', 'rule', 'changed_weights', 'costs_and_weights', 'simulated', 'factors_taken_at']
    for (const row of rows)
      expect(source.map((name) => cell(row, name))).toEqual([
        String(run),
        'ma-floor',
        'people:9',
        'assumption',
        'true',
        String(takenAt),
      ])
  }
})

test('the factors are taken again when localities change', async () => {
  const before = await list('limit=1')
  expect((await list('limit=1')).takenAt).toBe(before.takenAt)
  const { id, lat, lng, people, localities } = before.items[0]!
  const here = { lat, lng, kind: 'PPL', communeCode: null, nameAr: null }
  await upsertLocalities(database.source.manager, [
    { ...here, id: 'new', nameFr: 'Douar nouveau', population: 500 },
  ])
  const after = await list('limit=1000')
  expect(after.takenAt > before.takenAt).toBe(true)
  const zone = after.items.find((other) => other.id === id)!
  expect([zone.people, zone.localities]).toEqual([(people ?? 0) + 500, localities! + 1])
})

test('a budget is kept, what remains and what one more million buys add up, and the files say the same', async () => {
  const answer = await allocate({ budget: 30e6, maximise: 'people' })
  const sum = answer.zones.reduce((all, { cost }) => all + cost, 0)
  expect(answer.zones.length).toBeGreaterThan(3)
  expect(sum).toBe(answer.cost)
  expect(sum).toBeLessThanOrEqual(30e6)
  expect(answer.remaining).toBe(30e6 - sum)
  expect(answer.gap).toBeGreaterThanOrEqual(0)
  expect(answer.gap).toBeLessThan(answer.status === 'optimal' ? 1.01e-4 : 0.01)
  expect(answer.benefit).toBeLessThanOrEqual(answer.whole)
  const { zones } = await list('limit=1')
  expect(answer.zonesLeft).toBe(zones - answer.zones.length)
  const more = answer.oneMore!
  expect(more.benefit).toBeGreaterThanOrEqual(answer.benefit - 1e-6)
  const larger = await allocate({ budget: 31e6, maximise: 'people' })
  expect(Math.abs(larger.benefit / more.benefit - 1)).toBeLessThan(0.01)
  const csv = parse(await (await get(`${run}/budget/${answer.id}.csv`)).text(), {
    columns: true,
  }) as Record<string, string>[]
  expect(csv.map((row) => [row['zone'], row['technology'], Number(row['cost_mad'])])).toEqual(
    answer.zones.map(({ id, technology, cost }) => [id, technology, cost]),
  )
  expect(csv[0]).toMatchObject({ budget_mad: '30000000', maximise: 'people', simulated: 'true' })
  expect((await get(`${run}/budget/${answer.id}.xlsx`)).status).toBe(200)
  expect((await detailOf(await get(`${run}/budget/${'0'.repeat(32)}.csv`)))[0]).toBe(404)
})

test('no money buys nothing; technologies are those allowed; regions get what they are to get, or a refusal', async () => {
  const none = await allocate({ budget: 0, maximise: 'score' })
  expect([none.zones, none.cost, none.benefit]).toEqual([[], 0, 0])
  const masts = await allocate({ budget: 40e6, maximise: 'score', technologies: ['4g'] })
  expect(new Set(masts.zones.map(({ technology }) => technology))).toEqual(new Set(['4g']))
  const fair = await allocate({ budget: 60e6, maximise: 'people', oneZonePerRegion: true })
  const all = (await list('limit=1000')).items.filter(({ people }) => people)
  expect(new Set(fair.zones.map((z) => z.regionCode))).toEqual(new Set(all.map((z) => z.regionCode)))
  expect(await detailOf(await post({ budget: 1_000, maximise: 'people', oneZonePerRegion: true }))).toEqual([
    422,
    expect.stringContaining('no choice within 1000 MAD'),
  ])
})

test.each([
  ['priorities?weights=peple:5', 400, 'weights: unknown name "peple"; expected one of white, people'],
  ['priorities?weights=people:11', 400, 'people must be a number from 0 to 10; it is 11'],
  ['priorities?weights=people', 400, 'must have the form name:amount'],
  ['priorities?weights=people:-1', 400, 'must have the form name:amount'],
  ['priorities?weights=__proto__:1', 400, 'expected one of'],
  ['priorities?unitCosts=share4g:2', 400, 'unitCosts: share4g must be a number from 0 to 1'],
  [
    'priorities?weights=white:0,people:0,localities:0,schools:0,healthCentres:0,administrations:0,fibreDistance:0,cost:0',
    400,
    'at least one of them must be above 0',
  ],
  ['priorities?class=black', 400, 'class must be one of'],
  ['priorities?limit=1001', 400, 'limit must not be greater than 1000'],
  ['priorities?cursor=eA', 400, 'invalid cursor for this list and sort order'],
])('%s is refused in words', async (query, status, words) => {
  expect(await detailOf(await get(`${run}/${query}`))).toEqual([status, expect.stringContaining(words)])
})

test.each([
  [{ maximise: 'people' }, 400, 'budget'],
  [{ budget: -1, maximise: 'people' }, 400, 'budget must not be less than 0; it is -1'],
  [{ budget: 1, maximise: 'votes' }, 400, 'maximise must be one of'],
  [{ budget: 1, maximise: 'people', technologies: ['adsl'] }, 400, 'technologies'],
  [{ budget: 1, maximise: 'people', weights: { people: 'many' } }, 400, 'weights: people must be a number'],
  [
    { budget: 1, maximise: 'people', unitCosts: { gold: 1 } },
    400,
    'unitCosts: unknown name "gold"; expected one of',
  ],
  [{ budget: 1, maximise: 'people', regionShare: 2 }, 400, 'regionShare must not be greater than 1'],
])('the budget %j is refused in words', async (body, status, words) => {
  expect(await detailOf(await post(body))).toEqual([status, expect.stringContaining(words)])
})

test('an unknown run is 404; few budgets are computed at once, the others are told when to come back', async () => {
  expect((await get('999999/priorities')).status).toBe(404)
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, i) => post({ budget: 50e6 + i, maximise: 'people' })),
  )
  const refused = answers.filter(({ status }) => status === 503)
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(2)
  expect(refused.length).toBeGreaterThan(0)
  expect(refused[0]!.headers.get('retry-after')).toMatch(/^\d+$/)
  // Who leaves frees the place.
  for (let i = 0; i < 4; i++) {
    const abort = new AbortController()
    const asked = post({ budget: 70e6 + i, maximise: 'people' }, abort.signal)
    setTimeout(() => abort.abort(), 60)
    await asked.catch(() => {})
  }
  await expect.poll(async () => (await post({ budget: 80e6, maximise: 'people' })).status).toBe(200)
})

test('where no locality was imported people are not known: left out, and no aim of a budget', async () => {
  await database.source.query('DELETE FROM locality')
  const { leftOut, items } = await list()
  expect(leftOut).toEqual(['people', 'localities'])
  for (const { people, localities } of items) expect([people, localities]).toEqual([null, null])
  expect(await detailOf(await post({ budget: 1e6, maximise: 'people' }))).toEqual([
    422,
    expect.stringContaining('none were imported'),
  ])
  expect((await allocate({ budget: 9e6, maximise: 'score' })).peopleLeft).toBeNull()
})
