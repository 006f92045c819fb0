import {
  type PresenceFeatures,
  SHIPPED_PRESENCE_COEFFICIENTS,
  TECHNOLOGY_GROUPS,
  groupCoefficientsOf,
  priorOf,
} from '#domain/verdict'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const features: fc.Arbitrary<PresenceFeatures> = fc.record({
  group: fc.constantFrom(...TECHNOLOGY_GROUPS),
  declared: fc.constantFrom(-1 as const, 0 as const, 1 as const),
  around: fc.nat(6).map((cells) => cells / 6),
  othersDeclaring: fc.nat(4),
  isUntried: fc.boolean(),
  placeLogOdds: fc.double({ min: -4, max: 4, noNaN: true }),
  othersPresent: fc.nat(4),
  othersAbsent: fc.nat(4),
})

describe('the prior probability that an operator serves, by the shipped coefficients', () => {
  const prior = (one: PresenceFeatures) => priorOf(SHIPPED_PRESENCE_COEFFICIENTS, 'iam', one)

  test('lies between 0 and 1, and is neither, in ten-thousandths', () => {
    fc.assert(
      fc.property(features, (one) => {
        expect(prior(one)).toBeGreaterThan(0)
        expect(prior(one)).toBeLessThan(1)
        expect(prior(one) * 10_000).toBeCloseTo(Math.round(prior(one) * 10_000), 6)
      }),
    )
  })

  test('never falls with a declaration here, around, with the local share or with another operator that is present', () => {
    fc.assert(
      fc.property(features, fc.double({ min: 0, max: 3, noNaN: true }), (one, more) => {
        const before = prior(one)
        if (one.declared === -1) expect(prior({ ...one, declared: 1 })).toBeGreaterThanOrEqual(before)
        if (one.around < 1)
          expect(prior({ ...one, around: one.around + 1 / 6 })).toBeGreaterThanOrEqual(before)
        expect(prior({ ...one, placeLogOdds: one.placeLogOdds + more })).toBeGreaterThanOrEqual(before)
        expect(prior({ ...one, othersPresent: one.othersPresent + 1 })).toBeGreaterThanOrEqual(before)
        expect(prior({ ...one, othersAbsent: one.othersAbsent + 1 })).toBeLessThanOrEqual(before)
        expect(prior({ ...one, isUntried: true })).toBeLessThanOrEqual(prior({ ...one, isUntried: false }))
      }),
    )
  })

  test('is higher for an operator that declares the cell and all around it than for one that declares it alone', () => {
    const declared = { group: 'mobile', declared: 1, othersDeclaring: 0, isUntried: true } as const
    const nothing = { placeLogOdds: 0, othersPresent: 0, othersAbsent: 0 }
    expect(prior({ ...declared, ...nothing, around: 0 })).toBeLessThan(0.3)
    expect(prior({ ...declared, ...nothing, around: 1 })).toBeGreaterThan(0.9)
  })
})

test('what is known of one operator moves that operator alone', () => {
  const coefficients = {
    ...SHIPPED_PRESENCE_COEFFICIENTS,
    operators: { iam: { mobile: { intercept: 1, declaredHere: -0.5 } } },
  }
  const shipped = SHIPPED_PRESENCE_COEFFICIENTS.groups.mobile
  expect(groupCoefficientsOf(coefficients, 'iam', 'mobile')).toEqual({
    ...shipped,
    intercept: shipped.intercept + 1,
    declaredHere: shipped.declaredHere - 0.5,
  })
  expect(groupCoefficientsOf(coefficients, 'inwi', 'mobile')).toEqual(shipped)
  expect(groupCoefficientsOf(coefficients, 'iam', 'fixed')).toEqual(
    SHIPPED_PRESENCE_COEFFICIENTS.groups.fixed,
  )
})
