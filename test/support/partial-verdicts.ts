/**
 * A run of a rule with a roster in which, written by hand, the undecided cells with a present network are served by
 * somebody, and in the others none of those that were tried serves. So the tests of doors and page do not hang on the engine.
 */
import { OPERATOR_NAMES } from '#domain/operator'
import { SHIPPED_RULES } from '#domain/rule'
import { type RunRow, classify, saveRule } from '#store/runs'
import type { DataSource } from 'typeorm'

export interface PartialRun {
  run: RunRow
  /** Cells (H3) by what is known of them. */
  served: string[]
  noneTried: string[]
}

/** The operators of the roster that nobody tried in the cells. */
export const UNTRIED = ['inwi', 'orange'] as const satisfies (keyof typeof OPERATOR_NAMES)[]

export async function writePartialVerdicts(source: DataSource): Promise<PartialRun> {
  const { version: _version, ...floor } = SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!
  const rule = await saveRule(source, {
    ...floor,
    id: 'roster-test',
    default: false,
    roster: { falseFailure: 0.03, falsePass: 0.01 },
  })
  const run = await classify(source, { rule, author: 'test' })
  await source.query(
    `UPDATE verdict SET lower_bound = 0, upper_bound = 3, untried = '{}', partial = NULL WHERE series = $1`,
    [run.series],
  )
  const write = async (isServed: boolean): Promise<string[]> => {
    const [rows]: [{ h3: string }[]] = await source.query(
      `UPDATE verdict AS v SET lower_bound = $2, upper_bound = 3, untried = $3, partial = $4
       WHERE series = $1 AND class = 'unknown' AND $5 = EXISTS (SELECT 1 FROM evidence AS e
         WHERE e.series = v.series AND e.cell = v.cell AND e.next_run IS NULL AND e.state = 'present')
       RETURNING to_hex(cell) AS h3`,
      [run.series, isServed ? 1 : 0, UNTRIED, isServed ? 'served' : 'none_tried', isServed],
    )
    return rows.map(({ h3 }) => h3).toSorted()
  }
  const [served, noneTried] = [await write(true), await write(false)]
  for (const statement of RECOUNT) await source.query(statement, [run.id, run.series])
  return { run, served, noneTried }
}

const COUNTS = `(count(*) FILTER (WHERE partial = 'served'))::integer AS served,
  (count(*) FILTER (WHERE partial = 'none_tried'))::integer AS none_tried`
const PARENT_RESOLUTIONS = [4, 5, 6, 7]

/** The stored counts of the run as its verdicts now are. $1 run, $2 series. */
const RECOUNT = [
  `WITH n AS (SELECT ${COUNTS} FROM verdict WHERE series = $2)
   UPDATE run SET served = n.served, none_tried = n.none_tried FROM n WHERE id = $1`,
  `WITH n AS (SELECT code, ${COUNTS} FROM verdict JOIN cell_place AS p USING (cell)
     CROSS JOIN LATERAL (VALUES (p.region_code), (p.province_code), (p.commune_code)) AS level(code)
     WHERE series = $2 GROUP BY code)
   UPDATE area_count AS a SET served = n.served, none_tried = n.none_tried FROM n WHERE run_id = $1 AND a.code = n.code`,
  ...PARENT_RESOLUTIONS.map(
    (
      resolution,
    ) => `WITH n AS (SELECT cell_parent(cell, ${resolution}) AS cell, ${COUNTS} FROM verdict WHERE series = $2
       GROUP BY 1)
     UPDATE rollup AS r SET served = n.served, none_tried = n.none_tried FROM n
     WHERE r.series = $2 AND r.cell = n.cell AND $1::integer IS NOT NULL`,
  ),
]
