/** `/api/v1/cells`, over the demonstration country. */
import { cellAt } from '#geo'
import { ensureProbeMonths } from '#store/probes'
import { classify, findRule } from '#store/runs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase } from '../support/database.js'
import { demoDatabase } from '../support/demo-database.js'
import { type TestServer, serve } from '../support/server.js'
import { insertAsGiven, rowOf } from '../store/oracle.js'

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

interface List<T> {
  items: T[]
  next: string | null
}

const get = (path: string, init?: RequestInit) => fetch(server.url + path, init)
const json = async <T>(path: string) => (await (await get(path)).json()) as T

test('the list of cells pages through every cell once, and a box holds those inside it', async () => {
  interface Item {
    h3: string
    verdict: string
  }
  const pages = async (query: string) => {
    const all: Item[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: List<Item> = await json(`/api/v1/cells?limit=100${query}${cursor && `&cursor=${cursor}`}`)
      all.push(...page.items)
      cursor = page.next
    }
    return all
  }
  const all = await pages('')
  const [{ n }] = await database.source.query(
    'SELECT cells.n FROM (SELECT white + grey + black + unknown AS n FROM run WHERE id = 1) AS cells',
  )
  expect(new Set(all.map((c) => c.h3)).size).toBe(n)
  expect(all).toHaveLength(n)
  const whites = await pages('&class=white')
  expect(whites.map((c) => c.h3)).toEqual(all.filter((c) => c.verdict === 'white').map((c) => c.h3))
  const north = await pages('&bbox=-7,33,-4,36')
  const south = await pages('&bbox=-18,20,-7,33')
  expect(north.length).toBeGreaterThan(50)
  expect(north.filter((c) => south.some((s) => s.h3 === c.h3))).toEqual([])
})

test('a cell answers its verdict with evidence, reasons, rule and history', async () => {
  const { items } = await json<List<{ h3: string }>>('/api/v1/cells?class=white&limit=1')
  const cell = await json<Record<string, unknown>>(`/api/v1/cells/${items[0]!.h3}`)
  expect(cell).toMatchObject({
    h3: items[0]!.h3,
    verdict: 'white',
    rule: { id: 'ma-floor', version: 3 },
    simulated: true,
  })
  for (const key of ['confidence', 'evidence', 'reasons', 'history', 'areas', 'sites', 'run'])
    expect(cell).toHaveProperty(key)
  expect((cell['reasons'] as { code: string }[])[0]!.code).toBe('no_network_passes')
  const nowhere = await json<Record<string, unknown>>('/api/v1/cells/88386e6b0bfffff')
  expect(nowhere).toMatchObject({ verdict: 'unknown', evidence: [], reasons: [{ code: 'no_evidence' }] })
})

test('a cell says how its measurements fail, and of how many its quantiles are', async () => {
  // In the desert, where the demonstration has no site.
  const h3 = cellAt(28.4, -9.6)
  const dayOf = (n: number) => new Date(Date.now() - (10 + (n % 4)) * 86_400_000).toISOString().slice(0, 10)
  const months = [0, 1, 2, 3].map((n) => `${dayOf(n).slice(0, 7)}-01`)
  await ensureProbeMonths(database.source.manager, [...new Set(months)])
  const probe = (n: number, operator: string, outcome: 'ok' | 'no_service', latencyMs: number) => ({
    id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    h3,
    device: `${operator === 'iam' ? 1 : 2}1111111-1111-4111-8111-111111111111`,
    measuredAt: `${dayOf(n)}T${String(n % 24).padStart(2, '0')}:${String(n).padStart(2, '0')}:00Z`,
    operator,
    technology: '4g' as const,
    outcome,
    downloadBps: outcome === 'ok' ? 9.2e6 : null,
    uploadBps: outcome === 'ok' ? 4e6 : null,
    latencyMs: outcome === 'ok' ? latencyMs : null,
    counted: true,
  })
  const iam = Array.from({ length: 22 }, (_, i) => probe(i, 'iam', i < 18 ? 'no_service' : 'ok', 400))
  const inwi = Array.from({ length: 5 }, (_, i) => probe(30 + i, 'inwi', i < 4 ? 'no_service' : 'ok', 30))
  await insertAsGiven(database.source, [...iam, ...inwi].map(rowOf))
  const rule = (await findRule(database.source.manager, 'fcc-unserved'))!
  const run = await classify(database.source, { rule, author: 'test' })
  const cell = await json<Record<string, unknown>>(`/api/v1/cells/${h3}?run=${run.id}`)
  const failures = { noService: 18, slowDownload: 4, slowUpload: 0, highLatency: 4, highLoss: 0 }
  expect(cell['evidence']).toMatchObject([
    {
      operator: 'iam',
      samples: 22,
      passes: 0,
      failures,
      quantiles: { downloadBps: [9.2e6, 9.2e6, 9.2e6], downloadCount: 4, uploadCount: 4, latencyCount: 4 },
    },
    {
      operator: 'inwi',
      // A single measurement with service is not public: neither its speed, nor how it failed.
      failures: { noService: 4, slowDownload: null, slowUpload: null, highLatency: null, highLoss: null },
      quantiles: { downloadBps: null, downloadCount: null },
    },
  ])
  const reasons = cell['reasons'] as { code: string; operator?: string; failures?: unknown }[]
  expect(
    reasons.find(({ code, operator }) => code.startsWith('network_') && operator === 'iam'),
  ).toMatchObject({
    code: 'network_refuted',
    failures,
  })
})
