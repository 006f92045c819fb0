import { distanceM } from '#domain/probe'
import { SHIPPED_RULES } from '#domain/rule'
import {
  type NetworkEvidence,
  evidenceAfterVisits,
  routeLengthM,
  needsOf,
  networkVerdict,
  routeOf,
  verdictOf,
} from '#domain/verdict'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const rule = SHIPPED_RULES[0]!

const network: fc.Arbitrary<NetworkEvidence> = fc
  .record({
    operator: fc.constantFrom('iam', 'orange', 'inwi'),
    samples: fc.integer({ min: 1, max: 60 }),
    share: fc.constantFrom(0, 0.2, 0.7, 0.8, 0.85, 0.9, 1),
    days: fc.integer({ min: 1, max: 9 }),
    hours: fc.integer({ min: 1, max: 9 }),
  })
  .map(({ operator, samples, share, days, hours }) => {
    const passes = Math.round(samples * share)
    return {
      operator,
      technology: '4g' as const,
      samples,
      passes,
      noService: 0,
      peakSamples: 0,
      weight: samples * 1000,
      passWeight: passes * 1000,
      settledWeight: 0,
      settledPassWeight: 0,
      devices: 1,
      passDevices: passes > 0 ? 1 : 0,
      failDevices: passes < samples ? 1 : 0,
      days,
      passDays: passes > 0 ? days : 0,
      failDays: passes < samples ? days : 0,
      hours,
      lastMeasuredAt: 0,
      declaredBps: null,
      plannedBy: null,
    }
  })
const cell = fc.uniqueArray(network, { maxLength: 3, selector: (n) => n.operator })

test('the advised visits decide at the share found so far, and one visit less does not', () => {
  let advised = 0
  fc.assert(
    fc.property(cell, (networks) => {
      const sure = rule.classConfidence ** (1 / networks.length)
      const isDecided = (n: NetworkEvidence) => {
        const { state, confidence } = networkVerdict(rule, n)
        return state !== 'unknown' && confidence >= sure
      }
      for (const need of needsOf(rule, networks)) {
        const one = networks.find((n) => n.operator === need.operator)
        if (!one) continue
        expect(need.visits > 0).toBe(!need.isClose)
        expect(need.samples).toBe(need.visits * rule.deviceDayCap)
        if (need.isClose) continue
        expect(isDecided(evidenceAfterVisits(rule, one, need.visits, need.otherDevices))).toBe(true)
        if (need.visits > 1)
          expect(isDecided(evidenceAfterVisits(rule, one, need.visits - 1, need.otherDevices))).toBe(false)
        advised++
      }
    }),
    { numRuns: 400, seed: 5 },
  )
  expect(advised).toBeGreaterThan(100)
})

test('a few passes without a failure are not a close share: some further days decide', () => {
  const [some] = fc.sample(network, { numRuns: 1, seed: 1 })
  const four = {
    ...some!,
    samples: 4,
    passes: 4,
    weight: 4000,
    passWeight: 4000,
    passDays: 2,
    failDays: 0,
    days: 2,
  }
  const [need] = needsOf(rule, [{ ...four, passDevices: 1, failDevices: 0 }])
  expect(need).toMatchObject({ isClose: false, otherDevices: 0 })
  expect(need!.visits).toBeLessThan(8)
})

test('a decided cell needs nothing, a cell that nobody measured needs every operator, and the advised visits decide the class', () => {
  fc.assert(
    fc.property(cell, (networks) => {
      const needs = needsOf(rule, networks)
      if (networks.length === 0)
        return void expect(needs.map((n) => n.operator)).toEqual(['iam', 'orange', 'inwi'])
      if (verdictOf(rule, networks).class !== 'unknown') return void expect(needs).toEqual([])
      if (needs.some((need) => need.isClose)) return
      const measured = networks.map((n) => {
        const need = needs.find((some) => some.operator === n.operator)
        return need ? evidenceAfterVisits(rule, n, need.visits, need.otherDevices) : n
      })
      expect(verdictOf(rule, measured).class).not.toBe('unknown')
    }),
    { numRuns: 400, seed: 6 },
  )
})

test('a route begins at the first stop, visits each stop once, and is not longer than the given order', () => {
  const stop = fc.record({
    lat: fc.double({ min: 30, max: 35, noNaN: true }),
    lng: fc.double({ min: -9, max: -2, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.array(stop, { maxLength: 40 }), (stops) => {
      const route = routeOf(stops)
      expect(route).toHaveLength(stops.length)
      expect(new Set(route)).toEqual(new Set(stops))
      expect(route[0]).toBe(stops[0])
      expect(routeLengthM(route)).toBeLessThanOrEqual(routeLengthM(stops) + 1)
    }),
    { numRuns: 200, seed: 7 },
  )
  const line = [0, 3, 1, 4, 2].map((i) => ({ lat: 33 + i * 0.1, lng: -6 }))
  expect(routeLengthM(routeOf(line))).toBeCloseTo(distanceM(line[0]!, line[3]!), 0)
})
