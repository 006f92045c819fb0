import {
  BINS_PER_MEASURE,
  HASH_RANGE,
  MAX_SKETCH_HASHES,
  MIN_RESOLVED_VALUE,
  MEASURES,
  RELATIVE_ERROR,
  binOf,
  distinctCountOf,
  measureOfBin,
  spreadOf,
  valueOfBin,
} from '#domain/series'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const ROUNDING = 1e-9
/** The largest values that ingest accepts. */
const MOST = {
  downloadBps: 100e9,
  uploadBps: 100e9,
  latencyMs: 3_600_000,
  jitterMs: 3_600_000,
  lossRatio: 1,
  loadedLatencyMs: 3_600_000,
}

const some = fc.constantFrom(...MEASURES).chain((measure) =>
  fc.record({
    measure: fc.constant(measure),
    values: fc.array(fc.double({ min: 0, max: MOST[measure], noNaN: true }), { minLength: 1, maxLength: 80 }),
  }),
)

const histogramOf = (bins: readonly number[]) =>
  [...new Set(bins)]
    .sort((a, b) => a - b)
    .map((bin) => ({ bin, count: bins.filter((b) => b === bin).length }))

test('the value of a bin is within the error of its values, and a bin belongs to the measure of its values', () => {
  fc.assert(
    fc.property(some, ({ measure, values }) => {
      for (const value of [...values, MOST[measure], MIN_RESOLVED_VALUE[measure]]) {
        const bin = binOf(measure, value)
        expect(measureOfBin(bin)).toBe(measure)
        expect(bin % BINS_PER_MEASURE).toBeLessThan(700)
        const most = value < MIN_RESOLVED_VALUE[measure] ? value : value * (RELATIVE_ERROR + ROUNDING)
        expect(Math.abs(valueOfBin(bin) - value)).toBeLessThanOrEqual(most)
      }
    }),
  )
})

test('quantiles of added histograms are within the error of the exact ones', () => {
  fc.assert(
    fc.property(some, ({ measure, values }) => {
      const spread = spreadOf(histogramOf(values.map((value) => binOf(measure, value))))!
      const sorted = values.toSorted((a, b) => a - b)
      for (const [figure, share] of [
        ['p10', 0.1],
        ['median', 0.5],
        ['p90', 0.9],
      ] as const) {
        const at = (sorted.length - 1) * share
        const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!]
        const exact = low + (high - low) * (at - Math.floor(at))
        expect(Math.abs(spread[figure] - exact)).toBeLessThanOrEqual(
          exact * (RELATIVE_ERROR + ROUNDING) + MIN_RESOLVED_VALUE[measure],
        )
      }
      expect(spread.samples).toBe(values.length)
    }),
  )
  expect(spreadOf([])).toBeNull()
})

test('few things are counted exactly, many with an error below one half', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5_000 }), fc.integer(), (count, seed) => {
      // fast-check's doubles are concentrated at their bounds; this generator spreads them evenly.
      let state = seed
      const hashes: number[] = []
      for (let i = 0; i < count; i++) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
        hashes.push(((state >>> 0) / 2 ** 32) * HASH_RANGE)
      }
      const found = distinctCountOf(hashes.sort((a, b) => a - b).slice(0, MAX_SKETCH_HASHES))
      if (count < MAX_SKETCH_HASHES) expect(found).toBe(count)
      else expect(Math.abs(found - count)).toBeLessThan(count * 0.5)
    }),
    { seed: 1 },
  )
})
