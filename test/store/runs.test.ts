import { TECHNOLOGIES, type Technology } from '#domain/probe'
import { type Rule, SHIPPED_RULES } from '#domain/rule'
import { CLASSES } from '#domain/verdict'
import { cellAt, cellToSql, centreOf } from '#geo'
import { countsOfArea } from '#store/areas'
import { shareLock, takeLock } from '#store/database'
import { ensureProbeMonths } from '#store/probes'
import {
  FutureKnownBeforeError,
  type RunRow,
  classify,
  findRun,
  hasNewData,
  latestRun,
  listRuns,
} from '#store/runs'
import { verdictHistoryOf, rollupAt, verdictAt } from '#store/verdicts'
import fc from 'fast-check'
import { cellToParent } from 'h3-js'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { insertAsGiven, type KnownProbe, classifyByHand, digestOf, rowOf, storedVerdicts } from './oracle.js'

const SEED = 20261123
const DAY = 86_400_000
/** Ramadan 2026: Morocco's clock goes back an hour on 15 February at 3:00 and forth again on 22 March at 2:00. */
const FROM = new Date('2026-02-12T00:00:00Z')
const TO = new Date(FROM.getTime() + 41 * DAY)
const CLOCK_CHANGES = [Date.parse('2026-02-15T02:00:00Z'), Date.parse('2026-03-22T02:00:00Z')]
/** In five regions, at one place close together, and one in the ocean. */
const CELLS = [
  [33.99, -6.85],
  [33.998, -6.85],
  [34.006, -6.85],
  [35.24, -3.93],
  [31.63, -8.0],
  [30.42, -9.59],
  [23.7, -15.93],
  [33.0, -12.0],
].map(([lat, lng]) => cellAt(lat!, lng!))
const DEVICES = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', null]
const SPEEDS = [0, 1_999_999, 2_000_000, 2_000_001, 25_000_000, 150_000_000]

/** Moments on both sides of every limit: the window's, a local midnight's, the clock changes'. */
const moment = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: FROM.getTime() - DAY, max: TO.getTime() + DAY }) },
  fc
    .record({
      limit: fc.constantFrom(
        FROM.getTime(),
        TO.getTime(),
        ...CLOCK_CHANGES,
        Date.parse('2026-02-13T23:00:00Z'),
      ),
      by: fc.constantFrom(-3_600_000, -1, 0, 1, 3_600_000),
    })
    .map(({ limit, by }) => limit + by),
)

const probe: fc.Arbitrary<KnownProbe> = fc.record({
  id: fc.uuid({ version: 4 }),
  // The first has enough of them that many rules find several operators there.
  h3: fc.oneof(
    { weight: 2, arbitrary: fc.constant(CELLS[0]!) },
    { weight: 3, arbitrary: fc.constantFrom(...CELLS) },
  ),
  measuredAt: moment.map((ms) => new Date(ms).toISOString()),
  operator: fc.constantFrom('iam', 'orange', 'inwi', null),
  technology: fc.constantFrom<(Technology | null)[]>('4g', '4g', '4g', 'wifi_unknown', null),
  outcome: fc.constantFrom('ok', 'ok', 'ok', 'ok', 'no_service', 'failed'),
  downloadBps: fc.constantFrom(null, ...SPEEDS),
  uploadBps: fc.constantFrom(null, ...SPEEDS),
  latencyMs: fc.constantFrom(null, 20, 99.999, 100, 100.001),
  lossRatio: fc.constantFrom(null, 0, 0.02, 0.020001),
  device: fc.constantFrom(...DEVICES),
  counted: fc.constantFrom(true, true, true, false),
})
const someProbes = fc.array(probe, { minLength: 150, maxLength: 250 })

