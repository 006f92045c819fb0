/** The stages from networks to the verdicts of cells, and to the rows that a run writes. */
import { type Rule, SHIPPED_RULES } from '#domain/rule'
import { type NetworkEvidence, classAtStep, verdictOf } from '#domain/verdict'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cellStages } from '../../../libs/store/classification/cells.js'
import { changeStages, writeChangedCells } from '../../../libs/store/classification/changes.js'
import { operatorStage } from '../../../libs/store/classification/operators.js'
import { judgementScope } from '../../../libs/store/classification/scope.js'
import { scoreStages } from '../../../libs/store/classification/scores.js'
import { stateStages } from '../../../libs/store/classification/states.js'
import { raw } from '../../../libs/store/database/sql.js'
import { CREATE_CHANGED_CELLS } from '../../../libs/store/runs/rollup-sql.js'
import { CREATE_CHANGED_NETWORKS } from '../../../libs/store/verdicts/network-rollup.js'
import { ENGINES, type TestDatabase, freshDatabase } from '../../support/database.js'
import { type Columns, given, rowsOfStages } from './given.js'
import { NETWORK, rowOfNetwork, someNetwork } from './network-rows.js'

const FLOOR: Rule = SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!
const WINDOW = {
  from: new Date('2026-05-01T00:00:00Z'),
  to: new Date('2026-05-31T12:00:00Z'),
  knownBefore: new Date('2026-06-01T00:00:00Z'),
}
const scopeOf = (rule: Rule, cells: string[] | null = null) => judgementScope(rule, WINDOW, cells)

const NETWORK_STATE: Columns = {
  ...NETWORK,
  state: ['text', 'unknown'],
  confidence: ['float8', 0.5],
  retained_confidence: ['float8', 0.5],
  absence_probability: ['float8', 0.5],
  retained_absence_probability: ['float8', 0.5],
  download_passed: ['integer', 0],
  download_open: ['integer', 15],
}
const OPERATOR_SUMMARY: Columns = {
  cell: ['bigint', '1'],
  operator: ['text', 'iam'],
  presence: ['float8', null],
  retained_presence: ['float8', null],
  absence: ['float8', null],
  retained_absence: ['float8', null],
  is_claimed: ['boolean', false],
  is_undecided: ['boolean', false],
  download_passed: ['integer', 0],
  download_open: ['integer', 15],
}
const INCOMING_VERDICT: Columns = {
  cell: ['bigint', '1'],
  ladder: ['bigint', '0'],
  class: ['text', 'grey'],
  confidence: ['float8', 0.9],
  lower_bound: ['smallint', null],
  upper_bound: ['smallint', null],
  untried: ['text[]', []],
  partial: ['text', null],
}

/** As many networks as a cell has; an operator and technology once. */
const someCell = fc.uniqueArray(someNetwork, {
  minLength: 1,
  maxLength: 5,
  selector: (n) => `${n.operator} ${n.technology}`,
})

