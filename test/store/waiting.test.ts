/**
 * Runs that other processes make at the same time. Only on PostgreSQL: the embedded engine has one session, which holds its
 * own locks again.
 */
import { SHIPPED_RULES } from '#domain/rule'
import {
  openDatabase,
  releaseSessionLocks,
  takeLock,
  trySessionLocks,
  withoutLongWaits,
} from '#store/database'
import { FutureKnownBeforeError, classify, classifyAll, classifyRulesWithNews, listRuns } from '#store/runs'
import { updateAreaSeries } from '#store/series'
import { setTimeout as sleep } from 'node:timers/promises'
import type { QueryRunner } from 'typeorm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { fillObservatory } from '../support/observatory.js'

const RULE_IDS = SHIPPED_RULES.map(({ id }) => id).toSorted()
const rule = (id: string) => SHIPPED_RULES.find((shipped) => shipped.id === id)!

describe('runs that several processes ask for', () => {
  let database: TestDatabase
  /** A session of another process. */
  let other: QueryRunner
  beforeAll(async () => {
    database = await freshDatabase('postgresql')
    await fillObservatory(database, new Date())
  })
  afterAll(() => database.drop())
  beforeEach(() => {
    other = database.source.createQueryRunner()
  })
  afterEach(() => other.release())

  /** Every rule has news. */
  const receiveProbe = () =>
    database.source.query(
      `INSERT INTO probe SELECT (json_populate_record(p, json_build_object('id', gen_random_uuid(), 'received_at', clock_timestamp()))).*
       FROM probe AS p LIMIT 1`,
    )
  const runsAfter = (id: number) => listRuns(database.source.manager, { after: id, limit: 100 })
  const newestRun = async () =>
    (await listRuns(database.source.manager, { before: 2 ** 31 - 1, limit: 1 }))[0]!.id
  const advisoryLocks = () =>
    database.source.query(`SELECT * FROM pg_locks WHERE locktype = 'advisory' AND database =
      (SELECT oid FROM pg_database WHERE datname = current_database())`)
  const waitingBackends = () =>
    database.source.query(
      `SELECT query FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )

  test('two workers that start together make one run of each rule', async () => {
    const second = await openDatabase({ url: database.env.DATABASE_URL, dataDir: '', purpose: 'batch' })
    try {
      await receiveProbe()
      const before = await newestRun()
      const made = await Promise.all(
        [database, second].map(({ source }) => classifyRulesWithNews(source, 'test')),
      )
      expect((await runsAfter(before)).map((run) => run.rule).toSorted()).toEqual(RULE_IDS)
      expect(made.flatMap(({ runs }) => runs.map((run) => run.rule)).toSorted()).toEqual(RULE_IDS)
      expect(await advisoryLocks()).toEqual([])
    } finally {
      await second.close()
    }
  })

  test('the worker skips the rule of which another process makes a run, and says so; the next time it is made', async () => {
    await receiveProbe()
    const locks = await trySessionLocks(other, ['run of ma-floor'])
    const made = await classifyRulesWithNews(database.source, 'test')
    expect(made.runs.map((run) => run.rule).toSorted()).toEqual(RULE_IDS.filter((id) => id !== 'ma-floor'))
    expect(made.skipped).toEqual(['ma-floor: another process is making a run of it'])
    await releaseSessionLocks(other, locks)
    const next = await classifyRulesWithNews(database.source, 'test')
    expect(next.runs.map((run) => run.rule)).toEqual(['ma-floor'])
    expect(next.skipped).toEqual([])
  })

  test('who asks for a run waits for the one that is being made, without a transaction that waits', async () => {
    const locks = await trySessionLocks(other, ['run of ma-floor'])
    const before = await newestRun()
    const asked = classifyAll(database.source, [rule('ma-floor'), rule('eu-2013')], { author: 'test' })
    // The rule that is free is made first; the other one is tried again and again.
    await expect.poll(async () => (await runsAfter(before)).map((run) => run.rule)).toEqual(['eu-2013'])
    for (let look = 0; look < 20; look++) {
      expect(await waitingBackends()).toEqual([])
      await sleep(20)
    }
    await releaseSessionLocks(other, locks)
    expect((await asked).map((run) => run.rule)).toEqual(['ma-floor', 'eu-2013'])
  })

  test('a run that fails leaves no lock and no table', async () => {
    const knownBefore = new Date('2100-01-01')
    const failing = () => classify(database.source, { rule: rule('ma-floor'), knownBefore, author: 'test' })
    await expect(failing()).rejects.toThrow(FutureKnownBeforeError)
    await database.source.query('ALTER TABLE verdict RENAME TO hidden')
    const broken = classify(database.source, { rule: rule('ma-floor'), full: true, author: 'test' })
    await expect(broken).rejects.toThrow('"verdict" does not exist')
    await database.source.query('ALTER TABLE hidden RENAME TO verdict')
    expect(await advisoryLocks()).toEqual([])
    expect(
      await database.source.query(`SELECT relname FROM pg_class WHERE relname LIKE 'network_figures%'`),
    ).toEqual([])
  })

  test('work that would wait for longer than a second is rolled back and begun again', async () => {
    await other.startTransaction()
    await takeLock(other, 'places')
    const connection = database.source.createQueryRunner()
    let begun = 0
    const work = withoutLongWaits(connection, async (tx) => {
      if (++begun === 2) await other.rollbackTransaction()
      await takeLock(tx, 'places')
      return 'done'
    })
    expect(await work.finally(() => connection.release())).toBe('done')
    expect(begun).toBe(2)
  })

  test('sums of the areas are left for the next time while areas are changed', async () => {
    await other.startTransaction()
    await takeLock(other, 'places')
    const reasons: string[] = []
    expect(await updateAreaSeries(database.source, { skipped: (reason) => reasons.push(reason) })).toBe(false)
    expect(reasons).toEqual(['another process updates them, or changes areas'])
    await other.rollbackTransaction()
    expect(await updateAreaSeries(database.source)).toBe(true)
  })
})
