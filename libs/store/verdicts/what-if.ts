/** The classes that a run's cells would have if one threshold of its rule were another: read from ladders, not from probes. */
import {
  CLASSES,
  type Class,
  type ClassCounts,
  LADDER_BITS,
  WHAT_IF_METRICS,
  type Metric,
} from '#domain/verdict'
import type { CellRange } from '#geo'
import type { Queryable } from '../database/database.js'
import type { RunRow } from '../runs/runs.js'
import { VALID_IN_RUN, FROM_CELL_RANGES } from './verdicts.js'

type RunKey = Pick<RunRow, 'id' | 'series'>

/** classAtStep() of the domain; `step` is a parameter's number. */
function classAt(metric: Metric, step: string): string {
  const shift = LADDER_BITS * WHAT_IF_METRICS.indexOf(metric)
  const part = (bits: number) => `(ladder >> ${shift + bits} & 15)`
  return `CASE WHEN ${step} < ${part(0)} THEN 'black' WHEN ${step} < ${part(4)} THEN 'grey'
    WHEN ${step} >= ${part(8)} THEN 'white' ELSE 'unknown' END`
}

export interface StepCount {
  /** The class at the laxer and at the stricter step. */
  lax: Class
  strict: Class
  n: number
}

/** How many cells of a run have which class at two steps. */
export async function countsAtSteps(
  db: Queryable,
  run: RunKey,
  metric: Metric,
  steps: { lax: number; strict: number },
): Promise<StepCount[]> {
  return db.query(
    `SELECT ${classAt(metric, '$3::integer')} AS lax, ${classAt(metric, '$4::integer')} AS strict, count(*)::integer AS n
     FROM verdict AS v WHERE ${VALID_IN_RUN} GROUP BY 1, 2`,
    [run.series, run.id, steps.lax, steps.strict],
  )
}

export async function classesInRanges(
  db: Queryable,
  run: RunKey,
  at: { metric: Metric; step: number },
  ranges: readonly CellRange[],
): Promise<{ h3: string; class: Class }[]> {
  return db.query(
    `SELECT to_hex(cell) AS h3, ${classAt(at.metric, '$4::integer')} AS class ${FROM_CELL_RANGES}
       (SELECT cell, ladder FROM verdict AS v WHERE ${VALID_IN_RUN} AND v.cell BETWEEN r.low AND r.high OFFSET 0) AS v ON true`,
    [run.series, run.id, JSON.stringify(ranges), at.step],
  )
}

/** Counts under the parents of a resolution; `ranges` are those of the cells beneath. */
export async function parentsInRanges(
  db: Queryable,
  run: RunKey,
  at: { metric: Metric; step: number; resolution: number },
  ranges: readonly CellRange[],
): Promise<({ h3: string } & ClassCounts)[]> {
  const counts = CLASSES.map((c) => `(count(*) FILTER (WHERE class = '${c}'))::integer AS ${c}`).join(', ')
  return db.query(
    `SELECT to_hex(cell_parent(cell, $5)) AS h3, ${counts} FROM (
       SELECT cell, ${classAt(at.metric, '$4::integer')} AS class ${FROM_CELL_RANGES}
         (SELECT cell, ladder FROM verdict AS v WHERE ${VALID_IN_RUN} AND v.cell BETWEEN r.low AND r.high OFFSET 0) AS v ON true) AS moved
     GROUP BY cell_parent(cell, $5)`,
    [run.series, run.id, JSON.stringify(ranges), at.step, at.resolution],
  )
}
