/** Several runs from one pass over the probes. */
import type { Rule } from '#domain/rule'
import { DAY_MS } from '#domain/units'
import { randomBytes } from 'node:crypto'
import type { QueryRunner } from 'typeorm'
import { placeCellsOf } from '../areas/cell-places.js'
import { measureStatement } from '../classification/pipeline.js'
import type { Queryable } from '../database/database.js'
import { BusyError, shareLock, takeLock, withoutLongWaits } from '../database/locks.js'
import { queryRow, queryRows } from '../database/query.js'
import { raw, sql } from '../database/sql.js'
import { dirtyCells } from './dirty-cells.js'
import type { RunRow, RunWindow } from './run.js'
import { changedRegions, rosterOfRun, runRosterOf } from './run-roster.js'
import { currentRunOf } from './runs.js'
import { type PlannedRun, hasNewAreas, writeRun } from './write-run.js'

/** The parameters of a run besides its rule. A run without a date becomes the run that `latest` names from now on. */
export interface RunOptions {
  from?: Date | undefined
  to?: Date | undefined
  knownBefore?: Date | undefined
  /** Judges every cell again, also those of which nothing new is known: the same verdicts, slower. */
  full?: boolean
  author: string
}

export class FutureKnownBeforeError extends Error {
  constructor() {
    super('knownBefore must not be in the future')
  }
}

export interface MadeRuns {
  runs: RunRow[]
  /** Reasons why rules are left for the next time, as sentences for the log. */
  skipped: string[]
  /** Number of cells that were judged: of a run of all cells, those that have a row in it. */
  judged: number
}

/**
 * Makes a run of each rule, to be called with the locks of the rules held by the connection's session. All have the same
 * known-before, so that probes are read once. Each run is written in a transaction of its own.
 */
export async function makeRuns(
  connection: QueryRunner,
  rules: readonly Rule[],
  options: RunOptions,
): Promise<MadeRuns> {
  const made: MadeRuns = { runs: [], skipped: [], judged: 0 }
  if (rules.length === 0) return made
  await skipIfBusy(made, rules, async () => {
    const knownNow = await takeSnapshotTime(connection)
    if (rules.some(({ roster }) => roster)) await placeClaimedCells(connection)
    const planned: PlannedRun[] = []
    for (const rule of rules) planned.push(await plannedRun(connection.manager, rule, options, knownNow))
    for (const pass of passesOf(planned))
      await skipIfBusy(made, pass.rules, () => makeRunsOfPass(connection, pass, made))
  })
  return made
}

async function makeRunsOfPass(connection: QueryRunner, pass: PlannedPass, made: MadeRuns): Promise<void> {
  await withNetworkFigures(connection, pass, async (table) => {
    for (const run of pass.runs)
      await skipIfBusy(made, [run.rule], async () => {
        const written = await writeRun(connection, run, { ...pass, table })
        made.runs.push(written)
        made.judged += run.cells?.length ?? cellsOf(written)
      })
  })
}

const cellsOf = ({ counts: { white, grey, black, unknown } }: RunRow): number =>
  white + grey + black + unknown

async function skipIfBusy(made: MadeRuns, rules: readonly Rule[], work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof BusyError)) throw error
    made.skipped.push(...rules.map(({ id }) => `${id}: ${error.message}`))
  }
}

/**
 * A time before which every received probe is committed, and after every one that was acknowledged by now. JavaScript's
 * times end at milliseconds: the next whole one is taken, and waited for before writers go on. The lock ends with a
 * transaction of its own, so that writers wait for 2 ms and not for the run.
 */
const takeSnapshotTime = (connection: QueryRunner): Promise<Date> =>
  withoutLongWaits(connection, async (tx) => {
    await takeLock(tx, 'receive')
    const row = await queryRow<{ moment: Date }>(
      tx,
      sql`SELECT date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' AS moment`,
    )
    await queryRows(tx, sql`SELECT pg_sleep(0.002)`)
    return row!.moment
  })

/**
 * Finds the areas of the cells that operators claimed since the last run that judged by the roster, after the snapshot time:
 * priors hang on the regions in which an operator declares.
 */
