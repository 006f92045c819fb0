import type { Feature, Filter, FilterShape } from '#domain/feature'
import { readCql2 } from '#formats/filter'
import { centreOf } from '#geo'
import {
  COLLECTIONS,
  type CollectionId,
  UNFILTERED,
  UnsupportedFilterError,
  collectionOf,
  pageOfFeatures,
} from '#store/ogc'
import { type RunRow } from '#store/runs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { answerOf, anyFilter, textOf } from '../support/filters.js'
import { OBSERVED_CELLS, fillObservatory } from '../support/observatory.js'

describe.each(ENGINES)('filters on %s', (engine) => {
  let database: TestDatabase
  let run: RunRow
  const all = new Map<CollectionId, Feature[]>()
  beforeAll(async () => {
    database = await freshDatabase(engine)
    run = await fillObservatory(database, new Date())
    for (const id of COLLECTIONS) all.set(id, await found(id, null))
  })
  afterAll(() => database.drop())

  const found = async (id: CollectionId, filter: Filter | null) => {
    const collection = collectionOf(id)
    const query = { ...UNFILTERED, run: collection.ofRun ? run : null, filter }
    return (await pageOfFeatures(database.source.manager, collection, query, 10_000)).features
  }

  test('any filter finds what a look at every feature finds', async () => {
    const [lng, lat] = centreOf(OBSERVED_CELLS[0]!)
    const within = fc.double({ min: -0.04, max: 0.04, noNaN: true })
    const box = fc.tuple(within, within, within, within).map(([a, b, c, d]): FilterShape => ({
      type: 'Box',
      box: {
        west: lng + Math.min(a, c),
        south: lat + Math.min(b, d),
        east: lng + Math.max(a, c),
        north: lat + Math.max(b, d),
      },
    }))
    let [some, none] = [0, 0]
    // Outlines of areas and zones are compared with PostGIS below.
    const ids = COLLECTIONS.filter((id) => collectionOf(id).shape !== 'geom')
    const property = fc.asyncProperty(
      fc.constantFrom(...ids).chain((id) => {
        const { columns } = collectionOf(id)
        return fc.record({ id: fc.constant(id), filter: anyFilter(columns, all.get(id)!.slice(0, 200), box) })
      }),
      async ({ id, filter }) => {
        const expected = all.get(id)!.filter((feature) => answerOf(filter, feature) === true)
        const read = readCql2(textOf(filter), collectionOf(id).columns)
        expect(read).toEqual({ filter })
        const ids = (await found(id, filter)).map((f) => f.id)
        expect([textOf(filter), ids]).toEqual([textOf(filter), expected.map((f) => f.id)])
        if (expected.length > 0 && expected.length < all.get(id)!.length) some++
        else none++
      },
    )
    await fc.assert(property, { numRuns: 200, seed: 20261126 })
    expect(some).toBeGreaterThan(50)
    expect(none).toBeGreaterThan(20)
  })

  test('shapes choose as PostGIS does', async () => {
    const [lng, lat] = centreOf(OBSERVED_CELLS[0]!)
    const at = (x: number, y: number): [number, number] => [lng + x, lat + y]
    const triangle = [at(-0.02, -0.02), at(0.03, -0.01), at(0, 0.025), at(-0.02, -0.02)]
    const hole = [at(-0.005, -0.005), at(0.005, -0.005), at(0, 0.006), at(-0.005, -0.005)]
    const shapes: FilterShape[] = [
      { type: 'Point', coordinates: at(0, 0) },
      { type: 'Polygon', coordinates: [triangle, hole] },
      {
        type: 'MultiPolygon',
        coordinates: [[triangle], [[at(0.03, 0.03), at(0.035, 0.03), at(0.03, 0.035), at(0.03, 0.03)]]],
      },
    ]
    let some = 0
    for (const id of COLLECTIONS)
      for (const shape of shapes) {
        const expected = await touching(all.get(id)!, shape)
        const ids = (await found(id, { op: 'intersects', shape })).map((f) => f.id)
        expect([id, shape.type, ids]).toEqual([id, shape.type, expected])
        if (ids.length > 0) some++
      }
    expect(some).toBeGreaterThan(12)
  })

  async function touching(features: readonly Feature[], shape: FilterShape): Promise<string[]> {
    const rows: { id: string }[] = await database.source.query(
      `SELECT id FROM json_to_recordset($1::json) AS f(nr integer, id text, geometry text)
       WHERE ST_Intersects(ST_GeomFromGeoJSON(geometry), ST_GeomFromGeoJSON($2)) ORDER BY nr`,
      [
        JSON.stringify(
          features.map(({ id, geometry }, nr) => ({ nr, id, geometry: JSON.stringify(geometry) })),
        ),
        JSON.stringify(shape),
      ],
    )
    return rows.map((row) => row.id)
  }

  test('a shape that would name too many cells is refused', async () => {
    const box = { west: -10, south: 28, east: -5, north: 33 }
    await expect(found('cells', { op: 'intersects', shape: { type: 'Box', box } })).rejects.toThrow(
      UnsupportedFilterError,
    )
    expect(await found('sites', { op: 'intersects', shape: { type: 'Box', box } })).toEqual([])
  })
})
