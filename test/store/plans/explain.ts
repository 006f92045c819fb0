/** What PostgreSQL would do with a statement whose plan it keeps: it knows the tables then, and not the values. */
import type { Queryable, Statement } from '#store/database'

export interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  'Index Cond'?: string
  Filter?: string
  'Parent Relationship'?: string
  Plans?: PlanNode[]
}

/** As the connections that answer people are set; see libs/store/database/database.ts. */
const SETTINGS = ['max_parallel_workers_per_gather = 0', 'jit = off', 'plan_cache_mode = force_generic_plan']

/** The generic plan of a statement; `tx` is one connection, in a transaction. */
export async function genericPlanOf(tx: Queryable, { sql, parameters }: Statement): Promise<PlanNode> {
  for (const setting of SETTINGS) await tx.query(`SET LOCAL ${setting}`)
  await tx.query(`PREPARE hot AS ${sql}`)
  // The values prune months when the plan begins to run, which EXPLAIN shows, too: they are those of the request.
  const values = parameters.length === 0 ? '' : `(${parameters.map(literal).join(', ')})`
  const [row] = await tx.query(`EXPLAIN (FORMAT JSON) EXECUTE hot${values}`)
  await tx.query('DEALLOCATE hot')
  return (row['QUERY PLAN'] as [{ Plan: PlanNode }])[0].Plan
}

/**
 * The tables that a plan reads whole, each with the kind of its scan: from end to end, or by an index without a condition that
 * limits its cells or names its rows. Such an index scan is fine where a LIMIT ends it after the first rows.
 */
export const wholeReadsOf = (plan: PlanNode): WholeRead[] => visit(plan, { isLimited: false, table: '' })

interface WholeRead {
  table: string
  /** Kind of scan and its condition. */
  scan: string
}

interface Above {
  /** Whether a LIMIT above ends the scan as soon as it has enough rows. */
  isLimited: boolean
  /** The table of a bitmap scan, which only its upper node names. */
  table: string
}

function visit(node: PlanNode, above: Above): WholeRead[] {
  const table = node['Relation Name'] ?? above.table
  const condition = node['Index Cond'] ?? 'no condition'
  const own = isWholeRead(node, above.isLimited)
    ? [{ table, scan: `${node['Node Type']} by ${condition}` }]
    : []
  const below = (node.Plans ?? []).map((child) =>
    visit(child, { isLimited: isEndedEarly(node, child, above.isLimited), table }),
  )
  return [...own, ...below.flat()]
}

const INDEX_SCANS = ['Index Scan', 'Index Only Scan', 'Bitmap Index Scan']

/** A LIMIT does not end a scan soon that looks for a cell among all rows. */
const isWholeRead = (node: PlanNode, isLimited: boolean): boolean =>
  node['Node Type'] === 'Seq Scan' ||
  (INDEX_SCANS.includes(node['Node Type']) &&
    !isBounded(node['Index Cond'] ?? '') &&
    (!isLimited || /\bcell /.test(node.Filter ?? '')))

/** Nodes that hand each row on before they read the next. */
const STREAMING = ['Append', 'Merge Append', 'Subquery Scan', 'Result', 'Limit']

/** Sorts, aggregates, hashes and merge joins read on, whatever is asked of them; so does the inner side of a nested loop. */
function isEndedEarly(node: PlanNode, child: PlanNode, isLimited: boolean): boolean {
  if (child['Parent Relationship'] === 'InitPlan' || child['Parent Relationship'] === 'SubPlan') return false
  if (node['Node Type'] === 'Limit') return true
  if (node['Node Type'] === 'Nested Loop') return isLimited && child['Parent Relationship'] === 'Outer'
  return isLimited && STREAMING.includes(node['Node Type'])
}

/** A list of cells, a range of cells with both ends, or a row by its id or code. */
const isBounded = (condition: string): boolean =>
  /\b(cell|id|probe_id|code) = /.test(condition) ||
  (/\bcell >=? /.test(condition) && /\bcell <=? /.test(condition))

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  return `'${textOf(value).replaceAll("'", "''")}'`
}

function textOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return `{${value.map((item) => JSON.stringify(String(item))).join(',')}}`
  return String(value)
}
