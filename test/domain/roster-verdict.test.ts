import type { Technology } from '#domain/probe'
import type { RosterService } from '#domain/roster'
import { type Rule, SHIPPED_RULES } from '#domain/rule'
import {
  type NetworkEvidence,
  type PresenceModel,
  TECHNOLOGY_GROUPS,
  countProbabilities,
  groupOf,
  isCountOfClass,
  leastClassProbability,
  networkState,
  rosterVerdictOf,
  updatedPresence,
  verdictOf,
} from '#domain/verdict'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const OPERATORS = ['iam', 'inwi', 'orange'] as const
const COLOURS = ['white', 'grey', 'black'] as const
const FAULTS = { falseFailure: 0.03, falsePass: 0.01 }
const NO_PRIORS: PresenceModel = { priorOf: () => null, faults: FAULTS }

const rules = fc
  .record({
    shipped: fc.constantFrom(...SHIPPED_RULES.filter(({ technologies }) => technologies.includes('4g'))),
    blackFrom: fc.integer({ min: 1, max: 3 }),
    classConfidence: fc.constantFrom(0, 0.5, 0.84, 0.95),
  })
  .map(({ shipped, ...changes }): Rule => ({
    ...shipped,
    ...changes,
    keepClassConfidence: 0.5 * changes.classConfidence,
  }))

const evidenceOf = (operators: readonly (string | null)[], technologies: readonly Technology[]) =>
  fc
    .record({
      operator: fc.constantFrom(...operators),
      technology: fc.constantFrom(...technologies),
      samples: fc.integer({ min: 1, max: 60 }),
      share: fc.constantFrom(0, 0, 0.3, 0.8, 1, 1),
      settledShare: fc.double({ min: 0, max: 1, noNaN: true }),
      devices: fc.integer({ min: 1, max: 3 }),
      days: fc.integer({ min: 1, max: 20 }),
      hours: fc.integer({ min: 1, max: 12 }),
    })
    .map(({ share, settledShare, ...n }): NetworkEvidence => {
      const passes = Math.round(n.samples * share)
      const settled = Math.floor(n.samples * settledShare)
      return {
        ...n,
        passes,
        noService: 0,
        peakSamples: 0,
        weight: n.samples * 1000,
        passWeight: passes * 1000,
        settledWeight: settled * 1000,
        settledPassWeight: Math.min(passes, settled) * 1000,
        passDevices: passes > 0 ? n.devices : 0,
        failDevices: passes < n.samples ? n.devices : 0,
        passDays: n.days,
        failDays: n.days,
        lastMeasuredAt: 0,
        declaredBps: null,
        plannedBy: null,
      }
    })

/** A network is in a cell only once. */
const networksOf = (operators: readonly (string | null)[], technologies: readonly Technology[]) =>
  fc.uniqueArray(evidenceOf(operators, technologies), {
    selector: (n) => `${n.operator} ${n.technology}`,
    maxLength: 6,
  })

const TECHNOLOGIES = ['4g', '3g', 'adsl', 'fibre'] as const
const networks = networksOf([...OPERATORS, null], TECHNOLOGIES)

const services = fc.uniqueArray(
  fc.record({
    operator: fc.constantFrom(...OPERATORS),
    technologies: fc.subarray([...TECHNOLOGIES], { minLength: 1 }),
  }),
  { selector: ({ operator }) => operator, maxLength: 3 },
)

const probability = fc.double({ min: 0.001, max: 0.999, noNaN: true })

/** A prior for each operator and group, which is missing for some. */
const OPERATORS_WITH_PRIORS: readonly string[] = [...OPERATORS, 'another']
const models = fc
  .array(fc.option(probability), { minLength: 20, maxLength: 20 })
  .map((priors): PresenceModel => ({
    faults: FAULTS,
    priorOf: (operator, group) =>
      priors[OPERATORS_WITH_PRIORS.indexOf(operator) * 5 + TECHNOLOGY_GROUPS.indexOf(group)] ?? null,
  }))

