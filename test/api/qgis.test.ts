/** QGIS itself reads the service, where it is installed (`apt-get install --no-install-recommends python3-qgis`, 1 GB). */
import type { Feature } from '#domain/feature'
import { centreOf } from '#geo'
import { COLLECTIONS, type CollectionId, collectionOf } from '#store/ogc'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { json, text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SHOTS } from '../support/browser.js'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { OBSERVED_CELLS, fillObservatory } from '../support/observatory.js'
import { type TestServer, serve } from '../support/server.js'

const HAS_QGIS = existsSync('/usr/lib/python3/dist-packages/qgis/core/__init__.py')
if (!HAS_QGIS) console.log('skipped: QGIS is not installed (apt-get install python3-qgis)')

const PATIENCE = 300_000

interface Told {
  read: {
    valid: boolean
    crs: string
    geometry: string
    told: number
    features: Pick<Feature, 'geometry' | 'properties'>[]
    inBox: string[]
    chosen: string[]
    limited: string[]
  }[]
  drawn: { valid: boolean; pixels: Record<string, number> }[]
}

const COLOURS = { white: '#d73027', grey: '#bbbbbb', black: '#333333', unknown: '#fdae61' }
/** An expression as QGIS writes it, and the same for the API. */
const CHOICES: Record<CollectionId, [expression: string, query: string]> = {
  cells: [`"class" = 'white'`, 'class=white'],
  zones: [`"cell_count" >= 2`, 'filter=cell_count>=2'],
  areas: [`"level" = 'province' AND "region_code" IS NULL`, 'level=province'],
  localities: [`"name_fr" LIKE 'l''%'`, `filter=${encodeURIComponent("name_fr LIKE 'l''%'")}`],
  sites: [`"type" = 'school'`, 'type=school'],
  probes_public: [`"outcome" = 'ok' AND "operator" = 'iam'`, 'outcome=ok&operator=iam'],
  declared: [`"on_date" >= '2026-06-01'`, 'datetime=2026-06-01/..'],
  plan: [`"operator" = 'iam'`, 'operator=iam'],
}

describe.runIf(HAS_QGIS)('QGIS', () => {
  const home = mkdtempSync(join(tmpdir(), 'taghtiya-qgis-'))
  const [lng, lat] = centreOf(OBSERVED_CELLS[0]!)
  const box = [lng - 0.02, lat - 0.01, lng + 0.015, lat + 0.02]
  let database: TestDatabase
  let server: TestServer
  let told: Told

  beforeAll(async () => {
    database = await freshDatabase('postgresql')
    await fillObservatory(database, new Date())
    server = await serve(database)
    mkdirSync(SHOTS, { recursive: true })
    told = await ask({
      root: server.url,
      read: COLLECTIONS.map((collection) => ({ collection, box, expression: CHOICES[collection][0] })),
      draw: [12, 6].map((zoom) => ({
        layer: 'cells',
        url: `${server.url}/tiles/latest/cells/{z}/{x}/{y}.mvt`,
        box: around(zoom),
        colours: COLOURS,
        shot: resolve(SHOTS, `qgis-${zoom}.png`),
      })),
    })
  }, PATIENCE)
  afterAll(async () => {
    await server.close()
    await database.drop()
    rmSync(home, { recursive: true, force: true })
  })

  const around = (zoom: number) => {
    const reach = 0.06 * 2 ** (12 - zoom)
    return [lng - reach, lat - reach, lng + reach, lat + reach]
  }

  async function ask(question: unknown): Promise<Told> {
    const env = { ...process.env, QT_QPA_PLATFORM: 'offscreen', HOME: home, XDG_RUNTIME_DIR: home }
    const child = spawn('/usr/bin/python3', [resolve('test/support/in-qgis.py')], { env })
    child.stdin.end(JSON.stringify(question))
    const [out, err] = await Promise.all([
      json(child.stdout).catch((error: unknown) => error),
      text(child.stderr),
    ])
    if (out instanceof Error) throw new Error(`${out.message}: ${err}`)
    return out as Told
  }

  const features = async (id: CollectionId, query = '') =>
    (
      (await (await fetch(`${server.url}/ogc/collections/${id}/items?limit=10000&${query}`)).json()) as {
        features: Feature[]
      }
    ).features

  test.each(COLLECTIONS.map((id, i) => [id, i] as const))('reads %s as they are', async (id, i) => {
    const { valid, crs, geometry, told: count, features: read } = told.read[i]!
    const expected = await features(id)
    expect({ valid, crs, geometry, count }).toEqual({
      valid: true,
      crs: 'EPSG:4326',
      geometry: collectionOf(id).geometry,
      count: expected.length,
    })
    const known = new Map(expected.map((feature) => [feature.id, feature]))
    expect(new Set(read.map(({ properties }) => properties['id']))).toEqual(new Set(known.keys()))
    for (const { geometry: shape, properties } of read) {
      const feature = known.get(String(properties['id']))!
      expect(rounded(shape.coordinates)).toEqual(rounded(feature.geometry.coordinates))
      for (const [name, value] of Object.entries(feature.properties))
        expect([id, name, comparable(properties[name], value)]).toEqual([id, name, comparable(value, value)])
    }
  })

  test.each(COLLECTIONS.map((id, i) => [id, i] as const))(
    'chooses among %s as the API does',
    async (id, i) => {
      const { inBox, chosen, limited } = told.read[i]!
      const ids = (some: Feature[]) => some.map((feature) => feature.id).sort()
      expect(inBox.sort()).toEqual(ids(await features(id, `bbox=${box.join()}`)))
      const expected = ids(await features(id, CHOICES[id][1]))
      expect([chosen.sort(), limited.sort()]).toEqual([expected, expected])
      expect(inBox.length * expected.length).toBeGreaterThan(0)
    },
  )

  test('draws the newest run’s tiles, near and from afar', async () => {
    const classes = new Set((await features('cells')).map(({ properties }) => String(properties['class'])))
    const [near, far] = told.drawn as [Told['drawn'][0], Told['drawn'][0]]
    const seen = ({ pixels }: Told['drawn'][0]) =>
      Object.entries(COLOURS).flatMap(([kind, colour]) => ((pixels[colour] ?? 0) > 1_000 ? [kind] : []))
    expect([near.valid, new Set(seen(near))]).toEqual([true, classes])
    expect(classes.size).toBeGreaterThan(1)
    expect([far.valid, seen(far).length]).toEqual([true, 1])
  })
})

/** To 1e-9 degrees. */
const rounded = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(rounded) : Math.round(Number(value) * 1e9) / 1e9

/** A figure that is empty in the first ten rows is a text to QGIS. */
function comparable(value: unknown, wanted: unknown): unknown {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value)) return Date.parse(value)
  return typeof value === 'string' && typeof wanted === 'number' ? Number(value) : (value ?? null)
}
