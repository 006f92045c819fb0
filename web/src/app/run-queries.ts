/** Queries for runs: the list, the runs to compare with, and whether a newer one was made. */
import { useEffect, useState } from 'preact/hooks'
import { api } from '../api/api.js'
import type { Run } from '../api/schemas.js'
import type { Connection } from '../api/connection.js'
import { type QueryResult, queryValueOf, useQuery } from '../api/use-query.js'

export interface RunList {
  query: QueryResult<Run[]>
  /** Runs of the rule, newest first. */
  runs: readonly Run[]
  /** Runs of all rules, newest first. */
  allRuns: readonly Run[]
  /** The newest current run of the rule; null if there is none. */
  newest: Run | null
}

const NO_RUNS: readonly Run[] = []

/** Loads the runs of a rule; a new value of `reload` loads them again. */
export function useRuns(connection: Connection, rule: string | null, reload: number): RunList {
  const key = rule === null ? null : `${rule} ${reload}`
  const query = useQuery(connection, key, (signal) => api.runs(rule!, signal))
  const allRuns = queryValueOf(useQuery(connection, 'all runs', api.allRuns)) ?? NO_RUNS
  // The list of all rules was requested first, and contains the newest runs.
  const runs = queryValueOf(query) ?? allRuns.filter((run) => run.rule === rule)
  // A run of a past window may have been made later, but it is not the newest state.
  const newest = runs.find(({ current }) => current) ?? runs[0] ?? null
  return { query, runs, allRuns, newest }
}

/** Earlier runs of the rule, and the newest run of each other rule. */
export function comparableRunsOf(run: Run | null, { runs, allRuns }: RunList): Run[] {
  const newestOfRules = allRuns.filter(
    ({ id, rule }) => allRuns.find((other) => other.rule === rule)?.id === id,
  )
  return [...runs, ...newestOfRules.filter(({ rule }) => rule !== run?.rule)].filter(
    ({ id }) => id !== run?.id,
  )
}

/** About one run is made per day. */
const POLL_INTERVAL_MS = 60_000

/**
 * Id of the rule's newest run if it is newer than `newest`, the newest one that the page has (0: the rule had no run;
 * null: the list is not loaded); else null.
 */
export function useNewerRun(
  connection: Connection,
  rule: string | null,
  newestInPage: number | null,
): number | null {
  const [newest, setNewest] = useState<number | null>(null)
  useEffect(() => {
    if (rule === null) return undefined
    const abort = new AbortController()
    let isInFlight = false
    const ask = () => {
      if (isInFlight || document.visibilityState === 'hidden') return
      isInFlight = true
      connection
        .requestWithRetry((signal) => api.newestCurrentRun(rule, signal), abort.signal)
        .then(setNewest, () => {})
        .finally(() => (isInFlight = false))
    }
    const timer = setInterval(ask, POLL_INTERVAL_MS)
    document.addEventListener('visibilitychange', ask)
    return () => {
      abort.abort()
      clearInterval(timer)
      document.removeEventListener('visibilitychange', ask)
      setNewest(null)
    }
  }, [rule])
  return newest !== null && newestInPage !== null && newest > newestInPage ? newest : null
}
