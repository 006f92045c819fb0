/** Columns that name the run in each line of a file, because lines are cut out and pasted elsewhere. */
import type { RunRow } from '#store/runs'

export const RUN_COLUMNS = ['run', 'rule', 'rule_version', 'from', 'to'] as const

/** The run's values of these columns; nulls if there is no run yet. */
export const runValuesOf = (run: RunRow | null): (string | number | null)[] => [
  run?.id ?? null,
  run?.rule ?? null,
  run?.ruleVersion ?? null,
  run?.from.toISOString() ?? null,
  run?.to.toISOString() ?? null,
]
