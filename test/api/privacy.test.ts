/**
 * An adversary at the public doors. Some devices walk on secret paths through the cells, some stand still, some are the only
 * ones of their operator, technology or tool. The adversary reads everything that is public and asks as cleverly as it can.
 */
import type { Feature } from '#domain/feature'
import { centreOf } from '#geo'
import { type CollectionId, COLLECTIONS, collectionOf } from '#store/ogc'
import { ensureProbeMonths } from '#store/probes'
import { classify, findRule } from '#store/runs'
import { upsertSites } from '#store/sites'
import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { answerOf, anyFilter, textOf } from '../support/filters.js'
import { type TestServer, serve, signIn } from '../support/server.js'
import { insertAsGiven, rowOf } from '../store/oracle.js'
import {
  CELLS,
  HOUR,
  MIN_DEVICES,
  type Secret,
  devicesOf,
  isAtSite,
  isOpen,
  line,
  networkOf,
  secrets,
} from './privacy/secrets.js'

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  const months = new Set([...secrets, ...line].map(({ at }) => `${at.slice(0, 7)}-01`))
  await ensureProbeMonths(database.source.manager, [...months])
  const rows = [...secrets, ...line].map((s, i) => ({
    ...rowOf({
      id: s.id,
      h3: s.h3,
      device: s.device,
      measuredAt: s.at,
      operator: s.operator,
      technology: s.technology as '4g',
      outcome: i % 9 === 0 ? 'no_service' : 'ok',
      downloadBps: i % 9 === 0 ? null : 1e6 + i,
      counted: i % 11 !== 0,
    }),
    site_code: s.site,
    flags: s.site === 'PUBLIC-1' && !isAtSite(s) ? ['far_from_site' as const] : [],
    tool: s.tool,
    lng: s.lng,
    lat: s.lat,
    accuracy_m: 5.25,
    raw: `raw of ${s.device}`,
  }))
  await insertAsGiven(database.source, rows)
  const [lng, lat] = centreOf(CELLS[0]!)
  const site = {
    code: 'PUBLIC-1',
    name: 'École',
    type: 'school' as const,
    communeCode: '03.231.01.01',
    lat,
    lng,
  }
  await upsertSites(database.source.manager, [site], { author: 'test', simulated: false })
  const rule = (await findRule(database.source.manager, 'ma-floor'))!
  await classify(database.source, { rule, author: 'test' })
  server = await serve(database)
})
afterAll(async () => {
  await server.close()
  await database.drop()
})

const text = async (path: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(path.startsWith('http') ? path : server.url + path, { headers })
  // Tiles are text in latin1 too: a property's text stands in them as it is.
  return Buffer.from(await answer.arrayBuffer()).toString('latin1')
}
interface Items {
  features: Feature[]
}
const items = async (query: string) =>
  (JSON.parse(await text(`/ogc/collections/probes_public/items?limit=10000${query}`)) as Items).features

const publicId = (s: Secret) => `${s.h3}.${createHash('md5').update(s.id).digest('hex')}`

test('there are networks to hide and networks to show', () => {
  expect(secrets.filter(isOpen).length).toBeGreaterThan(100)
  expect(secrets.filter((s) => !isOpen(s)).length).toBeGreaterThan(100)
  // A cell with enough devices, of which one is alone with its operator.
  const lone = secrets.filter((s) => s.operator === 'lone-operator')
  expect(lone.some((s) => devicesOf(secrets.filter((o) => o.h3 === s.h3)) > MIN_DEVICES)).toBe(true)
})

test('what is shown of measurements is of networks that three devices measured, and says which of them with no more luck than one in three', async () => {
  const shown = await items('')
  const open = [...secrets.filter(isOpen), ...line.filter(isAtSite)]
  expect(shown.map((f) => f.id).toSorted()).toEqual(open.map(publicId).toSorted())
  for (const { properties: p } of shown.filter((f) => f.properties['tool'] !== 'agent')) {
    const alike = secrets.filter((s) => networkOf(s) === networkOf(p as never))
    expect(devicesOf(alike)).toBeGreaterThanOrEqual(MIN_DEVICES)
  }
})

