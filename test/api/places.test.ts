/** What the map asks of places: probes behind a verdict, who may see them, sites, localities, declared tiles. */
import { SHIPPED_RULES } from '#domain/rule'
import { isJudgeableSample, isPassingSample } from '#domain/verdict'
import { VectorTile } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'
import { cellToLatLng } from 'h3-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { OBSERVED_CELLS, fillObservatory, observedProbes, publicProbes } from '../support/observatory.js'
import { type TestServer, serve, signIn } from '../support/server.js'

let database: TestDatabase
let server: TestServer
let run: Awaited<ReturnType<typeof fillObservatory>>
const now = new Date()
const probes = observedProbes(now)
const rule = SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  run = await fillObservatory(database, now)
  server = await serve(database)
})
afterAll(async () => {
  await server?.close()
  await database?.drop()
})

const get = (path: string, cookie = '') => fetch(`${server.url}${path}`, { headers: { cookie } })

interface Page {
  withheld: boolean
  next: string | null
  items: { id: string; measuredAt: string; siteCode: null; deviceId: string | null; passes: boolean | null }[]
}

async function allOf(path: string, cookie = ''): Promise<Page['items']> {
  const items: Page['items'] = []
  for (let next: string | null = ''; next !== null;) {
    const page = (await (await get(`${path}?limit=9${next && `&cursor=${next}`}`, cookie)).json()) as Page
    items.push(...page.items)
    next = page.next
  }
  return items
}

test('who is not signed in sees measurements only where three devices measured alike, to the hour', async () => {
  for (const h3 of OBSERVED_CELLS.slice(0, 12)) {
    const first = (await (await get(`/api/v1/cells/${h3}/probes`)).json()) as Page
    const items = await allOf(`/api/v1/cells/${h3}/probes`)
    const known = probes.filter((probe) => probe.h3 === h3)
    const open = publicProbes(now).filter((probe) => probe.h3 === h3)
    expect(items).toHaveLength(open.length)
    expect(first.withheld).toBe(open.length < known.length)
    const text = JSON.stringify(items)
    for (const { id, device } of known) for (const secret of [id, device!]) expect(text).not.toContain(secret)
    for (const { measuredAt } of items) expect(measuredAt).toMatch(/:00:00\.000Z$/)
  }
})

test('a planner sees all, judged as the rule does', async () => {
  const h3 = OBSERVED_CELLS[1]!
  expect((await get(`/api/v1/cells/${h3}/probes/all`)).status).toBe(401)
  const cookie = await signIn(server, database, 'planner')
  const items = await allOf(`/api/v1/cells/${h3}/probes/all`, cookie)
  const known = probes.filter((probe) => probe.h3 === h3)
  expect(items).toHaveLength(known.length)
  for (const item of items) {
    const probe = known.find(({ id }) => id === item.id)!
    expect([item.measuredAt, item.deviceId]).toEqual([probe.measuredAt, probe.device])
    expect(item.passes).toBe(
      probe.counted && isJudgeableSample(rule, probe, 12) ? isPassingSample(rule, probe) : null,
    )
  }
})

test('sites and localities say how they stand', async () => {
  const site = (await (await get(`/api/v1/sites/S-1/state?run=${run.id}`)).json()) as object
  expect(site).toMatchObject({ code: 'S-1', run: run.id, operator: 'iam', probes: 0, lastMeasuredOn: null })
  const locality = (await (await get(`/api/v1/localities/L1?run=${run.id}`)).json()) as object
  expect(locality).toMatchObject({ id: 'L1', h3: OBSERVED_CELLS[1], run: run.id })
})

test.each([
  ['/api/v1/cells/nonsense/probes', 400, 'nonsense'],
  ['/api/v1/cells/841f91dffffffff/probes', 400, '841f91dffffffff'],
  [`/api/v1/cells/${OBSERVED_CELLS[4]}/probes?cursor=xx`, 400, 'cursor'],
  ['/api/v1/sites/nobody/state', 404, 'nobody'],
  ['/api/v1/localities/nobody', 404, 'nobody'],
  ['/tiles/1/declared/99/0/0.mvt', 400, 'tile'],
  ['/tiles/1/declared/7/61/51.mvt?technology=6g', 400, 'technology'],
  ['/tiles/999/declared/7/61/51.mvt', 404, '999'],
])('%s answers %i and names the fault', async (path, status, named) => {
  const answer = await get(path)
  expect(answer.status).toBe(status)
  expect(answer.headers.get('cache-control') ?? '').not.toContain('immutable')
  expect(((await answer.json()) as { detail: string }).detail).toContain(named)
})

async function featuresOf(path: string, layer: string) {
  const bytes = new Uint8Array(await (await get(path)).arrayBuffer())
  const found = new VectorTile(new PbfReader(bytes)).layers[layer]
  return Array.from({ length: found?.length ?? 0 }, (_, i) => found!.feature(i).properties)
}

test('tiles of declared coverage and of networks are kept by all that they depend on, and add up from afar', async () => {
  const [lat, lng] = cellToLatLng(OBSERVED_CELLS[0]!)
  const at = (z: number) => {
    const n = 2 ** z
    const y = (0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI)) * n
    return `${z}/${Math.floor(((lng + 180) / 360) * n)}/${Math.floor(y)}.mvt`
  }
  for (const operator of ['iam', 'a. b/c?']) {
    const query = `?operator=${encodeURIComponent(operator)}&technology=fibre`
    const [{ cells }] = (await database.source.query(
      `SELECT count(DISTINCT cell)::integer AS cells FROM coverage WHERE kind = 'declared' AND withdrawn_at IS NULL AND operator = $1`,
      [operator],
    )) as [{ cells: number }]
    for (const z of [5, 7, 8]) {
      const rows = await featuresOf(`/tiles/${run.id}/declared/${at(z)}${query}`, 'declared')
      expect(rows.reduce((sum, row) => sum + Number(row['declared']), 0)).toBe(cells)
    }
    const answer = await get(`/tiles/${run.id}/declared/${at(5)}${query}`)
    const again = await fetch(`${server.url}/tiles/${run.id}/declared/${at(5)}${query}`, {
      headers: { 'if-none-match': answer.headers.get('etag')! },
    })
    expect(again.status).toBe(304)
  }
  expect(await featuresOf(`/tiles/${run.id}/declared/${at(5)}?technology=5g`, 'declared')).toEqual([])
  const sum = async (z: number) => {
    const rows = await featuresOf(`/tiles/${run.id}/networks/${at(z)}?operator=iam`, 'networks')
    return ['present', 'declared', 'missing', 'undecided'].map((name) =>
      rows.reduce((all, row) => all + Number(row[name]), 0),
    )
  }
  expect(await sum(5)).toEqual(await sum(8))
  expect((await sum(5)).reduce((a, b) => a + b)).toBeGreaterThan(0)
})
