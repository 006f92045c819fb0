import {
  type PresenceRow,
  fitPresence,
  logOddsAt,
  newtonStep,
  placeSharesOf,
  presenceRowsOf,
  probabilityOf,
  solveSymmetric,
} from '#domain/calibration'
import { type Random, seededRandom } from '#domain/random'
import { SHIPPED_RULES } from '#domain/rule'
import {
  type NetworkEvidence,
  type PresenceCoefficients,
  SHIPPED_PRESENCE_COEFFICIENTS,
  type ServiceFacts,
  priorOf,
} from '#domain/verdict'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const FAULTS = { falseFailure: 0.03, falsePass: 0.01 }
const OPERATORS = ['iam', 'inwi', 'orange']

describe('a step of the regression', () => {
  test('solves symmetric systems', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 4, maxLength: 4 }), {
          minLength: 4,
          maxLength: 4,
        }),
        fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 4, maxLength: 4 }),
        (rows, x) => {
          const at = (i: number, j: number) =>
            rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0) + (i === j ? 0.5 : 0)
          const matrix = Float64Array.from({ length: 16 }, (_, k) => at(Math.floor(k / 4), k % 4))
          const b = x.map((_, i) => x.reduce((sum, value, j) => sum + at(i, j) * value, 0))
          solveSymmetric(matrix, b).forEach((value, i) => expect(value).toBeCloseTo(x[i]!, 6))
        },
      ),
    )
  })

  test('leaves the coefficients of the greatest penalised likelihood where they are', () => {
    const random = seededRandom(3)
    const design = {
      width: 2,
      counts: Array.from({ length: 200 }, () => 1),
      values: Float64Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 1 : random())),
    }
    const labels = Array.from({ length: 200 }, () => Number(random() < 0.4))
    const assumed = [
      { value: 0, ridge: 1 },
      { value: 1, ridge: 1 },
    ]
    let fitted = [0, 1]
    for (let i = 0; i < 20; i++) fitted = newtonStep(design, labels, fitted, assumed)
    const gradient = assumed.map(({ value, ridge }, k) =>
      labels.reduce(
        (sum, label, row) =>
          sum + design.values[row * 2 + k]! * (label - probabilityOf(logOddsAt(design, row, fitted))),
        ridge * (value - fitted[k]!),
      ),
    )
    expect(Math.hypot(...gradient)).toBeLessThan(1e-9)
  })
})

/** What the planted country does: declarations are worth more there, and one operator overstates. */
const PLANTED: PresenceCoefficients = {
  groups: {
    ...SHIPPED_PRESENCE_COEFFICIENTS.groups,
    mobile: {
      ...SHIPPED_PRESENCE_COEFFICIENTS.groups.mobile,
      intercept: -0.5,
      declaredHere: 1.5,
      declaredElsewhere: -2,
      aroundHere: 1.5,
      aroundElsewhere: 2.5,
      untried: 0,
      othersPresent: [0.8, 1.6],
    },
  },
  operators: { inwi: { mobile: { intercept: 0, declaredHere: -1.2 } } },
}

function mobileFeatures(random: Random): PresenceRow['features'] {
  return {
    group: 'mobile',
    declared: random() < 0.6 ? 1 : -1,
    around: Math.floor(random() * 7) / 6,
    othersDeclaring: Math.floor(random() * 3),
    othersPresent: Math.floor(random() * 3),
    othersAbsent: Math.floor(random() * 3),
  }
}

/** Cells in which every operator was tried by devices of which some are faulty. */
function plantedRows(count: number, seed: number): PresenceRow[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, (_, i): PresenceRow => {
    const operator = OPERATORS[i % 3]!
    const features = mobileFeatures(random)
    const isServing =
      random() < priorOf(PLANTED, operator, { ...features, isUntried: false, placeLogOdds: 0 })
    const isPresent = isServing ? random() >= FAULTS.falseFailure : random() < FAULTS.falsePass
    return {
      operator,
      place: `${i % 40}`,
      features,
      wasChosen: true,
      passing: isPresent ? 0.999 : 0.001,
      isDecided: true,
      isPresent,
      isOperatorTried: true,
    }
  })
}

