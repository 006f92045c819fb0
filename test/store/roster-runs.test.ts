/** Runs that know the roster: what changes of it, they judge again, and only that; the past can be rebuilt. */
import { type RosterEntry } from '#domain/roster'
import { type Rule, SHIPPED_RULES } from '#domain/rule'
import {
  CLASSES,
  type CellVerdict,
  type ClassCounts,
  SHIPPED_PRESENCE_COEFFICIENTS,
  cellVerdictOf,
} from '#domain/verdict'
import { cellAt, cellToSql } from '#geo'
import { countsOfArea } from '#store/areas'
import { importCoverage } from '#store/coverage'
import { ensureProbeMonths } from '#store/probes'
import { addRosterEntry, endRosterEntry, withdrawRosterEntry } from '#store/roster'
import { type RunRow, classify, hasNewData } from '#store/runs'
import { evidenceAt, rollupAt, rosterContextsOf } from '#store/verdicts'
import { cellToParent } from 'h3-js'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { type KnownProbe, insertAsGiven, rowOf } from './oracle.js'

const DAY = 86_400_000
const rule: Rule = { ...SHIPPED_RULES[0]!, id: 'by-roster', classConfidence: 0.8, keepClassConfidence: 0.7 }
const BY = { author: 'test', comment: null }

/** Cells near Rabat (region 04) and near Marrakech (region 07), one of them measured for each operator. */
const RABAT = [0, 1, 2, 3].map((i) => cellAt(33.95 + i * 0.03, -6.75))
const MARRAKECH = [0, 1, 2, 3].map((i) => cellAt(31.6 + i * 0.03, -8.0))

const probesOf = (h3: string, operator: string, passes: boolean): KnownProbe[] =>
  Array.from({ length: 36 }, (_, i) => ({
    id: crypto.randomUUID(),
    h3,
    measuredAt: new Date(Date.now() - (20 + (i % 12)) * DAY + i * 3_600_000).toISOString(),
    operator,
    technology: '4g',
    outcome: 'ok',
    downloadBps: passes ? 20_000_000 : 500_000,
    device: crypto.randomUUID(),
    counted: true,
  }))

const entry = (operator: string, regionCodes: string[] | null): RosterEntry => ({
  operator,
  technologies: ['4g'],
  regionCodes,
  from: null,
  to: null,
  source: 'a test',
  isAssumption: true,
})

