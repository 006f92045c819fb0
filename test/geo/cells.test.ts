import {
  MAX_ZOOM,
  MIN_ZOOM,
  boundaryOf,
  cellFromSql,
  cellToSql,
  cellsCentredIn,
  descendantRangeOf,
  encodeTile,
  envelopeOf,
  isServedCell,
  orientedRing,
  isRingInBounds,
  rangesCovering,
  resolutionAt,
  tilePositionOf,
} from '#geo'
import type { Bounds } from '#domain/probe'
import { VectorTile } from '@mapbox/vector-tile'
import fc from 'fast-check'
import { cellToChildren, cellToParent, latLngToCell } from 'h3-js'
import { PbfReader } from 'pbf'
import { expect, test } from 'vitest'

const lat = fc.double({ min: 21, max: 35.8, noNaN: true })
const lng = fc.double({ min: -17, max: -1.1, noNaN: true })

test('a cell is converted to SQL and back', () => {
  fc.assert(
    fc.property(lat, lng, fc.integer({ min: 0, max: 15 }), (a, o, res) => {
      const cell = latLngToCell(a, o, res)
      expect(cellFromSql(cellToSql(cell))).toBe(cell)
    }),
  )
})

test('the descendants of a cell are exactly the indexes in its range', () => {
  fc.assert(
    fc.property(
      lat,
      lng,
      fc.integer({ min: 3, max: 6 }),
      fc.integer({ min: 0, max: 2 }),
      (a, o, res, finer) => {
        const cell = latLngToCell(a, o, res)
        const { low, high } = descendantRangeOf(cell, res + finer)
        const children = cellToChildren(cell, res + finer).map((c) => BigInt(cellToSql(c)))
        expect([...children].sort((x, y) => (x < y ? -1 : 1)).at(0)).toBe(BigInt(low))
        expect([...children].sort((x, y) => (x < y ? -1 : 1)).at(-1)).toBe(BigInt(high))
        const other = latLngToCell(a + 0.9, o, res + finer)
        const index = BigInt(cellToSql(other))
        const inside = index >= BigInt(low) && index <= BigInt(high)
        expect(inside).toBe(cellToParent(other, res) === cell)
      },
    ),
  )
})

function inRanges(cell: string, ranges: { low: bigint; high: bigint }[]): boolean {
  const index = BigInt(cellToSql(cell))
  return ranges.some(({ low, high }) => index >= low && index <= high)
}

const widened = ({ west, south, east, north }: Bounds, by: number): [number, number][] => [
  [west - by, south - by],
  [east + by, south - by],
  [east + by, north + by],
  [west - by, north + by],
  [west - by, south - by],
]

test('the ranges of a tile contain every cell that touches it', () => {
  const zoom = fc.integer({ min: MIN_ZOOM + 3, max: MAX_ZOOM })
  fc.assert(
    fc.property(lat, lng, zoom, (a, o, z) => {
      const n = 2 ** z
      const x = Math.floor(((o + 180) / 360) * n)
      const rad = (a * Math.PI) / 180
      const y = Math.floor(((1 - Math.asinh(Math.tan(rad)) / Math.PI) / 2) * n)
      const box = envelopeOf({ z, x, y }, 1 / 32)
      const resolution = resolutionAt(z)
      const ranges = rangesCovering(box, resolution).map((r) => ({
        low: BigInt(r.low),
        high: BigInt(r.high),
      }))
      const margin = (box.east - box.west) * 0.3
      const near = cellsCentredIn({ type: 'Polygon', coordinates: [widened(box, margin)] }, resolution)
      const touching = near.filter((cell) => isRingInBounds(box, boundaryOf(cell)))
      expect(touching.length).toBeGreaterThan(0)
      expect(touching.filter((cell) => !inRanges(cell, ranges))).toEqual([])
      expect(ranges.length).toBeLessThan(80)
    }),
    { numRuns: 60, seed: 1 },
  )
})

test('a box of any size is covered by few ranges', () => {
  const ranges = rangesCovering({ west: -17.2, south: 20.7, east: -1, north: 36 }, 8)
  expect(ranges.length).toBeLessThan(200)
})

test('a decoded tile equals the encoded one', () => {
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.double({ min: 1e-9, max: 1e300, noNaN: true }),
    fc.boolean(),
  )
  const coordinate = fc.integer({ min: -128, max: 4224 })
  const triangle = fc.tuple(
    fc.tuple(coordinate, coordinate),
    fc.tuple(coordinate, coordinate),
    fc.tuple(coordinate, coordinate),
  )
  const feature = fc.record({ ring: triangle, name: value, count: value })
  fc.assert(
    fc.property(fc.array(feature, { maxLength: 20 }), (all) => {
      const usable = all.flatMap(({ ring, ...properties }) => {
        const turned = orientedRing(
          ring.map((p) => [...p] as [number, number]),
          true,
        )
        return turned ? [{ kind: 'polygon' as const, rings: [turned], properties }] : []
      })
      if (usable.length === 0) return
      const layer = new VectorTile(new PbfReader(encodeTile('cells', usable))).layers['cells']!
      expect(layer.length).toBe(usable.length)
      usable.forEach((written, i) => {
        const read = layer.feature(i)
        expect(read.properties).toEqual({ ...written.properties })
        expect(
          read
            .loadGeometry()[0]!
            .slice(0, -1)
            .map((p) => [p.x, p.y]),
        ).toEqual(written.rings[0])
      })
    }),
    { numRuns: 200 },
  )
})

test('the corners of a tile are 0 and 4096 in its own units', () => {
  const tile = { z: 7, x: 61, y: 51 }
  const { west, north, east, south } = envelopeOf(tile)
  expect(tilePositionOf([west, north], tile).map(Math.abs)).toEqual([0, 0])
  expect(tilePositionOf([east, south], tile)).toEqual([4096, 4096])
})

test('only H3 cells of the served resolutions are served', () => {
  expect(isServedCell(latLngToCell(34, -6, 8))).toBe(true)
  for (const wrong of [
    '',
    'x',
    latLngToCell(34, -6, 9),
    latLngToCell(34, -6, 3),
    '88ffffffffffffff',
    "'; --",
  ])
    expect(isServedCell(wrong)).toBe(false)
})
