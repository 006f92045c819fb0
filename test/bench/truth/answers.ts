/** What the engine answers: a run over a window, and the verdicts of its cells. The only file here that knows the engine. */
import type { Rule } from '#domain/rule'
import type { Database } from '#store/database'
import { type RunRow, classify } from '#store/runs'
import type { DataSource } from 'typeorm'
import type { Answers } from './judge.js'

const DAY_MS = 86_400_000

/** Judges the rule's window that ends at `to`. */
export const runOfWindow = (source: DataSource, rule: Rule, to: Date): Promise<RunRow> =>
  classify(source, {
    rule,
    from: new Date(to.getTime() - rule.validityDays * DAY_MS),
    to,
    author: 'bench',
  })

/** The verdicts of a run that began a series. */
export async function answersOf({ source }: Database, run: RunRow): Promise<Answers> {
  const rows: {
    h3: string
    class: string
    confidence: number
    lower: number | null
    upper: number | null
  }[] = await source.query(
    `SELECT to_hex(cell) AS h3, class, confidence, lower_bound AS lower, upper_bound AS upper
       FROM verdict WHERE series = $1 AND first_run = $2`,
    [run.series, run.id],
  )
  return new Map(
    rows.map(({ h3, lower, upper, ...answer }) => [
      h3,
      lower === null || upper === null ? answer : { ...answer, bounds: { lower, upper } },
    ]),
  )
}