describe('a fit on measured states', () => {
  const rows = plantedRows(36_000, 11)
  const fit = fitPresence(rows, SHIPPED_PRESENCE_COEFFICIENTS, FAULTS)

  test('finds the planted probabilities, though some devices are faulty', () => {
    const random = seededRandom(5)
    for (let i = 0; i < 200; i++) {
      const features = { ...mobileFeatures(random), isUntried: false, placeLogOdds: 0 }
      for (const operator of OPERATORS) {
        const prior = priorOf(fit.coefficients, operator, features)
        expect(Math.abs(prior - priorOf(PLANTED, operator, features))).toBeLessThan(0.06)
      }
    }
  })

  test('is the same for permuted rows', () => {
    const permuted = fitPresence(
      rows.toSorted((a, b) => (a.operator + a.place < b.operator + b.place ? 1 : -1)),
      SHIPPED_PRESENCE_COEFFICIENTS,
      FAULTS,
    )
    expect(permuted.logLoss).toBeCloseTo(fit.logLoss, 8)
    const [before, after] = [fit, permuted].map(({ coefficients }) => coefficients.groups.mobile)
    for (const key of ['intercept', 'declaredHere', 'aroundElsewhere', 'untried'] as const)
      expect(after![key]).toBeCloseTo(before![key], 6)
    expect(permuted.shares.map(({ place, n }) => [place, n])).toEqual(
      fit.shares.map(({ place, n }) => [place, n]),
    )
  })

  test('keeps what was shipped of groups that nobody measured, and stays near it with few rows', () => {
    expect(fit.coefficients.groups.satellite).toEqual(SHIPPED_PRESENCE_COEFFICIENTS.groups.satellite)
    const few = fitPresence(rows.slice(0, 3), SHIPPED_PRESENCE_COEFFICIENTS, FAULTS)
    expect(few.coefficients.groups.mobile.aroundHere).toBeCloseTo(
      SHIPPED_PRESENCE_COEFFICIENTS.groups.mobile.aroundHere,
      0,
    )
    expect(fitPresence([], SHIPPED_PRESENCE_COEFFICIENTS, FAULTS)).toEqual({
      coefficients: { groups: SHIPPED_PRESENCE_COEFFICIENTS.groups, operators: {} },
      shares: [],
      logLoss: 0,
    })
  })

  test('lowers the prior of an operator that nobody chose the more, the more often those that serve were chosen', () => {
    const random = seededRandom(17)
    const chosen = (bias: number) => {
      const some = plantedRows(12_000, 23).map((row): PresenceRow => {
        const wasAsked = random() < 0.3
        const isTried = wasAsked || random() < (row.isPresent ? 0.6 : 0.6 * bias)
        return isTried
          ? { ...row, wasChosen: !wasAsked }
          : {
              ...row,
              wasChosen: true,
              passing: null,
              isDecided: false,
              isPresent: false,
              isOperatorTried: false,
            }
      })
      return fitPresence(some, SHIPPED_PRESENCE_COEFFICIENTS, FAULTS).coefficients.groups.mobile.untried
    }
    expect(chosen(0.2)).toBeLessThan(chosen(0.9) - 0.3)
  })

  test('counts a line that was met as one that exists, and one that was not as one that nobody found', () => {
    const random = seededRandom(29)
    const lines = plantedRows(6_000, 31).map((row): PresenceRow => {
      const isMet = random() < 0.1
      return {
        ...row,
        features: { ...row.features, group: 'fixed', declared: 0, around: 0 },
        passing: isMet ? 0.999 : null,
        isDecided: isMet,
        isPresent: isMet,
      }
    })
    const { coefficients } = fitPresence(lines, SHIPPED_PRESENCE_COEFFICIENTS, FAULTS)
    const facts = {
      group: 'fixed',
      declared: 0,
      around: 0,
      othersDeclaring: 1,
      placeLogOdds: 0,
      othersPresent: 1,
      othersAbsent: 1,
    } as const
    expect(priorOf(coefficients, 'iam', { ...facts, isUntried: true })).toBeCloseTo(0.1, 1)
    expect(priorOf(coefficients, 'iam', { ...facts, isUntried: false })).toBeGreaterThan(0.9)
  })
})

test('a place where an operator is present as often as expected has log odds of 0, and little evidence moves it little', () => {
  const cells = (n: number, observed: number) =>
    Array.from({ length: n }, (_, i) => ({
      operator: 'iam',
      place: 'p',
      expected: 0.5,
      observed: Number(i < observed),
    }))
  const logOdds = (n: number, observed: number) => placeSharesOf('mobile', cells(n, observed))[0]!.logOdds
  expect(logOdds(10, 5)).toBe(0)
  expect(logOdds(10, 9)).toBeGreaterThan(logOdds(2, 2))
  expect(logOdds(2, 2)).toBeGreaterThan(0)
  expect(logOdds(10, 1)).toBeCloseTo(-logOdds(10, 9), 12)
})

describe('the rows of a cell', () => {
  const RULE = { ...SHIPPED_RULES.find((rule) => rule.default)!, roster: FAULTS }
  const facts = OPERATORS.map((operator): ServiceFacts => ({
    operator,
    group: 'mobile',
    declared: operator === 'iam' ? 1 : -1,
    around: 0,
    placeLogOdds: 0,
  }))
  const network = (operator: string, passes: number): NetworkEvidence => ({
    operator,
    technology: '4g',
    samples: 40,
    passes,
    noService: 40 - passes,
    peakSamples: 0,
    weight: 40_000,
    passWeight: passes * 1000,
    settledWeight: 0,
    settledPassWeight: 0,
    devices: 1,
    passDevices: 1,
    failDevices: 1,
    days: 8,
    passDays: 8,
    failDays: 8,
    hours: 8,
    lastMeasuredAt: 0,
    declaredBps: null,
    plannedBy: null,
  })
  const cell = (sharedDevices: string[][]) => ({
    place: 'p',
    networks: [network('iam', 40), network('orange', 40)],
    services: OPERATORS.map((operator) => ({ operator, technologies: ['4g' as const] })),
    facts,
    sharedDevices,
  })

  test('count what other devices measured of other operators, and not what the same device did', () => {
    const [iam, inwi, orange] = presenceRowsOf(RULE, cell([]))
    expect([iam, inwi, orange].map((row) => row!.features.othersPresent)).toEqual([1, 2, 1])
    expect(inwi).toMatchObject({ passing: null, isOperatorTried: false, wasChosen: true })
    expect(iam).toMatchObject({ isDecided: true, isPresent: true, isOperatorTried: true })
    const shared = presenceRowsOf(RULE, cell([['iam', 'orange']]))
    expect(shared.map((row) => row.features.othersPresent)).toEqual([0, 2, 0])
  })

  test('were not chosen where one device tried every operator', () => {
    expect(presenceRowsOf(RULE, cell([['iam', 'orange']])).every((row) => row.wasChosen)).toBe(true)
    expect(presenceRowsOf(RULE, cell([OPERATORS])).some((row) => row.wasChosen)).toBe(false)
  })
})
