/** The money of the plan in given cells: it is at stake where nobody knows who serves them. */
import { DEFAULT_UNIT_COSTS, DEPLOYABLE_TECHNOLOGIES, deploymentCostOf } from '#domain/priority'
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { sql } from '../database/sql.js'

interface ItemAtCell {
  cell: string
  technology: string
  cellCount: number
  places: number
}

/**
 * Dirhams that the plan's items in each cell (decimal) are estimated to cost as a whole, by the default unit costs; cells without
 * an item of known cost are left out. Fibre has no cost, because its length is not known.
 */
export async function planCostsAt(db: Queryable, cells: readonly string[]): Promise<Map<string, number>> {
  const rows = await queryRows<ItemAtCell>(
    db,
    sql`WITH item AS MATERIALIZED (
       SELECT code, technology, cells FROM plan_item
       WHERE ended_at IS NULL AND NOT withdrawn AND technology IS NOT NULL AND cells && ${cells}::bigint[]
     ), sized AS (
       SELECT i.*, (SELECT count(*) FROM locality AS l WHERE l.cell = ANY(i.cells))
         + (SELECT count(*) FROM site AS s WHERE s.cell = ANY(i.cells)) AS places FROM item AS i
     )
     SELECT c.cell::text, i.technology, cardinality(i.cells) AS "cellCount", i.places::integer
     FROM sized AS i, unnest(i.cells) AS c(cell) WHERE c.cell = ANY(${cells}::bigint[])`,
  )
  const costs = new Map<string, number>()
  for (const { cell, technology, ...size } of rows) {
    const deployed = DEPLOYABLE_TECHNOLOGIES.find((one) => one === technology)
    const cost = deployed ? deploymentCostOf(deployed, { ...size, fibreKm: null }, DEFAULT_UNIT_COSTS) : null
    if (cost !== null) costs.set(cell, (costs.get(cell) ?? 0) + cost)
  }
  return costs
}
