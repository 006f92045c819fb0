import {
  TILE_BUFFER,
  TILE_EXTENT,
  MAX_ZOOM,
  MIN_ZOOM,
  type TileAddress,
  boundaryOf,
  cellToSql,
  envelopeOf,
  isTile,
  isRingInBounds,
  rangesCovering,
  resolutionAt,
  tilePositionOf,
} from '#geo'
import type { Bounds } from '#domain/probe'
import fc from 'fast-check'
import { POLYGON_TO_CELLS_FLAGS, getHexagonEdgeLengthAvg, polygonToCellsExperimental } from 'h3-js'
import { describe, expect, test } from 'vitest'

const SEED = 20261123
const lat = fc.double({ min: 20.7, max: 36, noNaN: true })
const lng = fc.double({ min: -17.2, max: -1, noNaN: true })
const ZOOMS = Array.from({ length: MAX_ZOOM - MIN_ZOOM + 1 }, (_, i) => MIN_ZOOM + i)

function tileAt(latitude: number, longitude: number, z: number): TileAddress {
  const n = 2 ** z
  const y = (1 - Math.asinh(Math.tan((latitude * Math.PI) / 180)) / Math.PI) / 2
  return { z, x: Math.floor(((longitude + 180) / 360) * n), y: Math.floor(y * n) }
}

const ringOf = ({ west, south, east, north }: Bounds): [number, number][] => [
  [west, south],
  [east, south],
  [east, north],
  [west, north],
  [west, south],
]

const widened = (box: Bounds, by: number): Bounds => ({
  west: box.west - by,
  south: box.south - by,
  east: box.east + by,
  north: box.north + by,
})

/** Every cell that touches the box, found without ranges: each cell around the box is examined. */
function touching(box: Bounds, resolution: number): string[] {
  const edge = getHexagonEdgeLengthAvg(resolution, 'km') / 80
  const flag = POLYGON_TO_CELLS_FLAGS.containmentOverlapping
  const around = polygonToCellsExperimental([ringOf(widened(box, 2 * edge))], resolution, flag, true)
  return around.filter((h3) => isRingInBounds(box, boundaryOf(h3)))
}

function outsideOf(ranges: readonly { low: string; high: string }[], cells: readonly string[]): string[] {
  const numbers = ranges.map(({ low, high }) => ({ low: BigInt(low), high: BigInt(high) }))
  return cells.filter((h3) => {
    const index = BigInt(cellToSql(h3))
    return !numbers.some(({ low, high }) => index >= low && index <= high)
  })
}

describe.each(ZOOMS)('at zoom %i', (z) => {
  const resolution = resolutionAt(z)

  test('the ranges of a tile with its buffer contain every cell that touches it', () => {
    fc.assert(
      fc.property(lat, lng, (a, o) => {
        const box = envelopeOf(tileAt(a, o, z), TILE_BUFFER / TILE_EXTENT)
        expect(outsideOf(rangesCovering(box, resolution), touching(box, resolution))).toEqual([])
      }),
      { numRuns: z < 6 ? 4 : 25, seed: SEED },
    )
  })

  test('the ranges of any box of that size contain every cell that touches it', () => {
    const width = 360 / 2 ** z
    const size = fc.double({ min: width / 50, max: width, noNaN: true })
    fc.assert(
      fc.property(lat, lng, size, size, (south, west, w, h) => {
        const box = { west, south, east: west + w, north: south + h }
        expect(outsideOf(rangesCovering(box, resolution), touching(box, resolution))).toEqual([])
      }),
      { numRuns: z < 6 ? 6 : 40, seed: SEED },
    )
  })

  test('a position inside a tile is expressed in units of the tile', () => {
    const unit = fc.integer({ min: 0, max: TILE_EXTENT })
    fc.assert(
      fc.property(lat, lng, unit, unit, (a, o, px, py) => {
        const tile = tileAt(a, o, z)
        // The envelope of a tile at a zoom so much higher is the unit itself.
        const exact = envelopeOf({ z: z + 12, x: tile.x * TILE_EXTENT + px, y: tile.y * TILE_EXTENT + py })
        expect(tilePositionOf([exact.west, exact.north], tile).map((n) => n + 0)).toEqual([px, py])
      }),
      { numRuns: 60, seed: SEED },
    )
  })
})

