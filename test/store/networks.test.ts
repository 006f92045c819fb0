/** Where a network is said to be, against the evidence read cell by cell. */
import { buildDemo } from '#demo'
import { type Rule, SHIPPED_RULES } from '#domain/rule'
import { cellAt, cellFromSql, cellToSql, parentOf } from '#geo'
import { ensureProbeMonths } from '#store/probes'
import { type RunRow, classify } from '#store/runs'
import {
  type Reach,
  evidenceOfCells,
  networksOfRun,
  reachInRanges,
  reachOfCountry,
  reachOfParents,
} from '#store/verdicts'
import fc from 'fast-check'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NetworkRollup1796000000000 } from '../../migrations/1796000000000-network-rollup.js'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { type KnownProbe, insertAsGiven, rowOf } from './oracle.js'

const ALL = [{ low: '0', high: '9223372036854775807' }]

/** By the worth of what is known. */
function reachOf(states: readonly string[]): Reach {
  if (states.includes('present')) return 'present'
  if (states.includes('declared')) return 'declared'
  return states.some((state) => state === 'refuted' || state === 'absent') ? 'missing' : 'undecided'
}

const DAY = 86_400_000
/** In some ten parents. */
const CELLS = Array.from({ length: 40 }, (_, i) => cellAt(31.5 + (i % 8) * 0.02, -7.5 + i * 0.015))
/** Decides on little, so that a few probes change what is said. */
const HASTY: Rule = {
  ...SHIPPED_RULES[0]!,
  id: 'hasty',
  minSamples: 1,
  minDays: 1,
  minDevices: 1,
  minHours: 1,
  passShare: 0.5,
  confidence: 0.5,
  placeSpread: 0,
  validityDays: 30,
}
const probe = (now: number): fc.Arbitrary<KnownProbe> =>
  fc.record({
    id: fc.uuid({ version: 4 }),
    h3: fc.constantFrom(...CELLS),
    measuredAt: fc
      .integer({ min: now - 25 * DAY, max: now - 60_000 })
      .map((ms) => new Date(ms).toISOString()),
    operator: fc.constantFrom('iam', 'orange', null),
    technology: fc.constantFrom('4g' as const, '5g' as const),
    outcome: fc.constantFrom('ok', 'ok', 'no_service'),
    downloadBps: fc.constantFrom(1_000_000, 50_000_000),
    device: fc.constantFrom('11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'),
    counted: fc.constant(true),
  })

describe.each(ENGINES)('%s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
    await buildDemo(database.source, new Date('2026-11-01'), () => {})
  })
  afterAll(() => database?.drop())

  test('near and from afar, any filter says what the evidence says', async () => {
    const db = database.source.manager
    const rule = SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!
    const run = await classify(database.source, { rule, author: 'test' })
    const cells: { cell: string }[] = await db.query('SELECT DISTINCT cell::text FROM evidence')
    const evidence = await evidenceOfCells(
      db,
      run,
      cells.map(({ cell }) => cell),
    )
    const networks = await networksOfRun(db, run)
    expect(networks.length).toBeGreaterThan(3)
    for (const filter of [
      ...networks,
      { operator: 'iam', technology: null },
      { operator: null, technology: '4g' },
    ]) {
      const expected = new Map<string, Reach>()
      for (const [cell, known] of evidence) {
        const matching = known.filter(
          ({ operator, technology }) =>
            (filter.operator ?? operator) === operator && (filter.technology ?? technology) === technology,
        )
        if (matching.length > 0) expected.set(cellFromSql(cell), reachOf(matching.map(({ state }) => state)))
      }
      const near = await reachInRanges(db, run, filter, ALL)
      expect(new Map(near.map(({ h3, reach }) => [h3, reach]))).toEqual(expected)
      const far = await reachOfParents(db, run, filter, { resolution: 5, ranges: ALL })
      for (const { h3, ...counts } of far)
        for (const reach of ['present', 'declared', 'missing', 'undecided'] as const)
          expect(counts[reach]).toBe(
            [...expected].filter(([cell, of]) => of === reach && parentOf(cell, 5) === h3).length,
          )
    }
  })

  test('what is kept of the country is what its cells say, in each run, whatever came and went', async () => {
    const db = database.source.manager
    const now = Date.now()
    await ensureProbeMonths(
      db,
      [0, 1].map((back) => `${new Date(now - back * 28 * DAY).toISOString().slice(0, 7)}-01`),
    )
    const filters = [null, 'iam', 'orange', 'nobody'].flatMap((operator) =>
      [null, '4g', '5g'].map((technology) => ({ operator, technology })),
    )
    const byName = (rows: { h3: string }[]) => rows.toSorted((a, b) => (a.h3 < b.h3 ? -1 : 1))
    const kept = async (run: RunRow) =>
      Promise.all(filters.map(async (filter) => byName(await reachOfCountry(db, run, filter))))
    const read = async (run: RunRow) =>
      Promise.all(
        filters.map(async (filter) =>
          byName(await reachOfParents(db, run, filter, { resolution: 5, ranges: ALL })),
        ),
      )
    const runs: RunRow[] = []
    const sizes = [200, 3, 5, 1, 4, 0]
    for (const [seed, size] of sizes.entries()) {
      const probes = fc.sample(probe(now), { numRuns: size, seed }).map(rowOf)
      await insertAsGiven(database.source, probes)
      // One network of a cell loses all its probes.
      await db.query(
        `INSERT INTO probe_flag (cell, probe_id, flag, counted, author, comment)
         SELECT cell, id, 'faulty', false, 'test', '' FROM probe
         WHERE cell = $1 AND operator IS NOT DISTINCT FROM $2 AND technology = '4g' AND measured_at >= now() - interval '30 days'
         ON CONFLICT DO NOTHING`,
        [cellToSql(CELLS[seed]!), seed % 2 ? 'iam' : null],
      )
      await sleep(50)
      const run = await classify(database.source, { rule: HASTY, author: 'test', full: seed === 4 })
      runs.push(
        run,
        await classify(database.source, { rule: HASTY, author: 'test', to: new Date(now - seed * DAY) }),
      )
    }
    const expected = await Promise.all(runs.map(read))
    expect(new Set(expected.map((e) => JSON.stringify(e))).size).toBeGreaterThan(8)
    expect(await Promise.all(runs.map(kept))).toEqual(expected)
    const names = await Promise.all(runs.map((run) => networksOfRun(db, run)))

    // Also where the newest run of a series was there before the rollup.
    const runner = database.source.createQueryRunner()
    const migration = new NetworkRollup1796000000000()
    await migration.down(runner)
    await migration.up(runner)
    await runner.release()
    expect(await Promise.all(runs.map(kept))).toEqual(expected)
    expect(await Promise.all(runs.map((run) => networksOfRun(db, run)))).toEqual(names)
    await insertAsGiven(database.source, fc.sample(probe(now), { numRuns: 4, seed: 9 }).map(rowOf))
    await sleep(50)
    const next = await classify(database.source, { rule: HASTY, author: 'test' })
    expect(await kept(next)).toEqual(await read(next))
  }, 120_000)
})
