import { type Rule, SHIPPED_RULES } from '#domain/rule'
import {
  CLASSES,
  WHAT_IF_METRICS,
  THRESHOLD_STEPS,
  classAtStep,
  thresholdStepsAround,
  thresholdOf,
} from '#domain/verdict'
import { WORKING_RESOLUTION, cellAt, cellToSql, descendantRangeOf } from '#geo'
import { ensureProbeMonths } from '#store/probes'
import { classify } from '#store/runs'
import { classesInRanges, countsAtSteps, parentsInRanges } from '#store/verdicts'
import fc from 'fast-check'
import { cellToParent } from 'h3-js'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { insertAsGiven, type KnownProbe, classifyByHand, rowOf } from './oracle.js'

const FROM = new Date('2026-05-03T00:00:00Z')
const TO = new Date('2026-05-28T00:00:00Z')
const CELLS = Array.from({ length: 10 }, (_, i) => cellAt(33.9 + i * 0.01, -6.5))

/** Without what looks beside the threshold (what was decided before, on which days, how sure), ladders are exact. */
const plain = (rule: Rule): Rule => ({
  ...rule,
  minSamples: 2,
  minDays: 1,
  minHours: 1,
  passShare: 0.5,
  confidence: 0.8,
  keepConfidence: 0.8,
  classConfidence: 0,
  placeSpread: 0,
  deviceDayCap: 3,
  planningHorizonDays: null,
})
const RULES = ['ma-floor', 'fcc-unserved', 'eu-ultrafast'].map((id) =>
  plain(SHIPPED_RULES.find((r) => r.id === id)!),
)

const probe: fc.Arbitrary<KnownProbe> = fc.record({
  id: fc.uuid({ version: 4 }),
  h3: fc.constantFrom(...CELLS),
  measuredAt: fc
    .integer({ min: FROM.getTime(), max: TO.getTime() - 1 })
    .map((ms) => new Date(ms).toISOString()),
  operator: fc.constantFrom('iam', 'orange', null),
  technology: fc.constant('4g' as const),
  outcome: fc.constantFrom('ok', 'ok', 'ok', 'ok', 'no_service'),
  downloadBps: fc.constantFrom(...THRESHOLD_STEPS.download.flatMap((step) => [step - 1, step, step + 1])),
  uploadBps: fc.constantFrom(500_000, 3_000_000, 4_000_000, 20_000_000),
  latencyMs: fc.constantFrom(20, 75, 100, 120, 300.5),
  device: fc.constantFrom('11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'),
  counted: fc.constant(true),
})

/** The rule with one threshold moved. */
function moved(rule: Rule, metric: (typeof WHAT_IF_METRICS)[number], threshold: number): Rule {
  if (metric === 'download') return { ...rule, minDownloadBps: threshold }
  return metric === 'upload' ? { ...rule, minUploadBps: threshold } : { ...rule, maxLatencyMs: threshold }
}

describe.each(ENGINES)('what if, on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
    await ensureProbeMonths(database.source.manager, ['2026-05-01'])
  })
  afterAll(() => database.drop())

  test('at every step of every threshold the estimate is the verdict of a rule that has it', async () => {
    const seen = new Set<string>()
    const all = [{ low: '0', high: '9223372036854775807' }]
    const db = database.source.manager
    for (const probes of fc.sample(fc.array(probe, { minLength: 200, maxLength: 260 }), {
      numRuns: 4,
      seed: 5,
    })) {
      await database.source.query('TRUNCATE probe, probe_ledger')
      await insertAsGiven(database.source, probes.map(rowOf))
      await sleep(3)
      for (const rule of RULES) {
        const run = await classify(database.source, { rule, from: FROM, to: TO, author: 'test' })
        for (const metric of WHAT_IF_METRICS.filter((m) => thresholdOf(rule, m) !== null))
          for (const [step, threshold] of THRESHOLD_STEPS[metric].entries()) {
            const exact = classifyByHand(moved(rule, metric, threshold), probes, FROM, TO)
            const estimate = await classesInRanges(db, run, { metric, step }, all)
            expect(new Map(estimate.map((row) => [row.h3, row.class]))).toEqual(
              new Map([...exact].map(([h3, verdict]) => [h3, verdict.class])),
            )
            for (const row of estimate) seen.add(`${metric} ${row.class}`)
          }
        const counts = await countsAtSteps(db, run, 'download', { lax: 1, strict: 6 })
        expect(counts.reduce((sum, row) => sum + row.n, 0)).toBe(
          run.counts.white + run.counts.grey + run.counts.black + run.counts.unknown,
        )
        const parent = cellToParent(CELLS[0]!, 6)
        const [ofParent] = await parentsInRanges(db, run, { metric: 'download', step: 2, resolution: 6 }, [
          descendantRangeOf(parent, WORKING_RESOLUTION),
        ])
        const beneath = (await classesInRanges(db, run, { metric: 'download', step: 2 }, all)).filter(
          ({ h3 }) => cellToParent(h3, 6) === parent,
        )
        for (const colour of CLASSES)
          expect(ofParent![colour]).toBe(beneath.filter((row) => row.class === colour).length)
      }
    }
    for (const colour of CLASSES) expect(seen).toContain(`download ${colour}`)
  })

  test('the ladder reads the same here and in the database', async () => {
    const [row] = await database.source.query('SELECT max(id) AS id, max(series) AS series FROM run')
    const ladders: { cell: string; ladder: string }[] = await database.source.query(
      'SELECT cell, ladder FROM verdict WHERE series = $1 AND next_run IS NULL',
      [row.series],
    )
    const classes = await classesInRanges(database.source.manager, row, { metric: 'download', step: 4 }, [
      { low: '0', high: '9223372036854775807' },
    ])
    expect(ladders.length).toBeGreaterThan(5)
    for (const { cell, ladder } of ladders)
      expect(classes.find((c) => cellToSql(c.h3) === cell)!.class).toBe(
        classAtStep(BigInt(ladder), 'download', 4),
      )
  })
})

test('the steps around a threshold hold it, and are one where it is a step', () => {
  for (const metric of WHAT_IF_METRICS) {
    const [first, last] = [THRESHOLD_STEPS[metric][0]!, THRESHOLD_STEPS[metric].at(-1)!]
    const [low, high] = [Math.min(first, last), Math.max(first, last)]
    fc.assert(
      fc.property(fc.double({ min: low, max: high, noNaN: true }), (threshold) => {
        const { lax, strict } = thresholdStepsAround(metric, threshold)!
        const [a, b] = [THRESHOLD_STEPS[metric][lax]!, THRESHOLD_STEPS[metric][strict]!]
        expect(Math.min(a, b)).toBeLessThanOrEqual(threshold)
        expect(Math.max(a, b)).toBeGreaterThanOrEqual(threshold)
        expect(strict - lax).toBe(THRESHOLD_STEPS[metric].includes(threshold) ? 0 : 1)
      }),
    )
    expect(thresholdStepsAround(metric, low * 0.99)).toBeNull()
    expect(thresholdStepsAround(metric, high * 1.01)).toBeNull()
    for (const rule of SHIPPED_RULES) {
      const own = thresholdOf(rule, metric)
      if (own !== null) expect(THRESHOLD_STEPS[metric]).toContain(own)
    }
  }
})
