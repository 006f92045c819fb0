import { type Technology } from '#domain/probe'
import { type Rule, SHIPPED_RULES } from '#domain/rule'
import { cellAt } from '#geo'
import { ensureProbeMonths } from '#store/probes'
import { classify, findRun } from '#store/runs'
import fc from 'fast-check'
import { cellToParent } from 'h3-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { insertAsGiven, type KnownProbe, classifyByHand, digestOf, rowOf, storedVerdicts } from './oracle.js'

const FROM = new Date('2026-02-15T00:00:00Z')
const DAYS = 40
const TO = new Date(FROM.getTime() + DAYS * 86_400_000)
/** Close together, so that they share parents. */
const CELLS = Array.from({ length: 14 }, (_, i) => cellAt(33.7 + (i % 4) * 0.012, -6.4 + i * 0.011))
const DEVICES = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', null]

/** A country in which every state of a network comes up: each line has its own truth, each probe its luck. */
const someProbes: fc.Arbitrary<KnownProbe[]> = fc
  .array(
    fc.record({
      h3: fc.constantFrom(...CELLS),
      operator: fc.constantFrom('iam', 'orange', 'inwi', null),
      technology: fc.constantFrom<(Technology | null)[]>('4g', 'fibre', 'satellite_geo', null),
      level: fc.constantFrom(0.5e6, 2e6, 25e6, 40e6, 150e6),
      dead: fc.constantFrom(0, 0, 0.2, 1),
      size: fc.integer({ min: 1, max: 45 }),
    }),
    { minLength: 25, maxLength: 45 },
  )
  .chain((lines) => fc.tuple(...lines.map(probesOfLine)))
  .map((lines) => lines.flat())

interface Truth {
  h3: string
  operator: string | null
  technology: Technology | null
  level: number
  dead: number
  size: number
}

function probesOfLine(line: Truth): fc.Arbitrary<KnownProbe[]> {
  const luck = fc.record({
    id: fc.uuid({ version: 4 }),
    minute: fc.integer({ min: 0, max: DAYS * 1440 - 1 }),
    factor: fc.constantFrom(0.7, 1, 1, 1.3),
    roll: fc.double({ min: 0, max: 1, noNaN: true }),
    device: fc.constantFrom(...DEVICES),
    counted: fc.constantFrom(true, true, true, false),
    latencyMs: fc.constantFrom(null, 20, 100, 101, 600),
    upload: fc.constantFrom(null, 0.1, 0.5),
    failed: fc.constantFrom(false, false, false, false, true),
  })
  return fc.array(luck, { minLength: line.size, maxLength: line.size }).map((all) =>
    all.map((l): KnownProbe => {
      const outcome = l.roll < line.dead ? 'no_service' : l.failed ? 'failed' : 'ok'
      const measured = outcome === 'ok'
      return {
        id: l.id,
        h3: line.h3,
        measuredAt: new Date(FROM.getTime() + l.minute * 60_000 + 123).toISOString(),
        operator: line.operator,
        technology: line.technology,
        outcome,
        downloadBps: measured ? Math.round(line.level * l.factor) : null,
        uploadBps: measured && l.upload !== null ? Math.round(line.level * l.upload) : null,
        latencyMs: measured ? l.latencyMs : null,
        device: l.device,
        counted: l.counted,
      }
    }),
  )
}

/** The shipped ones, and one that states a class with less confidence, so that all classes come up. */
const RULES = [
  ...SHIPPED_RULES,
  { ...SHIPPED_RULES[0]!, id: 'lax', classConfidence: 0.84, keepClassConfidence: 0.7 },
]

const digests = new Map<string, string[]>()

