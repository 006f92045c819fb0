/** The server's data for the page's state, from one hook per query. */
import { useState } from 'preact/hooks'
import { api } from '../api/api.js'
import type { Account, Instance, RuleInWords, Run, WhatIf } from '../api/schemas.js'
import type { Connection } from '../api/connection.js'
import { type QueryResult, queryValueOf, useQuery } from '../api/use-query.js'
import type { SelectedItem } from '../map/selection.js'
import type { Detail } from '../panel/detail.js'
import type { PageState } from './page-state.js'
import { type RunList, comparableRunsOf, useNewerRun, useRuns } from './run-queries.js'
import { type ThemeCounts, useNetworks, useThemeCounts, useWhatIf } from './theme-queries.js'

export interface PageData {
  /** The instance's settings; null while they are loading, like `rules`. */
  instance: Instance | null
  rules: readonly RuleInWords[] | null
  account: Account | null
  setAccount(account: Account | null): void
  /** The rule that is shown. */
  rule: RuleInWords | null
  runs: RunList
  /** The run that is shown. */
  run: Run | null
  /** Id of a run that was made after the list of runs was loaded; null if there is none. */
  newerRun: number | null
  comparableRuns: readonly Run[]
  /** The run on the left of a swipe. */
  swipeRun: Run | null
  /** Download threshold in bit/s if it differs from the rule's, else null. */
  threshold: number | null
  whatIf: WhatIf | null
  networks: ReturnType<typeof useNetworks>
  themeCounts: ThemeCounts | null
  /** Parts of the run's undecided cells. */
  detail: QueryResult<Detail>
}

export function usePageData(connection: Connection, state: PageState): PageData {
  const instance = queryValueOf(useQuery(connection, 'instance', api.instance))
  const rules = queryValueOf(useQuery(connection, 'rules', api.rules))
  const rule = ruleOf(rules ?? [], state.rule)
  const runs = useRuns(connection, rule?.id ?? null, state.runsReload)
  const run = runs.runs.find(({ id }) => id === state.run) ?? runs.newest
  const newestInPage = runs.newest?.id ?? (runs.query ? 0 : null)
  const newerRun = useNewerRun(connection, rule?.id ?? null, newestInPage)
  const comparableRuns = comparableRunsOf(run, runs)
  const networks = useNetworks(connection, state.theme, run)
  const threshold = customThresholdOf(rule, state.threshold)
  const whatIf = useWhatIf(connection, run, threshold)
  const themeCounts = useThemeCounts(connection, state.theme, run)
  const detail = useDetail(connection, state.selection, run, state.planChanges)
  const [account, setAccount] = useAccount(connection)
  const isSwiped = state.theme.kind === 'verdict'
  const swipeRun = isSwiped ? (comparableRuns.find(({ id }) => id === state.swipe) ?? null) : null
  return {
    instance,
    rules,
    account,
    setAccount,
    rule,
    runs,
    run,
    newerRun,
    comparableRuns,
    swipeRun,
    threshold,
    whatIf,
    networks,
    themeCounts,
    detail,
  }
}

const ruleOf = (rules: readonly RuleInWords[], id: string | null): RuleInWords | null =>
  rules.find((rule) => rule.id === id) ?? rules.find((rule) => rule.default) ?? rules[0] ?? null

/** The threshold; null if it is the rule's own or the rule has none. */
function customThresholdOf(rule: RuleInWords | null, threshold: number | null): number | null {
  const ruleThreshold = rule?.minDownloadBps ?? null
  return ruleThreshold === null || threshold === ruleThreshold ? null : threshold
}

/** The data of the selected item for the panel. A new value of `planChanges` loads a plan item again. */
function useDetail(
  connection: Connection,
  selection: SelectedItem | null,
  run: Run | null,
  planChanges: number,
): QueryResult<Detail> {
  const version = selection?.kind === 'plan' ? planChanges : ''
  const key = run && selection ? `${run.id} ${selection.kind} ${selection.id} ${version}` : null
  return useQuery<Detail>(connection, key, async (signal) => {
    const { kind, id } = selection!
    if (kind === 'cell') return { cell: await api.cell(id, run!.id, signal) }
    if (kind === 'area') return { area: await api.area(id, run!.id, signal) }
    return api[kind](id, run!.id, signal)
  })
}

/** The account of the browser's session, replaced when someone signs in or out on this page. */
function useAccount(connection: Connection): [Account | null, (account: Account | null) => void] {
  const session = queryValueOf(useQuery(connection, 'account', api.currentAccount))
  const [change, setChange] = useState<{ account: Account | null } | null>(null)
  return [change ? change.account : session, (account) => setChange({ account })]
}
