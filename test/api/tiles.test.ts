/** `/tiles`, over the demonstration country. */
import { envelopeOf } from '#geo'
import { VectorTile } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase } from '../support/database.js'
import { demoDatabase } from '../support/demo-database.js'
import { type TestServer, serve, signIn } from '../support/server.js'

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

test('a tile of a run is immutable, of the latest is asked for again, and answers 304 without work', async () => {
  // QGIS follows no redirect from one to the other.
  const latest = await get('/tiles/latest/cells/7/61/51.mvt?rule=ma-floor', { redirect: 'error' })
  expect([latest.status, latest.headers.get('cache-control')]).toEqual([200, 'no-cache'])
  const tile = await get('/tiles/1/cells/7/61/51.mvt')
  expect(tile.headers.get('cache-control')).toContain('immutable')
  expect(latest.headers.get('etag')).toBe(tile.headers.get('etag'))
  expect(await latest.arrayBuffer()).toEqual(await tile.clone().arrayBuffer())
  const etag = tile.headers.get('etag')!
  expect((await get('/tiles/1/cells/7/61/51.mvt', { headers: { 'if-none-match': etag } })).status).toBe(304)
  const plain = await get('/tiles/1/cells/7/61/51.mvt', { headers: { 'accept-encoding': 'identity' } })
  expect(new Uint8Array(await plain.arrayBuffer())).toEqual(new Uint8Array(await tile.clone().arrayBuffer()))
})

test('a tile that is in memory is answered with the same headers and bytes as the first time', async () => {
  const path = '/tiles/1/cells/8/123/103.mvt'
  const [first, again] = [await get(path), await get(path)]
  const headersOf = ({ headers }: Response) =>
    Object.fromEntries([...headers].filter(([name]) => name !== 'date'))
  expect(headersOf(again)).toEqual(headersOf(first))
  expect(again.headers.get('content-encoding')).toBe('gzip')
  expect(again.headers.get('content-security-policy')).toContain("default-src 'self'")
  expect(await again.arrayBuffer()).toEqual(await first.arrayBuffer())
  const head = await get(path, { method: 'HEAD' })
  expect([head.status, (await head.arrayBuffer()).byteLength]).toEqual([200, 0])
})

test.each(['sites', 'areas', 'localities', 'inferred', 'contradictions'])(
  'tiles of %s are revalidated, because what people correct shows without a new run',
  async (layer) => {
    const path = `/tiles/1/${layer}/9/245/206.mvt`
    const tile = await get(path)
    expect([tile.status, tile.headers.get('cache-control')]).toEqual([200, 'no-cache'])
    const headers = { 'if-none-match': tile.headers.get('etag')! }
    expect((await get(path, { headers })).status).toBe(304)
  },
)

test('a corrected site is drawn in the tile of the same run', async () => {
  const { west, south, east, north } = envelopeOf({ z: 9, x: 245, y: 206 })
  const path = '/tiles/1/sites/9/245/206.mvt'
  const site = { code: 'TILE-1', type: 'school', communeCode: '01.051.01.01' }
  const position = { lat: (south + north) / 2, lng: (west + east) / 2 }
  const cookie = await signIn(server, database, 'planner')
  const save = (name: string) =>
    get('/api/v1/sites', {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie },
      body: JSON.stringify({ ...site, ...position, name }),
    })
  const namesIn = async (answer: Response) => {
    const tile = new VectorTile(new PbfReader(new Uint8Array(await answer.arrayBuffer()))).layers['sites']!
    const sites = Array.from({ length: tile.length }, (_, i) => tile.feature(i).properties)
    return sites.filter(({ code }) => code === site.code).map(({ name }) => name)
  }
  expect((await save('École')).status).toBe(201)
  const before = await get(path)
  expect(await namesIn(before.clone())).toEqual(['École'])
  await save('École corrigée')
  const after = await get(path, { headers: { 'if-none-match': before.headers.get('etag')! } })
  expect([after.status, await namesIn(after)]).toEqual([200, ['École corrigée']])
})

