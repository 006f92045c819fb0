/** PostgreSQL may share the pass over the probes among several processes: their samples, and the sorting and counting of them. */
import { SHIPPED_RULES } from '#domain/rule'
import { ensureProbeMonths } from '#store/probes'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { measureStatement } from '../../../libs/store/classification/pipeline.js'
import { type TestDatabase, freshDatabase } from '../../support/database.js'

interface PlanNode {
  'Node Type': string
  Alias?: string
  Plans?: PlanNode[]
}

const MONTHS = ['2026-04-01', '2026-05-01']
const WINDOW = {
  from: new Date('2026-04-01T00:00:00Z'),
  to: new Date('2026-06-01T00:00:00Z'),
  knownBefore: new Date('2026-06-01T00:00:00Z'),
}

let database: TestDatabase
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  await ensureProbeMonths(database.source.manager, MONTHS)
}, 240_000)
afterAll(() => database.drop())

test('processes share the samples of the pass', async () => {
  const { sql, parameters } = measureStatement({
    rules: SHIPPED_RULES,
    window: WINDOW,
    cells: null,
    table: 'figures_of_plan',
  })
  const connection = database.source.createQueryRunner()
  await connection.startTransaction()
  try {
    // The tables are empty, so that whatever may run in parallel must look cheap.
    for (const setting of ['enable_hashagg = off', 'parallel_setup_cost = 0', 'parallel_tuple_cost = 0'])
      await connection.query(`SET LOCAL ${setting}`)
    await connection.query('SET LOCAL min_parallel_table_scan_size = 0')
    const [row] = await connection.query(`EXPLAIN (FORMAT JSON) ${sql}`, parameters)
    const shared = nodesOf(row['QUERY PLAN'][0].Plan)
      .filter((node) => node['Node Type'].startsWith('Gather'))
      .flatMap(nodesOf)
    expect(shared.map((node) => node.Alias)).toContain('sample')
  } finally {
    await connection.rollbackTransaction()
    await connection.release()
  }
})

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)]
