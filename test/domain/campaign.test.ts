/** Tests that decide a cell, and the campaign that makes them. */
import { type CampaignPlace, campaignOf, effortsOf, evidenceAfter, testPlanOf } from '#domain/campaign'
import { distanceM } from '#domain/probe'
import { SHIPPED_RULES, type Rule } from '#domain/rule'
import {
  type NetworkEvidence,
  type RosterContext,
  SHIPPED_PRESENCE_COEFFICIENTS,
  cellVerdictOf,
  isDecidedState,
  networkState,
  presencesOfCell,
} from '#domain/verdict'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const rule: Rule = {
  ...SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!,
  classConfidence: 0.94,
  keepClassConfidence: 0.94,
  roster: { falseFailure: 0.03, falsePass: 0.01 },
}
const OPERATORS = ['iam', 'inwi', 'orange'] as const

/** All operators by 4G, each declared here (1), elsewhere (-1) or nowhere (0). */
const contextOf = (declared: readonly (-1 | 0 | 1)[], around = 0): RosterContext => ({
  services: OPERATORS.map((operator) => ({ operator, technologies: ['3g', '4g'] })),
  facts: OPERATORS.map((operator, i) => ({
    operator,
    group: 'mobile',
    declared: declared[i]!,
    around: declared[i] === 1 ? around : 0,
    placeLogOdds: 0,
  })),
  coefficients: SHIPPED_PRESENCE_COEFFICIENTS,
})

const EFFORT = { devices: 2, days: 4, samplesPerDay: 3, samples: 24, hours: 4 }
const measured = (operator: string, passes: boolean): NetworkEvidence =>
  evidenceAfter({ operator, technology: '4g' }, null, EFFORT, passes)

const evidence: fc.Arbitrary<NetworkEvidence[]> = fc.uniqueArray(
  fc
    .record({
      operator: fc.constantFrom(...OPERATORS),
      devices: fc.integer({ min: 1, max: 3 }),
      days: fc.integer({ min: 1, max: 5 }),
      perDay: fc.integer({ min: 1, max: 5 }),
      passes: fc.boolean(),
    })
    .map(({ operator, devices, days, perDay, passes }) =>
      evidenceAfter(
        { operator, technology: '4g' },
        null,
        {
          devices,
          days,
          samplesPerDay: perDay,
          samples: devices * days * perDay,
          hours: Math.min(perDay, 4),
        },
        passes,
      ),
    ),
  { selector: ({ operator }) => operator, maxLength: 3 },
)
const contexts = fc
  .tuple(fc.constantFrom(0, 0.3, 1), ...OPERATORS.map(() => fc.constantFrom<(-1 | 0 | 1)[]>(-1, 0, 1)))
  .map(([around, ...declared]) => contextOf(declared, around))

test('an effort decides a network whether its tests pass or fail, and one day less does not', () => {
  for (const shipped of SHIPPED_RULES) {
    const [technology] = shipped.technologies
    const network = { operator: 'orange', technology: technology! }
    const efforts = effortsOf(shipped, network, null)
    expect(efforts.length).toBeGreaterThan(0)
    for (const effort of efforts) {
      expect(effort.samples).toBe(effort.devices * effort.days * effort.samplesPerDay)
      expect(effort.samplesPerDay).toBeLessThanOrEqual(shipped.deviceDayCap)
      expect(effort.days * effort.samplesPerDay).toBeLessThanOrEqual(shipped.deviceCap)
      const isDecided = (passes: boolean, days: number) => {
        const samples = effort.devices * days * effort.samplesPerDay
        return isDecidedState(
          networkState(shipped, evidenceAfter(network, null, { ...effort, days, samples }, passes)),
        )
      }
      expect([isDecided(true, effort.days), isDecided(false, effort.days)]).toEqual([true, true])
      expect(isDecided(true, shipped.minDays - 1)).toBe(false)
    }
  }
})

test('where one operator serves and another is declared, a SIM of the declared one decides most', () => {
  const { tests, decides } = testPlanOf(rule, [measured('iam', true)], contextOf([0, -1, 1], 0.6))
  expect(tests[0]).toMatchObject({
    operator: 'orange',
    technology: '4g',
    technologies: ['3g', '4g'],
    ifServes: { class: 'black', lower: 2 },
  })
  expect(tests[0]!.samples).toBeGreaterThanOrEqual(rule.minSamples)
  expect(tests[0]!.presence).toBeGreaterThan(0.5)
  expect(decides).toBeGreaterThan(0.5)
})

