/** `/api/v1/sampling`, over the demonstration country. */
import { DEFAULT_RULE } from '#domain/rule'
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

test('the sampling planner lists every undecided place once, and writes route sheets', async () => {
  interface Place {
    h3: string
    population: number
    sites: { code: string }[]
    needs: { operator: string; visits: number; samples: number }[]
  }
  const places: Place[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: List<Place> = await json(`/api/v1/sampling?rule=ma-floor&limit=40&cursor=${cursor}`)
    places.push(...page.items)
    cursor = page.next
  }
  const expected: { h3: string }[] = await database.source.query(
    `SELECT DISTINCT to_hex(s.cell) AS h3 FROM site AS s WHERE NOT EXISTS (
       SELECT 1 FROM verdict AS v JOIN run AS r ON r.series = v.series AND r.rule_id = 'ma-floor' AND r.current
       WHERE v.cell = s.cell AND v.next_run IS NULL AND v.class <> 'unknown')`,
  )
  expect(places.map((p) => p.h3).sort()).toEqual(expected.map((row) => row.h3).sort())
  expect(places.length).toBeGreaterThan(9)
  for (const place of places) expect(place.sites.length).toBeGreaterThan(0)
  expect(places.filter((place) => place.needs.length > 0).length).toBeGreaterThan(places.length / 2)

  const province = places[0]!.sites[0]!.code.replace(/^SIM-|-\d+$/g, '')
  const csv = await (await get(`/api/v1/sampling/route?area=${province}&format=csv`)).text()
  const lines = csv.trim().split('\r\n')
  expect(lines[0]).toContain('stop,h3,place')
  expect(lines.length).toBeGreaterThan(1)
  expect(lines.slice(1).every((line) => line.includes(`ma-floor ${DEFAULT_RULE.version}`))).toBe(true)
  for (const [lang, words] of [
    ['ar', 'dir="rtl"'],
    ['fr', 'Données simulées'],
    ['en', 'Simulated data'],
  ])
    expect(await (await get(`/api/v1/sampling/route?area=${province}&lang=${lang}`)).text()).toContain(words)
  expect((await get('/api/v1/sampling/route?area=99.999')).status).toBe(404)
  expect((await get('/api/v1/sampling/route?area=x')).status).toBe(400)
  expect((await get('/api/v1/sampling?cursor=eA')).status).toBe(400)
})
