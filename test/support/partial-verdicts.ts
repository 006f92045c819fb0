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
  return { run, served: await write(true), noneTried: await write(false) }
}
