/** The stages from measured networks to their states, against rows by hand and the pure functions of the domain. */
import { type Rule, SHIPPED_RULES, normalQuantileOf } from '#domain/rule'
import { networkVerdict, normalCdf } from '#domain/verdict'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { claimStages } from '../../../libs/store/classification/claims.js'
import { judgementScope } from '../../../libs/store/classification/scope.js'
import { scoreStages } from '../../../libs/store/classification/scores.js'
import { stateStages } from '../../../libs/store/classification/states.js'
import { raw } from '../../../libs/store/database/sql.js'
import { ENGINES, type TestDatabase, freshDatabase } from '../../support/database.js'
import { type Columns, given, rowsOfStages } from './given.js'
import { NETWORK, ladderOf, rowOfNetwork, someNetwork } from './network-rows.js'

const FLOOR: Rule = SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!
const RULE: Rule = { ...FLOOR, declaredCounts: true, planningHorizonDays: 30, technologies: ['4g', 'fibre'] }
const WINDOW = {
  from: new Date('2026-05-01T00:00:00Z'),
  to: new Date('2026-05-31T12:00:00Z'),
  knownBefore: new Date('2026-06-01T00:00:00Z'),
}
const scopeOf = (rule: Rule) => judgementScope(rule, WINDOW, null)

const COVERAGE: Columns = {
  cell: ['bigint', '1'],
  kind: ['text', 'declared'],
  operator: ['text', 'iam'],
  technology: ['text', '4g'],
  on_date: ['date', '2026-05-01'],
  received_at: ['timestamptz', '2026-05-01T00:00:00Z'],
  download_bps: ['bigint', 30_000_000],
  upload_bps: ['bigint', null],
  withdrawn_at: ['timestamptz', null],
}
const { declared_bps: _declared, planned_by: _planned, ...MEASURED_NETWORK } = NETWORK

/** Rules that ask for little and much. */
const someRule: fc.Arbitrary<Rule> = fc
  .record({
    passShare: fc.constantFrom(0.3, 0.5, 0.8, 0.9),
    confidence: fc.constantFrom<Rule['confidence'][]>(0.8, 0.9, 0.95),
    keepConfidence: fc.constantFrom<Rule['confidence'][]>(0.5, 0.8),
    minSamples: fc.constantFrom(1, 12, 100),
    minDevices: fc.constantFrom(1, 2),
    minDays: fc.constantFrom(1, 3),
    minHours: fc.constantFrom(1, 3),
    placeSpread: fc.constantFrom(0, 0.65),
  })
  .map((figures) => ({ ...RULE, ...figures }))

