/** `/ogc`: OGC API Features and Tiles. */
import type { Feature } from '#domain/feature'
import type { Position } from '#domain/place'
import { CRS84, WEB_MERCATOR, centreOf } from '#geo'
import { COLLECTIONS, collectionOf } from '#store/ogc'
import { type RunRow, classify, findRule } from '#store/runs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { OBSERVED_CELLS, fillObservatory } from '../support/observatory.js'
import { type TestServer, serve } from '../support/server.js'

let database: TestDatabase
let server: TestServer
let run: RunRow
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  run = await fillObservatory(database, new Date())
  server = await serve(database)
})
afterAll(async () => {
  await server.close()
  await database.drop()
})

interface Link {
  href: string
  rel: string
  type: string
}
interface FeaturePage {
  type: string
  numberReturned: number
  numberMatched?: number
  links: Link[]
  features: Feature[]
}

const get = (path: string) => fetch(path.startsWith('http') ? path : server.url + path)
const json = async <T>(path: string) => (await (await get(path)).json()) as T
const items = (query: string) => json<FeaturePage>(`/ogc/collections/${query}`)
const linkOf = (links: readonly Link[], rel: string) => links.find((link) => link.rel === rel)?.href

async function allPages(query: string): Promise<Feature[]> {
  const features: Feature[] = []
  for (let path: string | undefined = `/ogc/collections/${query}`; path;) {
    const page: FeaturePage = await json(path)
    expect(page.numberReturned).toBe(page.features.length)
    features.push(...page.features)
    path = linkOf(page.links, 'next')
  }
  return features
}

test('the landing page leads to everything there is, and every link answers with what it says', async () => {
  const seen = new Set<string>()
  const follow = async (path: string) => {
    if (seen.has(path)) return
    seen.add(path)
    const answer = await get(path)
    expect([path, answer.status]).toEqual([path, 200])
    const body = await answer.text()
    if (!answer.headers.get('content-type')!.includes('json')) return
    const told = JSON.parse(body) as Record<string, unknown> & { links?: Link[] }
    const lists = [told.collections, told.tilesets, told.tileMatrixSets] as (
      { links: Link[] }[] | undefined
    )[]
    const all = [...(told.links ?? []), ...lists.flatMap((list = []) => list.flatMap((one) => one.links))]
    for (const { href, type } of all) {
      if (href.includes('cursor=') || href.includes('{')) continue
      const linked = await get(href)
      // An answer that nobody reads keeps the server from closing.
      await linked.arrayBuffer()
      const [wanted] = type.split(';') as [string]
      expect([href, linked.headers.get('content-type')]).toEqual([
        href,
        expect.stringContaining(wanted.replace('vnd.oai.openapi+', '')),
      ])
      await follow(href)
    }
  }
  await follow(`${server.url}/ogc`)
  for (const id of COLLECTIONS) expect(seen).toContain(`${server.url}/ogc/collections/${id}/items`)
  const { conformsTo } = await json<{ conformsTo: string[] }>('/ogc/conformance')
  expect(conformsTo).toContain('http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core')
})

test('next links lead through everything once, in the run of the first page', async () => {
  for (const id of COLLECTIONS) {
    const whole = (await items(`${id}/items?limit=10000`)).features
    const read = await allPages(`${id}/items?limit=${Math.ceil(whole.length / 4)}`)
    expect(read).toEqual(whole)
  }
  const first = await items('cells/items?limit=10&rule=ma-floor')
  const rule = (await findRule(database.source.manager, 'ma-floor'))!
  const later = await classify(database.source, { rule, author: 'test' })
  const next = await json<FeaturePage>(linkOf(first.links, 'next')!)
  expect(next.features[0]!.properties['run_id']).toBe(run.id)
  expect((await items('cells/items?limit=1')).features[0]!.properties['run_id']).toBe(later.id)
})