describe.each(ENGINES)('cell stages on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
  })
  afterAll(() => database.drop())
  const db = () => database.source.manager

  test('operator_summary takes the best present network, and the product of the doubts about all', async () => {
    const rows = await rowsOfStages(
      db(),
      [
        given('network_state', NETWORK_STATE, [
          {
            technology: '4g',
            state: 'present',
            weight: 1,
            confidence: 0.9,
            retained_confidence: 0.95,
            absence_probability: 0.1,
          },
          {
            technology: '5g',
            state: 'present',
            weight: 1,
            confidence: 0.8,
            retained_confidence: 0.99,
            absence_probability: 0.2,
            download_passed: 3,
          },
          { technology: 'fibre', state: 'declared', absence_probability: null },
          {
            operator: 'inwi',
            state: 'refuted',
            weight: 1,
            confidence: 0.97,
            absence_probability: 0.97,
            download_open: 2,
          },
          { operator: 'orange', state: 'unknown', absence_probability: null },
        ]),
        operatorStage(scopeOf(FLOOR)),
      ],
      raw('SELECT * FROM operator_summary ORDER BY operator'),
    )
    expect(rows).toEqual([
      {
        cell: '1',
        operator: 'iam',
        presence: 0.9,
        retained_presence: 0.99,
        absence: 0.1 * 0.2,
        retained_absence: 0.25,
        is_claimed: true,
        is_undecided: false,
        download_passed: 3,
        download_open: 15,
      },
      expect.objectContaining({
        operator: 'inwi',
        presence: null,
        absence: 0.97,
        is_claimed: false,
        download_open: 2,
      }),
      expect.objectContaining({ operator: 'orange', absence: 1, is_undecided: true }),
    ])
  })

  describe('from operators to a verdict', () => {
    const cellsOf = (operators: Parameters<typeof given>[2], rule: Rule = FLOOR) => {
      const stages = cellStages(scopeOf(rule))
      return async (name: string) => {
        const upTo = stages.slice(0, stages.findIndex((stage) => stage.name === name) + 1)
        return (
          await rowsOfStages(db(), [given('operator_summary', OPERATOR_SUMMARY, operators), ...upTo])
        )[0]!
      }
    }
    const present = (operator: string, presence: number) => ({
      operator,
      presence,
      retained_presence: presence,
      absence: 1 - presence,
      retained_absence: 1 - presence,
    })
    const refuted = (operator: string, absence: number) => ({ operator, absence, retained_absence: absence })

    test('two named operators make black; the others do not lessen it', async () => {
      const stage = cellsOf([
        present('iam', 0.9),
        present('inwi', 0.95),
        present('orange', 0.99),
        refuted('wana', 0.5),
      ])
      expect(await stage('cell_summary')).toMatchObject({
        named_presence: [0.99, 0.95, 0.9],
        unnamed_presence: null,
        others_absence: 0.5,
        claimed: '0',
      })
      expect(await stage('candidate_class')).toMatchObject({ class: 'black', present_product: 0.99 * 0.95 })
      // 0.99 × 0.95 = 0.9405, rounded to thousandths.
      expect(await stage('incoming_verdict')).toMatchObject({ class: 'black', confidence: 0.941 })
    })

    test('one makes grey, and is as sure as all others are absent', async () => {
      const stage = cellsOf([present('iam', 0.95), refuted('inwi', 0.98), refuted('orange', 0.97)])
      expect(await stage('class_probability')).toMatchObject({ class: 'grey', probability: 0.903 })
    })

    test('who has no name counts alone, and never as one of two', async () => {
      const alone = cellsOf([present('', 0.95), refuted('inwi', 0.98)])
      expect(await alone('cell_presence')).toMatchObject({ presence: [0.95] })
      expect(await alone('candidate_class')).toMatchObject({ class: 'grey' })
      const beside = cellsOf([present('', 0.99), present('inwi', 0.9)])
      expect(await beside('cell_presence')).toMatchObject({ presence: [0.9] })
      expect(await beside('candidate_class')).toMatchObject({ class: 'grey', present_product: 0.9 })
    })

    test('white asks that everyone tried is decided, also who has no name', async () => {
      const decided = [refuted('iam', 0.95), refuted('', 0.9)]
      expect(await cellsOf(decided)('class_probability')).toMatchObject({
        class: 'white',
        probability: 0.855,
      })
      const undecided = [...decided, { operator: 'inwi', is_undecided: true }]
      expect(await cellsOf(undecided)('incoming_verdict')).toMatchObject({ class: 'unknown', confidence: 0 })
    })

    test('a class that needs a claim is as sure as a coin, and published', async () => {
      const stage = cellsOf([present('iam', 0.99), { operator: 'inwi', is_claimed: true }])
      expect(await stage('candidate_class')).toMatchObject({ class: 'black', rests_on_claim: true })
      expect(await stage('incoming_verdict')).toMatchObject({ class: 'black', confidence: 0.5 })
    })

    test('a class that is not sure is withheld, unless settled samples were sure and it has not become too doubtful', async () => {
      const rule = { ...FLOOR, classConfidence: 0.84, keepClassConfidence: 0.7 }
      const verdict = (presence: number, retained: number) =>
        cellsOf([{ ...present('iam', presence), retained_presence: retained }], rule)('incoming_verdict')
      expect(await verdict(0.83, 0.83)).toMatchObject({ class: 'unknown', confidence: 0 })
      expect(await verdict(0.83, 0.9)).toMatchObject({ class: 'grey', confidence: 0.83 })
      expect(await verdict(0.69, 0.9)).toMatchObject({ class: 'unknown', confidence: 0 })
    })

    test('the ladder says up to which step a cell is black, grey, and from which on white', async () => {
      const steps = (operator: string, passed: number, open: number) => ({
        operator,
        download_passed: passed,
        download_open: open,
      })
      const stage = cellsOf([steps('iam', 5, 9), steps('inwi', 3, 4), steps('', 7, 8)])
      const ladder = BigInt((await stage('cell_summary'))['ladder'] as string)
      const classes = Array.from({ length: 10 }, (_, step) => classAtStep(ladder, 'download', step))
      // Two named ones up to step 2, any up to step 6, none is open from step 9 on.
      expect(classes).toEqual([...repeat('black', 3), ...repeat('grey', 4), ...repeat('unknown', 2), 'white'])
    })
  })

  test('verdicts are those of the pure function, whatever the networks of a cell', async () => {
    const classes = new Set<string>()
    const someRule = fc.record({
      blackFrom: fc.constantFrom(1, 2, 3),
      minSamples: fc.constantFrom(1, 12),
      classConfidence: fc.constantFrom(0, 0.84),
      passShare: fc.constantFrom(0.5, 0.8),
    })
    const cells = fc.array(someCell, { minLength: 60, maxLength: 60 })
    const property = fc.asyncProperty(cells, someRule, async (all, figures) => {
      const rule = { ...FLOOR, ...figures, declaredCounts: true, planningHorizonDays: 30 }
      const scope = scopeOf(rule)
      const networks = all.flatMap((cell, i) =>
        cell.map((network: NetworkEvidence) => rowOfNetwork(network, i)),
      )
      const rows = await rowsOfStages(db(), [
        given('network', NETWORK, networks),
        ...scoreStages(scope),
        ...stateStages(scope),
        operatorStage(scope),
        ...cellStages(scope),
      ])
      for (const row of rows) {
        const expected = verdictOf(rule, all[Number(row['cell'])]!)
        expect({ class: row['class'], confidence: row['confidence'] }).toEqual(expected)
        classes.add(expected.class)
      }
      expect(rows).toHaveLength(all.length)
    })
    await fc.assert(property, { numRuns: 8, seed: 20261130 })
    expect([...classes].sort()).toEqual(['black', 'grey', 'unknown', 'white'])
  })

  test('a run closes what differs or is gone, opens what differs or is new, and lists both', async () => {
    await database.source.transaction(async (tx) => {
      const evidence = (
        cell: number,
        operator: string,
        state: string,
      ) => `(7, ${cell}, '${operator}', '4g', 1, NULL,
        5, 5, 0, 0, 5000, 5000, 0, 0, 1, 1, 0, 1, 1, 0, 1, NULL, NULL, NULL, '${state}')`
      await tx.query(`INSERT INTO evidence VALUES ${evidence(1, 'iam', 'present')}, ${evidence(2, 'iam', 'present')},
        ${evidence(3, 'iam', 'present')}, ${evidence(5, 'iam', 'present')}`)
      await tx.query(`INSERT INTO verdict (series, cell, first_run, next_run, class, confidence, ladder) VALUES
        (7, 1, 1, NULL, 'grey', 0.9, 0), (7, 2, 1, NULL, 'grey', 0.9, 0), (7, 3, 1, NULL, 'grey', 0.9, 0),
        (7, 5, 1, NULL, 'white', 0.9, 0), (8, 1, 1, NULL, 'white', 0.9, 0)`)
      await tx.query(CREATE_CHANGED_CELLS)
      await tx.query(CREATE_CHANGED_NETWORKS)
      const same = {
        samples: 5,
        passes: 5,
        weight: 5000,
        pass_weight: 5000,
        devices: 1,
        pass_devices: 1,
        days: 1,
        pass_days: 1,
        hours: 1,
        state: 'present',
      }
      const stages = [
        given('network_state', NETWORK_STATE, [
          { cell: '1', ...same },
          { cell: '2', ...same, state: 'refuted' },
          { cell: '4', ...same },
        ]),
        given('incoming_verdict', INCOMING_VERDICT, [
          { cell: '1' },
          { cell: '2', class: 'white', confidence: 0.8 },
          { cell: '4', ladder: '3' },
        ]),
        // Cell 5 is not judged: what is stored of it stays.
        ...changeStages(scopeOf(FLOOR, ['1', '2', '3', '4']), { id: 9, series: 7 }),
      ]
      await rowsOfStages(tx, stages, writeChangedCells(FLOOR))
      expect(
        await tx.query(
          'SELECT cell, was, was_confidence, becomes, becomes_confidence FROM changed ORDER BY cell',
        ),
      ).toEqual([
        { cell: '2', was: 'grey', was_confidence: 0.9, becomes: 'white', becomes_confidence: 0.8 },
        { cell: '3', was: 'grey', was_confidence: 0.9, becomes: null, becomes_confidence: null },
        { cell: '4', was: null, was_confidence: null, becomes: 'grey', becomes_confidence: 0.9 },
      ])
      expect(
        await tx.query('SELECT cell, operator, was, becomes FROM changed_network ORDER BY cell'),
      ).toEqual([
        { cell: '2', operator: 'iam', was: 0, becomes: 2 },
        { cell: '3', operator: 'iam', was: 0, becomes: null },
        { cell: '4', operator: 'iam', was: null, becomes: 0 },
      ])
      const rows = (table: string) =>
        tx.query(
          `SELECT series, cell::integer, first_run, next_run FROM ${table} ORDER BY series, cell, first_run`,
        )
      const versions = [
        { series: 7, cell: 1, first_run: 1, next_run: null },
        { series: 7, cell: 2, first_run: 1, next_run: 9 },
        { series: 7, cell: 2, first_run: 9, next_run: null },
        { series: 7, cell: 3, first_run: 1, next_run: 9 },
        { series: 7, cell: 4, first_run: 9, next_run: null },
        { series: 7, cell: 5, first_run: 1, next_run: null },
      ]
      expect(await rows('evidence')).toEqual(versions)
      expect(await rows('verdict')).toEqual([
        ...versions,
        { series: 8, cell: 1, first_run: 1, next_run: null },
      ])
    })
  })
})

const repeat = (value: string, times: number): string[] => Array.from({ length: times }, () => value)
