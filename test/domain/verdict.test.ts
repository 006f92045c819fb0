import { MAX_CLOCK_AHEAD_MS, MOROCCO_BOUNDS, type ProbeInput, flagsOf, rejectionOf } from '#domain/probe'
import { type Rule, SHIPPED_RULES, sentenceOf } from '#domain/rule'
import {
  type NetworkEvidence,
  dominantClass,
  isJudgeableSample,
  missingOf,
  networkVerdict,
  normalCdf,
  isPassingSample,
  reasonsOf,
  verdictOf,
  wilsonInterval,
} from '#domain/verdict'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const shipped = SHIPPED_RULES[0]!
/** A rule that states every class, however unsure it is. */
const rule: Rule = { ...shipped, classConfidence: 0 }

const network: fc.Arbitrary<NetworkEvidence> = fc
  .record({
    operator: fc.constantFrom('iam', 'orange', 'inwi', null),
    technology: fc.constantFrom('4g' as const, 'fibre' as const, null),
    samples: fc.integer({ min: 1, max: 60 }),
    share: fc.constantFrom(0, 0.3, 0.8, 1, 1),
    silent: fc.boolean(),
    days: fc.integer({ min: 1, max: 20 }),
    hours: fc.integer({ min: 1, max: 12 }),
  })
  .map(({ share, silent, ...n }) => {
    const passes = Math.round(n.samples * share)
    return evidence({ ...n, passes, noService: silent && passes === 0 ? n.samples : 0 })
  })

/** Evidence of one device with samples of weight one, on the same days whether they passed or failed. */
function evidence(
  known: Pick<NetworkEvidence, 'operator' | 'technology' | 'samples' | 'passes' | 'days' | 'hours'> &
    Partial<NetworkEvidence>,
): NetworkEvidence {
  return {
    noService: 0,
    peakSamples: 0,
    weight: known.samples * 1000,
    passWeight: known.passes * 1000,
    settledWeight: 0,
    settledPassWeight: 0,
    devices: 1,
    passDevices: 1,
    failDevices: 1,
    passDays: known.days,
    failDays: known.days,
    lastMeasuredAt: 0,
    declaredBps: null,
    plannedBy: null,
    ...known,
  }
}

const sure = (operator: string | null, passes: number, samples = 30): NetworkEvidence =>
  evidence({ operator, technology: '4g', samples, passes, days: 9, hours: 9 })

describe('the interval', () => {
  test('is Wilson’s: the lower bound of 12 of 12 is n/(n+z²)', () => {
    const z = 1.6448536269514722
    expect(wilsonInterval(12, 12, z).lower).toBeCloseTo(12 / (12 + z * z), 12)
    expect(wilsonInterval(0, 12, z).upper).toBeCloseTo((z * z) / (12 + z * z), 12)
    // Newcombe 1998, Statistics in Medicine 17:857, table I: 81 of 263 and 15 of 148 at 95 %.
    const table = [wilsonInterval(81, 263, 1.959964), wilsonInterval(15, 148, 1.959964)]
    expect(table.map((w) => [w.lower.toFixed(4), w.upper.toFixed(4)])).toEqual([
      ['0.2553', '0.3662'],
      ['0.0624', '0.1605'],
    ])
  })

  test('the normal distribution is correct to seven digits', () => {
    for (const [x, p] of [
      [0, 0.5],
      [1, 0.8413447460685429],
      [1.6448536269514722, 0.95],
      [2.5758293035489004, 0.995],
      [5, 0.9999997133484281],
    ] as const)
      expect(Math.abs(normalCdf(x) - p)).toBeLessThan(1e-7)
  })
})

