/** `/api/v1/areas`, over the demonstration country. */
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

test('a client that reads only Link headers comes through the whole list', async () => {
  const codes: string[] = []
  for (let path: string | undefined = '/api/v1/areas?level=province&limit=20'; path;) {
    const answer = await get(path)
    codes.push(...((await answer.json()) as List<{ code: string }>).items.map(({ code }) => code))
    path = /^<(\/api\/v1\/areas\?[^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1]
  }
  expect(codes).toHaveLength(75)
  expect(new Set(codes).size).toBe(75)
})

test('areas are found in French without accents and in Arabic', async () => {
  const names = async (q: string) =>
    (await json<List<{ code: string }>>(`/api/v1/areas?level=province&q=${encodeURIComponent(q)}`)).items.map(
      (a) => a.code,
    )
  expect(await names('tetouan')).toEqual(['01.571'])
  expect(await names('الحسيمة')).toEqual(['01.051'])
  expect(await names('xyz')).toEqual([])
  const area = await json<Record<string, never>>('/api/v1/areas/01.051')
  expect(area).toMatchObject({ nameFr: 'Al Hoceima', level: 'province', parents: [{ code: '01' }] })
  const { white, grey, black, unknown, notMeasured } = area['counts']!
  expect(white + grey + black + unknown).toBeGreaterThan(5)
  expect(notMeasured).toBeGreaterThan(1000)
})

test('the list of areas pages through every level once, regions first', async () => {
  const codes: string[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: List<{ code: string }> = await json(`/api/v1/areas?limit=50${cursor && `&cursor=${cursor}`}`)
    codes.push(...page.items.map((a) => a.code))
    cursor = page.next
  }
  const [{ n }] = await database.source.query('SELECT count(*) AS n FROM current_area')
  expect([codes.length, new Set(codes).size]).toEqual([Number(n), Number(n)])
  expect(codes.slice(0, 12).every((code) => code.length === 2)).toBe(true)
})