test('no answer anywhere names a device, a probe, a site of a device, a moment or a position', async () => {
  const read: string[] = []
  const take = async (path: string) => void read.push(await text(path))
  for (const id of COLLECTIONS) {
    await take(`/ogc/collections/${id}/items?limit=10000`)
    for (const format of ['csv', 'geojson', 'ndjson', 'fgb', 'parquet'])
      await take(`/api/v1/export/${id}.${format}`)
    await take(`/api/v1/export/${id}/datapackage.json`)
  }
  for (const path of [
    'probes',
    'cells',
    'zones',
    'sites',
    'runs',
    'contradictions',
    'sampling',
    'instance',
    'sites/PUBLIC-1',
  ])
    await take(`/api/v1/${path}?limit=1000`.replace(/(instance|PUBLIC-1)\?.*/, '$1'))
  for (const h3 of CELLS) {
    await take(`/api/v1/cells/${h3}`)
    await take(`/api/v1/cells/${h3}/profile`)
    await take(`/api/v1/cells/${h3}/probes`)
    await take(`/api/v1/cells/${h3}/series?step=month`)
    await take(`/api/v1/cells/${h3}/coverage`)
  }
  for (const layer of [
    'cells',
    'areas',
    'zones',
    'sites',
    'localities',
    'contradictions',
    'inferred',
    'networks',
  ])
    for (const tile of tilesAround(...centreOf(CELLS[0]!))) await take(`/tiles/1/${layer}/${tile}.mvt`)
  await take('/metrics')
  // Parts and cursors too: opaque is not secret.
  const { next } = JSON.parse(await text('/api/v1/probes?limit=5')) as { next: string }
  read.push(Buffer.from(next, 'base64url').toString('latin1'))
  expect(read.length).toBeGreaterThan(150)
  const told = new Set(read.flatMap(tokensOf))
  expect(told.size).toBeGreaterThan(100)
  for (const s of secrets) {
    const kept = [s.id, s.device, s.at.slice(0, 19), s.site, digits(s.lng), digits(s.lat)]
    expect(kept.filter((secret) => told.has(secret))).toEqual([])
  }
  expect(read.filter((one) => one.includes('raw of'))).toEqual([])
  // In binary files a position stands as a number.
  for (const file of ['probes_public.fgb', 'probes_public.parquet']) {
    const content = await text(`/api/v1/export/${file}`)
    for (const degrees of secrets.flatMap((s) => [s.lng, s.lat])) {
      const bytes = Buffer.alloc(8)
      bytes.writeDoubleLE(degrees)
      expect(content.includes(bytes.toString('latin1'))).toBe(false)
    }
  }
})

/** Ids, moments, codes of sites and long numbers: looking for each secret in all that was read would take minutes. */
const TOKENS =
  /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d|SECRET-\d+|-?\d+\.\d{9,}/g

const tokensOf = (read: string): string[] =>
  (read.match(TOKENS) ?? []).map((token) => (/^-?\d+\./.test(token) ? token.slice(0, 12) : token))

/** Fewer would be found by chance among the corners of hexagons and of areas. */
const digits = (degrees: number) => String(degrees).slice(0, 12)

function tilesAround(lng: number, lat: number): string[] {
  return [4, 7, 9, 12].map((z) => {
    const sin = Math.sin((lat * Math.PI) / 180)
    const [x, y] = [lng / 360 + 0.5, 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)]
    return `${z}/${Math.floor(x * 2 ** z)}/${Math.floor(y * 2 ** z)}`
  })
}