describe.each(ENGINES)('verdicts on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
    await ensureProbeMonths(database.source.manager, ['2026-02-01', '2026-03-01'])
  })
  afterAll(() => database.drop())

  const stored = (run: { id: number; series: number }) => storedVerdicts(database.source.manager, run)
  const run = (rule: Rule, more = {}) =>
    classify(database.source, { rule, from: FROM, to: TO, author: 'test', ...more })

  test('the statement and the pure functions agree on generated probes, to the last digit', async () => {
    const seen = new Set<string>()
    const property = fc.asyncProperty(someProbes, async (probes) => {
      await database.source.query('TRUNCATE probe, probe_ledger')
      await insertAsGiven(database.source, probes.map(rowOf))
      for (const rule of RULES) {
        const made = await run(rule)
        const expected = classifyByHand(rule, probes, FROM, TO)
        expect(await stored(made)).toEqual(expected)
        for (const { class: colour } of expected.values()) seen.add(colour)
        digests.set(engine, [...(digests.get(engine) ?? []), made.digest])
      }
    })
    await fc.assert(property, { numRuns: 12, seed: 20261123 })
    expect([...seen].sort()).toEqual(['black', 'grey', 'unknown', 'white'])
  })

  test('a rebuilt run has the same digest, and a late upload changes no earlier run', async () => {
    await database.source.query('TRUNCATE probe, probe_ledger')
    const [probes = [], late = []] = fc.sample(someProbes, { numRuns: 2, seed: 7 })
    await insertAsGiven(database.source, probes.map(rowOf))
    const rule = SHIPPED_RULES[0]!
    const first = await run(rule)
    const before = await stored(first)
    await insertAsGiven(database.source, late.map(rowOf))
    const rebuilt = await run(rule, { knownBefore: first.knownBefore })
    const next = await run(rule)
    expect(rebuilt.digest).toBe(first.digest)
    expect(next.digest).not.toBe(first.digest)
    expect(await stored(first)).toEqual(before)
    expect((await findRun(database.source.manager, first.id))!.digest).toBe(first.digest)
    expect(await stored(next)).toEqual(classifyByHand(rule, [...probes, ...late], FROM, TO))
  })

  test('the digest is what it is said to be, over the cells of the run', async () => {
    const made = await run(SHIPPED_RULES[0]!)
    expect(made.digest).toBe(digestOf(await stored(made)))
  })

  test('runs of a series write only what changed, and each reads as it stood', async () => {
    const rule = { ...SHIPPED_RULES[0]!, validityDays: 3650 }
    await database.source.query('TRUNCATE probe, probe_ledger')
    const [probes = [], late = []] = fc.sample(someProbes, { numRuns: 2, seed: 11 })
    await insertAsGiven(database.source, probes.map(rowOf))
    const current = () => classify(database.source, { rule, author: 'test' })
    const rowsOf = async (id: number) =>
      Number(
        (await database.source.query('SELECT count(*) AS n FROM verdict WHERE first_run = $1', [id]))[0].n,
      )
    const first = await current()
    const quiet = await current()
    expect(quiet.series).toBe(first.series)
    expect(await rowsOf(quiet.id)).toBe(0)
    expect(quiet.digest).toBe(first.digest)
    const before = await stored(first)
    const one = late.filter((probe) => probe.h3 === late[0]!.h3)
    await insertAsGiven(database.source, one.map(rowOf))
    const changed = await current()
    expect(await rowsOf(changed.id)).toBe(1)
    expect(await stored(first)).toEqual(before)
    expect(await stored(quiet)).toEqual(before)
    const h3 = late[0]!.h3
    expect((await stored(changed)).get(h3)).not.toEqual((await stored(first)).get(h3))
    await expectRollups(changed)
    await expectRollups(first)
    await expectAreaCounts(changed)
  })

  async function expectRollups(made: { id: number; series: number }): Promise<void> {
    const verdicts = await stored(made)
    const rows: { h3: string; white: number; grey: number; black: number; unknown: number }[] =
      await database.source.query(
        `SELECT to_hex(cell) AS h3, white, grey, black, unknown FROM rollup
         WHERE series = $1 AND first_run <= $2 AND (next_run IS NULL OR next_run > $2)`,
        [made.series, made.id],
      )
    const counted = new Map<string, Record<string, number>>()
    for (const [h3, verdict] of verdicts)
      for (const resolution of [4, 5, 6, 7]) {
        const parent = cellToParent(h3, resolution)
        const counts = counted.get(parent) ?? { white: 0, grey: 0, black: 0, unknown: 0 }
        counts[verdict.class]!++
        counted.set(parent, counts)
      }
    expect(new Map(rows.map(({ h3, ...counts }) => [h3, counts]))).toEqual(counted)
  }

  /** All the cells lie in the region of Rabat. */
  async function expectAreaCounts(made: { id: number; series: number }): Promise<void> {
    const [region] = await database.source.query(
      `SELECT white + grey + black + unknown AS n FROM area_count WHERE run_id = $1 AND code = '04'`,
      [made.id],
    )
    expect(region.n).toBe((await stored(made)).size)
  }
})

test('both engines gave the same digests', () => {
  expect(digests.get('embedded')).toEqual(digests.get('postgresql'))
})
