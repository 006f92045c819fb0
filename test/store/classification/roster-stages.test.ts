/** The stages that judge by the roster give the verdicts of the pure function, to the last digit. */
import { type Rule, SHIPPED_RULES } from '#domain/rule'
import { type NetworkEvidence, cellVerdictOf, classAtStep, verdictOf } from '#domain/verdict'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operatorStage } from '../../../libs/store/classification/operators.js'
import { presenceStages } from '../../../libs/store/classification/presences.js'
import { rosterCellStages } from '../../../libs/store/classification/roster-cells.js'
import { rosterScope } from '../../../libs/store/classification/roster-scope.js'
import { judgementScope } from '../../../libs/store/classification/scope.js'
import { scoreStages } from '../../../libs/store/classification/scores.js'
import { serviceStages } from '../../../libs/store/classification/services.js'
import { stateStages } from '../../../libs/store/classification/states.js'
import { raw } from '../../../libs/store/database/sql.js'
import type { Queryable } from '../../../libs/store/database/database.js'
import { ENGINES, type TestDatabase, freshDatabase } from '../../support/database.js'
import { given, rowsOfStages } from './given.js'
import { NETWORK, rowOfNetwork, someNetwork } from './network-rows.js'
import {
  CELLS,
  type Country,
  contextOf,
  networksOf,
  regionOf,
  regionServicesOf,
  someCountry,
} from './roster-cells.js'

const FLOOR: Rule = {
  ...SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!,
  roster: { falseFailure: 0.03, falsePass: 0.01 },
}
const MODEL = 5
const WINDOW = {
  from: new Date('2026-05-01T00:00:00Z'),
  to: new Date('2026-05-31T12:00:00Z'),
  knownBefore: new Date('2026-06-01T00:00:00Z'),
}

const someRule = fc
  .record({
    blackFrom: fc.constantFrom(1, 2, 2, 3, 4),
    minSamples: fc.constantFrom(1, 12),
    passShare: fc.constantFrom(0.5, 0.8),
    classConfidence: fc.constantFrom(0, 0.84, 0.92),
    declaredCounts: fc.boolean(),
    planningHorizonDays: fc.constantFrom(null, 30),
  })
  .map((changes): Rule => ({ ...FLOOR, ...changes, keepClassConfidence: 0.8 * changes.classConfidence }))

/** The claims that a rule does not count are not in its evidence. */
const countedBy = (
  { declaredCounts, planningHorizonDays }: Rule,
  network: NetworkEvidence,
): NetworkEvidence => ({
  ...network,
  declaredBps: declaredCounts ? network.declaredBps : null,
  plannedBy: planningHorizonDays === null ? null : network.plannedBy,
})