describe.each(ENGINES)('network stages on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
  })
  afterAll(() => database.drop())
  const db = () => database.source.manager

  describe('claim and network', () => {
    const networks = (claims: Parameters<typeof given>[2], rule = RULE) =>
      rowsOfStages(
        db(),
        [
          given('measured_network', { ...MEASURED_NETWORK, ...ladderOf(rule) }, [
            { samples: 7, weight: 7000, devices: 1 },
          ]),
          given('coverage', COVERAGE, claims),
          ...claimStages(scopeOf(rule)),
        ],
        raw(`SELECT operator, samples::integer, devices::integer, download_3::integer, declared_bps, planned_by::text
          FROM network ORDER BY operator`),
      )
    const claimed = (operator: string, claim: object) => ({
      operator,
      samples: 0,
      devices: 0,
      download_3: 0,
      ...claim,
    })
    const measured = { ...claimed('iam', { declared_bps: null, planned_by: null }), samples: 7, devices: 1 }

    test('the fastest declaration and the earliest promise stand beside what was measured', async () => {
      const rows = await networks([
        { download_bps: 2_000_000 },
        { download_bps: 50_000_000 },
        { operator: 'inwi', kind: 'planned', on_date: '2026-06-30' },
        { operator: 'inwi', kind: 'planned', on_date: '2026-06-15' },
      ])
      expect(rows).toEqual([
        { ...measured, declared_bps: '50000000' },
        claimed('inwi', { declared_bps: null, planned_by: '2026-06-15' }),
      ])
    })

    test('only claims that the rule counts at the end of the window, as they were known', async () => {
      const { knownBefore } = WINDOW
      const rows = await networks([
        { operator: 'a', download_bps: 1_999_999 },
        { operator: 'b', technology: '3g' },
        { operator: 'c', on_date: '2026-06-01' },
        { operator: 'd', received_at: knownBefore },
        { operator: 'e', withdrawn_at: new Date(+knownBefore - 1) },
        { operator: 'f', kind: 'planned', on_date: '2026-05-30' },
        { operator: 'g', kind: 'planned', on_date: '2026-07-01' },
        { operator: 'stays', on_date: '2026-05-31', withdrawn_at: knownBefore },
      ])
      expect(rows).toEqual([measured, claimed('stays', { declared_bps: '30000000', planned_by: null })])
    })

    test('a rule with a threshold for uploads asks it of claims; one that counts no claims reads none', async () => {
      const claims = [{ operator: 'a' }, { operator: 'b', upload_bps: 5_000_000 }]
      const rows = await networks(claims, { ...RULE, minUploadBps: 5_000_000 })
      expect(rows.map((row) => row['operator'])).toEqual(['b', 'iam'])
      expect(await networks(claims, FLOOR)).toEqual([measured])
    })
  })

  test('wilson_score and log_odds of a hundred samples of which ninety pass, and of none', async () => {
    const rule = { ...RULE, passShare: 0.8, placeSpread: 0.5, confidence: 0.9 as const }
    const network = given('network', NETWORK, [
      { weight: 100_000, pass_weight: 90_000, settled_weight: 4000, settled_pass_weight: 3000, devices: 2 },
      {},
    ])
    const [row, empty] = await rowsOfStages(db(), [network, ...scoreStages(scopeOf(rule))])
    // (90 - 100 × 0.8) / √(100 × 0.8 × 0.2), and (3 - 4 × 0.8) / √(4 × 0.8 × 0.2)
    expect(row!['score']).toBeCloseTo(2.5, 12)
    expect(row!['settled_score']).toBeCloseTo(-0.25, 12)
    const margin = normalQuantileOf(0.9) * 4000
    expect(row!['decisive_pass_weight']).toBe(String(Math.round(80_000 + margin)))
    expect(row!['decisive_fail_weight']).toBe(String(Math.round(80_000 - margin)))
    const logOdds = (passes: number, failures: number) =>
      (Math.log(passes / failures) - Math.log(4)) / Math.sqrt(1 / passes + 1 / failures + 0.25 / 2)
    expect(row!['log_odds']).toBeCloseTo(logOdds(90.5, 10.5), 12)
    expect(row!['settled_log_odds']).toBeCloseTo(logOdds(3.5, 1.5), 12)
    const rounded = (x: number) => Math.floor(normalCdf(Math.abs(x)) * 1000 + 0.5) / 1000
    expect(row!['confidence']).toBe(rounded(logOdds(90.5, 10.5)))
    expect(row!['settled_confidence']).toBe(rounded(logOdds(3.5, 1.5)))
    expect(empty).toMatchObject({
      score: 0,
      settled_score: 0,
      log_odds: 0,
      settled_log_odds: 0,
      confidence: 0.5,
    })
  })

  test('normal_tail ends at 8, and no confidence exceeds 0.999', async () => {
    const network = given('network', NETWORK, [{ weight: 9e8, pass_weight: 0, devices: 1 }])
    const [row] = await rowsOfStages(db(), [network, ...scoreStages(scopeOf({ ...RULE, placeSpread: 0 }))])
    expect(row!['log_odds']).toBeLessThan(-8)
    expect(row).toMatchObject({ x: 8, confidence: 0.999 })
  })

  test('states and confidences are those of the pure functions, whatever the evidence and the rule', async () => {
    const states = new Set<string>()
    const some = fc.array(someNetwork, { minLength: 150, maxLength: 150 })
    const property = fc.asyncProperty(some, someRule, async (networks, rule) => {
      const scope = scopeOf(rule)
      const rows = await rowsOfStages(db(), [
        given(
          'network',
          NETWORK,
          networks.map((network, i) => rowOfNetwork(network, i)),
        ),
        ...scoreStages(scope),
        ...stateStages(scope),
      ])
      for (const row of rows) {
        const network = networks[Number(row['cell'])]!
        const { state, confidence } = networkVerdict(rule, network)
        expect({ ...network, state: row['state'] }).toEqual({ ...network, state })
        if (confidence > 0) expect(row['confidence']).toBe(confidence)
        states.add(state)
      }
      expect(rows).toHaveLength(networks.length)
    })
    await fc.assert(property, { numRuns: 8, seed: 20261130 })
    expect([...states].sort()).toEqual(['absent', 'declared', 'planned', 'present', 'refuted', 'unknown'])
  })

  describe('network_state', () => {
    const stateOf = async (network: Record<string, number>, rule = RULE) => {
      const scope = scopeOf(rule)
      const rows = await rowsOfStages(db(), [
        given('network', NETWORK, [{ devices: 1, ...network }]),
        ...scoreStages(scope),
        ...stateStages(scope),
      ])
      return rows[0]!
    }
    const spread = { hours: 3, days: 3, pass_days: 3, fail_days: 3, pass_devices: 1, fail_devices: 1 }

    test('a network that nobody measured has no probability of being absent', async () => {
      expect(await stateOf({ devices: 0 })).toMatchObject({
        absence_probability: null,
        retained_absence_probability: null,
        state: 'unknown',
      })
    })

    test('settled samples that say more of the same keep the confidence; others do not', async () => {
      const many = { ...spread, weight: 40_000, pass_weight: 34_000 }
      const same = await stateOf({ ...many, settled_weight: 30_000, settled_pass_weight: 30_000 })
      expect(same['retained_confidence']).toBe(same['settled_confidence'])
      expect(same['settled_confidence']).toBeGreaterThan(same['confidence'] as number)
      const other = await stateOf({ ...many, settled_weight: 30_000, settled_pass_weight: 3000 })
      expect(other['retained_confidence']).toBe(other['confidence'])
      expect(other['absence_probability']).toBeCloseTo(1 - (other['confidence'] as number), 12)
      expect(other['retained_absence_probability']).toBe(other['settled_confidence'])
    })

    test('the ladder counts the steps that are passed, and those that are open', async () => {
      // Of 100 samples more than 86.6 must pass to be decided above 0.8, and less than 73.4 to be decided below.
      const ladder = {
        download_0: 100_000,
        download_1: 90_000,
        download_2: 80_000,
        download_3: 74_000,
        download_4: 70_000,
      }
      const many = { ...spread, weight: 100_000, pass_weight: 90_000, ...ladder }
      expect(await stateOf(many)).toMatchObject({ download_passed: 2, download_open: 4 })
      expect(await stateOf({ ...many, days: 2 })).toMatchObject({ download_passed: 0, download_open: 15 })
    })
  })
})
