/** GDAL as a client of `/ogc`. */
import type { Feature } from '#domain/feature'
import { centreOf } from '#geo'
import { COLLECTIONS, type CollectionId, collectionOf } from '#store/ogc'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { HAS_GDAL, gdal, gdalFeatures } from '../support/gdal.js'
import { OBSERVED_CELLS, fillObservatory } from '../support/observatory.js'
import { type TestServer, serve } from '../support/server.js'

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  await fillObservatory(database, new Date())
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

describe.runIf(HAS_GDAL)('GDAL reads the service', () => {
  const source = () => `OAPIF:${server.url}/ogc`
  const serviceFeatures = async (id: CollectionId, query = '') =>
    (await items(`${id}/items?limit=10000${query}`)).features

  test('it finds the collections with their geometry', async () => {
    const { out } = await gdal('ogrinfo', source())
    for (const id of COLLECTIONS) expect(out).toContain(`: ${id}`)
  })

  test('it takes the types of columns from the schema, not from the first page', async () => {
    const types = { integer: 'Integer', number: 'Real', date: 'Date', time: 'DateTime' } as const
    for (const id of COLLECTIONS) {
      const { out } = await gdal('ogrinfo', '-so', '-nocount', '-oo', 'PAGE_SIZE=1', source(), id)
      for (const { name, type, unit } of collectionOf(id).columns)
        if (type in types && unit !== 'bit/s')
          expect([id, name, out]).toEqual([
            id,
            name,
            expect.stringMatching(new RegExp(`^${name}: ${types[type as keyof typeof types]}`, 'm')),
          ])
    }
  })

  test('all features of each, page by page: the same properties and shapes', async () => {
    for (const id of COLLECTIONS) {
      const expected = await serviceFeatures(id)
      const read = await gdalFeatures(source(), id, '-oo', `PAGE_SIZE=${Math.ceil(expected.length / 5)}`)
      expect([id, read.length]).toEqual([id, expected.length])
      read.forEach((feature, i) => {
        expect(roundedShape(feature.geometry)).toEqual(roundedShape(expected[i]!.geometry))
        for (const [name, value] of Object.entries(expected[i]!.properties))
          expect([id, name, comparable(feature.properties[name])]).toEqual([id, name, comparable(value)])
      })
    }
  })

  test('it reads a tile at the address that the template gives', async () => {
    const { links } = await json<{ links: Link[] }>('/ogc/collections/cells/tiles/WebMercatorQuad')
    const zoom = 12
    const [lng, lat] = centreOf(OBSERVED_CELLS[0]!)
    const edge = Math.PI
    const [x, y] = [(lng * Math.PI) / 180, Math.asinh(Math.tan((lat * Math.PI) / 180))]
    const address = linkOf(links, 'item')!
      .replace('{tileMatrix}', String(zoom))
      .replace('{tileCol}', String(Math.floor(((x + edge) / (2 * edge)) * 2 ** zoom)))
      .replace('{tileRow}', String(Math.floor(((edge - y) / (2 * edge)) * 2 ** zoom)))
    const { out } = await gdal('ogrinfo', '-al', `MVT:/vsicurl/${address}`)
    for (const h3 of OBSERVED_CELLS.slice(0, 7)) expect(out).toContain(`h3 (String) = ${h3}`)
    expect(out).toContain('Pseudo-Mercator')
  })

  test('its filters by place, time and property give what ours give', async () => {
    const [lng, lat] = centreOf(OBSERVED_CELLS[0]!)
    const box = [lng - 0.02, lat - 0.01, lng + 0.015, lat + 0.02]
    for (const id of COLLECTIONS) {
      const read = await gdalFeatures(source(), id, '-spat', ...box.map(String))
      const expected = await serviceFeatures(id, `&bbox=${box.join()}`)
      expect([id, read.length]).toEqual([id, expected.length])
      expect(read.length).toBeGreaterThan(0)
    }
    const whites = await gdalFeatures(source(), 'cells', '-where', `class = 'white'`)
    expect(whites).toHaveLength((await serviceFeatures('cells', '&class=white')).length)
    // Equality with a number or a time is sent as a parameter.
    const [zone] = await serviceFeatures('zones')
    const size = String(zone!.properties['cell_count'])
    const alike = await gdalFeatures(source(), 'zones', '-where', `cell_count = ${size}`)
    expect(alike).toHaveLength((await serviceFeatures('zones', `&cell_count=${size}`)).length)
    expect(alike.length).toBeGreaterThan(0)
    const hour = new Date(Date.now() - 8 * 86_400_000).toISOString().slice(0, 13) + ':00:00Z'
    const since = await gdalFeatures(source(), 'probes_public', '-where', `measured_hour >= '${hour}'`)
    const expected = await serviceFeatures('probes_public', `&datetime=${hour}/..`)
    expect(expected.length).toBeGreaterThan(5)
    expect(since).toHaveLength(expected.length)
    const until = await gdalFeatures(source(), 'probes_public', '-where', `measured_hour <= '${hour}'`)
    const before = await serviceFeatures('probes_public', `&datetime=../${hour}`)
    expect(before.length).toBeGreaterThan(5)
    expect(until).toHaveLength(before.length)
  })
})

/** To 1e-9 degrees: GDAL writes 15 digits. */
function roundedShape({ type, coordinates }: { type: string; coordinates: unknown }): unknown {
  const rounded = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(rounded) : Math.round(Number(value) * 1e9) / 1e9
  return { type, coordinates: rounded(coordinates) }
}

/** GDAL writes times and booleans in its own way, and leaves out what is null. */
function comparable(value: unknown): unknown {
  if (typeof value === 'string' && /^\d{4}[-/]\d\d[-/]\d\d/.test(value))
    return Date.parse(value.replaceAll('/', '-'))
  return value ?? null
}
