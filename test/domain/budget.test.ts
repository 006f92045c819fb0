import {
  type Deployed,
  type UnitCosts,
  type ZoneFactors,
  COST_CLASS_BOUNDS,
  DEFAULT_UNIT_COSTS,
  DEPLOYABLE_TECHNOLOGIES,
  choiceChangeBetween,
  knapsackCoreOf,
  costClassOf,
  deploymentCostOf,
  constrainedGreedyOf,
  greedyOf,
  hasConstraints,
  undominatedOptionsOf,
  relaxationOf,
  benefitShareOf,
  sizeOf,
  stepsByYield,
  totalBenefit,
  totalCost,
} from '#domain/priority'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FREE, bestByHand, candidates, meetsConditions, zoneOf } from './candidates.js'

const costs: fc.Arbitrary<UnitCosts> = fc.record(
  Object.fromEntries(
    Object.keys(DEFAULT_UNIT_COSTS).map((name) => [
      name,
      /share/i.test(name) ? fc.constantFrom(0, 0.3, 0.7, 1) : fc.nat({ max: 3_000_000 }),
    ]),
  ) as Record<keyof UnitCosts, fc.Arbitrary<number>>,
)
const size = fc.record({
  cellCount: fc.integer({ min: 1, max: 500 }),
  places: fc.nat({ max: 40 }),
  fibreKm: fc.option(fc.double({ min: 0, max: 300, noNaN: true })),
})

test('a larger zone, more places or a longer distance never cost less; without a distance to fibre it has no cost', () => {
  fc.assert(
    fc.property(size, costs, fc.constantFrom(...DEPLOYABLE_TECHNOLOGIES), (zone, unit, technology) => {
      const cost = deploymentCostOf(technology, zone, unit)
      expect(cost === null).toBe(technology === 'fibre' && zone.fibreKm === null)
      if (cost === null) return
      expect(Number.isInteger(cost)).toBe(true)
      for (const larger of [
        { ...zone, cellCount: zone.cellCount + 100 },
        { ...zone, places: zone.places + 3 },
        { ...zone, fibreKm: (zone.fibreKm ?? 0) + 5 },
      ])
        expect(deploymentCostOf(technology, larger, unit)!).toBeGreaterThanOrEqual(cost)
    }),
  )
})

test('costs computed by hand', () => {
  const zone = { cellCount: 300, places: 4, fibreKm: 12.5 }
  const by = (technology: Deployed) => deploymentCostOf(technology, zone, DEFAULT_UNIT_COSTS)
  // 300 cells are 221.2 km², which two 4G masts of 150 km² each cover, or six 5G masts, or three FWA base stations.
  expect(DEPLOYABLE_TECHNOLOGIES.map(by)).toEqual([
    12.5 * 250_000 + 4 * 150_000,
    6 * 2_500_000,
    2 * 1_800_000,
    3 * 900_000 + 4 * 8_000,
    4 * 15_000,
  ])
  expect(costClassOf(zone, DEFAULT_UNIT_COSTS)).toBe(3)
  expect(COST_CLASS_BOUNDS.filter((bound) => bound < 2_732_000)).toHaveLength(2)
})

test('the options of a zone are those whose benefit no cheaper option reaches', () => {
  fc.assert(
    fc.property(size, costs, fc.nat({ max: 1_000 }), (zone, unit, benefit) => {
      const factors: ZoneFactors = { ...zoneOf(1), ...zone, schools: 0, localities: zone.places }
      const options = undominatedOptionsOf(factors, benefit, unit, DEPLOYABLE_TECHNOLOGIES)
      for (const technology of DEPLOYABLE_TECHNOLOGIES) {
        const cost = deploymentCostOf(technology, sizeOf(factors), unit)
        const brought = benefit * benefitShareOf(technology, unit)
        const isBeaten = options.some((o) => o.cost <= cost! && o.benefit >= brought)
        if (cost !== null && brought > 0) expect(isBeaten).toBe(true)
      }
      options.slice(1).forEach((option, i) => {
        expect(option.cost).toBeGreaterThan(options[i]!.cost)
        expect(option.benefit).toBeGreaterThan(options[i]!.benefit)
      })
    }),
  )
})

