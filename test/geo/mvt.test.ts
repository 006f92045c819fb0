import { TILE_EXTENT, type PropertyValue, type TileFeature, encodeTile, orientedRing, signedArea } from '#geo'
import { VectorTile, type VectorTileLayer, classifyRings } from '@mapbox/vector-tile'
import fc from 'fast-check'
import { PbfReader } from 'pbf'
import { describe, expect, test } from 'vitest'

const RUNS = { numRuns: 150, seed: 20261123 }

function readBack(features: readonly TileFeature[]): VectorTileLayer {
  return new VectorTile(new PbfReader(encodeTile('cells', features))).layers['cells']!
}

type Ring = [number, number][]

const pointsOf = (layer: VectorTileLayer, i: number): number[][][] =>
  layer
    .feature(i)
    .loadGeometry()
    .map((ring) => ring.map((p) => [p.x, p.y]))

const square = (x: number, y: number, side: number): Ring => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
]

const character = fc.constantFrom(...'az09 _éçœأكادير٣-😀\u0000')
const value: fc.Arbitrary<PropertyValue | null> = fc.oneof(
  // Characters beyond U+1FFFF are left out, because pbf 5.1.2 writes U+20000 as U+10000.
  fc.string({ unit: character }),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }).map((n) => n + 0),
  fc.boolean(),
  fc.constant(null),
)
const coordinate = fc.integer({ min: -128, max: TILE_EXTENT + 128 })
const properties = fc
  .dictionary(fc.constantFrom('h3', 'class', 'confidence', 'white', 'n'), value)
  .map((some) => ({ ...some }))
const id = fc.option(fc.integer({ min: 1, max: 2 ** 35 }), { nil: undefined })
const point: fc.Arbitrary<TileFeature> = fc.record({
  kind: fc.constant('point' as const),
  rings: fc.tuple(coordinate, coordinate).map((p) => [[p]]),
  properties,
  id,
})
const polygon: fc.Arbitrary<TileFeature> = fc.record({
  kind: fc.constant('polygon' as const),
  rings: fc.array(fc.array(fc.tuple(coordinate, coordinate), { minLength: 3, maxLength: 9 }), {
    minLength: 1,
    maxLength: 4,
  }),
  properties,
  id,
})
const features = fc.array(fc.oneof(point, polygon), { minLength: 1, maxLength: 25 })

const withoutNulls = (feature: TileFeature) =>
  Object.fromEntries(Object.entries(feature.properties).filter(([, v]) => v !== null))

describe('a tile decoded by another library', () => {
  test('has the properties that were written, without those that are null', () => {
    fc.assert(
      fc.property(features, (written) => {
        const layer = readBack(written)
        expect(layer.length).toBe(written.length)
        written.forEach((feature, i) => expect(layer.feature(i).properties).toEqual(withoutNulls(feature)))
      }),
      RUNS,
    )
  })

  test('has every ring of every feature, point for point', () => {
    fc.assert(
      fc.property(features, (written) => {
        const layer = readBack(written)
        written.forEach((feature, i) => {
          const closed = feature.kind === 'polygon' ? 1 : 0
          const expected = feature.rings.map((ring) => [...ring, ...ring.slice(0, closed)])
          expect(pointsOf(layer, i)).toEqual(expected)
        })
      }),
      RUNS,
    )
  })

  test('has geometry types, a version, an extent, and the ids that features have', () => {
    fc.assert(
      fc.property(features, (written) => {
        const layer = readBack(written)
        expect([layer.version, layer.extent, layer.name]).toEqual([2, TILE_EXTENT, 'cells'])
        written.forEach((feature, i) => {
          expect(layer.feature(i).id).toBe(feature.id)
          expect(layer.feature(i).type).toBe(feature.kind === 'point' ? 1 : 3)
        })
      }),
      RUNS,
    )
  })

  test('keeps a hole in a polygon and an island beside it apart', () => {
    const rings = [
      orientedRing(square(0, 0, 1000), true)!,
      orientedRing(square(200, 200, 100), false)!,
      orientedRing(square(2000, 2000, 50).reverse(), true)!,
    ]
    const read = readBack([{ kind: 'polygon', rings, properties: {} }]).feature(0)
    expect(classifyRings(read.loadGeometry()).map((parts) => parts.length)).toEqual([2, 1])
    expect(read.toGeoJSON(0, 0, 0).geometry.type).toBe('MultiPolygon')
  })

  test('writes a value that many features share only once', () => {
    const many = Array.from({ length: 100 }, (_, i) => ({
      kind: 'point' as const,
      rings: [[[i, i] as [number, number]]],
      properties: { class: 'a rather long word that stands once' },
    }))
    expect(encodeTile('cells', many).length).toBeLessThan(100 * 20)
    expect(encodeTile('cells', many).toString('latin1').split('a rather long word')).toHaveLength(2)
  })

  test('is a layer without features when there is nothing to draw', () => {
    const layer = new VectorTile(new PbfReader(encodeTile('cells', []))).layers['cells']
    expect(layer?.length ?? 0).toBe(0)
  })
})

describe('winding', () => {
  const ring = fc.array(fc.tuple(coordinate, coordinate), { minLength: 3, maxLength: 8 })

  test('an oriented ring has the sign of its part and the same points', () => {
    fc.assert(
      fc.property(ring, fc.boolean(), (some, outer) => {
        const before = some.map(String).sort()
        const turned = orientedRing(
          some.map((p): [number, number] => [...p]),
          outer,
        )
        if (signedArea(some) === 0) return expect(turned).toBe(null)
        expect(signedArea(turned!) > 0).toBe(outer)
        expect(turned!.map(String).sort()).toEqual(before)
      }),
      RUNS,
    )
  })

  test('the signed area is twice the area, positive when clockwise on screen', () => {
    expect(signedArea(square(3, 4, 10))).toBe(200)
    expect(signedArea(square(3, 4, 10).reverse())).toBe(-200)
    expect(
      orientedRing(
        [
          [0, 0],
          [5, 5],
          [9, 9],
        ],
        true,
      ),
    ).toBe(null)
  })
})
