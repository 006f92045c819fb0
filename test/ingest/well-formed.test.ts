/** The quick look never takes what the validator would refuse. */
import { ProbeDto, isFastPathValid } from '#ingest'
import { OUTCOMES, TECHNOLOGIES } from '#domain/probe'
import { validateSync } from 'class-validator'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const time = fc
  .tuple(
    fc.integer({ min: 1990, max: 2100 }),
    fc.integer({ min: 0, max: 13 }),
    fc.integer({ min: 0, max: 32 }),
  )
  .map(([y, m, d]) => `${y}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}T10:20:30Z`)
const number = fc.oneof(
  fc.double(),
  fc.integer({ min: -300, max: 300 }),
  fc.constantFrom(1e-7, 3_600_000, 3_600_001, 1e7, 1e11, -200, 50, 90.0001, -180.5),
)
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 110 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom('iam', 'اتصالات المغرب', 'a\u0000', '\ud800'),
)
const some = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: value }, fc.constantFrom(null, undefined), fc.jsonValue())

const probe = fc.record({
  id: fc.oneof({ weight: 9, arbitrary: fc.uuid() }, text),
  measuredAt: fc.oneof({ weight: 9, arbitrary: time }, text, fc.integer()),
  outcome: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...OUTCOMES) }, text),
  technology: fc.constantFrom(...TECHNOLOGIES, null, 'x'),
  operator: some(text),
  tool: some(text),
  ...Object.fromEntries(
    [
      'lat',
      'lng',
      'accuracyM',
      'downloadBps',
      'uploadBps',
      'latencyMs',
      'jitterMs',
      'lossRatio',
      'signalDbm',
    ].map((key) => [key, fc.oneof({ weight: 6, arbitrary: fc.constant(null) }, some(number))]),
  ),
})

test('on generated probes', () => {
  let taken = 0
  fc.assert(
    fc.property(probe, (given) => {
      if (!isFastPathValid(given)) return
      taken++
      expect(validateSync(Object.assign(new ProbeDto(), given))).toEqual([])
    }),
    { numRuns: 8_000, seed: 1 },
  )
  expect(taken).toBeGreaterThan(200)
})
