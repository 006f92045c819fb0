/** Defines a run, and which rows of the tables that are kept as changes belong to it. */
import type { PartialCounts } from '#domain/verdict'
import { type Sql, param, raw, sql } from '../database/sql.js'

/** The key of the rows of a run: runs of one series share rows. */
export interface RunKey {
  id: number
  series: number
}

/** The probes that a run looks at: measured from `from` on and before `to`, received before `knownBefore`. */
export interface RunWindow {
  from: Date
  to: Date
  knownBefore: Date
}

export interface RunRow extends RunKey, RunWindow {
  /** Id of its rule. */
  rule: string
  ruleVersion: number
  /** Hexadecimal; the exclusive or over all cells, see the architecture page. */
  digest: string
  createdAt: Date
  createdBy: string
  /** Whether it was made for now: its rule's newest such run is `latest`. */
  current: boolean
  /** Cells by class; `notMeasured` are the country's other cells. */
  counts: { white: number; grey: number; black: number; unknown: number; notMeasured: number }
  /** The cells of \`unknown\` of which something is known; 0 under a rule without a roster. */
  partial: PartialCounts
}

/**
 * Rows `alias` of a table that is kept as changes (verdict, evidence, rollup, zone) which hold in the run: begun in the
 * series by then, and not yet followed by another row.
 */
export function validInRun(alias: string, { id, series }: RunKey): Sql {
  const row = raw(alias)
  const run = param(id, 'integer')
  return sql`${row}.series = ${param(series, 'integer')} AND ${row}.first_run <= ${run}
    AND (${row}.next_run IS NULL OR ${row}.next_run > ${run})`
}