test('no question tells more than the whole list: what is hidden does not come out by asking for differences', async () => {
  const whole = await items('')
  const hour = (f: Feature) => Date.parse(f.properties['measured_hour'] as string)
  const day = fc
    .integer({ min: 0, max: 22 * 24 })
    .map((hours) => Math.floor(Date.now() / HOUR - hours) * HOUR)
  const { columns } = collectionOf('probes_public')
  const [lng, lat] = centreOf(CELLS[0]!)
  const box = fc
    .tuple(...Array.from({ length: 4 }, () => fc.double({ min: -0.03, max: 0.03, noNaN: true })))
    .map(([a, b, c, d]) => ({
      type: 'Box' as const,
      box: {
        west: lng + Math.min(a!, c!),
        south: lat + Math.min(b!, d!),
        east: lng + Math.max(a!, c!),
        north: lat + Math.max(b!, d!),
      },
    }))
  // Values of hidden probes as well: an adversary may guess them.
  const guesses = secrets.map((s): Feature => ({
    id: '',
    geometry: { type: 'Point', coordinates: [s.lng, s.lat] },
    properties: Object.fromEntries(columns.map(({ name }) => [name, guessOf(s, name)])),
  }))
  const question = fc.record({
    filter: anyFilter(columns, guesses, box),
    from: day,
    to: day,
    shape: box,
  })
  await fc.assert(
    fc.asyncProperty(question, async ({ filter, from, to, shape }) => {
      const [first, last] = [Math.min(from, to), Math.max(from, to)]
      const { west, south, east, north } = shape.box
      const asked = `&filter=${encodeURIComponent(textOf(filter))}&datetime=${new Date(first).toISOString()}/${new Date(last).toISOString()}`
      const inTime = whole.filter((f) => hour(f) >= first && hour(f) <= last)
      const expected = inTime.filter((f) => answerOf(filter, f) === true)
      expect((await items(asked)).map((f) => f.id)).toEqual(expected.map((f) => f.id))
      const bbox = [west, south, east, north].join()
      const inBox = expected.filter((f) => answerOf({ op: 'intersects', shape }, f) === true)
      expect((await items(`${asked}&bbox=${bbox}`)).map((f) => f.id)).toEqual(inBox.map((f) => f.id))
    }),
    { numRuns: 60, seed: 20261126 },
  )
})

function guessOf(s: Secret, name: string): Feature['properties'][string] {
  const known: Record<string, string | number> = {
    ...s,
    measured_hour: `${s.at.slice(0, 13)}:00:00Z`,
    measurement_id: publicId(s),
  }
  return known[name] ?? null
}

test('the list of probes has the lines of sites, which a box takes whole or leaves; a planner has all', async () => {
  const listed = async (query: string, headers = {}) =>
    (
      JSON.parse(await text(`/api/v1/probes?limit=1000${query}`, headers)) as {
        items: { id: string; h3: string }[]
      }
    ).items
  const idsOf = (some: readonly { id: string }[]) => some.map((p) => p.id).toSorted()
  const whole = await listed('')
  expect(idsOf(whole)).toEqual(idsOf(line.filter(isAtSite)))
  for (const s of secrets) expect(await listed(`&cell=${s.h3}`)).toEqual(whole.filter((p) => p.h3 === s.h3))
  const [lng, lat] = centreOf(CELLS[0]!)
  for (const [w, e] of [
    [-0.006, -1e-9],
    [1e-9, 0.006],
    [-0.001, 0.001],
  ] as const) {
    const found = await listed(`&bbox=${lng + w},${lat - 0.0001},${lng + e},${lat + 0.0001}`)
    expect(idsOf(found)).toEqual(w < 0 && e > 0 ? idsOf(whole) : [])
  }
  // Who has to judge probes sees each of them, and still no device.
  const cookie = await signIn(server, database, 'planner')
  const judged = await listed('', { cookie })
  expect(idsOf(judged)).toEqual(idsOf([...secrets, ...line]))
  const said = JSON.stringify(judged)
  for (const s of secrets) expect(said.includes(s.device) || said.includes(s.site)).toBe(false)
  expect((await listed('', { cookie: await signIn(server, database, 'public') })).length).toBe(whole.length)
})