test('a tile contains the position for which it was computed', () => {
  fc.assert(
    fc.property(lat, lng, fc.constantFrom(...ZOOMS), (a, o, z) => {
      const box = envelopeOf(tileAt(a, o, z))
      expect(a <= box.north && a >= box.south && o >= box.west && o <= box.east).toBe(true)
    }),
    { numRuns: 200, seed: SEED },
  )
})

test('neighbouring tiles share their edges, and the whole world is one tile', () => {
  const tile = { z: 9, x: 240, y: 205 }
  const { east, south } = envelopeOf(tile)
  expect(envelopeOf({ ...tile, x: 241 }).west).toBe(east)
  expect(envelopeOf({ ...tile, y: 206 }).north).toBe(south)
  const world = envelopeOf({ z: 0, x: 0, y: 0 })
  expect([world.west, world.east]).toEqual([-180, 180])
  expect(world.north).toBeCloseTo(85.0511287798, 9)
  expect(world.south).toBeCloseTo(-85.0511287798, 9)
})

test('a margin widens a tile by that many of its widths, and never beyond the poles of the map', () => {
  const tile = { z: 8, x: 120, y: 100 }
  const wide = envelopeOf(tile, 0.25)
  expect(tilePositionOf([wide.west, wide.north], tile)).toEqual([-1024, -1024])
  expect(tilePositionOf([wide.east, wide.south], tile)).toEqual([5120, 5120])
  expect(envelopeOf({ z: 4, x: 0, y: 0 }, 1).north).toBe(envelopeOf({ z: 4, x: 0, y: 0 }).north)
  expect(envelopeOf({ z: 4, x: 0, y: 15 }, 1).south).toBe(envelopeOf({ z: 4, x: 0, y: 15 }).south)
})

test('only tiles of the served zooms are tiles', () => {
  expect(ZOOMS.every((z) => isTile({ z, x: 2 ** z - 1, y: 0 }))).toBe(true)
  const wrong = [
    { z: MIN_ZOOM - 1, x: 0, y: 0 },
    { z: MAX_ZOOM + 1, x: 0, y: 0 },
    { z: 4, x: 16, y: 0 },
    { z: 4, x: 0, y: 16 },
    { z: 4, x: -1, y: 0 },
    { z: 4, x: 0, y: -1 },
    { z: 4.5, x: 0, y: 0 },
    { z: 4, x: 0.5, y: 0 },
    { z: 4, x: Number.NaN, y: 0 },
  ]
  expect(wrong.filter(isTile)).toEqual([])
})

test('the higher the zoom, the finer the cells, down to the working resolution', () => {
  const drawn = ZOOMS.map(resolutionAt)
  expect(drawn).toEqual([...drawn].sort((a, b) => a - b))
  expect([drawn[0], drawn.at(-1), resolutionAt(19)]).toEqual([4, 8, 8])
})

test('a ring overlaps a box when it reaches it from any side', () => {
  const box = { west: 0, south: 0, east: 10, north: 10 }
  const square = (x: number, y: number): [number, number][] =>
    ringOf({ west: x, south: y, east: x + 2, north: y + 2 })
  const inside = [square(4, 4), square(-1, 4), square(9, 4), square(4, -1), square(4, 9), square(-2, 4)]
  expect(inside.every((ring) => isRingInBounds(box, ring))).toBe(true)
  expect(isRingInBounds({ west: 4, south: 4, east: 5, north: 5 }, ringOf(box))).toBe(true)
  const outside = [square(-2.1, 4), square(10.1, 4), square(4, -2.1), square(4, 10.1)]
  expect(outside.some((ring) => isRingInBounds(box, ring))).toBe(false)
})
