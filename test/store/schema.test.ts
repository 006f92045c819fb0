import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'

describe.each(ENGINES)('the schema on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
  })
  afterAll(() => database.drop())

  test('the migrations make what the entities say: no drift', async () => {
    const { upQueries } = await database.source.driver.createSchemaBuilder().log()
    expect(upQueries.map((q) => q.query)).toEqual([])
  })

  test('every unique key of a large table holds the cell', async () => {
    const keys: { table: string; columns: string[] }[] = await database.source.query(
      `SELECT c.relname AS "table", array_agg(a.attname::text) AS columns
       FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
       JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
       WHERE i.indisunique AND c.relname IN ('probe', 'verdict', 'rollup') GROUP BY c.relname, i.indexrelid`,
    )
    expect(keys.map((key) => key.table).sort()).toEqual(['probe', 'rollup', 'verdict'])
    for (const key of keys) expect(key.columns).toContain('cell')
  })
})
