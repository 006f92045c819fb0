import {
  type Factor,
  type FactorTable,
  type Weights,
  type ZoneFactors,
  DEFAULT_UNIT_COSTS,
  DEFAULT_WEIGHTS,
  STABILITY_DRAWS,
  FACTORS,
  factorTable,
  firmnessOf,
  rankedIndexesOf,
  scoresOf,
  rankStabilities,
} from '#domain/priority'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const count = fc.option(fc.nat({ max: 5_000 }), { freq: 4 })
const zone = (id: number): fc.Arbitrary<ZoneFactors> =>
  fc.record({
    id: fc.constant(`1-${String(id).padStart(3, '0')}`),
    class: fc.constantFrom('white', 'grey'),
    communeCode: fc.constant(null),
    provinceCode: fc.constant(null),
    regionCode: fc.constantFrom('01', '02', null),
    cellCount: fc.integer({ min: 1, max: 300 }),
    people: count,
    localities: count,
    localitiesUncounted: count,
    schools: count,
    healthCentres: count,
    administrations: count,
    otherSites: count,
    fibreKm: fc.option(fc.double({ min: 0, max: 400, noNaN: true })),
  })
const zones = fc
  .integer({ min: 2, max: 25 })
  .chain((n) => fc.tuple(...Array.from({ length: n }, (_, i) => zone(i))))
const weights = fc.record(
  Object.fromEntries(FACTORS.map((factor) => [factor, fc.nat({ max: 10 })])) as Record<
    Factor,
    fc.Arbitrary<number>
  >,
)

const tableOf = (some: readonly ZoneFactors[]) => factorTable(some, DEFAULT_UNIT_COSTS)
const everyone = (table: FactorTable) => table.zones.map((_, i) => i)
const rankedBy = (table: FactorTable, by: Weights) =>
  rankedIndexesOf(table, scoresOf(table, by), everyone(table))

function finish<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next()
    if (step.done) return step.value
  }
}

test('a higher factor never lowers a score, other things being equal, and raises it where the factor has a weight', () => {
  const amounts = ['people', 'localities', 'schools', 'healthCentres', 'administrations', 'fibreKm'] as const
  fc.assert(
    fc.property(zones, weights, fc.constantFrom(...amounts), (some, by, factor) => {
      // The largest value is not changed, so that the scale stays the same.
      const largest = { ...some[0]!, id: '9-largest', [factor]: 10_000 }
      const [less, more] = [5, 700].map((amount) => {
        const table = tableOf([{ ...some[0]!, [factor]: amount }, ...some.slice(1), largest])
        // The cost is a factor of its own and follows from the size of the zone.
        return scoresOf(table, { ...by, cost: 0 })[0]!
      }) as [number, number]
      const weight = by[factor === 'fibreKm' ? 'fibreDistance' : factor]
      if (weight > 0) expect(more).toBeGreaterThan(less)
      else expect(more).toBe(less)
    }),
  )
})

test('scores lie between 0 and 100 and depend neither on the scale of the weights nor on the order of the zones', () => {
  fc.assert(
    fc.property(zones, weights, fc.double({ min: 0.01, max: 50, noNaN: true }), (some, by, times) => {
      const table = tableOf(some)
      const scores = scoresOf(table, by)
      for (const score of scores) expect(score).toBeGreaterThanOrEqual(0)
      for (const score of scores) expect(score).toBeLessThanOrEqual(100)
      const scaled = Object.fromEntries(FACTORS.map((f) => [f, by[f] * times])) as Weights
      scoresOf(table, scaled).forEach((score, i) => expect(score).toBeCloseTo(scores[i]!, 6))
      const turned = tableOf(some.toReversed())
      const ids = (of: FactorTable) => rankedBy(of, by).map(({ index, rank }) => [of.zones[index]!.id, rank])
      expect(ids(turned)).toEqual(ids(table))
    }),
  )
})