interface Told {
  hiddenBuckets: number | null
  buckets: { start: string; samples: number; devices: number }[]
}

test('a series never says when a single device measured: not by its buckets, and not by how many it hides', async () => {
  const [from, to] = [-22, 1].map((days) => new Date(Date.now() + days * 24 * HOUR).toISOString())
  const whole = await items('')
  const seriesOf = async (h3: string, more = '') =>
    JSON.parse(await text(`/api/v1/cells/${h3}/series?step=hour&from=${from}&to=${to}${more}`)) as Told
  for (const h3 of CELLS) {
    const shown = whole.filter(({ properties }) => properties['h3'] === h3)
    const countIn = (hour: string) =>
      shown.filter(({ properties: p }) => Date.parse(p['measured_hour'] as string) === Date.parse(hour))
        .length
    const { hiddenBuckets, buckets } = await seriesOf(h3)
    // No hour that the public list does not tell, no measurement more.
    expect(buckets.length + hiddenBuckets!).toBeLessThanOrEqual(
      new Set(shown.map(({ properties }) => properties['measured_hour'])).size,
    )
    for (const { start, samples, devices } of buckets) {
      expect(devices).toBeGreaterThanOrEqual(MIN_DEVICES)
      expect(samples).toBeLessThanOrEqual(countIn(start))
    }
  }
  const lone = secrets.filter((s) => s.operator === 'lone-operator' && !isOpen(s))
  expect(lone.length).toBeGreaterThan(10)
  for (const { h3, at } of lone) {
    expect(await seriesOf(h3, '&operator=lone-operator')).toMatchObject({ hiddenBuckets: 0, buckets: [] })
    // One hour of one cell: asked so for every hour, it would be the device's way.
    const hour = `${at.slice(0, 13)}:00:00Z`
    const end = new Date(Date.parse(hour) + HOUR).toISOString()
    const one = JSON.parse(
      await text(`/api/v1/cells/${h3}/series?step=hour&from=${hour}&to=${end}&operator=lone-operator`),
    ) as Told
    expect(one).toMatchObject({ hiddenBuckets: 0, buckets: [] })
  }
  const area = JSON.parse(await text(`/api/v1/areas/03/series?step=month&operator=lone-operator`)) as Told
  expect(area).toMatchObject({ hiddenBuckets: null, buckets: [] })
})

test('no quantile is a measurement: of fewer than three none is told', async () => {
  const few = { evidence: 0, profile: 0 }
  for (const h3 of CELLS) {
    const { evidence } = JSON.parse(await text(`/api/v1/cells/${h3}`)) as {
      evidence: {
        samples: number
        quantiles: Record<string, unknown>
        failures: { noService: number } & Record<string, number | null>
      }[]
    }
    const { hours } = JSON.parse(await text(`/api/v1/cells/${h3}/profile`)) as {
      hours: { probes: number; downloadBps: unknown }[]
    }
    for (const { samples, quantiles, failures } of evidence.filter((network) => network.samples < 3)) {
      few.evidence++
      const { noService, ...withService } = failures
      // Where nothing had service, nothing of it failed.
      expect(new Set(Object.values(withService))).toEqual(new Set([noService === samples ? 0 : null]))
      expect(Object.values(quantiles).filter((spread) => spread !== null)).toEqual([])
    }
    for (const { downloadBps } of hours.filter(({ probes }) => probes < 3)) {
      few.profile++
      expect(downloadBps).toBeNull()
    }
  }
  expect(few.evidence).toBeGreaterThan(0)
  expect(few.profile).toBeGreaterThan(0)
})

test('an id that can be guessed finds no hidden probe', async () => {
  for (const s of secrets.filter((one) => !isOpen(one)).slice(0, 40)) {
    const answer = await fetch(
      `${server.url}/ogc/collections/${'probes_public' satisfies CollectionId}/items/${publicId(s)}`,
    )
    await answer.arrayBuffer()
    expect(answer.status).toBe(404)
  }
})
