/** `/api/v1/cells`, over the demonstration country. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase } from '../support/database.js'
import { demoDatabase } from '../support/demo-database.js'
import { type TestServer, serve } from '../support/server.js'

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
    rule: { id: 'ma-floor', version: 2 },
    simulated: true,
  })
  for (const key of ['confidence', 'evidence', 'reasons', 'history', 'areas', 'sites', 'run'])
    expect(cell).toHaveProperty(key)
  expect((cell['reasons'] as { code: string }[])[0]!.code).toBe('no_network_passes')
  const nowhere = await json<Record<string, unknown>>('/api/v1/cells/88386e6b0bfffff')
  expect(nowhere).toMatchObject({ verdict: 'unknown', evidence: [], reasons: [{ code: 'no_evidence' }] })
})
