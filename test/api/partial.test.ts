/** What is known where no class is stated, at every door: lists, tiles, services, files, areas. */
import { cellToSql, centreOf, parentOf } from '#geo'
import { SHIPPED_RULES } from '#domain/rule'
import { classify, saveRule } from '#store/runs'
import { VectorTile } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestDatabase } from '../support/database.js'
import { demoDatabase } from '../support/demo-database.js'
import { type PartialRun, UNTRIED, writePartialVerdicts } from '../support/partial-verdicts.js'
import { type TestServer, serve } from '../support/server.js'

let database: TestDatabase
let server: TestServer
let known: PartialRun
beforeAll(async () => {
  database = await demoDatabase()
  known = await writePartialVerdicts(database.source)
  server = await serve(database)
})
afterAll(async () => {
  await server?.close()
  await database?.drop()
})

const get = (path: string) => fetch(server.url + path)
const json = async <T>(path: string) => (await (await get(path)).json()) as T

const SERVED = { operatorsMin: 1, operatorsMax: 3, untried: UNTRIED, partial: 'served' }
const NONE_TRIED = { operatorsMin: 0, operatorsMax: 3, untried: UNTRIED, partial: 'none_tried' }

/** Properties of the cells on the tile of a zoom around a cell. */
async function featuresAt(h3: string, z: number): Promise<Record<string, unknown>[]> {
  const [lng, lat] = centreOf(h3)
  const x = Math.floor(((lng + 180) / 360) * 2 ** z)
  const y = Math.floor(((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * 2 ** z)
  const answer = await get(`/tiles/${known.run.id}/cells/${z}/${x}/${y}.mvt`)
  const layer = new VectorTile(new PbfReader(new Uint8Array(await answer.arrayBuffer()))).layers['cells']!
  return Array.from({ length: layer.length }, (_, i) => layer.feature(i).properties)
}

test('there are cells of both kinds', () => {
  expect(known.served.length).toBeGreaterThan(10)
  expect(known.noneTried.length).toBeGreaterThan(10)
})

test('a list of cells holds the bounds and what is known, and filters by it', async () => {
  type List = { items: { h3: string }[] }
  const list = (query: string) => json<List>(`/api/v1/cells?run=${known.run.id}&limit=1000${query}`)
  const served = await list('&class=unknown:served')
  expect(served.items.map(({ h3 }) => h3)).toEqual(known.served)
  for (const cell of served.items) expect(cell).toMatchObject({ verdict: 'unknown', ...SERVED })
  const noneTried = await list('&class=unknown:none_tried')
  expect(noneTried.items.map(({ h3 }) => h3)).toEqual(known.noneTried)
  for (const cell of noneTried.items) expect(cell).toMatchObject({ verdict: 'unknown', ...NONE_TRIED })
  expect((await list('&class=unknown')).items).toHaveLength(known.served.length + known.noneTried.length)
  const [black] = (await list('&class=black&fields=h3,operatorsMin,partial')).items
  expect(black).toEqual({ h3: black!.h3, operatorsMin: 0, partial: null })
  for (const filter of ['white:served', 'served', 'unknown:'])
    expect((await get(`/api/v1/cells?class=${filter}`)).status).toBe(400)
})

test('under a rule without a roster nothing is said of operators that nobody tried', async () => {
  const measured = await saveRule(database.source, {
    ...SHIPPED_RULES[0]!,
    id: 'without-roster',
    default: false,
    roster: null,
  })
  const run = await classify(database.source, { rule: measured, author: 'test' })
  const { items } = await json<{ items: object[] }>(`/api/v1/cells?run=${run.id}&limit=5`)
  for (const cell of items)
    expect(cell).toMatchObject({ operatorsMin: null, operatorsMax: null, untried: [], partial: null })
  expect(run.partial).toEqual({ served: 0, noneTried: 0 })
})

test('a cell says by reasons what is known of it, and names whom nobody tried', async () => {
  interface Detail {
    verdict: string
    evidence: { operator: string | null; state: string; samples: number }[]
    reasons: {
      code: string
      operators?: unknown[]
      untried?: string[]
      operator?: string
      presence?: number | null
    }[]
  }
  const cell = (h3: string) => json<Detail>(`/api/v1/cells/${h3}?run=${known.run.id}`)
  const served = await cell(known.served[0]!)
  expect(served).toMatchObject({ verdict: 'unknown', confidence: 0, ...SERVED })
  const operators = (of: Detail, isMeant: (state: string) => boolean) => [
    ...new Set(of.evidence.filter(({ state }) => isMeant(state)).map(({ operator }) => operator)),
  ]
  expect(served.reasons[0]).toEqual({
    code: 'served_by_some',
    operators: operators(served, (state) => state === 'present'),
    untried: UNTRIED,
  })
  const noneTried = await cell(known.noneTried[0]!)
  expect(noneTried.reasons[0]).toEqual({
    code: 'none_tried_serves',
    operators: operators(noneTried, () => true),
    untried: UNTRIED,
  })
  for (const { reasons } of [served, noneTried]) {
    expect(reasons.filter(({ code }) => code === 'operator_untried').map(({ operator }) => operator)).toEqual(
      UNTRIED,
    )
    // The class that the measured operators alone would give is not a reason.
    expect(reasons.map(({ code }) => code)).not.toContain('no_network_passes')
  }
})

test('tiles hold it at the resolution of cells', async () => {
  for (const [h3, expected] of [
    [known.served[0]!, { operators_min: 1, operators_max: 3, untried: 'inwi,orange', partial: 'served' }],
    [
      known.noneTried[0]!,
      { operators_min: 0, operators_max: 3, untried: 'inwi,orange', partial: 'none_tried' },
    ],
  ] as const) {
    const features = await featuresAt(h3, 12)
    expect(features.find((one) => one['h3'] === h3)).toMatchObject({ class: 'unknown', ...expected })
  }
})

test('a parent cell counts the parts of its undecided cells, and is drawn by them where none is decided', async () => {
  interface Parent {
    verdict: string
    partial: string | null
    counts: { unknown: number }
    partialCounts: { served: number; noneTried: number }
  }
  const summaries = new Set<string | null>()
  for (const parent of new Set([...known.served, ...known.noneTried].map((h3) => parentOf(h3, 7)))) {
    const within = (cells: readonly string[]) => cells.filter((h3) => parentOf(h3, 7) === parent).length
    const expected = { served: within(known.served), noneTried: within(known.noneTried) }
    const answer = await json<Parent>(`/api/v1/cells/${parent}?run=${known.run.id}`)
    expect(answer.partialCounts).toEqual(expected)
    expect(answer.counts.unknown).toBe(expected.served + expected.noneTried)
    const most = expected.served > expected.noneTried ? 'served' : 'none_tried'
    expect(answer.partial).toBe(answer.verdict === 'unknown' ? most : null)
    summaries.add(answer.partial)
    const feature = (await featuresAt(parent, 10)).find((one) => one['h3'] === parent)
    expect(feature).toMatchObject({
      served: expected.served,
      none_tried: expected.noneTried,
      ...(answer.partial && { partial: answer.partial }),
    })
  }
  expect(summaries).toContain('served')
  expect(summaries).toContain('none_tried')
})

test('the service of features and the files hold it, and filter by it', async () => {
  const filter = encodeURIComponent(`partial = 'served' AND operators_min >= 1`)
  interface Items {
    features: { properties: Record<string, unknown> }[]
  }
  const { features } = await json<Items>(
    `/ogc/collections/cells/items?run=${known.run.id}&limit=1000&filter=${filter}`,
  )
  expect(features.map(({ properties }) => properties['h3']).toSorted()).toEqual(known.served)
  for (const { properties } of features)
    expect(properties).toMatchObject({ operators_min: 1, operators_max: 3, untried: 'inwi,orange' })
  const csv = await (await get(`/api/v1/export/cells.csv?run=${known.run.id}`)).text()
  const [head, ...lines] = csv.trim().split(/\r?\n/)
  expect(head).toContain('operators_min,operators_max,untried,partial')
  expect(lines.filter((line) => line.includes(',served,'))).toHaveLength(known.served.length)
  expect(lines.filter((line) => line.includes(',none_tried,'))).toHaveLength(known.noneTried.length)
})

test('a run and its areas count the parts of their undecided cells', async () => {
  const { partial: ofRun } = await json<{ partial: object }>(`/api/v1/runs/${known.run.id}`)
  expect(ofRun).toEqual({ served: known.served.length, noneTried: known.noneTried.length })
  const places: { cell: string; region: string }[] = await database.source.query(
    'SELECT cell::text, region_code AS region FROM cell_place',
  )
  const regionOf = new Map(places.map(({ cell, region }) => [cell, region]))
  const inRegion = (cells: readonly string[], code: string) =>
    cells.filter((h3) => regionOf.get(cellToSql(h3)) === code).length
  for (const code of ['01', '08']) {
    const expected = { served: inRegion(known.served, code), noneTried: inRegion(known.noneTried, code) }
    interface Area {
      partial: object
      counts: { unknown: number }
    }
    const area = await json<Area>(`/api/v1/areas/${code}?run=${known.run.id}`)
    expect(area.partial).toEqual(expected)
    expect(area.counts.unknown).toBe(expected.served + expected.noneTried)
    interface Report {
      partial: Record<'served' | 'noneTried', { cells: number; sites: number }>
      people: { sites: { unknown: number } }
    }
    const csv = await (await get(`/api/v1/areas/table.csv?run=${known.run.id}`)).text()
    const [columns, ...lines] = csv
      .trim()
      .split(/\r?\n/)
      .map((line) => line.split(','))
    const row = lines.find(([first]) => first === code)!
    const valueOf = (column: string) => Number(row[columns!.indexOf(column)])
    expect([valueOf('cells_unknown_served'), valueOf('cells_unknown_none_tried')]).toEqual([
      expected.served,
      expected.noneTried,
    ])
    const { partial, people } = await json<Report>(`/api/v1/areas/${code}/report?run=${known.run.id}`)
    expect([partial.served.cells, partial.noneTried.cells]).toEqual([expected.served, expected.noneTried])
    expect(partial.served.sites + partial.noneTried.sites).toBe(people.sites.unknown)
  }
})

test('the report of a commune marks the cells of its map', async () => {
  const [h3] = known.served
  const [{ code }]: [{ code: string }] = await database.source.query(
    'SELECT commune_code AS code FROM cell_place WHERE cell = $1::bigint',
    [cellToSql(h3!)],
  )
  interface Report {
    map: { resolution: number; cells: { h3: string; class: string; partial: string | null }[] }
  }
  const { map } = await json<Report>(`/api/v1/areas/${code}/report?run=${known.run.id}`)
  const placed: { h3: string }[] = await database.source.query(
    'SELECT to_hex(cell) AS h3 FROM cell_place WHERE commune_code = $1',
    [code],
  )
  const drawnCellOf = (h3: string) => (map.resolution === 8 ? h3 : parentOf(h3, map.resolution))
  expect(map.cells.map((cell) => cell.h3)).toContain(drawnCellOf(h3!))
  for (const drawn of map.cells) {
    const within = placed.filter((cell) => drawnCellOf(cell.h3) === drawn.h3).map((cell) => cell.h3)
    const sizeOf = (cells: readonly string[]) => within.filter((h3) => cells.includes(h3)).length
    const most = sizeOf(known.served) > sizeOf(known.noneTried) ? 'served' : 'none_tried'
    expect(drawn.partial).toBe(drawn.class === 'unknown' ? most : null)
  }
})