describe('the number of operators that serve', () => {
  const presences = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 })
  const oddsOf = (list: readonly number[]) => list.map((presence) => ({ presence, absence: 1 - presence }))

  test('has the probabilities that enumerating all outcomes gives', () => {
    fc.assert(
      fc.property(presences, (list) => {
        const expected = Array.from({ length: list.length + 1 }, () => 0)
        for (let outcome = 0; outcome < 2 ** list.length; outcome++) {
          const serves = list.map((_, i) => (outcome >> i) % 2 === 1)
          const product = list.reduce((total, p, i) => total * (serves[i] ? p : 1 - p), 1)
          expected[serves.filter(Boolean).length]! += product
        }
        const counts = countProbabilities(oddsOf(list))
        expect(counts).toHaveLength(expected.length)
        counts.forEach((value, n) => expect(value).toBeCloseTo(expected[n]!, 12))
      }),
    )
  })

  test('does not depend on the order of the operators, to the last digit', () => {
    fc.assert(
      fc.property(presences, (list) => {
        expect(countProbabilities(oddsOf(list.toReversed()))).toEqual(countProbabilities(oddsOf(list)))
      }),
    )
  })

  test('makes exactly one class', () => {
    fc.assert(
      fc.property(fc.nat(6), fc.integer({ min: 1, max: 4 }), (count, blackFrom) => {
        expect(COLOURS.filter((colour) => isCountOfClass(count, colour, blackFrom))).toHaveLength(1)
      }),
    )
  })

  test('gives a class at least the probability of its worst case, which some presences reach', () => {
    fc.assert(
      fc.property(
        presences,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 3 }),
        fc.constantFrom(...COLOURS),
        fc.integer({ min: 1, max: 3 }),
        (list, open, colour, blackFrom) => {
          const least = leastClassProbability(
            countProbabilities(oddsOf(list)),
            open.length,
            colour,
            blackFrom,
          )
          const exactly = (values: readonly number[]) =>
            leastClassProbability(countProbabilities(oddsOf([...list, ...values])), 0, colour, blackFrom)
          expect(exactly(open)).toBeGreaterThanOrEqual(least - 1e-12)
          const corners = Array.from({ length: 2 ** open.length }, (_, corner) =>
            exactly(open.map((_value, i) => (corner >> i) % 2)),
          )
          expect(Math.min(...corners)).toBeCloseTo(least, 12)
        },
      ),
    )
  })
})

describe('a measurement', () => {
  test('moves the presence to its side, the more the surer it is, and never beyond what faulty devices allow', () => {
    fc.assert(
      fc.property(probability, probability, probability, (prior, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)]
        const [after, surer] = [updatedPresence(prior, low, FAULTS), updatedPresence(prior, high, FAULTS)]
        expect(surer).toBeGreaterThanOrEqual(after - 1e-12)
        const odds = (p: number) => p / (1 - p)
        expect(odds(surer) / odds(prior)).toBeLessThanOrEqual(
          (1 - FAULTS.falseFailure) / FAULTS.falsePass + 1e-6,
        )
        expect(odds(after) / odds(prior)).toBeGreaterThanOrEqual(
          FAULTS.falseFailure / (1 - FAULTS.falsePass) - 1e-6,
        )
      }),
    )
  })
})

describe('a roster of one operator', () => {
  test('gives the old verdict where there is no prior', () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(networksOf(['iam'], TECHNOLOGIES), rules, (list, rule) => {
        const technologies = list.flatMap(({ technology }) => technology ?? [])
        const roster: RosterService[] = list.length > 0 ? [{ operator: 'iam', technologies }] : []
        const { class: colour, confidence } = rosterVerdictOf(rule, list, roster, NO_PRIORS)
        expect({ class: colour, confidence }).toEqual(verdictOf(rule, list))
        seen.add(colour)
      }),
      { numRuns: 1_000 },
    )
    expect([...seen].sort()).toEqual(['black', 'grey', 'unknown', 'white'])
  })

  test('gives the old verdict of what is declared or promised', () => {
    const claims = fc.record({
      declaredBps: fc.constantFrom(null, 4e6),
      plannedBy: fc.constantFrom(null, '2027-01-01'),
    })
    fc.assert(
      fc.property(
        evidenceOf(['iam'], ['4g']),
        claims,
        rules,
        fc.boolean(),
        (network, claim, rule, declaredCounts) => {
          const list = [{ ...network, ...claim }]
          const roster: RosterService[] = [{ operator: 'iam', technologies: ['4g'] }]
          const counting = { ...rule, declaredCounts }
          const { class: colour, confidence } = rosterVerdictOf(counting, list, roster, NO_PRIORS)
          expect({ class: colour, confidence }).toEqual(verdictOf(counting, list))
        },
      ),
    )
  })
})

