/** Making runs: a rule, or several in one pass over the probes, applied to a window. */
import type { Rule } from '#domain/rule'
import { SECOND_MS } from '#domain/units'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DataSource, QueryRunner } from 'typeorm'
import { releaseSessionLocks, trySessionLocks } from '../database/locks.js'
import { type MadeRuns, type RunOptions, makeRuns } from './make-runs.js'
import type { RunRow } from './run.js'
import { hasNewData, listRules } from './runs.js'

export interface RunRequest extends RunOptions {
  rule: Rule
}

/** Evaluates a rule and returns the run. Waits while another process makes a run of the rule. */
export async function classify(source: DataSource, { rule, ...options }: RunRequest): Promise<RunRow> {
  return (await classifyAll(source, [rule], options))[0]!
}

/** Evaluates rules that share one pass over the probes; the runs in the order of the rules. Waits as `classify` does. */
export async function classifyAll(
  source: DataSource,
  rules: readonly Rule[],
  options: RunOptions,
): Promise<RunRow[]> {
  const runs = new Map<Rule, RunRow>()
  for (;;) {
    const missing = rules.filter((rule) => !runs.has(rule))
    const made = await withConnection(source, (connection) => attempt(connection, missing, options))
    for (const run of made.runs)
      runs.set(
        missing.find(({ id }) => id === run.rule)!,
        run,
      )
    if (runs.size === rules.length) return rules.map((rule) => runs.get(rule)!)
    await sleep(RETRY_MS)
  }
}

/** Between two attempts no connection is held and no transaction is open: whoever holds the lock may take minutes. */
const RETRY_MS = SECOND_MS / 4

/**
 * A new run of each rule for which probes, claims of coverage or flags arrived since its last one, all from one pass. Rules
 * of which another process makes a run at the moment are skipped, not waited for.
 */
export async function classifyRulesWithNews(source: DataSource, author: string): Promise<MadeRuns> {
  return withConnection(source, async (connection) => {
    const rules = await listRules(connection.manager)
    return attempt(connection, rules, { author }, ({ id }) => hasNewData(connection.manager, id))
  })
}

/**
 * Makes the runs of those rules whose locks are free. The locks belong to the session, so that no transaction is open
 * while they are held; `isNeeded` is asked under the lock: what another process has just judged is not judged again.
 */
async function attempt(
  connection: QueryRunner,
  rules: readonly Rule[],
  options: RunOptions,
  isNeeded: (rule: Rule) => Promise<boolean> = async () => true,
): Promise<MadeRuns> {
  const db = connection.manager
  const locks = await trySessionLocks(db, rules.map(lockOf))
  const isFree = (rule: Rule): boolean => locks.includes(lockOf(rule))
  try {
    const needed: Rule[] = []
    for (const rule of rules.filter(isFree)) if (await isNeeded(rule)) needed.push(rule)
    const made = await makeRuns(connection, needed, options)
    const busy = rules.filter((rule) => !isFree(rule))
    const skipped = busy.map(({ id }) => `${id}: another process is making a run of it`)
    return { ...made, skipped: [...skipped, ...made.skipped] }
  } finally {
    await releaseSessionLocks(db, locks)
  }
}

const lockOf = ({ id }: Rule): `run of ${string}` => `run of ${id}`

/** One connection for all statements of the work: locks and temporary tables belong to its session. */
async function withConnection<T>(
  source: DataSource,
  work: (connection: QueryRunner) => Promise<T>,
): Promise<T> {
  const connection = source.createQueryRunner()
  try {
    return await work(connection)
  } finally {
    await connection.release()
  }
}