describe.each(ENGINES)('verdicts by the roster on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
    const places = CELLS.map((cell) => `(${cell}, ${regionOf(cell) ? `'${regionOf(cell)}'` : 'NULL'})`)
    await database.source.query('DELETE FROM cell_place')
    await database.source.query(`INSERT INTO cell_place (cell, region_code) VALUES ${places.join(', ')}`)
  })
  afterAll(() => database.drop())

  /** Rows of `incoming_verdict`, by cell. */
  async function judged(db: Queryable, rule: Rule, country: Country, cells: NetworkEvidence[][]) {
    await store(db, country)
    const roster = rosterScope(
      rule,
      rule.roster!,
      { model: MODEL, services: regionServicesOf(rule, country) },
      country.coefficients,
    )
    const scope = { ...judgementScope(rule, WINDOW, null, roster), roster }
    const rows = await rowsOfStages(db, [
      given(
        'network',
        NETWORK,
        cells.flatMap((networks, i) => networks.map((one) => ({ ...rowOfNetwork(one, 0), cell: CELLS[i]! }))),
      ),
      ...scoreStages(scope),
      ...stateStages(scope),
      operatorStage(scope),
      ...serviceStages(scope, raw('SELECT cell FROM network_state')),
      ...presenceStages(scope),
      ...rosterCellStages(scope),
    ])
    return new Map(rows.map((row) => [row['cell'] as string, row]))
  }

  async function store(db: Queryable, { declarations, shares }: Country): Promise<void> {
    await db.query('DELETE FROM coverage')
    await db.query('DELETE FROM presence_share')
    for (const { cell, operator, technology, downloadBps } of declarations)
      await db.query(
        `INSERT INTO coverage (cell, kind, operator, technology, on_date, received_at, download_bps, source)
         VALUES ($1, 'declared', $2, $3, '2026-01-01', '2026-02-01', $4, 'test')`,
        [cell, operator, technology, downloadBps],
      )
    for (const { place, operator, group, logOdds } of shares)
      await db.query(
        `INSERT INTO presence_share (model_id, place, operator, technology_group, log_odds, n) VALUES ($1, $2, $3, $4, $5, 1)`,
        [MODEL, place, operator, group, logOdds],
      )
  }

  test('are those of the pure function, whatever is measured, declared and known of the place', async () => {
    const [classes, partials] = [new Set<string>(), new Set<string | null>()]
    const cells = fc.array(networksOf(someNetwork), { minLength: CELLS.length, maxLength: CELLS.length })
    const property = fc.asyncProperty(cells, someCountry, someRule, async (all, country, rule) => {
      const counted = all.map((networks) => networks.map((one) => countedBy(rule, one)))
      const rows = await judged(database.source.manager, rule, country, counted)
      for (const [i, networks] of counted.entries()) {
        const row = rows.get(CELLS[i]!)!
        const expected = cellVerdictOf(rule, networks, contextOf(rule, country, CELLS[i]!))
        expect({
          class: row['class'],
          confidence: row['confidence'],
          lower: row['lower_bound'],
          upper: row['upper_bound'],
          untried: row['untried'],
          partial: row['partial'],
        }).toEqual(expected)
        classes.add(expected.class)
        partials.add(expected.partial)
      }
      expect(rows.size).toBe(CELLS.length)
    })
    await fc.assert(property, { numRuns: 20, seed: 20261130 })
    expect([...classes].sort()).toEqual(['black', 'grey', 'unknown', 'white'])
    expect(partials).toEqual(new Set(['served', 'none_tried', null]))
  })

  test('are the old ones where the roster names no operator of the region', async () => {
    const cells = fc.array(networksOf(someNetwork), { minLength: CELLS.length, maxLength: CELLS.length })
    const property = fc.asyncProperty(cells, someCountry, async (all, country) => {
      const silent = all.map((networks) => networks.map((one) => countedBy(FLOOR, one)))
      const rows = await judged(database.source.manager, FLOOR, { ...country, services: [] }, silent)
      for (const [i, networks] of silent.entries()) {
        const row = rows.get(CELLS[i]!)!
        const old = verdictOf({ ...FLOOR, classConfidence: 0 }, networks).class
        // A network that nobody decided is worth nothing: it may be black with it, and is then not called grey.
        if (row['class'] !== 'unknown') expect(row['class']).toBe(old)
      }
    })
    await fc.assert(property, { numRuns: 5, seed: 20261130 })
  })

  test('what if: an untried operator passes at no step and fails at none', async () => {
    const country: Country = {
      services: ['iam', 'inwi', 'orange'].map((operator) => ({
        region: '07',
        operator,
        technologies: ['4g'],
      })),
      declarations: [],
      shares: [],
      coefficients: fc.sample(someCountry, { numRuns: 1, seed: 1 })[0]!.coefficients,
    }
    const steps = Object.fromEntries(
      Array.from({ length: 10 }, (_, i) => [`download_${i}`, i < 4 ? 36_000 : 0]),
    )
    const row = {
      ...rowOfNetwork(fc.sample(someNetwork, { numRuns: 1, seed: 1 })[0]!, 0),
      operator: 'iam',
      technology: '4g',
      samples: 36,
      weight: 36_000,
      days: 12,
      devices: 2,
      hours: 8,
      ...steps,
      cell: CELLS[0]!,
    }
    const roster = rosterScope(
      FLOOR,
      FLOOR.roster!,
      { model: null, services: regionServicesOf(FLOOR, country) },
      country.coefficients,
    )
    const scope = { ...judgementScope(FLOOR, WINDOW, null, roster), roster }
    const classesWith = async (operators: string[]) => {
      const [verdict] = await rowsOfStages(database.source.manager, [
        given(
          'network',
          NETWORK,
          operators.map((operator) => ({ ...row, operator })),
        ),
        ...scoreStages(scope),
        ...stateStages(scope),
        operatorStage(scope),
        ...serviceStages(scope, raw('SELECT cell FROM network_state')),
        ...presenceStages(scope),
        ...rosterCellStages(scope),
      ])
      const ladder = BigInt(verdict!['ladder'] as string)
      return Array.from({ length: 10 }, (_, step) => classAtStep(ladder, 'download', step)[0]).join('')
    }
    // Passes at four steps and fails at six: g for grey, w for white, b for black, u for unknown.
    expect(await classesWith(['iam'])).toBe('uuuuuuuuuu')
    expect(await classesWith(['iam', 'inwi'])).toBe('bbbbuuuuuu')
    expect(await classesWith(['iam', 'inwi', 'orange'])).toBe('bbbbwwwwww')
  })
})
