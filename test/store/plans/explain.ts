/** What PostgreSQL would do with a statement whose plan it keeps: it knows the tables then, and not the values. */
import type { Queryable, Statement } from '#store/database'

interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  Plans?: PlanNode[]
}

/** As the connections that answer people are set; see libs/store/database/database.ts. */
const SETTINGS = ['max_parallel_workers_per_gather = 0', 'jit = off', 'plan_cache_mode = force_generic_plan']

/** Tables of the generic plan that are read from end to end; `tx` is one connection, in a transaction. */
export async function sequentialScansOf(tx: Queryable, { sql, parameters }: Statement): Promise<string[]> {
  for (const setting of SETTINGS) await tx.query(`SET LOCAL ${setting}`)
  await tx.query(`PREPARE hot AS ${sql}`)
  // The values prune months when the plan begins to run, which EXPLAIN shows, too: they are those of the request.
  const values = parameters.length === 0 ? '' : `(${parameters.map(literal).join(', ')})`
  const [row] = await tx.query(`EXPLAIN (FORMAT JSON) EXECUTE hot${values}`)
  await tx.query('DEALLOCATE hot')
  const [{ Plan: plan }] = row['QUERY PLAN'] as [{ Plan: PlanNode }]
  return nodesOf(plan).flatMap((node) =>
    node['Node Type'] === 'Seq Scan' ? [node['Relation Name'] ?? ''] : [],
  )
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)]

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  return `'${textOf(value).replaceAll("'", "''")}'`
}

function textOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return `{${value.map((item) => JSON.stringify(String(item))).join(',')}}`
  return String(value)
}
