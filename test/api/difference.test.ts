/** `/api/v1/runs/{id}/difference` and its tiles, over the demonstration country. */
import { VectorTile } from '@mapbox/vector-tile'
import { cellToLatLng, cellToParent } from 'h3-js'
import { PbfReader } from 'pbf'
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

const featuresOf = async (path: string, layer: string) => {
  const answer = await get(path)
  expect(answer.status).toBe(200)
  const tile = new VectorTile(new PbfReader(new Uint8Array(await answer.arrayBuffer()))).layers[layer]
  return Array.from({ length: tile?.length ?? 0 }, (_, i) => tile!.feature(i).properties)
}

/** Tiles of zoom 7 that hold Morocco. */
const COUNTRY = Array.from({ length: 72 }, (_, i) => `7/${57 + (i % 8)}/${49 + Math.floor(i / 8)}`)

test('the difference of two rules: a matrix, the changed cells in pages, and tiles that add up to them', async () => {
  interface Cell {
    h3: string
    from: string
    to: string
  }
  const rules = await json<List<{ id: number; rule: string }>>('/api/v1/runs')
  const floor = rules.items.find((run) => run.rule === 'ma-floor')!.id
  const fast = rules.items.find((run) => run.rule === 'eu-2013')!.id
  const changed: Cell[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: List<Cell> = await json(
      `/api/v1/runs/${fast}/difference/cells?with=${floor}&limit=211${cursor && `&cursor=${cursor}`}`,
    )
    changed.push(...page.items)
    cursor = page.next
  }
  const classes = async (run: number) =>
    new Map(
      (await json<List<{ h3: string; verdict: string }>>(`/api/v1/cells?run=${run}&limit=10000`)).items.map(
        (cell) => [cell.h3, cell.verdict],
      ),
    )
  const [before, after] = [await classes(floor), await classes(fast)]
  const all = [...new Set([...before.keys(), ...after.keys()])].sort()
  const standings = all.map((h3) => ({ h3, from: before.get(h3) ?? 'none', to: after.get(h3) ?? 'none' }))
  expect(changed).toEqual(standings.filter(({ from, to }) => from !== to))
  expect(changed.length).toBeGreaterThan(100)
  const difference = await json<{
    counts: Record<string, Record<string, number>>
    better: number
    worse: number
    other: number
  }>(`/api/v1/runs/${fast}/difference?with=${floor}`)
  for (const [from, row] of Object.entries(difference.counts))
    for (const [to, n] of Object.entries(row))
      expect([from, to, n]).toEqual([
        from,
        to,
        standings.filter((c) => c.from === from && c.to === to).length,
      ])
  expect(difference.better + difference.worse + difference.other).toBe(changed.length)
  // 30 Mbit/s asks more than 2 Mbit/s.
  expect([difference.better, difference.worse > 50]).toEqual([0, true])
  const area = await json<Record<string, unknown>>(`/api/v1/runs/${fast}/difference?with=${floor}&area=01`)
  expect(area).toMatchObject({ from: floor, to: fast, area: '01' })
  const counted = new Map<unknown, number>()
  for (const { h3 } of changed) counted.set(cellToParent(h3, 5), (counted.get(cellToParent(h3, 5)) ?? 0) + 1)
  // A parent at the edge of two tiles is in both, whole in each.
  const parents = new Set<unknown>()
  for (const tile of COUNTRY)
    for (const p of await featuresOf(`/tiles/${fast}/difference/${tile}.mvt?with=${floor}`, 'difference')) {
      expect(Number(p['better']) + Number(p['worse']) + Number(p['other'])).toBe(counted.get(p['h3']))
      parents.add(p['h3'])
    }
  expect(parents).toEqual(new Set(counted.keys()))
  for (const cell of changed.filter((_, i) => i % 50 === 0)) {
    const [lat, lng] = cellToLatLng(cell.h3)
    const x = Math.floor(((lng + 180) / 360) * 4096)
    const y = Math.floor((0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI)) * 4096)
    const near = await featuresOf(`/tiles/${fast}/difference/12/${x}/${y}.mvt?with=${floor}`, 'difference')
    expect(near.map(({ h3, from, to }) => ({ h3, from, to }))).toContainEqual(cell)
    for (const { h3, from, to } of near) expect(changed).toContainEqual({ h3, from, to })
  }
  const [newest, named] = await Promise.all([
    get(`/tiles/latest/difference/7/61/51.mvt?with=${floor}&rule=eu-2013`),
    get(`/tiles/${fast}/difference/7/61/51.mvt?with=${floor}`),
  ])
  expect(newest.headers.get('etag')).toBe(named.headers.get('etag'))
  expect(await newest.arrayBuffer()).toEqual(await named.arrayBuffer())
  const about = await json<{ tiles: string[] }>(`/tiles/${fast}/difference/tilejson.json?with=${floor}`)
  expect(about.tiles).toEqual([`${server.url}/tiles/${fast}/difference/{z}/{x}/{y}.mvt?with=${floor}`])
})