test('how many there are is told where it costs little', async () => {
  for (const id of COLLECTIONS) {
    const { numberMatched, links } = await json<FeaturePage>(`/ogc/collections/${id}/items?limit=1`)
    expect([id, numberMatched]).toEqual([id, (await items(`${id}/items?limit=10000`)).features.length])
    // A page in the middle does not count again.
    expect(await json(linkOf(links, 'next')!)).not.toHaveProperty('numberMatched')
  }
  for (const query of ['cells/items?class=white', 'cells/items?filter=TRUE', 'sites/items?bbox=-6,30,0,35']) {
    const whole = await items(query)
    expect([query, whole.numberMatched]).toEqual([query, whole.features.length])
    expect(whole.features.length).toBeGreaterThan(1)
    expect(await items(`${query}&limit=1`)).not.toHaveProperty('numberMatched')
  }
})

test('figures that may be empty or have decimals are written with a point: QGIS takes types from the first rows', async () => {
  const textOf = async (query: string) => (await get(`/ogc/collections/${query}`)).text()
  expect(await textOf('localities/items')).toMatch(/"population":\d+\.0,/)
  expect(await textOf('localities/items/L1')).toContain('"population":100.0,')
  expect(await textOf('localities/items')).toContain('"population":null')
  expect(await textOf('probes_public/items')).toMatch(/"download_bps":\d+\.0,.*"latency_ms":40\.5,/)
  expect(await textOf('cells/items')).not.toMatch(/"confidence":\d+,/)
  expect(await textOf('zones/items')).toMatch(/"cell_count":\d+,/)
})

test('a limit above the largest is served with the largest', async () => {
  expect((await items('cells/items?limit=1000000')).numberReturned).toBe(OBSERVED_CELLS.length)
})

test('what nobody knows is refused in words that name it', async () => {
  for (const [path, status, word] of [
    ['cells/items?colour=red', 400, 'colour'],
    ['cells/items?limit=0', 400, 'limit'],
    ['cells/items?limit=x', 400, 'limit'],
    ['cells/items?bbox=1,2,3', 400, 'bbox'],
    ['cells/items?bbox=-5,40,-4,30', 400, 'bbox'],
    ['cells/items?bbox=0,0,200,1', 400, 'bbox'],
    ['cells/items?bbox=a,b,c,d', 400, 'bbox'],
    ['cells/items?datetime=soon', 400, 'datetime'],
    ['cells/items?datetime=../..', 400, 'datetime'],
    ['cells/items?datetime=2026-02-01/2026-01-01', 400, 'datetime'],
    ['cells/items?crs=EPSG:26191', 400, 'crs'],
    ['cells/items?f=html', 400, 'f must'],
    ['cells/items?cursor=eA', 400, 'cursor'],
    ['cells/items?class=red&class=blue', 400, 'class'],
    ['cells/items?h3=x', 400, 'h3'],
    ['cells/items?run=x', 400, 'run'],
    ['cells/items?confidence=high', 400, 'confidence must be a number'],
    ['probes_public/items?measured_hour=soon', 400, 'measured_hour must be a date and time'],
    ['sites/items?run=1', 400, 'run'],
    ['sites/items?simulated=perhaps', 400, 'simulated'],
    ['areas/items?vintage=new', 400, 'vintage'],
    ['declared/items?on_date=1.1.2026', 400, 'on_date'],
    ['sites?x=1', 400, 'x'],
    ['sites/items/S-1?limit=1', 400, 'limit'],
    ['sites/items/none', 404, 'none'],
    ['cells/items?run=99999', 404, '99999'],
    ['roads', 404, 'roads'],
    ['roads/items', 404, 'roads'],
    ['__proto__/items', 404, '__proto__'],
  ] as const) {
    const answer = await get(`/ogc/collections/${path}`)
    const { detail } = (await answer.json()) as { detail: string }
    expect([path, answer.status, detail]).toEqual([path, status, expect.stringContaining(word)])
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
  }
})

