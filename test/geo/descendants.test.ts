import { boundaryOf, cellAt, cellToSql, centreOf, descendantRangeOf, isServedCell, resolutionOf } from '#geo'
import fc from 'fast-check'
import { cellToChildren, cellToParent, gridDisk, isPentagon, latLngToCell } from 'h3-js'
import { expect, test } from 'vitest'

const RUNS = { numRuns: 60, seed: 20261123 }
const place = fc.record({
  lat: fc.double({ min: 21, max: 35.8, noNaN: true }),
  lng: fc.double({ min: -17, max: -1.1, noNaN: true }),
})
const indexOf = (h3: string) => BigInt(cellToSql(h3))
const holds = ({ low, high }: { low: string; high: string }, h3: string) =>
  indexOf(h3) >= BigInt(low) && indexOf(h3) <= BigInt(high)

test('the range of a cell begins at its first descendant and ends at its last', () => {
  fc.assert(
    fc.property(place, fc.integer({ min: 2, max: 8 }), fc.integer({ min: 0, max: 4 }), (p, res, finer) => {
      const cell = latLngToCell(p.lat, p.lng, res)
      const indexes = cellToChildren(cell, res + finer).map(indexOf)
      const lowest = indexes.reduce((a, b) => (b < a ? b : a))
      const highest = indexes.reduce((a, b) => (b > a ? b : a))
      expect(descendantRangeOf(cell, res + finer)).toEqual({ low: String(lowest), high: String(highest) })
    }),
    RUNS,
  )
})

test('no other cell of that resolution lies in the range of a cell', () => {
  fc.assert(
    fc.property(place, fc.integer({ min: 2, max: 7 }), fc.integer({ min: 0, max: 2 }), (p, res, finer) => {
      const cell = latLngToCell(p.lat, p.lng, res)
      const range = descendantRangeOf(cell, res + finer)
      const around = gridDisk(cell, 2).flatMap((near) => cellToChildren(near, res + finer))
      const within = around.filter((h3) => holds(range, h3))
      expect(within.every((h3) => cellToParent(h3, res) === cell)).toBe(true)
      expect(within).toHaveLength(cellToChildren(cell, res + finer).length)
    }),
    RUNS,
  )
})

test('the range of a pentagon contains its children and no neighbour', () => {
  const pentagon = '821c07fffffffff'
  expect(isPentagon(pentagon)).toBe(true)
  const range = descendantRangeOf(pentagon, 4)
  const children = new Set(cellToChildren(pentagon, 4))
  const around = gridDisk(pentagon, 1).flatMap((near) => cellToChildren(near, 4))
  for (const h3 of around) expect(holds(range, h3)).toBe(children.has(h3))
})

test('a point lies in the working cell at it, whose boundary is not closed', () => {
  fc.assert(
    fc.property(place, ({ lat, lng }) => {
      const h3 = cellAt(lat, lng)
      const corners = boundaryOf(h3)
      const [centreLng, centreLat] = centreOf(h3)
      expect(resolutionOf(h3)).toBe(8)
      expect(cellAt(centreLat, centreLng)).toBe(h3)
      expect(new Set(corners.map(String)).size).toBe(corners.length)
      expect(corners.length).toBeGreaterThanOrEqual(6)
    }),
    RUNS,
  )
})

test('cells of resolutions 4 to 8 are served and no others', () => {
  const served = Array.from({ length: 16 }, (_, res) => isServedCell(latLngToCell(34, -6, res)))
  expect(served.flatMap((yes, res) => (yes ? [res] : []))).toEqual([4, 5, 6, 7, 8])
})

test('a text that is not a lower-case cell is not served', () => {
  const cell = cellAt(34, -6)
  const wrong = [
    cell.toUpperCase(),
    `0x${cell}`,
    `${cell}f`,
    `0${cell}`,
    cell.slice(1),
    ` ${cell}`,
    `${cell}\n`,
  ]
  expect(wrong.filter(isServedCell)).toEqual([])
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(isServedCell(text)).toBe(false)
    }),
    RUNS,
  )
})