test('the greedy answer keeps within the budget and is never better than the optimum; the bound is never below it', () => {
  fc.assert(
    fc.property(candidates(6), fc.nat({ max: 60 }), (some, budget) => {
      const steps = stepsByYield(some)
      const best = bestByHand(some, budget)
      const greedy = greedyOf(steps, budget)
      expect(totalCost(greedy)).toBeLessThanOrEqual(budget)
      expect(totalBenefit(greedy)).toBeLessThanOrEqual(best)
      expect(relaxationOf(steps, budget, FREE).upperBound).toBeGreaterThanOrEqual(best - 1e-9)
      expect(new Set(greedy.map(({ id }) => id)).size).toBe(greedy.length)
    }),
  )
})

test('with enough money the greedy answer and the bound are the whole benefit', () => {
  fc.assert(
    fc.property(candidates(8), (some) => {
      const steps = stepsByYield(some)
      const all = some.reduce((sum, { options }) => sum + options.at(-1)!.benefit, 0)
      expect(relaxationOf(steps, 1e6, FREE).upperBound).toBeCloseTo(all, 9)
      expect(totalBenefit(greedyOf(steps, 1e6))).toBeCloseTo(all, 9)
    }),
  )
})

const meets = fc.record({
  oneZonePerRegion: fc.boolean(),
  regionShare: fc.constantFrom(0, 0.3, 0.7, 1),
})

test('with conditions on regions the bound is never below the optimum, and a budget below the minimum cost has no answer', () => {
  let dear = 0
  fc.assert(
    fc.property(candidates(6), fc.nat({ max: 60 }), meets, (some, budget, conditions) => {
      const best = bestByHand(some, budget, (given) => meetsConditions(some, given, conditions))
      const steps = stepsByYield(some)
      const { minCost: least, upperBound: bound } = relaxationOf(steps, budget, conditions)
      const greedy = constrainedGreedyOf(steps, budget, conditions)
      if (least > budget + 1e-9) {
        dear++
        expect(best).toBe(-1)
      } else expect(bound).toBeGreaterThanOrEqual(best - 1e-9)
      if (!greedy) return
      const given = some.map(({ zone }) => greedy.find(({ id }) => id === zone.id) ?? null)
      expect(totalCost(greedy)).toBeLessThanOrEqual(budget)
      expect(meetsConditions(some, given, conditions)).toBe(true)
      expect(totalBenefit(greedy)).toBeLessThanOrEqual(best)
    }),
    { numRuns: 400 },
  )
  expect(dear).toBeGreaterThan(0)
})

test('fixed zones fit the budget and are those that the relaxation serves whole; the open zones are the closest to its edge', () => {
  const many = fc
    .array(candidates(8), { minLength: 2, maxLength: 2 })
    .map(([a, b]) => [...a!, ...b!].map((candidate, n) => ({ ...candidate, zone: zoneOf(n) })))
  fc.assert(
    fc.property(
      many,
      fc.nat({ max: 200 }),
      meets,
      fc.integer({ min: 1, max: 12 }),
      (some, budget, conditions, most) => {
        const steps = stepsByYield(some)
        const relaxation = relaxationOf(steps, budget, conditions)
        const { open, fixed } = knapsackCoreOf(steps, relaxation, conditions, most)
        if (!hasConstraints(conditions)) expect(open).toHaveLength(Math.min(most, some.length))
        if (relaxation.minCost <= budget)
          expect(totalCost(fixed.map(({ option }) => option))).toBeLessThanOrEqual(budget + 1e-9)
        expect(new Set([...open, ...fixed.map(({ candidate }) => candidate)]).size).toBe(
          open.length + fixed.length,
        )
      },
    ),
  )
})

test('the difference between two answers', () => {
  const choice = (id: string, technology: Deployed) => ({ id, technology, cost: 1, benefit: 1 })
  expect(
    choiceChangeBetween(
      [choice('a', '4g'), choice('b', '4g'), choice('c', 'fwa')],
      [choice('b', 'fibre'), choice('c', 'fwa'), choice('d', '4g')],
    ),
  ).toEqual({ added: [choice('d', '4g')], dropped: [choice('a', '4g')], changed: [choice('b', 'fibre')] })
})
