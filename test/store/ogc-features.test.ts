import type { Feature } from '#domain/feature'
import type { Position } from '#domain/place'
import type { Bounds } from '#domain/probe'
import { boundaryOf, cellFromSql, centreOf } from '#geo'
import {
  COLLECTIONS,
  type CollectionId,
  UNFILTERED,
  type FeatureQuery,
  collectionOf,
  findFeature,
  pageOfFeatures,
} from '#store/ogc'
import { type RunRow } from '#store/runs'
import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import {
  OBSERVED_CELLS,
  devicesIn,
  fillObservatory,
  observedProbes,
  publicProbes,
} from '../support/observatory.js'

const NOW = new Date()

describe.each(ENGINES)('features on %s', (engine) => {
  let database: TestDatabase
  let run: RunRow
  beforeAll(async () => {
    database = await freshDatabase(engine)
    run = await fillObservatory(database, NOW)
  })
  afterAll(() => database.drop())

  const page = (id: CollectionId, limit: number, query: Partial<FeatureQuery> = {}) => {
    const collection = collectionOf(id)
    const of = collection.ofRun ? run : null
    return pageOfFeatures(database.source.manager, collection, { ...UNFILTERED, run: of, ...query }, limit)
  }
  const whole = async (id: CollectionId, query: Partial<FeatureQuery> = {}) => {
    const { features, next } = await page(id, 10_000, query)
    expect(next).toBeNull()
    return features
  }
  const rows = <T>(sql: string, values: unknown[] = []) => database.source.query(sql, values) as Promise<T[]>

  test('every collection has as many features as the database has rows', async () => {
    const count = async (sql: string) =>
      Number((await rows<{ n: string }>(`SELECT count(*) AS n FROM ${sql}`))[0]!.n)
    const expected: Record<CollectionId, number> = {
      cells: OBSERVED_CELLS.length,
      zones: await count('zone WHERE next_run IS NULL'),
      areas: 12 + 75,
      localities: 8,
      sites: 8,
      probes_public: publicProbes(NOW).length,
      declared: await count(`coverage WHERE kind = 'declared' AND withdrawn_at IS NULL`),
      plan: await count(`coverage WHERE kind = 'planned' AND withdrawn_at IS NULL`),
    }
    for (const id of COLLECTIONS) {
      const features = await whole(id)
      expect([id, features.length]).toEqual([id, expected[id]])
      expect(new Set(features.map((f) => f.id)).size).toBe(features.length)
      expect(features.length).toBeGreaterThan(0)
      const names = collectionOf(id).columns.map((column) => column.name)
      for (const { properties } of features) expect(Object.keys(properties)).toEqual(names)
    }
  })

  test('pages of any size, one after another, are the whole', async () => {
    const all = new Map<CollectionId, Feature[]>()
    for (const id of COLLECTIONS) all.set(id, await whole(id))
    const property = fc.asyncProperty(
      fc.constantFrom(...COLLECTIONS),
      fc.integer({ min: 1, max: 60 }),
      async (id, limit) => {
        const expected = all.get(id)!
        const read: Feature[] = []
        // Many small pages of a long list say no more than some.
        const most = Math.min(expected.length, limit * 25)
        let after: string | null = null
        do {
          const { features, next } = await page(id, limit, { after })
          if (next !== null) expect(features).toHaveLength(limit)
          read.push(...features)
          after = next
        } while (after !== null && read.length < most)
        expect(read).toEqual(expected.slice(0, after === null ? undefined : read.length))
      },
    )
    await fc.assert(property, { numRuns: 30, seed: 20261124 })
  })

  test('each feature is found by its id, and no other id finds one', async () => {
    for (const id of COLLECTIONS) {
      const collection = collectionOf(id)
      const of = collection.ofRun ? run : null
      const features = await whole(id)
      for (const feature of [features[0]!, features.at(-1)!, features[features.length >> 1]!])
        expect(await findFeature(database.source.manager, collection, feature.id, of)).toEqual(feature)
      for (const none of ['none', '', '88386e6b0bfffff', '88386e6b0bfffff.4g.2026-01-01.iam', '…'])
        expect(await findFeature(database.source.manager, collection, none, of)).toBeUndefined()
    }
  })

  test('a box finds what touches it, in pages too', async () => {
    const [lng, lat] = centreOf(OBSERVED_CELLS[0]!)
    const somewhere = fc.record({
      lng: fc.double({ min: -0.05, max: 0.05, noNaN: true }),
      lat: fc.double({ min: -0.05, max: 0.05, noNaN: true }),
      width: fc.double({ min: 0, max: 0.06, noNaN: true }),
      height: fc.double({ min: 0, max: 0.06, noNaN: true }),
      limit: fc.integer({ min: 3, max: 40 }),
      id: fc.constantFrom(...COLLECTIONS),
    })
    const all = new Map<CollectionId, Feature[]>()
    for (const id of COLLECTIONS) all.set(id, await whole(id))
    let some = 0
    const property = fc.asyncProperty(somewhere, async (s) => {
      const box = {
        west: lng + s.lng,
        south: lat + s.lat,
        east: lng + s.lng + s.width,
        north: lat + s.lat + s.height,
      }
      const expected = await touching(all.get(s.id)!, box)
      const read: string[] = []
      let after: string | null = null
      do {
        const { features, next } = await page(s.id, s.limit, { boxes: [box], after })
        read.push(...features.map((f) => f.id))
        after = next
      } while (after !== null)
      expect([s.id, read]).toEqual([s.id, expected])
      if (expected.length > 0) some++
    })
    await fc.assert(property, { numRuns: 60, seed: 20261124 })
    expect(some).toBeGreaterThan(25)
  })

  /** By PostGIS, feature by feature. */
  async function touching(
    features: readonly Feature[],
    { west, south, east, north }: Bounds,
  ): Promise<string[]> {
    const found = await rows<{ id: string }>(
      `SELECT id FROM json_to_recordset($1::json) AS f(nr integer, id text, geometry text)
       WHERE ST_Intersects(ST_SetSRID(ST_GeomFromGeoJSON(geometry), 4326), ST_SetSRID(ST_Envelope(ST_MakeLine(ST_MakePoint($2, $3), ST_MakePoint($4, $5))), 4326)) ORDER BY nr`,
      [
        JSON.stringify(
          features.map(({ id, geometry }, nr) => ({ nr, id, geometry: JSON.stringify(geometry) })),
        ),
        west,
        south,
        east,
        north,
      ],
    )
    return found.map((row) => row.id)
  }

  test('boxes larger than a country, of one point, or across the antimeridian are boxes too', async () => {
    const world = { west: -180, south: -90, east: 180, north: 90 }
    const [lng, lat] = centreOf(OBSERVED_CELLS[5]!)
    const halves = [
      { ...world, west: lng },
      { ...world, east: -179 },
    ]
    for (const id of ['cells', 'sites', 'areas', 'declared'] as const) {
      expect(await whole(id, { boxes: [world] })).toEqual(await whole(id))
      const east = await whole(id, { boxes: halves })
      expect(east.map((f) => f.id)).toEqual(await touching(await whole(id), halves[0]!))
    }
    const point = { west: lng, east: lng, south: lat, north: lat }
    expect((await whole('cells', { boxes: [point] })).map((f) => f.id)).toEqual([OBSERVED_CELLS[5]])
  })

  test('properties and times choose as a look at every feature does', async () => {
    const hour = (f: Feature) => Date.parse(f.properties['measured_hour'] as string)
    const probes = await whole('probes_public')
    const [from, to] = [NOW.getTime() - 9 * 86_400_000, NOW.getTime() - 5 * 86_400_000]
    const within = probes.filter((f) => hour(f) >= from && hour(f) <= to)
    expect(within.length).toBeGreaterThan(5)
    expect(within.length).toBeLessThan(probes.length)
    expect(await whole('probes_public', { time: { from, to } })).toEqual(within)
    expect(await whole('probes_public', { time: { from: null, to } })).toEqual(
      probes.filter((f) => hour(f) <= to),
    )
    const moment = { from: Date.parse('2026-06-30'), to: Date.parse('2026-06-30') }
    const declared = await whole('declared')
    expect(await whole('declared', { time: moment })).toEqual(
      declared.filter((f) => f.properties['on_date'] === '2026-06-30'),
    )
    const cells = await whole('cells')
    expect(await whole('cells', { time: { from: run.to.getTime() + 1, to: null } })).toEqual([])
    expect(await whole('cells', { time: { from: null, to: run.from.getTime() } })).toEqual(cells)
    for (const [id, name, value] of [
      ['cells', 'class', 'grey'],
      ['cells', 'region_code', '03'],
      ['declared', 'operator', 'a. b/c?'],
      ['declared', 'on_date', '2026-01-01'],
      ['declared', 'h3', OBSERVED_CELLS[4]!],
      ['areas', 'vintage', 2024],
      ['sites', 'simulated', false],
      ['sites', 'name', AWKWARD],
      ['probes_public', 'counted', false],
      ['zones', 'class', 'white'],
      ['cells', 'confidence', (await whole('cells'))[0]!.properties['confidence']!],
      ['probes_public', 'measured_hour', (await whole('probes_public'))[0]!.properties['measured_hour']!],
    ] as const) {
      const expected = (await whole(id)).filter((f) => f.properties[name] === value)
      expect([name, await whole(id, { equal: { [name]: value } })]).toEqual([name, expected])
    }
  })
  const AWKWARD = '@home, "quoted"'

  test('public measurements tell the cell, the hour and no device', async () => {
    const probes = observedProbes(NOW)
    const features = await whole('probes_public')
    const open = new Set(features.map((f) => f.properties['h3']))
    expect([...open].sort()).toEqual(OBSERVED_CELLS.filter((_, n) => devicesIn(n) >= 3).sort())
    const text = JSON.stringify(features)
    for (const { id, device, measuredAt } of probes)
      for (const secret of [id, device, measuredAt].filter((s) => s !== null))
        expect(text).not.toContain(secret)
    const byPublicId = new Map(
      probes.map((p) => [`${p.h3}.${createHash('md5').update(p.id).digest('hex')}`, p]),
    )
    for (const feature of features) {
      const probe = byPublicId.get(feature.id)!
      expect(feature.geometry).toEqual({ type: 'Point', coordinates: centreOf(probe.h3) })
      const hour = new Date(Math.floor(Date.parse(probe.measuredAt) / 3_600_000) * 3_600_000)
      expect(feature.properties).toMatchObject({
        measured_hour: hour.toISOString().replace('.000', ''),
        operator: probe.operator,
        download_bps: probe.downloadBps,
        outcome: probe.outcome,
        counted: probe.counted,
      })
    }
  })

  test('shapes are those of the database', async () => {
    for (const { id, geometry } of await whole('cells')) {
      const corners = boundaryOf(id) as Position[]
      expect(geometry).toEqual({ type: 'Polygon', coordinates: [[...corners, corners[0]]] })
    }
    const cells = await rows<{ cell: string }>('SELECT cell::text FROM verdict')
    expect((await whole('cells')).map((f) => f.id).sort()).toEqual(
      cells.map((r) => cellFromSql(r.cell)).sort(),
    )
    for (const { id, geometry } of (await whole('areas')).slice(0, 20)) {
      const [{ near }] = (await rows<{ near: boolean }>(
        `SELECT ST_HausdorffDistance(ST_GeomFromGeoJSON($2), geom) < 1e-6 AS near FROM current_area WHERE code = $1`,
        [id, JSON.stringify(geometry)],
      )) as [{ near: boolean }]
      expect([id, near]).toEqual([id, true])
    }
  })
})