test('a feature’s own address answers it, whatever its id holds', async () => {
  for (const id of COLLECTIONS) {
    const { features } = await items(`${id}/items?limit=200`)
    const feature = features.at(-1)!
    const one = await get(`/ogc/collections/${id}/items/${encodeURIComponent(feature.id)}`)
    expect(one.headers.get('content-crs')).toBe(`<${CRS84}>`)
    const { links, ...body } = (await one.json()) as Feature & { links: Link[] }
    expect(body).toEqual(feature)
    expect(linkOf(links, 'collection')).toBe(`${server.url}/ogc/collections/${id}`)
  }
})

test('a filter in CQL2 chooses, beside the other parameters and in web mercator, and is told where it is wrong', async () => {
  const whole = (await items('cells/items?limit=10000')).features
  const ask = (filter: string, more = '') =>
    allPages(`cells/items?limit=7&filter=${encodeURIComponent(filter)}${more}`)
  expect(await ask(`class IN ('white', 'grey')`, '&region_code=03&filter-lang=cql2-text')).toEqual(
    whole.filter(
      (f) => /white|grey/.test(String(f.properties['class'])) && f.properties['region_code'] === '03',
    ),
  )
  const [lng, lat] = centreOf(OBSERVED_CELLS[3]!)
  const [x, y] = [(lng * Math.PI * 6_378_137) / 180, Math.asinh(Math.tan((lat * Math.PI) / 180)) * 6_378_137]
  const there = await ask(
    `S_INTERSECTS(geometry, POINT(${x} ${y}))`,
    `&filter-crs=${encodeURIComponent(WEB_MERCATOR)}`,
  )
  expect(there.map((f) => f.id)).toEqual([OBSERVED_CELLS[3]])
  for (const [query, word] of [
    [`filter=${encodeURIComponent("class = 'white' AND colour = 1")}`, 'position 21'],
    [`filter=${encodeURIComponent('S_INTERSECTS(geometry, BBOX(-10, 20, 0, 36))')}`, 'bbox'],
    ['filter=TRUE&filter-lang=cql2-json', 'filter-lang'],
    ['filter=TRUE&filter-crs=EPSG:26191', 'filter-crs'],
  ] as const) {
    const answer = await get(`/ogc/collections/cells/items?${query}`)
    const { detail } = (await answer.json()) as { detail: string }
    expect([query, answer.status, detail]).toEqual([query, 400, expect.stringContaining(word)])
  }
  for (const id of COLLECTIONS) {
    const { properties } = await json<{ properties: object }>(`/ogc/collections/${id}/queryables`)
    const names = collectionOf(id).columns.map((column) => column.name)
    expect(Object.keys(properties)).toEqual([...names, 'geometry'])
  }
})

