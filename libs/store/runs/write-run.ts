/** One run in one transaction: its verdicts, and all that follows from those that changed. */
import { PLAN_RULE } from '#domain/plan'
import type { Rule } from '#domain/rule'
import type { QueryRunner } from 'typeorm'
import { placeCellsOf, placeNewCells } from '../areas/cell-places.js'
import { judgeStatement } from '../classification/pipeline.js'
import { type RosterScope, type RunRoster, rosterScope } from '../classification/roster-scope.js'
import type { Queryable } from '../database/database.js'
import { BusyError, shareLock, withoutLongWaits } from '../database/locks.js'
import { raw, sql } from '../database/sql.js'
import { AREAS_IMPORTED } from '../people/changes.js'
import { judgePlan } from '../plan/judge.js'
import { presenceCoefficients } from '../presence/model.js'
import { CREATE_CHANGED_NETWORKS, ROLL_UP_NETWORKS } from '../verdicts/network-rollup.js'
import { updateZones } from '../zones/update.js'
import { CARRY_AREA_COUNTS, CLOSE_RUN, CREATE_CHANGED_CELLS, RECOUNT_AREAS, ROLL_UP } from './rollup-sql.js'
import type { RunKey, RunRow, RunWindow } from './run.js'
import { currentRunOf, findRun } from './runs.js'

/** A run as it is fixed before the probes are read. */
export interface PlannedRun {
  rule: Rule
  author: string
  /** Whether it is made for now, and becomes the rule's latest. */
  isCurrent: boolean
  window: RunWindow
  /** Who may serve where, as it knows it; null: it judges by the operators that were measured. */
  roster: RunRoster | null
  /** The run that it follows in its series; undefined for the first of a series. */
  before: RunRow | undefined
  /** Decimal H3 indexes of the cells that have to be judged again; null: all. */
  cells: readonly string[] | null
}

/** The pass over the probes that the run is made of. */
export interface Pass {
  /** Name of the temporary table that it left. */
  table: string
  rules: readonly Rule[]
  /** That were measured: those that have to be judged, or more; null: all. */
  cells: readonly string[] | null
}

export async function writeRun(connection: QueryRunner, planned: PlannedRun, pass: Pass): Promise<RunRow> {
  const { rule, window, before, isCurrent } = planned
  return withoutLongWaits(connection, async (tx) => {
    await shareLock(tx, 'places')
    await requireStillCurrent(tx, planned)
    const run = await startRun(tx, planned)
    await tx.query(CREATE_CHANGED_CELLS)
    await tx.query(CREATE_CHANGED_NETWORKS)
    const roster = await rosterOf(tx, planned, pass)
    const { sql: text, parameters } = judgeStatement({ ...pass, rule, window, run, roster })
    await tx.query(text, parameters)
    await tx.query('ANALYZE changed, changed_network')
    await placeNewCells(tx)
    for (const statement of ROLL_UP) await tx.query(statement, [run.series, run.id])
    await tx.query(ROLL_UP_NETWORKS, [run.series, run.id, before !== undefined])
    await countAreas(tx, run, before)
    await tx.query(CLOSE_RUN, [run.id, before?.id ?? 0])
    // Zones last from run to run: a run with a window of its own follows none.
    if (isCurrent) await updateZones(tx, run)
    if (isCurrent && rule.id === PLAN_RULE) {
      const judgedRun = { id: run.id, ...window }
      await judgePlan(tx, { run: judgedRun, rule, at: window.to, codes: null, dirtyCells: planned.cells })
    }
    return (await findRun(tx, run.id))!
  })
}

/** Makes the inputs of the statement from the roster. The judged cells are placed first: their regions say who may serve them. */
async function rosterOf(
  tx: Queryable,
  { rule, roster }: PlannedRun,
  { table }: Pass,
): Promise<RosterScope | null> {
  if (!rule.roster || !roster) return null
  await placeCellsOf(tx, sql`SELECT DISTINCT cell FROM ${raw(table)}`)
  return rosterScope(rule, rule.roster, roster, await presenceCoefficients(tx, roster.model))
}

/**
 * The lock of the rule keeps other processes out, but not the connections to an embedded engine: they share one session. A
 * run that another one overtook is not written, for its changes are those since a run that is no longer the newest.
 */
async function requireStillCurrent(tx: Queryable, { rule, before, isCurrent }: PlannedRun): Promise<void> {
  if (!isCurrent) return
  const newest = await currentRunOf(tx, rule)
  if (newest?.id !== before?.id) throw new BusyError('another run of the rule was made meanwhile')
}

async function startRun(
  tx: Queryable,
  { rule, author, window, isCurrent, before, roster }: PlannedRun,
): Promise<RunKey> {
  const [run] = await tx.query(
    `INSERT INTO run (rule_id, rule_version, series, current, valid_from, valid_to, known_before, digest, white, grey,
       black, unknown, created_by, roster)
     VALUES ($1, $2, $3, $4, $5, $6, $7, '', 0, 0, 0, 0, $8, $9) RETURNING id`,
    [
      rule.id,
      rule.version,
      before?.series ?? 0,
      isCurrent,
      window.from,
      window.to,
      window.knownBefore,
      author,
      roster && JSON.stringify(roster),
    ],
  )
  if (before) return { id: run.id, series: before.series }
  await tx.query('UPDATE run SET series = id WHERE id = $1', [run.id])
  return { id: run.id, series: run.id }
}

/** Whether boundaries were imported since a moment. */
export async function hasNewAreas(db: Queryable, since: Date): Promise<boolean> {
  const [{ moved }] = await db.query(
    'SELECT EXISTS (SELECT 1 FROM change WHERE action = $1 AND at >= $2) AS moved',
    [AREAS_IMPORTED, since],
  )
  return moved as boolean
}

/** Counts are carried on from the run before, unless boundaries were imported since. */
async function countAreas(tx: Queryable, run: RunKey, before: RunRow | undefined): Promise<void> {
  if (before && !(await hasNewAreas(tx, before.createdAt)))
    await tx.query(CARRY_AREA_COUNTS, [run.id, before.id])
  else await tx.query(RECOUNT_AREAS, [run.id, run.series])
}