test('a decided cell needs no test, and neither does one whose operators were all tried', () => {
  const context = contextOf([1, 1, 1], 1)
  expect(testPlanOf(rule, [measured('iam', true), measured('orange', true)], context).tests).toEqual([])
  expect(
    testPlanOf(
      rule,
      OPERATORS.map((operator) => measured(operator, false)),
      context,
    ).tests,
  ).toEqual([])
})

test('what is said of each outcome is the verdict that follows, and no test can be spared', () => {
  let plans = 0
  fc.assert(
    fc.property(evidence, contexts, (networks, context) => {
      const plan = testPlanOf(rule, networks, context)
      if (plan.tests.length === 0) return
      plans++
      const after = (index: number, passes: boolean) => {
        const tested = plan.tests[index]!
        const before = networks.find(({ operator }) => operator === tested.operator) ?? null
        return [
          ...networks.filter((network) => network !== before),
          evidenceAfter(tested, before, tested, passes),
        ]
      }
      plan.tests.forEach((tested, i) => {
        for (const [passes, outcome] of [
          [true, tested.ifServes],
          [false, tested.ifNot],
        ] as const) {
          const { class: stated, lower, upper } = cellVerdictOf(rule, after(i, passes), context)
          expect(outcome).toEqual({ class: stated, lower, upper })
        }
      })
      expect(plan.decides).toBeCloseTo(decidedShareOf(networks, context, plan.tests), 10)
      for (const spared of plan.tests)
        expect(
          decidedShareOf(
            networks,
            context,
            plan.tests.filter((one) => one !== spared),
          ),
        ).toBeLessThan(plan.decides)
    }),
    { numRuns: 200, seed: 14 },
  )
  expect(plans).toBeGreaterThan(60)
})

type Tests = ReturnType<typeof testPlanOf>['tests']

/** The probability of a stated class, added up over all combinations of outcomes that the tests reach. */
function decidedShareOf(networks: NetworkEvidence[], context: RosterContext, tests: Tests): number {
  if (cellVerdictOf(rule, networks, context).class !== 'unknown') return 1
  const [next, ...rest] = tests
  if (!next) return 0
  const before = networks.find(({ operator }) => operator === next.operator) ?? null
  const others = networks.filter((network) => network !== before)
  return [true, false].reduce((sum, passes) => {
    const probability = passes ? next.presence! : 1 - next.presence!
    const tested = evidenceAfter(next, before, next, passes)
    return sum + probability * decidedShareOf([...others, tested], context, rest)
  }, 0)
}

test('the presence of an untried operator is its prior', () => {
  const context = contextOf([0, 1, 1], 0.3)
  const networks = [measured('iam', true)]
  const presences = presencesOfCell(rule, networks, context)
  for (const { operator, presence } of testPlanOf(rule, networks, context).tests)
    expect(presence).toBe(presences.find((one) => one.operator === operator)!.current!.presence)
})

const place = (population: number, decides: number, atStakeMad: number | null, lat = 33): CampaignPlace => ({
  lat,
  lng: -6,
  population,
  decides,
  atStakeMad,
  tests: decides === 0 ? [] : testPlanOf(rule, [measured('iam', true)], contextOf([0, -1, 1], 0.6)).tests,
})

test('places rank by the people whose class would be decided, or by the money', () => {
  const places = [place(100, 0.9, null), place(1000, 0.05, 5e6), place(80, 0.9, 1e6), place(5000, 0, 9e6)]
  const ranksBy = (order: 'people' | 'money') =>
    campaignOf(places, { order, maxStops: 2 })
      .stops.toSorted((a, b) => a.rank - b.rank)
      .map(({ population }) => population)
  expect(ranksBy('people')).toEqual([100, 80])
  expect(ranksBy('money')).toEqual([80, 1000])
  const { undecidable, left, operators, samples, stops } = campaignOf(places, {
    order: 'people',
    maxStops: 2,
  })
  expect({ undecidable, left }).toEqual({ undecidable: 1, left: 1 })
  expect(operators.reduce((sum, one) => sum + one.samples, 0)).toBe(samples)
  expect(operators[0]).toMatchObject({ stops: stops.length })
})

test('the route begins at the first in rank and is no longer than the ranking', () => {
  const places = [0, 3, 1, 4, 2].map((step) => place(1000 - step, 0.9, null, 33 + step * 0.1))
  const { stops, lengthM } = campaignOf(places, { order: 'people', maxStops: 10 })
  expect(stops[0]!.rank).toBe(1)
  expect(lengthM).toBeCloseTo(distanceM(places[0]!, places[3]!), 0)
})
