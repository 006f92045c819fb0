/** An installation from before the ledger: its stored probes are entered, and are known when they are sent again. */
import { ProbeWriter } from '#ingest'
import type { ProbeRow } from '#store/probes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ProbeLedger1796400000000 } from '../../migrations/1796400000000-probe-ledger.js'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { probeRow } from '../support/probe-row.js'

const rowAt = (month: number): ProbeRow => probeRow(Date.UTC(2024, month, 5))

describe.each(ENGINES)('the ledger of an older installation on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
  })
  afterAll(() => database.drop())

  test('holds each stored id once, also one that was stored twice', { timeout: 120_000 }, async () => {
    const rows = Array.from({ length: 60 }, (_, n) => rowAt(n % 14))
    const writer = new ProbeWriter(database.source, 1)
    expect(await writer.write(rows)).toBe(60)
    const migration = new ProbeLedger1796400000000()
    const runner = database.source.createQueryRunner()
    try {
      await migration.down(runner)
      // An earlier version stored the first probe again with a corrected time.
      await runner.query(
        `INSERT INTO probe SELECT (jsonb_populate_record(p, jsonb_build_object('measured_at', measured_at + interval '40 days'))).*
         FROM probe AS p WHERE id = $1`,
        [rows[0]!.id],
      )
      await runner.startTransaction()
      await migration.up(runner)
      await runner.commitTransaction()
    } finally {
      await runner.release()
    }
    const [count] = await database.source.query(
      'SELECT count(*)::integer AS ids, (SELECT count(*)::integer FROM probe) AS rows FROM probe_ledger',
    )
    expect(count).toEqual({ ids: 60, rows: 61 })
    expect(await writer.write(rows)).toBe(0)
  })
})