test('a rank is one more than the number of zones with a higher score; zones of equal score share it, in the order of their ids', () => {
  fc.assert(
    fc.property(zones, weights, (some, by) => {
      const table = tableOf([...some, ...some.map((z) => ({ ...z, id: `${z.id}-twin` }))])
      const scores = [...scoresOf(table, by)]
      const rows = rankedBy(table, by)
      for (const { rank, score } of rows) expect(rank).toBe(1 + scores.filter((s) => s > score).length)
      rows.slice(1).forEach((row, i) => {
        const before = rows[i]!
        if (row.score === before.score)
          expect(table.zones[before.index]!.id < table.zones[row.index]!.id).toBe(true)
        else expect(row.score).toBeLessThan(before.score)
      })
    }),
  )
})

test('a factor that is known of no zone is left out, and one that is unknown of one zone moves it neither up nor down', () => {
  fc.assert(
    fc.property(zones, weights, (some, by) => {
      const withoutPeople = tableOf(some.map((z) => ({ ...z, people: null })))
      expect(withoutPeople.leftOut).toContain('people')
      const withZeroWeight = scoresOf(tableOf(some.map((z) => ({ ...z, people: 0 }))), { ...by, people: 0 })
      expect([...scoresOf(withoutPeople, by)]).toEqual([...withZeroWeight])
    }),
  )
  const counted = { ...fc.sample(zone(1), 1)[0]!, people: 0 }
  expect(tableOf([counted]).leftOut).not.toContain('people')
})

test('stability agrees with ranking every draw by brute force, includes the rank itself and is reproducible', () => {
  fc.assert(
    fc.property(zones, weights, fc.integer({ min: 1, max: 10 }), (some, by, top) => {
      const table = tableOf(some)
      const targets = rankedBy(table, by).slice(0, 7)
      const stabilities = () =>
        finish(rankStabilities(table, { weights: by, chosen: everyone(table), targets, top }))
      const first = stabilities()
      expect(stabilities()).toEqual(first)
      first.forEach(({ low, high, topShare }, i) => {
        expect(low).toBeLessThanOrEqual(targets[i]!.rank)
        expect(high).toBeGreaterThanOrEqual(targets[i]!.rank)
        expect(low).toBeGreaterThanOrEqual(1)
        expect(high).toBeLessThanOrEqual(some.length)
        if (high <= top) expect(topShare).toBeGreaterThanOrEqual(0.95 - 1 / STABILITY_DRAWS)
        if (low > top) expect(topShare).toBeLessThanOrEqual(0.05 + 1 / STABILITY_DRAWS)
      })
      // Over all zones, the shares of being among the first ones sum to the number of first places.
      const all = finish(
        rankStabilities(table, { weights: by, chosen: everyone(table), targets: rankedBy(table, by), top }),
      )
      const sum = all.reduce((shares, { topShare }) => shares + topShare, 0)
      expect(sum).toBeGreaterThanOrEqual(Math.min(top, some.length) - 1e-9)
    }),
    { numRuns: 30 },
  )
})

test('with a single factor no weights change the ranks; a zone that leads in every factor is firm', () => {
  const [a, b] = fc.sample(zone(1), 2) as [ZoneFactors, ZoneFactors]
  const many = { people: 900, localities: 9, schools: 9, healthCentres: 9, administrations: 9, fibreKm: 90 }
  const few = { people: 9, localities: 1, schools: 1, healthCentres: 1, administrations: 1, fibreKm: 1 }
  const table = tableOf([
    { ...a, ...many, class: 'white', id: '1-a' },
    ...Array.from({ length: 5 }, (_, i) => ({ ...b, ...few, class: 'grey' as const, id: `1-b${i}` })),
  ])
  const by = { ...DEFAULT_WEIGHTS, cost: 0 }
  const [first, ...others] = finish(
    rankStabilities(table, { weights: by, chosen: everyone(table), targets: rankedBy(table, by), top: 1 }),
  )
  expect(first).toEqual({ low: 1, high: 1, topShare: 1 })
  expect(firmnessOf(first!)).toBe('firm_in')
  for (const other of others) expect(firmnessOf(other)).toBe('firm_out')
})