/** Rules that decide on little, so that every state comes up. */
const someRule: fc.Arbitrary<Rule> = fc
  .record({
    minDownloadBps: fc.constantFrom(1, ...SPEEDS.slice(1)),
    minUploadBps: fc.constantFrom(null, null, 1, 2_000_000),
    maxLatencyMs: fc.constantFrom(null, null, 100),
    passShare: fc.constantFrom(0.1, 0.2, 0.3, 0.5, 0.8, 0.8),
    confidence: fc.constantFrom<Rule['confidence'][]>(0.8, 0.8, 0.9, 0.95, 0.99),
    minSamples: fc.constantFrom(1, 1, 2, 4),
    minDevices: fc.constantFrom(1, 1, 2),
    deviceDayCap: fc.constantFrom(1, 2, 6),
    deviceCap: fc.constantFrom(2, 5, 120),
    halfWeightAfterDays: fc.constantFrom(null, null, 10, 25),
    settleDays: fc.constantFrom(0, 7, 30),
    classConfidence: fc.constantFrom(0, 0, 0.3, 0.7, 0.8),
    keepClassConfidence: fc.constantFrom(0, 0.2, 0.6),
    maxLossRatio: fc.constantFrom(null, null, null, 0.02),
    placeSpread: fc.constantFrom(0, 0.5, 0.9),
    minDays: fc.constantFrom(1, 1, 2, 3),
    minHours: fc.constantFrom(1, 1, 2, 3),
    peakHours: fc.constantFrom(null, null, { from: 19, to: 23 }, { from: 0, to: 12 }),
    blackFrom: fc.constantFrom(1, 2, 2, 3),
    technologies: fc.constantFrom<Technology[][]>(
      [...TECHNOLOGIES],
      [...TECHNOLOGIES],
      ['4g'],
      ['wifi_unknown', '5g'],
    ),
  })
  .map((figures) => ({ ...SHIPPED_RULES[0]!, ...figures, id: 'generated' }))

/** Batches of probes with ids of their own. */
const batches = (count: number, seed: number): KnownProbe[][] =>
  fc.sample(someProbes, { numRuns: count, seed })

function countsOf(verdicts: Iterable<{ class: string }>): Record<string, number> {
  const counts: Record<string, number> = Object.fromEntries(CLASSES.map((c) => [c, 0]))
  for (const verdict of verdicts) counts[verdict.class]!++
  return counts
}

/** Digests in the order of the runs, to be compared between the engines. */
const digests = new Map<string, string[]>()