test('tiles are found by the links, and their template is that of the TileJSON', async () => {
  const { tilesets } = await json<{ tilesets: { links: Link[] }[] }>('/ogc/tiles')
  expect(tilesets).toHaveLength(5)
  for (const { links } of tilesets) {
    const tileset = await json<Record<string, never> & { links: Link[] }>(linkOf(links, 'self')!)
    expect(tileset).toMatchObject({ dataType: 'vector', links, crs: WEB_MERCATOR })
    const { tiles, vector_layers: layers } = await json<{
      tiles: string[]
      vector_layers: { id: string; fields: object }[]
    }>(linkOf(links, 'describedby')!)
    const [layer] = tileset.layers as unknown as [{ id: string; propertiesSchema: { properties: object } }]
    expect(layer.id).toBe(layers[0]!.id)
    expect(Object.keys(layer.propertiesSchema.properties)).toEqual(Object.keys(layers[0]!.fields))
    const template = linkOf(links, 'item')!
    expect(template.replace('tileMatrix', 'z').replace('tileCol', 'x').replace('tileRow', 'y')).toEqual(
      tiles[0],
    )
    const limits = tileset.tileMatrixSetLimits as unknown as Record<string, number>[]
    expect(limits.map((l) => Number(l['tileMatrix']))).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12])
    const { tileMatrix, minTileCol, minTileRow } = limits[3]!
    const tile = await get(
      template
        .replace('{tileMatrix}', String(tileMatrix))
        .replace('{tileCol}', String(minTileCol))
        .replace('{tileRow}', String(minTileRow)),
    )
    expect([tile.status, tile.headers.get('content-type')]).toEqual([
      200,
      'application/vnd.mapbox-vector-tile',
    ])
    await tile.arrayBuffer()
  }
  const matrices = await json<{ tileMatrices: { scaleDenominator: number; cellSize: number; id: string }[] }>(
    '/ogc/tileMatrixSets/WebMercatorQuad',
  )
  // The figures of the standard's table, OGC 17-083r4, D.1.
  expect(matrices.tileMatrices[0]!.scaleDenominator).toBeCloseTo(559082264.028717, 4)
  expect(matrices.tileMatrices[12]!.cellSize).toBeCloseTo(38.218514142588, 8)
  for (const [path, word] of [
    ['collections/declared/tiles', 'cells'],
    ['collections/cells/tiles/WorldCRS84Quad', 'WebMercatorQuad'],
    ['tileMatrixSets/x', 'WebMercatorQuad'],
    ['collections/cells/tiles?run=9999', '9999'],
  ] as const) {
    const answer = await get(`/ogc/${path}`)
    const { detail } = (await answer.json()) as { detail: string }
    expect([path, answer.status, detail]).toEqual([path, 404, expect.stringContaining(word)])
  }
})

test('web mercator comes out and goes in as PostGIS has it', async () => {
  const crs = encodeURIComponent(WEB_MERCATOR)
  const answer = await get(`/ogc/collections/cells/items?limit=1&crs=${crs}`)
  expect(answer.headers.get('content-crs')).toBe(`<${WEB_MERCATOR}>`)
  const { features } = (await answer.json()) as FeaturePage
  const plain = (await items('cells/items?limit=1')).features[0]!
  const [{ wanted }] = (await database.source.query(
    `SELECT ST_AsGeoJSON(ST_Transform(ST_SetSRID(ST_GeomFromGeoJSON($1), 4326), 3857), 9) AS wanted`,
    [JSON.stringify(plain.geometry)],
  )) as [{ wanted: string }]
  const ringOf = (geometry: unknown) => (geometry as { coordinates: Position[][] }).coordinates[0]!
  ringOf(JSON.parse(wanted)).forEach(([x, y], i) => {
    expect(ringOf(features[0]!.geometry)[i]![0]).toBeCloseTo(x, 6)
    expect(ringOf(features[0]!.geometry)[i]![1]).toBeCloseTo(y, 6)
  })
  const [lng, lat] = centreOf(OBSERVED_CELLS[3]!)
  const [{ x, y }] = (await database.source.query(
    `SELECT ST_X(p) AS x, ST_Y(p) AS y FROM ST_Transform(ST_SetSRID(ST_MakePoint($1, $2), 4326), 3857) AS p`,
    [lng, lat],
  )) as [{ x: number; y: number }]
  const found = await items(`cells/items?bbox=${x},${y},${x + 0.1},${y + 0.1}&bbox-crs=${crs}`)
  expect(found.features.map((f) => f.id)).toEqual([OBSERVED_CELLS[3]])
})

test.each([
  ['../2026-03-01', 200],
  ['2026-03-01/..', 200],
  ['/2026-03-01', 200],
  ['2026-03-01/', 200],
  ['2026-02-28', 200],
  ['2024-02-29T23:59:59Z', 200],
  ['2026-13-01', 400],
  ['2026-02-30', 400],
  ['2026-02-29T00:00:00Z', 400],
  ['2026-04-31/2026-05-02', 400],
  ['2026-03-01T24:00:00Z', 400],
  ['2026-03-01T10:60:00Z', 400],
  ['2026-03-02/2026-03-01', 400],
])('datetime %s answers %i', async (datetime, status) => {
  expect((await get(`/ogc/collections/probes_public/items?datetime=${datetime}&limit=1`)).status).toBe(status)
})
