/** Marked statements are planned once a connection, and what they find follows the tables. */
import { PREPARED } from '#store/database'
import { ensureProbeMonths } from '#store/probes'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'

let database: TestDatabase
beforeAll(async () => {
  database = await freshDatabase('postgresql')
})
afterAll(() => database?.drop())

const prepared = async (tx: { query(sql: string): Promise<{ statement: string }[]> }, text: string) =>
  (await tx.query('SELECT statement FROM pg_prepared_statements')).filter(({ statement }) =>
    statement.includes(text),
  ).length

test('only what is marked is prepared, once', async () => {
  await database.source.transaction(async (tx) => {
    for (const n of [1, 2, 3]) {
      expect(await tx.query(`${PREPARED}SELECT $1::integer AS marked`, [n])).toEqual([{ marked: n }])
      expect(await tx.query('SELECT $1::integer AS plain', [n])).toEqual([{ plain: n }])
    }
    expect(await prepared(tx, 'AS marked')).toBe(1)
    expect(await prepared(tx, 'AS plain')).toBe(0)
  })
})

test('a month that is made later is read by a plan that was made before', async () => {
  await database.source.transaction(async (tx) => {
    const count = () =>
      tx.query(`${PREPARED}SELECT count(*)::integer AS n FROM probe WHERE measured_at >= $1`, ['2031-01-01'])
    // More than five times: then PostgreSQL may keep one plan for all parameters.
    for (let times = 0; times < 8; times++) expect(await count()).toEqual([{ n: 0 }])
    await ensureProbeMonths(tx, ['2031-05-01'])
    await tx.query(
      `INSERT INTO probe (cell, measured_at, id, received_at, lat, lng, outcome, flags, counted)
       VALUES (1, '2031-05-03', gen_random_uuid(), now(), 34, -6, 'ok', '{}', true)`,
    )
    expect(await count()).toEqual([{ n: 1 }])
  })
})

test('beyond the hundred that are kept all is answered', async () => {
  await database.source.transaction(async (tx) => {
    for (let n = 0; n < 130; n++)
      expect(await tx.query(`${PREPARED}SELECT $1::integer + ${n} AS sum`, [1])).toEqual([{ sum: 1 + n }])
    expect(await prepared(tx, 'AS sum')).toBeLessThan(100)
  })
})