test('the tiles of a zoom hold every cell of the run once, with its class', async () => {
  const seen = new Map<string, string>()
  for (let x = 57; x <= 64; x++)
    for (let y = 49; y <= 57; y++) {
      const bytes = new Uint8Array(await (await get(`/tiles/1/cells/7/${x}/${y}.mvt`)).arrayBuffer())
      const layer = new VectorTile(new PbfReader(bytes)).layers['cells']
      for (let i = 0; layer && i < layer.length; i++) {
        const { h3, class: colour } = layer.feature(i).properties
        seen.set(String(h3), String(colour))
      }
    }
  const rows = await database.source.query(
    `SELECT to_hex(cell) AS h3 FROM rollup WHERE series = 1 AND (cell >> 52) & 15 = 5`,
  )
  expect([...seen.keys()].sort()).toEqual((rows as { h3: string }[]).map((r) => r.h3).sort())
})

test('areas are drawn at every zoom with their counts', async () => {
  for (const [z, x, y, level] of [
    [5, 15, 12, 'region'],
    [7, 61, 51, 'province'],
    [9, 245, 206, 'commune'],
  ] as const) {
    const bytes = new Uint8Array(await (await get(`/tiles/1/areas/${z}/${x}/${y}.mvt`)).arrayBuffer())
    const layer = new VectorTile(new PbfReader(bytes)).layers['areas']!
    expect(layer.length).toBeGreaterThan(0)
    for (let i = 0; i < layer.length; i++) expect(layer.feature(i).properties).toMatchObject({ level })
  }
})

const featuresOf = async (path: string, layer: string) => {
  const answer = await get(path)
  expect(answer.status).toBe(200)
  const tile = new VectorTile(new PbfReader(new Uint8Array(await answer.arrayBuffer()))).layers[layer]
  return Array.from({ length: tile?.length ?? 0 }, (_, i) => tile!.feature(i).properties)
}

test('near, the zones of a tile are those of the list; from afar only large ones are drawn', async () => {
  const near = await featuresOf('/tiles/1/zones/9/246/206.mvt', 'zones')
  const { west, south, east, north } = envelopeOf({ z: 9, x: 246, y: 206 })
  const { items } = await json<List<{ id: string; class: string; communeCode: string }>>(
    `/api/v1/zones?run=1&limit=1000&bbox=${[west, south, east, north].map((d) => d.toFixed(6))}`,
  )
  expect(items.length).toBeGreaterThan(3)
  for (const { id, class: colour, communeCode } of items)
    expect(near).toContainEqual(
      expect.objectContaining({ id, class: colour, commune_code: communeCode, born_run: 1 }),
    )
  for (const zone of await featuresOf('/tiles/1/zones/6/30/25.mvt', 'zones'))
    expect(zone['cell_count']).toBeGreaterThan(5)
})

test('TileJSON names its tiles and fields', async () => {
  const about = await json<Record<string, never>>('/tiles/1/areas/tilejson.json')
  expect(about).toMatchObject({ tilejson: '3.0.0', tiles: [`${server.url}/tiles/1/areas/{z}/{x}/{y}.mvt`] })
  expect(await json('/tiles/latest/areas/tilejson.json')).toEqual(about)
})

test('the id of a feature names one cell in every tile, at every zoom, and other layers have none', async () => {
  const cellById = new Map<number, string>()
  const idByCell = new Map<string, number>()
  const tiles = ['4/7/6', '6/30/25', '6/31/25', '7/61/51', '7/62/51', '9/245/206', '9/246/206']
  for (const tile of tiles) {
    const bytes = new Uint8Array(await (await get(`/tiles/1/cells/${tile}.mvt`)).arrayBuffer())
    const layer = new VectorTile(new PbfReader(bytes)).layers['cells']
    for (let i = 0; layer && i < layer.length; i++) {
      const { id, properties } = layer.feature(i)
      const h3 = String(properties['h3'])
      expect(id).toBeGreaterThan(0)
      expect([cellById.get(id!) ?? h3, idByCell.get(h3) ?? id]).toEqual([h3, id])
      cellById.set(id!, h3)
      idByCell.set(h3, id!)
    }
  }
  expect(cellById.size).toBeGreaterThan(100)
  const areas = new Uint8Array(await (await get('/tiles/1/areas/7/61/51.mvt')).arrayBuffer())
  expect(new VectorTile(new PbfReader(areas)).layers['areas']!.feature(0).id).toBeUndefined()
})
