import { DEFAULT_RULE } from '#domain/rule'
import { classify } from '#store/runs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestDatabase } from '../support/database.js'
import { demoDatabase } from '../support/demo-database.js'

let database: TestDatabase
beforeAll(async () => {
  database = await demoDatabase()
})
afterAll(() => database.drop())

test('the map of the demonstration shows every row of its legend', async () => {
  const { source } = database
  const run = await classify(source, { rule: DEFAULT_RULE, author: 'test' })
  const rows: { kind: string; cells: number }[] = await source.query(
    `SELECT concat_ws(' ', class, partial) AS kind, count(*)::integer AS cells FROM verdict
     WHERE series = $1 AND first_run <= $2 AND (next_run IS NULL OR next_run > $2) GROUP BY 1`,
    [run.series, run.id],
  )
  const cells = Object.fromEntries(rows.map(({ kind, cells: count }) => [kind, count]))
  for (const kind of ['white', 'grey', 'black', 'unknown', 'unknown served', 'unknown none_tried'])
    expect([kind, (cells[kind] ?? 0) >= 5]).toEqual([kind, true])
})
