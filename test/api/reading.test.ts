import { buildDemo } from '#demo'
import { envelopeOf } from '#geo'
import { VectorTile } from '@mapbox/vector-tile'
import fc from 'fast-check'
import { cellToLatLng, cellToParent } from 'h3-js'
import { PbfReader } from 'pbf'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { type TestServer, serve } from '../support/server.js'

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  await buildDemo(database.source, new Date(), () => {})
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

const featuresOf = async (path: string, layer: string) => {
  const answer = await get(path)
  expect(answer.status).toBe(200)
  const tile = new VectorTile(new PbfReader(new Uint8Array(await answer.arrayBuffer()))).layers[layer]
  return Array.from({ length: tile?.length ?? 0 }, (_, i) => tile!.feature(i).properties)
}
/** Tiles of zoom 7 that hold Morocco. */
const COUNTRY = Array.from({ length: 72 }, (_, i) => `7/${57 + (i % 8)}/${49 + Math.floor(i / 8)}`)

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

test('TileJSON names its tiles and fields', async () => {
  const about = await json<Record<string, never>>('/tiles/1/areas/tilejson.json')
  expect(about).toMatchObject({ tilejson: '3.0.0', tiles: [`${server.url}/tiles/1/areas/{z}/{x}/{y}.mvt`] })
  expect(await json('/tiles/latest/areas/tilejson.json')).toEqual(about)
})

test.each([
  ['/api/v1/cells/zz', 400, 'zz'],
  ['/api/v1/cells?bbox=1,2,3', 400, 'bbox'],
  ['/api/v1/cells?bbox=5,5,1,1', 400, '5,5,1,1'],
  ['/api/v1/cells?limit=0', 400, 'limit'],
  ['/api/v1/cells?cursor=%00', 400, 'cursor'],
  ['/api/v1/cells?colour=red', 400, 'colour'],
  ['/api/v1/cells?rule=none', 404, 'none'],
  ['/api/v1/runs/999', 404, '999'],
  ['/api/v1/runs/x', 400, 'numeric'],
  ['/api/v1/areas/99.999', 404, '99.999'],
  ['/api/v1/sites/none', 404, 'none'],
  ['/tiles/1/cells/25/0/0.mvt', 400, '25/0/0.mvt'],
  ['/tiles/1/roads/7/61/51.mvt', 404, 'roads'],
  ['/tiles/0/cells/7/61/51.mvt', 404, '0'],
  ['/api/v1/zones?class=unknown', 400, 'class'],
  ['/api/v1/zones?sort=colour', 400, 'sort'],
  ['/api/v1/zones?area=1.51', 400, 'area'],
  ['/api/v1/zones?cursor=eA', 400, 'eA'],
  ['/api/v1/zones/1-x', 404, '1-x'],
  ['/api/v1/zones/999999999-88386e6b0bfffff', 404, '999999999'],
  ['/api/v1/runs/1/difference', 400, 'with'],
  ['/api/v1/runs/1/difference?with=999', 404, '999'],
  ['/api/v1/runs/999/difference/cells?with=1', 404, '999'],
  ['/tiles/1/difference/7/61/51.mvt', 400, 'with'],
  ['/tiles/1/difference/7/61/51.mvt?with=0', 400, 'with'],
  ['/tiles/1/difference/7/61/51.mvt?with=999', 404, '999'],
  ['/nowhere', 404, 'nowhere'],
])('%s answers %i and names the value', async (path, status, value) => {
  const answer = await get(path)
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
  expect(((await answer.json()) as { detail: string }).detail).toContain(value)
})

test('no query, however odd, makes a fault', async () => {
  const paths = fc.constantFrom(
    'cells',
    'areas',
    'sites',
    'runs',
    'rules',
    'probes',
    'zones',
    'zones/x',
    'cells/x',
    'areas/01',
    'areas/01/series',
    'areas/aggregates',
    'cells/88386e6b0bfffff/series',
    'runs/1/difference',
    'runs/1/difference/cells',
  )
  const keys = fc.constantFrom(
    'limit',
    'cursor',
    'bbox',
    'q',
    'level',
    'fields',
    'sort',
    'since',
    'until',
    'metric',
    'step',
    'from',
    'to',
    'operator',
    'parent',
    'rule',
    'run',
    'class',
    'cell',
    'area',
    'with',
    'zzz',
  )
  const values = fc.oneof(fc.string({ unit: 'binary' }), fc.integer().map(String), fc.constant("' OR 1=1 --"))
  const property = fc.asyncProperty(
    paths,
    fc.array(fc.tuple(keys, values), { maxLength: 4 }),
    async (path, query) => {
      const answer = await get(
        `/api/v1/${path}?${new URLSearchParams(query.map(([k, v]): [string, string] => [k, v.toWellFormed()]))}`,
      )
      expect(answer.status).toBeLessThan(500)
    },
  )
  await fc.assert(property, { numRuns: 300, seed: 5 })
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

test('health, metrics and the description of the API answer', async () => {
  expect((await get('/health/live')).status).toBe(200)
  expect((await get('/health/ready')).status).toBe(200)
  expect(await (await get('/metrics')).text()).toContain('taghtiya_tiles_total')
  const { paths } = await json<{ paths: Record<string, unknown> }>('/api/openapi.json')
  // What outsiders rely on; that no route is missing is the build's to see.
  const contract =
    'areas areas/{code} cells cells/{h3} zones zones/{id} sites sites/{code} runs runs/{id} rules rules/{id} probes probes/import'
      .split(' ')
      .map((path) => `/api/v1/${path}`)
  const others = ['/tiles/{run}/{layer}/{z}/{x}/{file}', '/tiles/{run}/{layer}/tilejson.json', '/ogc']
  expect(Object.keys(paths)).toEqual(expect.arrayContaining([...contract, ...others, '/health/live']))
})

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
  expect(lines.slice(1).every((line) => line.includes('ma-floor 2'))).toBe(true)
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
