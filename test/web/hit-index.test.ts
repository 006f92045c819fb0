import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HitIndex, contains } from '../../web/src/map/tiles/hit-index.js'

const coordinate = fc.integer({ min: -128, max: 4224 })
const point = fc.record({ x: coordinate, y: coordinate })
const feature = fc.record({
  rings: fc.array(fc.array(point, { minLength: 3, maxLength: 7 }), { minLength: 1, maxLength: 2 }),
})

test('the index finds what a look at every feature finds', () => {
  fc.assert(
    fc.property(
      fc.array(feature, { maxLength: 40 }),
      fc.array(point, { maxLength: 40 }),
      (features, points) => {
        const index = new HitIndex(features, 4096)
        for (const { x, y } of points) {
          if (x < 0 || y < 0 || x > 4096 || y > 4096) continue
          expect(index.at(x, y)).toBe(features.findLast((f) => contains(f.rings, x, y)) ?? null)
        }
      },
    ),
    { numRuns: 200 },
  )
})