const placeClaimedCells = (connection: QueryRunner): Promise<void> =>
  withoutLongWaits(connection, async (tx) => {
    await shareLock(tx, 'places')
    await placeCellsOf(
      tx,
      sql`SELECT DISTINCT cell FROM coverage WHERE received_at >= coalesce(
         (SELECT max(known_before) FROM run WHERE current AND roster IS NOT NULL), '-infinity')`,
    )
  })

async function plannedRun(
  db: Queryable,
  rule: Rule,
  options: RunOptions,
  knownNow: Date,
): Promise<PlannedRun> {
  const isCurrent = !options.from && !options.to && !options.knownBefore
  const window = windowOf(rule, options, knownNow)
  const before = isCurrent ? await currentRunOf(db, rule) : undefined
  const roster = await runRosterOf(db, rule, window)
  const cells = before && !options.full ? await cellsToJudge(db, rule, before, { window, roster }) : null
  return { rule, author: options.author, isCurrent, window, roster, before, cells }
}

/** Decimal H3 indexes of the cells whose verdict may differ from the run before; null: all. */
async function cellsToJudge(
  db: Queryable,
  rule: Rule,
  before: RunRow,
  { window, roster }: Pick<PlannedRun, 'window' | 'roster'>,
): Promise<string[] | null> {
  const rosterBefore = await rosterOfRun(db, before.id)
  const regions = changedRegions(rosterBefore, roster)
  // Where boundaries were imported since, cells may lie in another region.
  if (regions === null || (roster && (await hasNewAreas(db, before.createdAt)))) return null
  return dirtyCells(db, rule, before, window, roster && { series: before.series, regions })
}

function windowOf(rule: Rule, options: RunOptions, knownNow: Date): RunWindow {
  if (options.knownBefore && options.knownBefore > knownNow) throw new FutureKnownBeforeError()
  const knownBefore = options.knownBefore ?? knownNow
  const to = options.to ?? knownBefore
  const from = options.from ?? new Date(to.getTime() - rule.validityDays * DAY_MS)
  return { from, to, knownBefore }
}

/** Runs that share a pass over the probes of one window. */
interface PlannedPass {
  runs: readonly PlannedRun[]
  rules: readonly Rule[]
  /** Every cell that one of the runs has to judge, as decimal H3 indexes; null: all. */
  cells: readonly string[] | null
}

/** Runs that judge all cells share no pass with those that judge some. */
function passesOf(planned: readonly PlannedRun[]): PlannedPass[] {
  const passes = new Map<string, PlannedRun[]>()
  for (const run of planned) {
    const key = `${run.window.from.getTime()} ${run.cells === null}`
    passes.set(key, [...(passes.get(key) ?? []), run])
  }
  return [...passes.values()].map((runs) => ({
    runs,
    rules: runs.map(({ rule }) => rule),
    // Judging a cell again that did not change writes nothing.
    cells: runs[0]!.cells && [...new Set(runs.flatMap(({ cells }) => cells!))],
  }))
}

/** Passes over the probes into a temporary table, which is gone after the work. */
async function withNetworkFigures(
  connection: QueryRunner,
  { runs, rules, cells }: PlannedPass,
  work: (table: string) => Promise<void>,
): Promise<void> {
  // Connections to the embedded engine share one session, and so its temporary tables.
  const table = `network_figures_${randomBytes(8).toString('hex')}`
  try {
    await withoutLongWaits(connection, async (tx) => {
      await tx.query(GROUP_BY_SORTING)
      const measure = measureStatement({ rules, window: runs[0]!.window, cells, table })
      await tx.query(measure.sql, measure.parameters)
      await queryRows(tx, sql`ANALYZE ${raw(table)} (cell, operator, technology)`)
    })
    await work(table)
  } finally {
    await queryRows(connection.manager, sql`DROP TABLE IF EXISTS ${raw(table)}`)
  }
}

/**
 * All levels of the pass are grouped in the order of one sort. With hash tables each level would hold a hundred counters
 * for every group, more than fits into memory.
 */
const GROUP_BY_SORTING = 'SET LOCAL enable_hashagg = off'