describe.each(ENGINES)('runs on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
    await ensureProbeMonths(database.source.manager, ['2026-02-01', '2026-03-01'])
  })
  afterAll(() => database.drop())
  beforeEach(() => database.source.query('TRUNCATE probe, probe_ledger'))

  const query = (text: string, values: unknown[] = []) => database.source.query(text, values)
  /** A run knows what came before the millisecond in which it begins. */
  async function insert(probes: readonly KnownProbe[]): Promise<Set<string>> {
    const fresh = await insertAsGiven(database.source, probes.map(rowOf))
    await sleep(2)
    return fresh
  }
  const stored = (run: { id: number; series: number }) => storedVerdicts(database.source.manager, run)
  const window = (rule: Rule, more = {}) =>
    classify(database.source, { rule, from: FROM, to: TO, author: 'test', ...more })
  const easy = (id: string): Rule => ({
    ...SHIPPED_RULES[0]!,
    id,
    minSamples: 3,
    minDays: 2,
    minHours: 2,
    passShare: 0.3,
    confidence: 0.8,
    classConfidence: 0,
    placeSpread: 0,
    halfWeightAfterDays: null,
    validityDays: 3650,
  })
  const current = (rule: Rule) => classify(database.source, { rule, author: 'test' })
  const rebuild = (rule: Rule, { from, to, knownBefore }: RunRow) =>
    classify(database.source, { rule, from, to, knownBefore, author: 'test' })
  const rowsBegunIn = async ({ id }: RunRow): Promise<string[]> =>
    (await query('SELECT to_hex(cell) AS h3 FROM verdict WHERE first_run = $1 ORDER BY cell', [id])).map(
      (row: { h3: string }) => row.h3,
    )

  test('generated rules judge generated probes as the pure functions do, to the last digit', async () => {
    const seen = new Set<string>()
    const property = fc.asyncProperty(
      someProbes,
      fc.array(someRule, { minLength: 6, maxLength: 6 }),
      async (probes, rules) => {
        await query('TRUNCATE probe, probe_ledger')
        await insert(probes)
        for (const rule of rules) {
          const run = await window(rule)
          const expected = classifyByHand(rule, probes, FROM, TO)
          expect(await stored(run)).toEqual(expected)
          expect(run.counts).toMatchObject(countsOf(expected.values()))
          expect(run.digest).toBe(digestOf(expected))
          for (const verdict of expected.values()) seen.add(`${verdict.class} from ${rule.blackFrom}`)
          digests.set(engine, [...(digests.get(engine) ?? []), run.digest])
        }
      },
    )
    await fc.assert(property, { numRuns: 15, seed: SEED, endOnFailure: true })
    for (const some of ['black from 2', 'grey from 2', 'unknown from 2', 'white from 2'])
      expect(seen).toContain(some)
  })

  test('only what was received before the given moment counts', async () => {
    const rule = easy('known')
    const [early = [], late = []] = batches(2, 1)
    const moments: Date[] = [new Date((await query('SELECT clock_timestamp() AS now'))[0].now)]
    for (const batch of [early, late]) {
      await sleep(5)
      await insert(batch)
      await sleep(5)
      moments.push((await query('SELECT clock_timestamp() AS now'))[0].now)
    }
    const runs = []
    for (const knownBefore of moments) runs.push(await stored(await window(rule, { knownBefore })))
    expect(runs).toEqual([
      new Map(),
      classifyByHand(rule, early, FROM, TO),
      classifyByHand(rule, [...early, ...late], FROM, TO),
    ])
  })

  test('a moment that has not come yet is refused', async () => {
    const tomorrow = new Date(Date.now() + DAY)
    await expect(window(easy('future'), { knownBefore: tomorrow })).rejects.toThrow(FutureKnownBeforeError)
  })

  test('a run of a country without probes has the digest of nothing', async () => {
    const run = await window(easy('nothing'))
    expect(run.digest).toBe('0'.repeat(64))
    expect(run.counts).toMatchObject({ white: 0, grey: 0, black: 0, unknown: 0 })
    expect(run.counts.notMeasured).toBeGreaterThan(800_000)
  })

  test('a late upload changes no earlier run, is in the next, and the earlier one can be built again', async () => {
    const rule = easy('late')
    const [early = [], late = []] = batches(2, 2)
    await insert(early)
    const first = await current(rule)
    const before = await stored(first)
    await insert(late)
    const next = await current(rule)
    const again = await rebuild(rule, first)
    expect(again.digest).toBe(first.digest)
    expect(again.series).not.toBe(first.series)
    expect(await stored(again)).toEqual(before)
    expect(await stored(first)).toEqual(before)
    expect(digestOf(await stored(first))).toBe((await findRun(database.source.manager, first.id))!.digest)
    expect(next.digest).not.toBe(first.digest)
    expect(await stored(next)).toEqual(classifyByHand(rule, [...early, ...late], next.from, next.to))
    expect((await latestRun(database.source.manager, rule.id))!.id).toBe(next.id)
  })

  test('a run after which nothing came writes no row, and keeps the digest', async () => {
    const rule = easy('quiet')
    await insert(batches(1, 3)[0]!)
    const first = await current(rule)
    const quiet = await current(rule)
    const written = await query(
      `SELECT (SELECT count(*) FROM verdict WHERE first_run = $1 OR next_run = $1)
         + (SELECT count(*) FROM rollup WHERE first_run = $1 OR next_run = $1) AS n`,
      [quiet.id],
    )
    expect(Number(written[0].n)).toBe(0)
    expect([quiet.series, quiet.digest, quiet.counts]).toEqual([first.series, first.digest, first.counts])
    expect(await stored(quiet)).toEqual(await stored(first))
  })

  test('a cell that changes closes its old row, and each run still reads its own', async () => {
    const rule = easy('changed')
    const [early = [], late = []] = batches(2, 4)
    const h3 = CELLS[3]!
    const cell = cellToSql(h3)
    const ofCell = late.filter((p) => p.h3 === h3)
    await insert(early)
    const first = await current(rule)
    await insert(ofCell)
    const second = await current(rule)
    const rows = await query(
      'SELECT first_run, next_run FROM verdict WHERE series = $1 AND cell = $2 ORDER BY first_run',
      [first.series, cell],
    )
    expect(rows).toEqual([
      { first_run: first.id, next_run: second.id },
      { first_run: second.id, next_run: null },
    ])
    expect(await rowsBegunIn(second)).toEqual([h3])
    const [old, young] = [
      classifyByHand(rule, early, first.from, first.to).get(h3),
      classifyByHand(rule, [...early, ...ofCell], second.from, second.to).get(h3),
    ]
    expect(young).not.toEqual(old)
    const at = async (run: RunRow) => (await stored(run)).get(h3)
    expect(await at(first)).toEqual(old)
    expect(await at(second)).toEqual(young)
    expect(await verdictAt(database.source.manager, second, cell)).toMatchObject({
      class: young!.class,
      confidence: young!.confidence,
    })
    const past = await verdictHistoryOf(database.source.manager, rule.id, cell)
    expect(past.map((p) => [p.run, p.verdict, p.confidence])).toEqual([
      [second.id, young!.class, young!.confidence],
      [first.id, old!.class, old!.confidence],
    ])
  })

  test('through runs in which cells come, change and go, every parent and area has the counts of its cells', async () => {
    const rule = easy('parents')
    const [a = [], b = [], c = []] = batches(3, 5)
    const steps: KnownProbe[][] = [
      a.filter((p) => CELLS.indexOf(p.h3) < 4),
      [...a, ...b],
      [],
      c.filter((p) => CELLS.indexOf(p.h3) % 2 === 0),
      c,
    ]
    const runs: RunRow[] = []
    for (const probes of steps) {
      await query('TRUNCATE probe, probe_ledger')
      if (probes.length > 0) await insert(probes)
      runs.push(await classify(database.source, { rule, author: 'test', full: true }))
    }
    expect(new Set(runs.map((run) => run.series)).size).toBe(1)
    for (const [i, run] of runs.entries()) {
      expect(await stored(run)).toEqual(classifyByHand(rule, steps[i]!, run.from, run.to))
      await expectParents(run)
      await expectAreas(run)
    }
    const [{ doubled }] = await query(
      `SELECT EXISTS (SELECT 1 FROM rollup WHERE next_run IS NULL GROUP BY series, cell HAVING count(*) > 1) AS doubled`,
    )
    expect(doubled).toBe(false)
  })

  async function expectParents(run: RunRow): Promise<void> {
    const verdicts = await stored(run)
    const expected = new Map<string, Record<string, number>>()
    for (const resolution of [4, 5, 6, 7])
      for (const parent of new Set([...verdicts.keys()].map((h3) => cellToParent(h3, resolution)))) {
        const children = [...verdicts].filter(([h3]) => cellToParent(h3, resolution) === parent)
        expected.set(parent, countsOf(children.map(([, verdict]) => verdict)))
      }
    const rows: ({ h3: string } & Record<string, unknown>)[] = await query(
      `SELECT to_hex(cell) AS h3, white, grey, black, unknown FROM rollup
       WHERE series = $1 AND first_run <= $2 AND (next_run IS NULL OR next_run > $2)`,
      [run.series, run.id],
    )
    expect(new Map(rows.map(({ h3, ...counts }) => [h3, counts]))).toEqual(expected)
    for (const [parent, counts] of expected)
      expect(await rollupAt(database.source.manager, run, cellToSql(parent))).toEqual({
        ...counts,
        served: 0,
        noneTried: 0,
      })
  }

  async function expectAreas(run: RunRow): Promise<void> {
    const verdicts = await stored(run)
    const places: { h3: string; codes: (string | null)[] }[] = await query(
      'SELECT to_hex(cell) AS h3, ARRAY[region_code, province_code, commune_code] AS codes FROM cell_place',
    )
    const areas: { code: string; cells: number }[] = await query(
      'SELECT code, cell_count AS cells FROM current_area',
    )
    for (const { code, cells } of areas) {
      const inside = places.filter((place) => place.codes.includes(code) && verdicts.has(place.h3))
      const counts = countsOf(inside.map((place) => verdicts.get(place.h3)!))
      const expected = { ...counts, notMeasured: Math.max(0, cells - inside.length) }
      expect(await countsOfArea(database.source.manager, run.id, code)).toEqual({
        counts: expected,
        partial: { served: 0, noneTried: 0 },
      })
    }
  }

  test('a cell is placed in the province that covers its centre, in its region, and in none at sea', async () => {
    await insert(batches(1, 6)[0]!)
    await window(easy('placed'))
    const rows: { h3: string; region: string | null; province: string | null }[] = await query(
      'SELECT to_hex(cell) AS h3, region_code AS region, province_code AS province FROM cell_place',
    )
    const placed = new Map(rows.map((row) => [row.h3, row]))
    for (const h3 of CELLS) {
      const [lng, lat] = centreOf(h3)
      const covering: { code: string }[] = await query(
        `SELECT code FROM current_area WHERE level = 'province'
           AND ST_Covers(geom, ST_SetSRID(ST_MakePoint($1::float8, $2::float8), 4326)) ORDER BY code`,
        [lng, lat],
      )
      const province = covering[0]?.code ?? null
      expect(placed.get(h3)).toEqual({ h3, province, region: province?.slice(0, 2) ?? null })
    }
    expect(placed.get(CELLS.at(-1)!)!.region).toBe(null)
    expect(new Set(rows.map((row) => row.region)).size).toBeGreaterThan(4)
  })

  test('two runs of a rule at once make one series, and the second writes nothing', async () => {
    const rule = easy('twice')
    await insert(batches(1, 7)[0]!)
    const runs = await Promise.all([current(rule), current(rule), current(rule)])
    expect(new Set(runs.map((run) => run.series)).size).toBe(1)
    expect(new Set(runs.map((run) => run.digest)).size).toBe(1)
    const written = await Promise.all(runs.map(rowsBegunIn))
    expect(written.filter((cells) => cells.length > 0)).toHaveLength(1)
  })

  test('runs made while probes arrive can each be built again', async () => {
    const rule = easy('amid')
    const all = batches(1, 8)[0]!
    const parts = Array.from({ length: 12 }, (_, i) => all.filter((_, n) => n % 12 === i))
    const runs: RunRow[] = []
    await Promise.all([
      ...parts.map(insert),
      ...[1, 2, 3, 4].map(async () => runs.push(await window(rule))),
      ...[1, 2].map(async () => runs.push(await current(rule))),
    ])
    for (const run of runs) expect((await rebuild(rule, run)).digest).toBe(run.digest)
  })

  describe.runIf(engine === 'postgresql')('between writers and runs', () => {
    /** Whether it is still going on after a while. */
    const waits = async (work: Promise<unknown>) =>
      (await Promise.race([work.then(() => 'done'), sleep(300, 'waiting')])) === 'waiting'

    test('a run waits for the probes that were received and are not yet committed, and counts them', async () => {
      const rule = easy('waiting')
      const [probes = []] = batches(1, 11)
      await insert(probes)
      let run: Promise<RunRow> | undefined
      await database.source.transaction(async (tx) => {
        await shareLock(tx, 'receive')
        await tx.query(`UPDATE probe SET counted = false, received_at = clock_timestamp()`)
        run = window(rule)
        expect(await waits(run)).toBe(true)
      })
      expect((await stored(await run!)).size).toBe(0)
    })

    test('a writer waits while a run reads the clock', async () => {
      let written: Promise<Set<string>> | undefined
      await database.source.transaction(async (tx) => {
        await takeLock(tx, 'receive')
        written = insert(batches(1, 12)[0]!)
        expect(await waits(written)).toBe(true)
      })
      expect((await written!).size).toBeGreaterThan(0)
    })
  })

  test('a rule has new probes exactly when some came since its newest run for now', async () => {
    const rule = easy('newer')
    const newer = () => hasNewData(database.source.manager, rule.id)
    expect(await newer()).toBe(false)
    const [first = [], second = []] = batches(2, 9)
    await insert(first)
    expect(await newer()).toBe(true)
    await window(rule)
    expect(await newer()).toBe(true)
    await sleep(5)
    await current(rule)
    expect(await newer()).toBe(false)
    await insert(second)
    expect(await newer()).toBe(true)
  })

  test('a new version of a rule begins a series of its own', async () => {
    const rule = easy('versions')
    await insert(batches(1, 10)[0]!)
    const first = await current(rule)
    const stricter = await current({ ...rule, version: rule.version + 1, minSamples: 100 })
    const back = await current(rule)
    expect(stricter.series).not.toBe(first.series)
    expect(back.series).toBe(first.series)
    expect(stricter.counts.unknown).toBeGreaterThan(first.counts.unknown)
    expect(await rowsBegunIn(back)).toEqual([])
  })

  test('runs are listed newest first, page by page, and a fixed date is never the latest', async () => {
    const rule = easy('listed')
    const made = [await current(rule), await window(rule), await current(rule), await window(rule)]
    const ids = made.map((run) => run.id).toReversed()
    const { manager } = database.source
    const page = await listRuns(manager, { rule: rule.id, before: 2 ** 31 - 1, limit: 3 })
    const rest = await listRuns(manager, { rule: rule.id, before: page.at(-1)!.id, limit: 3 })
    expect([...page, ...rest].map((run) => run.id)).toEqual(ids)
    expect((await latestRun(manager, rule.id))!.id).toBe(made[2]!.id)
    expect(await findRun(manager, made[1]!.id)).toEqual(made[1])
  })

  test('a run that fails leaves nothing behind', async () => {
    const before = await query('SELECT count(*) AS n FROM run')
    await expect(current({ ...easy('broken'), minDays: 0.5 })).rejects.toThrow()
    expect(await query('SELECT count(*) AS n FROM run')).toEqual(before)
  })
})

test('both engines gave the same digests, run by run', () => {
  expect(digests.get('embedded')!.length).toBe(90)
  expect(digests.get('embedded')).toEqual(digests.get('postgresql'))
})
