import { type Rule, SHIPPED_RULES } from '#domain/rule'
import { cellAt, cellToSql } from '#geo'
import { ensureProbeMonths } from '#store/probes'
import { type RunRow, classify } from '#store/runs'
import fc from 'fast-check'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { dirtyCells } from '../../libs/store/runs/dirty-cells.js'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { insertAsGiven, type KnownProbe, classifyByHand, rowOf, storedVerdicts } from './oracle.js'

const DAY = 86_400_000
const MINUTE = 60_000
const CELLS = Array.from({ length: 40 }, (_, i) => cellAt(31.5 + (i % 8) * 0.02, -7.5 + i * 0.015))

/** Every mark of the window is passed over by some probe: it begins, ages, settles and ends within these days. */
const rule: Rule = {
  ...SHIPPED_RULES[0]!,
  id: 'incremental',
  minSamples: 2,
  minDays: 1,
  minHours: 1,
  passShare: 0.5,
  classConfidence: 0,
  placeSpread: 0,
  deviceCap: 5,
  halfWeightAfterDays: 20,
  settleDays: 8,
  validityDays: 30,
}

const probeWithin = (from: number, to: number): fc.Arbitrary<KnownProbe> =>
  fc.record({
    id: fc.uuid({ version: 4 }),
    h3: fc.constantFrom(...CELLS),
    measuredAt: fc.integer({ min: from, max: to }).map((ms) => new Date(ms).toISOString()),
    operator: fc.constantFrom('iam', 'orange'),
    technology: fc.constant('4g' as const),
    outcome: fc.constantFrom('ok', 'ok', 'ok', 'no_service'),
    downloadBps: fc.constantFrom(1_000_000, 3_000_000, 50_000_000),
    device: fc.constantFrom(
      '11111111-1111-4111-8111-111111111111',
      '22222222-2222-4222-8222-222222222222',
      null,
    ),
    counted: fc.constant(true),
  })

describe.each(ENGINES)('a run after some new probes on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
    const months = [0, 1, 2].map((back) => new Date(Date.now() - back * 28 * DAY).toISOString().slice(0, 7))
    await ensureProbeMonths(database.source.manager, [
      '2026-05-01',
      '2026-06-01',
      ...months.map((m) => `${m}-01`),
    ])
  })
  afterAll(() => database.drop())
  beforeEach(() => database.source.query('TRUNCATE probe, probe_ledger'))

  const stored = (run: { id: number; series: number }) => storedVerdicts(database.source.manager, run)
  const changedIn = async ({ id }: RunRow): Promise<number> =>
    Number(
      (
        await database.source.query(
          `SELECT (SELECT count(*) FROM verdict WHERE first_run = $1 OR next_run = $1)
             + (SELECT count(*) FROM rollup WHERE first_run = $1 OR next_run = $1) AS n`,
          [id],
        )
      )[0].n,
    )

  test('equals the verdicts by hand, and judging everything again changes no row', async () => {
    const now = Date.now()
    const [first = []] = fc.sample(
      fc.array(probeWithin(now - 32 * DAY, now - MINUTE), { minLength: 400, maxLength: 400 }),
      { numRuns: 1, seed: 1 },
    )
    // Few cells each time, so that only they are judged; some probes leave the window while the test runs.
    const leaving = now - rule.validityDays * DAY
    const later = fc.sample(
      fc.array(fc.oneof(probeWithin(now - 32 * DAY, now), probeWithin(leaving, leaving + 4_000)), {
        minLength: 1,
        maxLength: 6,
      }),
      { numRuns: 8, seed: 2 },
    )
    const known: KnownProbe[] = []
    for (const batch of [first, ...later]) {
      await insertAsGiven(database.source, batch.map(rowOf))
      known.push(...batch)
      await sleep(200)
      const run = await classify(database.source, { rule, author: 'test' })
      expect(await stored(run)).toEqual(classifyByHand(rule, known, run.from, run.to))
      const full = await classify(database.source, { rule, author: 'test', full: true })
      // Between the two a probe may have left the window: then both must say so.
      expect(await stored(full)).toEqual(classifyByHand(rule, known, full.from, full.to))
      const again = await classify(database.source, { rule, author: 'test' })
      expect(await stored(again)).toEqual(classifyByHand(rule, known, again.from, again.to))
      if ((await changedIn(full)) === 0) expect([full.digest, full.counts]).toEqual([run.digest, run.counts])
    }
  })

  test('every cell whose evidence differs between two moments is among those judged again', async () => {
    const start = Date.parse('2026-06-10T00:00:00Z')
    const [probes = []] = fc.sample(
      fc.array(probeWithin(start - 35 * DAY, start + 3 * DAY), { minLength: 150, maxLength: 150 }),
      { numRuns: 1, seed: 3 },
    )
    await insertAsGiven(database.source, probes.map(rowOf))
    const knownBefore = new Date(Date.now() + 1000)
    const windowAt = (to: number) => ({
      from: new Date(to - rule.validityDays * DAY),
      to: new Date(to),
      knownBefore,
    })
    const counts = { white: 1e9, grey: 0, black: 0, unknown: 0 }
    let [different, judged] = [0, 0]
    const moments = fc.tuple(
      fc.integer({ min: start, max: start + 2 * DAY }),
      fc.constantFrom(1, MINUTE, 3_600_000, 86_400_000, 200_000_000),
    )
    await fc.assert(
      fc.asyncProperty(moments, async ([at, step]) => {
        const [before, after] = [windowAt(at), windowAt(at + step)]
        const dirty = await dirtyCells(database.source.manager, rule, { ...before, counts }, after)
        const [was, is] = [before, after].map((w) => classifyByHand(rule, probes, w.from, w.to))
        for (const h3 of CELLS) {
          const differs = JSON.stringify(was!.get(h3)) !== JSON.stringify(is!.get(h3))
          if (differs) expect(dirty).toContain(cellToSql(h3))
          different += Number(differs)
        }
        judged += dirty!.length
      }),
      { numRuns: 60, seed: 4 },
    )
    expect(different).toBeGreaterThan(50)
    // Not simply all of them.
    expect(judged).toBeLessThan(0.7 * 60 * CELLS.length)
  })
})
