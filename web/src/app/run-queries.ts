/** The server's runs: which one the page shows, what it can be compared with, and whether a newer one was made. */
import { useEffect, useState } from 'preact/hooks'
import { api } from '../api/api.js'
import type { Run } from '../api/schemas.js'
import type { Connection } from '../api/connection.js'
import { type QueryResult, queryValueOf, useQuery } from '../api/use-query.js'

export interface RunList {
  query: QueryResult<Run[]>
  /** Runs of the rule, the newest first. */
  runs: readonly Run[]
  /** Runs of all rules, the newest first. */
  allRuns: readonly Run[]
  /** The newest run of the rule for now; null: there is none. */
  newest: Run | null
}

const NO_RUNS: readonly Run[] = []

/** `reload` asks for the list again when it changes. */
export function useRuns(connection: Connection, rule: string | null, reload: number): RunList {
  const key = rule === null ? null : `${rule} ${reload}`
  const query = useQuery(connection, key, (signal) => api.runs(rule!, signal))
  const allRuns = queryValueOf(useQuery(connection, 'all runs', api.allRuns)) ?? NO_RUNS
  // The list of all rules was asked for first, and has the newest.
  const runs = queryValueOf(query) ?? allRuns.filter((run) => run.rule === rule)
  // A run of a past window may have been made later, and tells nothing newer about today.
  const newest = runs.find(({ current }) => current) ?? runs[0] ?? null
  return { query, runs, allRuns, newest }
}

/** Earlier runs of the rule, and the newest of each other rule. */
export function comparableRunsOf(run: Run | null, { runs, allRuns }: RunList): Run[] {
  const newestOfRules = allRuns.filter(
    ({ id, rule }) => allRuns.find((other) => other.rule === rule)?.id === id,
  )
  return [...runs, ...newestOfRules.filter(({ rule }) => rule !== run?.rule)].filter(
    ({ id }) => id !== run?.id,
  )
}

/** Runs are made once a day or so. */
const POLL_INTERVAL_MS = 60_000

/**
 * The newest run of a rule where it is newer than the newest that the page has (0: there was none; null: the page has
 * no list yet); null where it is not.
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