describe('the verdict of a cell', () => {
  test('the smallest number of passes that decides is the rule’s minimum', () => {
    const { minSamples } = rule
    const of = (samples: number) => networkVerdict(rule, sure('iam', samples, samples)).state
    expect([of(minSamples - 1), of(minSamples)]).toEqual(['unknown', 'present'])
  })

  test('counts operators, not technologies', () => {
    expect(verdictOf(rule, [sure('iam', 30), { ...sure('iam', 30), technology: '3g' }]).class).toBe('grey')
    expect(verdictOf(rule, [sure('iam', 30), sure('inwi', 30)]).class).toBe('black')
    expect(verdictOf(rule, [sure('iam', 30), { ...sure('x', 30), operator: null }]).class).toBe('grey')
    expect(verdictOf(rule, [{ ...sure('x', 30), operator: null }]).class).toBe('grey')
  })

  test('white requires every network to be decided and none to be present', () => {
    fc.assert(
      fc.property(fc.array(network, { maxLength: 6 }), (networks) => {
        const states = networks.map((n) => networkVerdict(rule, n).state)
        const { class: colour, confidence } = verdictOf(rule, networks)
        const white = states.length > 0 && states.every((s) => s === 'refuted' || s === 'absent')
        expect(colour === 'white').toBe(white)
        if (colour === 'unknown') expect(confidence).toBe(0)
        expect(confidence).toBeLessThan(1)
      }),
      { numRuns: 500 },
    )
  })

  test('a network that passes never makes a cell whiter', () => {
    const order = ['unknown', 'white', 'grey', 'black']
    fc.assert(
      fc.property(fc.array(network, { maxLength: 5 }), (networks) => {
        const before = verdictOf(rule, networks).class
        const after = verdictOf(rule, [...networks, sure('new', 30)]).class
        expect(order.indexOf(after)).toBeGreaterThanOrEqual(order.indexOf(before))
        expect(['grey', 'black']).toContain(after)
      }),
    )
  })

  test('something is missing exactly where a network is undecided', () => {
    fc.assert(
      fc.property(network, (n) => {
        expect(missingOf(rule, n).length > 0).toBe(networkVerdict(rule, n).state === 'unknown')
      }),
    )
  })

  test('every undecided, refuted or absent network is among the reasons', () => {
    fc.assert(
      fc.property(fc.array(network, { maxLength: 5 }), (networks) => {
        const reasons = reasonsOf(rule, networks)
        const networkReasons = reasons.filter((r) => r.code.startsWith('network_')).length
        const notPresent = networks.filter((n) => networkVerdict(rule, n).state !== 'present').length
        expect(networkReasons).toBe(notPresent)
        expect(reasons.length > 0).toBe(true)
      }),
    )
  })

  test('many cells are summarised by the class of most decided cells, the worse one on a tie', () => {
    expect(dominantClass({ white: 0, grey: 0, black: 0, unknown: 9 })).toBe('unknown')
    expect(dominantClass({ white: 1, grey: 1, black: 0, unknown: 9 })).toBe('white')
    expect(dominantClass({ white: 1, grey: 2, black: 2, unknown: 0 })).toBe('grey')
  })
})