describe('a roster of several operators', () => {
  test('states neither white nor grey while nothing is known of an operator that could change it', () => {
    fc.assert(
      fc.property(networks, rules, (list, rule) => {
        const roster: RosterService[] = [...OPERATORS, 'another'].map((operator) => ({
          operator,
          technologies: ['4g'],
        }))
        const verdict = rosterVerdictOf(rule, list, roster, NO_PRIORS)
        expect(verdict.untried).toContain('another')
        // Below one half an operator of which nothing is known may leave either class probable enough.
        if (rule.classConfidence < 0.84) return
        expect(verdict.class).not.toBe('white')
        if (rule.blackFrom <= 2) expect(verdict.class).not.toBe('grey')
      }),
    )
  })

  test('an operator more never makes white more sure, and never narrows the bounds', () => {
    fc.assert(
      fc.property(networks, services, models, rules, (list, roster, model, rule) => {
        const before = rosterVerdictOf(rule, list, roster, model)
        const after = rosterVerdictOf(
          rule,
          list,
          [...roster, { operator: 'another', technologies: ['4g'] }],
          model,
        )
        expect(after.lower).toBe(before.lower)
        expect(after.upper).toBeGreaterThanOrEqual(before.upper)
        if (after.class === 'white') expect(after.confidence).toBeLessThanOrEqual(before.confidence)
      }),
    )
  })

  test('depends on the order of neither networks nor operators', () => {
    fc.assert(
      fc.property(networks, services, models, rules, (list, roster, model, rule) => {
        const { untried, ...verdict } = rosterVerdictOf(rule, list, roster, model)
        const other = rosterVerdictOf(rule, list.toReversed(), roster.toReversed(), model)
        expect(other).toEqual({ ...verdict, untried: untried.toReversed() })
      }),
    )
  })

  test('the bounds hold the truth whenever the decided networks are right', () => {
    const truths = fc.record({ iam: fc.boolean(), inwi: fc.boolean(), orange: fc.boolean() })
    fc.assert(
      fc.property(
        networksOf(OPERATORS, TECHNOLOGIES),
        services,
        models,
        truths,
        rules,
        (list, roster, model, truth, rule) => {
          const right = list.filter((network) => {
            const state = networkState(rule, network)
            const serves = truth[network.operator as keyof typeof truth]
            return state === 'present' ? serves : true
          })
          // An operator of which every network fails does not serve by any other group that the roster names.
          const ids = [
            ...new Set([...roster, ...right].map(({ operator }) => operator as keyof typeof truth)),
          ]
          const isRefuted = (id: string) => {
            const own = right.filter(({ operator }) => operator === id)
            const groups = new Set(roster.find(({ operator }) => operator === id)?.technologies.map(groupOf))
            return (
              own.length > 0 &&
              own.every((network) => networkState(rule, network) === 'refuted') &&
              [...groups].every((group) => own.some(({ technology }) => groupOf(technology) === group))
            )
          }
          const serving = ids.filter((id) => truth[id] && !isRefuted(id)).length
          const { lower, upper } = rosterVerdictOf(rule, right, roster, model)
          expect(lower).toBeLessThanOrEqual(serving)
          expect(upper).toBeGreaterThanOrEqual(serving)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('a network that names no operator stands for one only where no named operator is present', () => {
    const [rule] = SHIPPED_RULES
    const passing = (operator: string | null): NetworkEvidence => ({
      ...fc.sample(evidenceOf(['iam'], ['4g']), 1)[0]!,
      operator,
      samples: 36,
      passes: 36,
      weight: 36_000,
      passWeight: 36_000,
      settledWeight: 36_000,
      settledPassWeight: 36_000,
      days: 12,
      passDays: 12,
      passDevices: 1,
      hours: 8,
    })
    const boundsOf = (list: readonly NetworkEvidence[]) => {
      const { lower, upper } = rosterVerdictOf(rule!, list, [], NO_PRIORS)
      return [lower, upper]
    }
    expect(boundsOf([passing(null)])).toEqual([1, 1])
    expect(boundsOf([passing('iam')])).toEqual([1, 1])
    expect(boundsOf([passing('iam'), passing(null)])).toEqual([1, 1])
    expect(boundsOf([passing('iam'), passing('inwi')])).toEqual([2, 2])
  })

  test('a class is stated only with a measurement or a claim that counts', () => {
    fc.assert(
      fc.property(services, models, rules, (roster, model, rule) => {
        const verdict = rosterVerdictOf(rule, [], roster, model)
        expect(verdict).toEqual({
          class: 'unknown',
          confidence: 0,
          lower: 0,
          upper: roster.length,
          untried: roster.map(({ operator }) => operator),
          partial: null,
        })
      }),
    )
  })

  test('a copper line that fails does not make its operator absent, whose mobile network nobody tried', () => {
    const [rule] = SHIPPED_RULES
    const copper: NetworkEvidence = {
      ...fc.sample(evidenceOf(['iam'], ['adsl']), 1)[0]!,
      samples: 36,
      passes: 0,
      weight: 36_000,
      passWeight: 0,
      settledWeight: 36_000,
      settledPassWeight: 0,
      days: 12,
      failDays: 12,
      failDevices: 1,
      hours: 8,
    }
    const roster: RosterService[] = OPERATORS.map((operator) => ({ operator, technologies: ['4g', 'adsl'] }))
    expect(verdictOf(rule!, [copper])).toMatchObject({ class: 'white' })
    expect(rosterVerdictOf(rule!, [copper], roster, NO_PRIORS)).toEqual({
      class: 'unknown',
      confidence: 0,
      lower: 0,
      upper: 3,
      untried: ['inwi', 'orange'],
      partial: 'none_tried',
    })
  })
})
