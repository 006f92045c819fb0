/** `/api/v1/runs/{id}/what-if` and its tiles, over the demonstration country. */
import { VectorTile } from '@mapbox/vector-tile'
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

test('what if a threshold moved: totals with their bounds, and the same cells on the map', async () => {
  const { items } = await json<List<{ id: number; counts: Record<string, number> }>>(
    '/api/v1/runs?rule=ma-floor',
  )
  const { id, counts } = items[0]!
  interface WhatIf {
    counts: Record<string, number>
    bounds: Record<'lax' | 'strict', Record<string, number>>
    steps: Record<'lax' | 'strict', number>
    uncertain: number
  }
  const at = (threshold: number) =>
    json<WhatIf>(`/api/v1/runs/${id}/what-if?metric=download&threshold=${threshold}`)
  const own = await at(2e6)
  expect(own.uncertain).toBe(0)
  const sum = (c: Record<string, number>) => c['white']! + c['grey']! + c['black']! + c['unknown']!
  expect(sum(own.counts)).toBe(sum(counts))
  const between = await at(40e6)
  expect(between.steps).toEqual({ lax: 30e6, strict: 50e6 })
  expect(between.uncertain).toBeGreaterThan(0)
  expect(between.bounds.strict['white']!).toBeGreaterThan(own.counts['white']!)
  expect(between.bounds.strict['white']!).toBeGreaterThanOrEqual(between.bounds.lax['white']!)
  const tile = await get(`/tiles/${id}/what-if/5/15/12.mvt?metric=download&threshold=30000000`)
  const layer = new VectorTile(new PbfReader(new Uint8Array(await tile.arrayBuffer()))).layers['cells']!
  let white = 0
  for (let i = 0; i < layer.length; i++) white += Number(layer.feature(i).properties['white'])
  expect(white).toBeGreaterThan(0)
  for (const [query, status] of [
    ['metric=upload&threshold=1000000', 422],
    ['metric=download&threshold=1', 422],
    ['metric=speed&threshold=1', 400],
    ['metric=download&threshold=x', 400],
  ] as const)
    expect((await get(`/api/v1/runs/${id}/what-if?${query}`)).status).toBe(status)
})
