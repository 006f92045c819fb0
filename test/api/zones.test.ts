/** `/api/v1/zones`, over the demonstration country. */
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

test('the list of zones pages through every zone once, and each is found with its outline and its events', async () => {
  interface Item {
    id: string
    class: string
    provinceCode: string | null
    cellCount: number
  }
  const pages = async (query: string) => {
    const items: Item[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: List<Item> = await json(`/api/v1/zones?limit=97${query}${cursor && `&cursor=${cursor}`}`)
      items.push(...page.items)
      cursor = page.next
    }
    return items
  }
  const all = await pages('')
  const { counts } = await json<{ counts: Record<string, number> }>('/api/v1/runs/1')
  for (const colour of ['white', 'grey', 'black']) {
    const some = await pages(`&class=${colour}`)
    expect(some).toEqual(all.filter((zone) => zone.class === colour))
    expect(some.reduce((sum, zone) => sum + zone.cellCount, 0)).toBe(counts[colour])
  }
  expect(new Set(all.map((zone) => zone.id)).size).toBe(all.length)
  expect(await pages('&area=01.051')).toEqual(all.filter((zone) => zone.provinceCode === '01.051'))
  const bySize = all.toSorted((a, b) => a.cellCount - b.cellCount || (a.id < b.id ? -1 : 1))
  expect(await pages('&sort=cellCount')).toEqual(bySize)
  expect(await pages('&sort=-cellCount')).toEqual(bySize.toReversed())
  expect(await pages('&sort=-id')).toEqual(all.toReversed())
  const { next } = await json<List<Item>>('/api/v1/zones?limit=3&sort=cellCount')
  expect((await get(`/api/v1/zones?limit=3&cursor=${next}`)).status).toBe(400)
  const north = await pages('&bbox=-7,33,-4,36')
  expect([north.length > 10, north.length < all.length]).toEqual([true, true])
  const zone = await json<Record<string, never>>(`/api/v1/zones/${all[0]!.id}?run=1`)
  const { run: _, ...listed } = all[0]! as Item & { run: number }
  expect(zone).toMatchObject({
    ...listed,
    firstRun: 1,
    nextRun: null,
    geometry: { type: 'MultiPolygon' },
    events: [{ run: 1, kind: 'born', cellsBefore: 0, cellsAfter: all[0]!.cellCount, other: null }],
  })
  expect((await get(`/api/v1/zones/${all[0]!.id}?run=2`)).status).toBe(404)
  const first = await get('/api/v1/zones')
  const again = await get('/api/v1/zones', { headers: { 'if-none-match': first.headers.get('etag')! } })
  expect(again.status).toBe(304)
})