describe('under any rule', () => {
  const someRule: fc.Arbitrary<Rule> = fc
    .record({
      passShare: fc.constantFrom(0.1, 0.5, 0.8, 0.95),
      confidence: fc.constantFrom<Rule['confidence'][]>(0.8, 0.9, 0.95, 0.99),
      minSamples: fc.integer({ min: 1, max: 30 }),
      minDays: fc.integer({ min: 1, max: 8 }),
      minHours: fc.integer({ min: 1, max: 8 }),
      blackFrom: fc.integer({ min: 1, max: 4 }),
    })
    .map((figures) => ({ ...rule, ...figures }))
  const cell = fc.array(network, { maxLength: 7 })
  const RUNS = { numRuns: 500, seed: 20261123 }

  test('a cell is black from the rule’s number of operators on, grey below it, white only when all are decided', () => {
    fc.assert(
      fc.property(someRule, cell, (some, networks) => {
        const stateOf = (n: NetworkEvidence) => networkVerdict(some, n).state
        const present = new Set(networks.filter((n) => stateOf(n) === 'present').map((n) => n.operator))
        const operators = present.size > 1 ? [...present].filter((name) => name !== null) : [...present]
        const undecided = networks.length === 0 || networks.some((n) => stateOf(n) === 'unknown')
        const lower = operators.length > 0 ? 'grey' : undecided ? 'unknown' : 'white'
        expect(verdictOf(some, networks).class).toBe(operators.length >= some.blackFrom ? 'black' : lower)
      }),
      RUNS,
    )
  })

  test('the order of the networks makes no difference', () => {
    fc.assert(
      fc.property(someRule, cell, (some, networks) => {
        expect(verdictOf(some, networks.toReversed())).toEqual(verdictOf(some, networks))
      }),
      RUNS,
    )
  })

  test('a network that passes never makes a cell whiter, even one without an operator', () => {
    const order = ['unknown', 'white', 'grey', 'black']
    fc.assert(
      fc.property(someRule, cell, fc.constantFrom('new', 'iam', null), (some, networks, operator) => {
        const passing = sure(operator, 300, 300)
        const [before, after] = [verdictOf(some, networks), verdictOf(some, [...networks, passing])]
        expect(order.indexOf(after.class)).toBeGreaterThanOrEqual(order.indexOf(before.class))
        expect(['grey', 'black']).toContain(after.class)
      }),
      RUNS,
    )
  })

  test('one more undecided network never makes a cell white', () => {
    const undecided = { ...sure('new', 0, 1), days: 1, hours: 1 }
    fc.assert(
      fc.property(someRule, cell, (some, networks) => {
        const strict = { ...some, minSamples: 2 }
        expect(verdictOf(strict, [...networks, undecided]).class).not.toBe('white')
      }),
      RUNS,
    )
  })

  test('something is missing exactly where a network is undecided, and each missing requirement is not met', () => {
    fc.assert(
      fc.property(someRule, network, (some, n) => {
        const missing = missingOf(some, n)
        expect(missing.length > 0).toBe(networkVerdict(some, n).state === 'unknown')
        expect(missing.includes('samples')).toBe(n.samples < some.minSamples)
        expect(missing.includes('days')).toBe(n.days < some.minDays)
        expect(missing.includes('hours')).toBe(n.hours < some.minHours)
      }),
      RUNS,
    )
  })

  test('the interval contains the share, lies in 0..1, and narrows with more samples', () => {
    const k = fc.integer({ min: 0, max: 200 })
    fc.assert(
      fc.property(
        k,
        fc.integer({ min: 1, max: 200 }),
        fc.constantFrom(1.2816, 1.6449, 2.5758),
        (some, n, z) => {
          const passed = Math.min(some, n)
          const { lower, upper } = wilsonInterval(passed, n, z)
          expect(lower).toBeLessThanOrEqual(passed / n + 1e-12)
          expect(upper).toBeGreaterThanOrEqual(passed / n - 1e-12)
          expect(lower).toBeGreaterThanOrEqual(-1e-12)
          expect(upper).toBeLessThanOrEqual(1 + 1e-12)
          const wider = wilsonInterval(passed * 2, n * 2, z)
          expect(wider.upper - wider.lower).toBeLessThan(upper - lower)
        },
      ),
      RUNS,
    )
  })
})

