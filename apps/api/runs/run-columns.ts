/** The columns by which each line of a file says which run it comes from: lines are cut out and pasted elsewhere. */
import type { RunRow } from '#store/runs'

export const RUN_COLUMNS = ['run', 'rule', 'rule_version', 'from', 'to'] as const

/** Null where there is no run yet. */
export const runValuesOf = (run: RunRow | null): (string | number | null)[] => [
  run?.id ?? null,
  run?.rule ?? null,
  run?.ruleVersion ?? null,
  run?.from.toISOString() ?? null,
  run?.to.toISOString() ?? null,
]
