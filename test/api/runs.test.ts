/** `/api/v1/runs` and `/api/v1/rules`, over the demonstration country. */
import { buildDemo } from '#demo'
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

test('the demonstration country has all four classes under the default rule, in every province', async () => {
  const { items } = await json<List<{ id: number; counts: Record<string, number>; digest: string }>>(
    '/api/v1/runs?rule=ma-floor',
  )
  for (const colour of ['white', 'grey', 'black', 'unknown'])
    expect(items[0]!.counts[colour]).toBeGreaterThan(9)
  const provinces = await database.source.query(
    `SELECT count(DISTINCT province_code) AS n FROM cell_place JOIN verdict USING (cell)`,
  )
  expect(provinces[0].n).toBe('75')
  // The seed's country on this day: another digest means another country.
  expect(items[0]!.digest).toMatch(/^[0-9a-f]{64}$/)
  const again = await database.source.query('SELECT count(*) AS n FROM probe')
  expect(await buildDemo(database.source, new Date(), () => {})).toBeNull()
  expect(await database.source.query('SELECT count(*) AS n FROM probe')).toEqual(again)
})

test('runs, rules and sites are listed in pages and found one by one', async () => {
  for (const [list, key] of [
    ['runs', 'id'],
    ['sites', 'code'],
  ] as const) {
    const seen: string[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: List<Record<string, string>> = await json(
        `/api/v1/${list}?limit=9${cursor && `&cursor=${cursor}`}`,
      )
      seen.push(...page.items.map((item) => item[key]!))
      cursor = page.next
    }
    const [{ n }] = await database.source.query(`SELECT count(*) AS n FROM ${list.slice(0, -1)}`)
    expect([list, seen.length, new Set(seen).size]).toEqual([list, Number(n), Number(n)])
    expect(await json(`/api/v1/${list}/${seen[0]}`)).toMatchObject({ [key]: seen[0] })
  }
  const rules = await json<List<{ id: string; sentence: Record<string, string> }>>('/api/v1/rules')
  expect(rules.items.map((r) => r.id).sort()).toEqual(
    [
      'eu-2013',
      'eu-ultrafast',
      'fcc-underserved',
      'fcc-unserved',
      'giga-school',
      'ma-fibre',
      'ma-floor',
    ].sort(),
  )
  for (const { id, sentence } of rules.items) {
    expect(Object.keys(sentence).sort()).toEqual(['ar', 'en', 'fr'])
    expect(await json(`/api/v1/rules/${id}`)).toMatchObject({ id })
  }
})

test('lists answer 304 to their own ETag', async () => {
  const first = await get('/api/v1/rules')
  const again = await get('/api/v1/rules', { headers: { 'if-none-match': first.headers.get('etag')! } })
  expect(again.status).toBe(304)
})