describe('a sample', () => {
  const strict: Rule = {
    ...rule,
    minDownloadBps: 100,
    minUploadBps: 10,
    maxLatencyMs: 50,
    peakHours: { from: 19, to: 23 },
    technologies: ['4g', 'wifi_unknown'],
  }
  const good = { id: '', measuredAt: '', outcome: 'ok' as const, technology: '4g' as const }
  const measured: ProbeInput = { ...good, downloadBps: 100, uploadBps: 10, latencyMs: 50 }
  const silent: ProbeInput = { ...good, outcome: 'no_service' }

  test.each<[string, Partial<ProbeInput>, number, boolean]>([
    ['with every figure', {}, 19, true],
    ['in the last peak hour', {}, 22, true],
    ['an hour too early', {}, 18, false],
    ['an hour too late', {}, 23, false],
    ['of a technology that is left out', { technology: 'fibre' }, 20, false],
    ['of no named technology', { technology: null }, 20, true],
    ['without a download', { downloadBps: null }, 20, false],
    ['without an upload', { uploadBps: null }, 20, false],
    ['without a latency', { latencyMs: null }, 20, false],
    ['that failed', { outcome: 'failed' }, 20, false],
    ['of silence', silent, 20, true],
    ['of silence outside the peak', silent, 12, false],
  ])('%s is judged or not', (_, change, hour, judged) => {
    expect(isJudgeableSample(strict, { ...measured, ...change }, hour)).toBe(judged)
  })

  test('without a technology is left out where wifi_unknown is', () => {
    expect(
      isJudgeableSample({ ...strict, technologies: ['4g'] }, { ...measured, technology: null }, 20),
    ).toBe(false)
  })

  test('needs no measure that the rule does not ask for', () => {
    const lax = { ...strict, minUploadBps: null, maxLatencyMs: null }
    const bare = { ...good, downloadBps: 100 }
    expect([isJudgeableSample(lax, bare, 20), isPassingSample(lax, bare)]).toEqual([true, true])
  })

  test.each<[string, Partial<ProbeInput>, boolean]>([
    ['at every limit', {}, true],
    ['just under the download', { downloadBps: 99 }, false],
    ['just under the upload', { uploadBps: 9 }, false],
    ['just over the latency', { latencyMs: 50.001 }, false],
    ['of silence', { outcome: 'no_service' }, false],
  ])('%s passes or not', (_, change, passed) =>
    expect(isPassingSample(strict, { ...measured, ...change })).toBe(passed),
  )
})

describe('plausibility', () => {
  const now = Date.UTC(2026, 5, 1)
  const probe = { id: '', outcome: 'ok' as const, measuredAt: new Date(now).toISOString(), lat: 34, lng: -6 }
  const fieldOf = (change: object) => rejectionOf({ ...probe, ...change }, now, MOROCCO_BOUNDS)?.field ?? null

  test.each([
    [{}, null],
    [{ downloadBps: 100e9 }, null],
    [{ downloadBps: 100e9 + 1 }, 'downloadBps'],
    [{ uploadBps: -1 }, 'uploadBps'],
    [{ uploadBps: 0 }, null],
    [{ measuredAt: '2009-12-31T23:59:59Z' }, 'measuredAt'],
    [{ measuredAt: '2010-01-01T00:00:00Z' }, null],
    [{ measuredAt: new Date(now + MAX_CLOCK_AHEAD_MS).toISOString() }, null],
    [{ measuredAt: new Date(now + MAX_CLOCK_AHEAD_MS + 1).toISOString() }, 'measuredAt'],
    [{ lat: 48.85, lng: 2.35 }, 'lat'],
    [{ lng: 2.35 }, 'lng'],
    [{ lat: 20.77, lng: -17.1 }, null],
  ])('%j: %s', (change, field) => expect(fieldOf(change)).toBe(field))

  test('flags probes that are far from their site or imprecise', () => {
    const site = { lat: 34, lng: -6 }
    expect(flagsOf({ ...probe, lat: 34.035 }, site)).toEqual([])
    expect(flagsOf({ ...probe, lat: 34.037 }, site)).toEqual(['far_from_site'])
    expect(flagsOf({ ...probe, accuracyM: 2000 }, site)).toEqual([])
    expect(flagsOf({ ...probe, accuracyM: 2001 }, site)).toEqual(['inaccurate_position'])
    expect(flagsOf({ ...probe, lat: null, lng: null }, site)).toEqual(['position_from_site'])
  })
})

test('every rule is described in three languages, with its own figures', () => {
  for (const some of SHIPPED_RULES) {
    const words = sentenceOf(some)
    for (const text of Object.values(words)) {
      expect(text).toContain(String(some.minDownloadBps / 1e6))
      expect(text).toContain(String(some.minSamples))
    }
    expect(words.ar).toMatch(/[\u0600-\u06ff]/)
  }
  expect(SHIPPED_RULES.filter((r) => r.default)).toHaveLength(1)
})