describe.each(ENGINES)('runs by the roster on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
    const months = [0, 1, 2].map((back) => new Date(Date.now() - back * 28 * DAY).toISOString().slice(0, 7))
    await ensureProbeMonths(
      database.source.manager,
      months.map((month) => `${month}-01`),
    )
  })
  afterAll(() => database.drop())
  beforeEach(() =>
    database.source.query('TRUNCATE probe, probe_ledger, roster_entry, coverage, presence_model'),
  )

  const db = () => database.source.manager
  /** Makes a run whose counts are what its verdicts add up to. */
  async function run(
    options: { full?: boolean; knownBefore?: Date; from?: Date; to?: Date } = {},
  ): Promise<RunRow> {
    const made = await classify(database.source, { rule, author: 'test', ...options })
    await expectCounts(made)
    return made
  }

  async function expectCounts(made: RunRow): Promise<void> {
    const judged = await verdicts(made)
    const { notMeasured: _notMeasured, ...byClass } = made.counts
    expect({ ...byClass, ...made.partial }).toEqual(countsOf([...judged.values()]))
    const placed: { h3: string; codes: (string | null)[] }[] = await db().query(
      'SELECT to_hex(cell) AS h3, ARRAY[region_code, province_code, commune_code] AS codes FROM cell_place',
    )
    for (const code of ['04', '07']) {
      const inside = placed
        .filter(({ codes }) => codes.includes(code))
        .flatMap(({ h3 }) => judged.get(h3) ?? [])
      const { counts, partial } = (await countsOfArea(db(), made.id, code))!
      const { notMeasured: _unmeasured, ...ofArea } = counts
      expect({ ...ofArea, ...partial }).toEqual(countsOf(inside))
    }
    for (const resolution of [4, 7])
      for (const parent of new Set([...judged.keys()].map((h3) => cellToParent(h3, resolution)))) {
        const children = [...judged].filter(([h3]) => cellToParent(h3, resolution) === parent)
        expect(await rollupAt(db(), made, cellToSql(parent))).toEqual(
          countsOf(children.map(([, verdict]) => verdict)),
        )
      }
  }

  /** One operator's line in each cell: it passes in every second. */
  async function measure(): Promise<void> {
    const probes = [...RABAT, ...MARRAKECH].flatMap((h3, i) => probesOf(h3, 'iam', i % 2 === 0))
    await insertAsGiven(database.source, probes.map(rowOf))
  }

  async function verdicts({ id, series }: RunRow): Promise<Map<string, CellVerdict>> {
    const rows: (CellVerdict & { h3: string })[] = await db().query(
      `SELECT to_hex(cell) AS h3, class, confidence, lower_bound AS lower, upper_bound AS upper, untried, partial
       FROM verdict WHERE series = $1 AND first_run <= $2 AND (next_run IS NULL OR next_run > $2) ORDER BY cell`,
      [series, id],
    )
    return new Map(rows.map(({ h3, ...verdict }) => [h3, verdict]))
  }

  /** Cells whose verdict a run wrote or closed. */
  const changedIn = async ({ id }: RunRow): Promise<string[]> => {
    const rows: { h3: string }[] = await db().query(
      `SELECT DISTINCT to_hex(cell) AS h3 FROM verdict WHERE first_run = $1 OR next_run = $1 ORDER BY 1`,
      [id],
    )
    return rows.map(({ h3 }) => h3)
  }

  async function expectSameInFull(changed: RunRow): Promise<void> {
    const full = await run({ full: true })
    expect(await changedIn(full)).toEqual([])
    expect(full.digest).toBe(changed.digest)
  }

  const addModel = (intercept: number) =>
    db().query(
      `INSERT INTO presence_model (rule_id, received_at, author, coefficients, cells, log_loss)
       VALUES ($1, clock_timestamp(), 'test', $2, 1, 0)`,
      [rule.id, JSON.stringify(modelOf('inwi', intercept))],
    )

  test('a region in which the roster changed is judged again, no other; full runs and the past agree', async () => {
    await measure()
    const empty = await run()
    expect([...(await verdicts(empty)).values()].every(({ lower }) => lower === null)).toBe(true)

    await addRosterEntry(database.source, entry('iam', null), BY)
    expect(await hasNewData(db(), rule.id)).toBe(true)
    const alone = await run()
    expect(await changedIn(alone)).toEqual([...RABAT, ...MARRAKECH].sort())
    await expectSameInFull(alone)

    const added = await addRosterEntry(database.source, entry('inwi', ['07']), BY)
    const two = await run()
    expect(await changedIn(two)).toEqual([...MARRAKECH].sort())
    const untried = [...(await verdicts(two))].map(([h3, verdict]) => [h3, verdict.untried])
    expect(Object.fromEntries(untried)).toEqual(
      Object.fromEntries([...RABAT.map((h3) => [h3, []]), ...MARRAKECH.map((h3) => [h3, ['inwi']])]),
    )
    await expectSameInFull(two)

    if (!('entry' in added)) throw new Error('the entry was refused')
    const ended = await endRosterEntry(database.source, added.entry.id, '2026-01-01', BY)
    const one = await run()
    expect(await changedIn(one)).toEqual([...MARRAKECH].sort())
    expect(one.digest).toBe(alone.digest)
    await expectSameInFull(one)
    if (!('entry' in ended)) throw new Error('the end was refused')
    await withdrawRosterEntry(database.source, ended.entry.id, BY)
    expect(await changedIn(await run())).toEqual([])

    // Each moment can be rebuilt with the roster that was known then.
    for (const past of [empty, alone, two, one]) {
      const again = await run({ from: past.from, to: past.to, knownBefore: past.knownBefore })
      expect(again.digest).toBe(past.digest)
    }
  })

  test('a new presence model judges all cells again, and only of its rule; a quiet run writes nothing', async () => {
    await measure()
    await addRosterEntry(database.source, entry('iam', null), BY)
    await addRosterEntry(database.source, entry('inwi', null), BY)
    const first = await run()
    expect(await changedIn(await run())).toEqual([])
    await db().query(
      `INSERT INTO presence_model (rule_id, received_at, author, coefficients, cells, log_loss)
       VALUES ('another', clock_timestamp(), 'test', '{}', 1, 0)`,
    )
    expect(await changedIn(await run())).toEqual([])
    await addModel(-8)
    expect(await hasNewData(db(), rule.id)).toBe(true)
    const second = await run()
    // With an untried operator that hardly ever serves, each cell has a class.
    expect([...(await verdicts(second)).values()].map((verdict) => verdict.class).sort()).toEqual([
      ...Array<string>(4).fill('grey'),
      ...Array<string>(4).fill('white'),
    ])
    await expectSameInFull(second)
    const again = await run({ from: first.from, to: first.to, knownBefore: first.knownBefore })
    expect(again.digest).toBe(first.digest)
  })

  test('a declaration judges its cell and its family again, the first in a region all of the region', async () => {
    await measure()
    await addRosterEntry(database.source, entry('iam', null), BY)
    await addRosterEntry(database.source, entry('inwi', null), BY)
    await addModel(0)
    await run()
    const declare = (h3: string) =>
      importCoverage(
        database.source,
        'declared',
        [
          {
            cell: cellToSql(h3),
            operator: 'inwi',
            technology: '4g',
            downloadBps: 20_000_000,
            uploadBps: null,
            onDate: '2026-01-01',
          },
        ],
        { source: 'test', author: 'test' },
      )
    await declare(MARRAKECH[0]!)
    const first = await run()
    const changed = await changedIn(first)
    expect(changed.length).toBeGreaterThan(0)
    expect(changed.filter((h3) => !MARRAKECH.includes(h3))).toEqual([])
    await expectSameInFull(first)
    await declare(MARRAKECH[1]!)
    const second = await run()
    expect((await changedIn(second)).filter((h3) => h3 !== MARRAKECH[1])).toEqual([])
    await expectSameInFull(second)
    const again = await run({ from: first.from, to: first.to, knownBefore: first.knownBefore })
    expect(again.digest).toBe(first.digest)
  })

  test('the pure function gives the stored verdict, with the context that is read for reasons', async () => {
    await measure()
    await insertAsGiven(database.source, probesOf(RABAT[0]!, 'inwi', true).map(rowOf))
    for (const operator of ['iam', 'inwi', 'orange'])
      await addRosterEntry(database.source, entry(operator, operator === 'orange' ? ['04'] : null), BY)
    const made = await run()
    const stored = await verdicts(made)
    const contexts = (await rosterContextsOf(db(), made, rule, [...stored.keys()].map(cellToSql)))!
    for (const [h3, verdict] of stored) {
      const cell = cellToSql(h3)
      expect(cellVerdictOf(rule, await evidenceAt(db(), made, cell), contexts.get(cell)!)).toEqual(verdict)
    }
    expect(stored.get(RABAT[0]!)).toMatchObject({ class: 'black', lower: 2, upper: 3, untried: ['orange'] })
    expect(stored.get(RABAT[1]!)).toMatchObject({ lower: 0, upper: 2, untried: ['inwi', 'orange'] })
  })
})

const countsOf = (verdicts: readonly CellVerdict[]) => {
  const sizeOf = (isMeant: (verdict: CellVerdict) => boolean) => verdicts.filter(isMeant).length
  return {
    ...(Object.fromEntries(
      CLASSES.map((name) => [name, sizeOf((verdict) => verdict.class === name)]),
    ) as ClassCounts),
    served: sizeOf(({ partial }) => partial === 'served'),
    noneTried: sizeOf(({ partial }) => partial === 'none_tried'),
  }
}

/** The shipped model, with another constant for one operator's mobile networks. */
function modelOf(operator: string, intercept: number) {
  const { groups } = SHIPPED_PRESENCE_COEFFICIENTS
  return { groups, operators: { [operator]: { mobile: { intercept, declaredHere: 0 } } } }
}
