/** The roster of operators: what was known of it at each time, and who may stand beside whom. */
import { type RosterEntry, SHIPPED_ROSTER } from '#domain/roster'
import {
  type RosterRow,
  MAX_ROSTER_ENTRIES,
  addRosterEntry,
  endRosterEntry,
  importRoster,
  listRoster,
  listRosterHistory,
  rosterKnownBefore,
  seedShippedRoster,
  withdrawRosterEntry,
} from '#store/roster'
import { prepareDatabase } from '#setup'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'

const ENTRY: RosterEntry = {
  operator: 'inwi',
  technologies: ['4g', 'fibre'],
  regionCodes: ['01', '02'],
  from: '2020-01-01',
  to: null,
  source: 'a licence',
  isAssumption: false,
}
const BY = { author: 'amina', comment: 'it was published' }
const ALL = { before: Number.MAX_SAFE_INTEGER, limit: 100 }

describe.each(ENGINES)('the roster on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
  })
  afterAll(() => database.drop())
  beforeEach(() => database.source.query('DELETE FROM roster_entry'))

  const db = () => database.source.manager
  /** The time in the database, with all digits that it keeps. */
  async function databaseTime(expression = 'clock_timestamp()', ...values: unknown[]): Promise<string> {
    const [{ at }] = await database.source.query(
      `SELECT to_char(${expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at`,
      values,
    )
    return at as string
  }
  const knownBefore = (moment: string) => listRoster(db(), { knownBefore: moment, day: null })
  async function added(entry: Partial<RosterEntry> = {}): Promise<RosterRow> {
    const result = await addRosterEntry(database.source, { ...ENTRY, ...entry }, BY)
    if ('rejections' in result) throw new Error(JSON.stringify(result.rejections))
    return result.entry
  }

  test('what is added stands with its author, and changes of others leave it', async () => {
    const row = await added()
    await added({ operator: 'orange' })
    expect(row).toMatchObject({ ...ENTRY, ...BY, withdrawnAt: null, withdrawnBy: null })
    expect(await listRoster(db())).toMatchObject([ENTRY, { ...ENTRY, operator: 'orange' }])
    expect((await listRoster(db()))[0]).toEqual(row)
  })

  test('a run is given the roster that was known before its time, whatever came later', async () => {
    const before = await databaseTime()
    const { id } = await added()
    const withEntry = await databaseTime()
    const ended = await endRosterEntry(database.source, id, '2026-06-30', {
      author: 'said',
      comment: 'closed',
    })
    const withEnd = await databaseTime()
    expect(await withdrawRosterEntry(database.source, (ended as { entry: RosterRow }).entry.id, BY)).toBe(
      true,
    )
    expect(await knownBefore(before)).toEqual([])
    expect(await knownBefore(withEntry)).toMatchObject([{ ...ENTRY, id }])
    expect(await knownBefore(withEnd)).toMatchObject([{ ...ENTRY, to: '2026-06-30', author: 'said' }])
    expect(await listRoster(db())).toEqual([])
    expect(await rosterKnownBefore(db(), new Date(Date.now() + 60_000))).toEqual([])
    expect(await listRosterHistory(db(), ALL)).toMatchObject([
      { to: '2026-06-30', withdrawnBy: 'amina', withdrawalComment: BY.comment },
      { id, to: null, withdrawnBy: 'said', withdrawalComment: 'closed' },
    ])
  })

  test('an end leaves no moment at which neither or both entries are known', async () => {
    const { id } = await added()
    await endRosterEntry(database.source, id, '2026-06-30', BY)
    const moment = (microseconds: number) =>
      databaseTime(
        `(SELECT withdrawn_at + ${microseconds} * interval '1 microsecond' FROM roster_entry WHERE id = $1)`,
        id,
      )
    for (const [microseconds, to] of [
      [-1, null],
      [0, null],
      [1, '2026-06-30'],
    ] as const)
      expect(await knownBefore(await moment(microseconds))).toMatchObject([{ operator: 'inwi', to }])
  })

  test('a run reads no entry but its fields, in the order of operators', async () => {
    await added({ operator: 'orange' })
    await added({ regionCodes: null, from: null })
    expect(await rosterKnownBefore(db(), new Date(Date.now() + 60_000))).toEqual([
      { ...ENTRY, regionCodes: null, from: null },
      { ...ENTRY, operator: 'orange' },
    ])
  })

  test('a day chooses the entries from their first to their last day', async () => {
    await added({ to: '2026-06-30' })
    const on = async (day: string) => (await listRoster(db(), { knownBefore: null, day })).length
    expect([
      await on('2019-12-31'),
      await on('2020-01-01'),
      await on('2026-06-30'),
      await on('2026-07-01'),
    ]).toEqual([0, 1, 1, 0])
  })

  test('what is stated already is refused with field and value, also of two who say it at once', async () => {
    const results = await Promise.all([
      addRosterEntry(database.source, ENTRY, BY),
      addRosterEntry(database.source, { ...ENTRY, regionCodes: ['02', '03'] }, BY),
    ])
    expect(results.filter((result) => 'entry' in result)).toHaveLength(1)
    expect(results.find((result) => 'rejections' in result)).toMatchObject({
      rejections: [
        { field: 'technologies', value: '4g, fibre', reason: expect.stringContaining('overlaps') },
      ],
    })
    expect(await addRosterEntry(database.source, { ...ENTRY, to: '2019-01-01' }, BY)).toMatchObject({
      rejections: expect.arrayContaining([
        { field: 'to', value: '2019-01-01', reason: 'must not be before from' },
      ]),
    })
    expect(await listRoster(db())).toHaveLength(1)
  })

  test('a refused end changes nothing, and what does not stand cannot be ended or withdrawn', async () => {
    const { id } = await added({ to: '2024-12-31' })
    await added({ from: '2025-01-01' })
    expect(await endRosterEntry(database.source, id, '2025-01-01', BY)).toMatchObject({
      rejections: [{ field: 'technologies' }],
    })
    expect(await endRosterEntry(database.source, id, '2019-12-31', BY)).toMatchObject({
      rejections: [{ field: 'to' }],
    })
    expect(await listRoster(db())).toMatchObject([{ id, to: '2024-12-31' }, { from: '2025-01-01' }])
    expect(await withdrawRosterEntry(database.source, id, BY)).toBe(true)
    expect(await withdrawRosterEntry(database.source, id, BY)).toBe(false)
    expect(await endRosterEntry(database.source, id, '2024-01-01', BY)).toEqual({ missing: true })
  })

  test('an entry waits for a run that reads its time, and is received after it', async () => {
    const run = database.source.createQueryRunner()
    await run.startTransaction()
    await run.query(`SELECT pg_advisory_xact_lock(hashtext('receive'))`)
    const adding = added()
    const [{ now: readTime }] = await run.query('SELECT clock_timestamp() AS now')
    await run.commitTransaction()
    await run.release()
    expect((await adding).receivedAt.getTime()).toBeGreaterThanOrEqual((readTime as Date).getTime())
  })

  test('a file adds what does not stand yet; a preview adds nothing', async () => {
    await added()
    const rows = [
      {
        line: 2,
        entry: { ...ENTRY, technologies: ['fibre', '4g'] as const, regionCodes: ['02', '01'] },
        comment: null,
      },
      { line: 3, entry: { ...ENTRY, regionCodes: ['03'] }, comment: 'its own reason' },
      { line: 4, entry: { ...ENTRY, regionCodes: ['03', '04'] }, comment: null },
    ]
    const about = { author: 'omar', comment: 'the list', file: 'roster.csv' }
    const outcome = {
      added: [rows[1]!.entry],
      unchanged: 1,
      refused: [{ line: 4, code: 'inwi', field: 'technologies', value: '4g, fibre' }],
    }
    expect(await importRoster(database.source, rows, { ...about, preview: true })).toMatchObject(outcome)
    expect(await listRoster(db())).toHaveLength(1)
    expect(await importRoster(database.source, rows, { ...about, preview: false })).toMatchObject(outcome)
    expect(await listRoster(db())).toMatchObject([
      ENTRY,
      { regionCodes: ['03'], author: 'omar', comment: 'its own reason' },
    ])
    const [change] = await database.source.query(
      'SELECT author, action, detail FROM change ORDER BY id DESC LIMIT 1',
    )
    expect(change).toMatchObject({
      author: 'omar',
      action: 'import roster',
      detail: { added: 1, file: 'roster.csv' },
    })
  })

  test('every change is in the log with its author', async () => {
    const { id } = await added()
    await endRosterEntry(database.source, id, '2026-06-30', BY)
    await withdrawRosterEntry(database.source, (await listRoster(db()))[0]!.id, BY)
    const changes: { author: string; action: string; subject: string }[] = await database.source.query(
      'SELECT author, action, subject FROM change ORDER BY id DESC LIMIT 3',
    )
    expect(changes.map(({ author, action }) => `${author}: ${action}`)).toEqual([
      'amina: withdraw roster entry',
      'amina: end roster entry',
      'amina: add roster entry',
    ])
    expect(changes[2]!.subject).toBe(String(id))
  })

  test('the roster has a limit', async () => {
    await database.source.query(
      `INSERT INTO roster_entry (operator, technologies, source, is_assumption, author)
       SELECT 'operator ' || n, ARRAY['4g'], 'a test', false, 'test' FROM generate_series(1, $1::integer) AS n`,
      [MAX_ROSTER_ENTRIES],
    )
    expect(await addRosterEntry(database.source, ENTRY, BY)).toMatchObject({
      rejections: [
        { field: 'operator', value: 'inwi', reason: expect.stringContaining(String(MAX_ROSTER_ENTRIES)) },
      ],
    })
  })

  test('the shipped roster is written at the first start, once, and what was withdrawn stays so', async () => {
    // Databases of tests were prepared and emptied: they count as filled once.
    await seedShippedRoster(database.source)
    expect(await listRoster(db())).toEqual([])
    // The log lets nothing be removed: a database that was never filled is without the row.
    await database.source.query(`ALTER TABLE change DISABLE TRIGGER USER`)
    await database.source.query(`DELETE FROM change WHERE action = 'seed roster'`)
    await database.source.query(`ALTER TABLE change ENABLE TRIGGER USER`)
    await Promise.all([seedShippedRoster(database.source), seedShippedRoster(database.source)])
    const seeded = await listRoster(db())
    expect(seeded).toHaveLength(SHIPPED_ROSTER.length)
    expect(await rosterKnownBefore(db(), new Date(Date.now() + 60_000))).toEqual(
      SHIPPED_ROSTER.toSorted((a, b) => (a.operator < b.operator ? -1 : Number(a.operator > b.operator))),
    )
    for (const { id } of seeded) await withdrawRosterEntry(database.source, id, BY)
    await prepareDatabase(database.source, new Date(), () => {})
    expect(await listRoster(db())).toEqual([])
  })
})
