/**
 * The classes that a run's cells would have at another threshold of its rule, read from ladders and not from probes.
 */
import {
  type Class,
  type ClassCounts,
  GREY_FROM_SHIFT,
  LADDER_BITS,
  WHAT_IF_METRICS,
  type Metric,
} from '#domain/verdict'
import type { CellRange } from '#geo'
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { type Sql, param, raw, sql } from '../database/sql.js'
import { type RunKey, validInRun } from '../runs/run.js'
import { countsByClass, validInRanges } from './verdicts.js'

/** The domain's classAtStep() as SQL over the column `ladder`. */
function classAtStep(metric: Metric, step: number): Sql {
  const index = WHAT_IF_METRICS.indexOf(metric)
  const shift = LADDER_BITS * index
  const bits = (from: number) => raw(`(ladder >> ${from} & 15)`)
  const at = param(step, 'integer')
  return sql`CASE WHEN ${at} < ${bits(shift)} THEN 'black'
    WHEN ${at} < ${bits(shift + 4)} THEN CASE WHEN ${at} >= ${bits(GREY_FROM_SHIFT + 4 * index)} THEN 'grey' ELSE 'unknown' END
    WHEN ${at} >= ${bits(shift + 8)} THEN 'white' ELSE 'unknown' END`
}

export interface StepCount {
  /** The class at the laxer and at the stricter step. */
  lax: Class
  strict: Class
  n: number
}

/** Number of a run's cells by class at two steps of THRESHOLD_STEPS. */
export async function countsAtSteps(
  db: Queryable,
  run: RunKey,
  metric: Metric,
  steps: { lax: number; strict: number },
): Promise<StepCount[]> {
  return queryRows(
    db,
    sql`SELECT ${classAtStep(metric, steps.lax)} AS lax, ${classAtStep(metric, steps.strict)} AS strict, count(*)::integer AS n
     FROM verdict AS v WHERE ${validInRun('v', run)} GROUP BY 1, 2`,
  )
}

const laddersInRanges = (run: RunKey, ranges: readonly CellRange[]): Sql =>
  validInRanges(run, ranges, { table: 'verdict', columns: 'cell, ladder' })

/** The class of each cell in ranges at a step. */
export async function classesInRanges(
  db: Queryable,
  run: RunKey,
  { metric, step }: { metric: Metric; step: number },
  ranges: readonly CellRange[],
): Promise<{ h3: string; class: Class }[]> {
  return queryRows(
    db,
    sql`SELECT to_hex(cell) AS h3, ${classAtStep(metric, step)} AS class FROM ${laddersInRanges(run, ranges)}`,
  )
}

/** Counts by class under the parents of a resolution; `ranges` are those of the cells beneath. */
export async function parentsInRanges(
  db: Queryable,
  run: RunKey,
  { metric, step, resolution }: { metric: Metric; step: number; resolution: number },
  ranges: readonly CellRange[],
): Promise<({ h3: string } & ClassCounts)[]> {
  const parent = sql`cell_parent(cell, ${param(resolution, 'integer')})`
  return queryRows(
    db,
    sql`SELECT to_hex(${parent}) AS h3, ${countsByClass()} FROM (
       SELECT cell, ${classAtStep(metric, step)} AS class FROM ${laddersInRanges(run, ranges)}) AS reclassified
     GROUP BY ${parent}`,
  )
}
