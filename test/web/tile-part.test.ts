import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DATA_MAX_ZOOM, partOf } from '../../web/src/map/tiles/tile-part.js'

test('up to the last zoom of the data a tile is itself', () => {
  const address = { x: 1980, y: 1653, z: DATA_MAX_ZOOM }
  expect(partOf(address)).toEqual({ address, partsPerSide: 1, column: 0, row: 0 })
})

test('beyond it every tile is one part of one tile of the data', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 16 }), fc.nat(), fc.nat(), (z, a, b) => {
      const [x, y] = [a % 2 ** z, b % 2 ** z]
      const { address, partsPerSide, column, row } = partOf({ x, y, z })
      expect(address.z).toBe(Math.min(z, DATA_MAX_ZOOM))
      expect([address.x * partsPerSide + column, address.y * partsPerSide + row]).toEqual([x, y])
      expect(Math.min(column, row)).toBeGreaterThanOrEqual(0)
      expect(Math.max(column, row)).toBeLessThan(partsPerSide)
    }),
  )
})
