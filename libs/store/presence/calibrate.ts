/** Fits the model of priors on what a run knows, and stores it for the runs that follow. */
import { type PresenceFit, type PresenceRow, fitPresence, presenceRowsOf } from '#domain/calibration'
import type { Rule } from '#domain/rule'
import { SHIPPED_PRESENCE_COEFFICIENTS } from '#domain/verdict'
import { cellFromSql, cellToSql, parentOf } from '#geo'
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { shareLock } from '../database/locks.js'
import { queryRow, queryRows } from '../database/query.js'
import { param, sql } from '../database/sql.js'
import { recordChange } from '../people/changes.js'
import { type RunRow, type RunWindow, validInRun } from '../runs/run.js'
import { currentRunOf } from '../runs/runs.js'
import { rosterContextsOf } from '../verdicts/roster-contexts.js'
import { evidenceOfCells } from '../verdicts/verdicts.js'

/** A stored model. */
export interface Calibration {
  /** Id of the model. */
  model: number
  rule: string
  /** Id of the run on whose evidence it was fitted. */
  run: number
  cells: number
  logLoss: number
}

/** The reason for which no model is fitted. */
export type CalibrationRefusal = 'no_roster' | 'no_run' | 'few_cells'

/** Fewer measured cells say less than the coefficients that are shipped. */
const MIN_CELLS = 100
/** An even sample of this size is taken where more cells are measured: the coefficients are about twenty. */
const MAX_CELLS = 50_000
/** Number of cells that are read at once. */
const CHUNK = 2_000
/** The local share of an operator is that of the parent at this resolution, about 250 km². */
const PLACE_RESOLUTION = 5

/** Fits the priors of a rule on the evidence of its newest run for now; see `calibrateOn`. */
export async function calibrate(
  source: DataSource,
  rule: Rule,
  author: string,
): Promise<Calibration | CalibrationRefusal> {
  if (!rule.roster) return 'no_roster'
  const run = await currentRunOf(source.manager, rule)
  return run ? calibrateOn(source, rule, run, author) : 'no_run'
}

/**
 * Fits the priors of a rule on the evidence of one of its runs, and writes the model. The next run of the rule uses it and
 * judges all cells again. It is no part of a classification: a run that is rebuilt uses the model that it knew.
 */
export async function calibrateOn(
  source: DataSource,
  rule: Rule,
  run: RunRow,
  author: string,
): Promise<Calibration | CalibrationRefusal> {
  if (!rule.roster) return 'no_roster'
  const db = source.manager
  const cells = await measuredCells(db, run)
  if (cells.length < MIN_CELLS) return 'few_cells'
  const rows: PresenceRow[] = []
  for (let i = 0; i < cells.length; i += CHUNK) {
    const chunk = await rowsOfCells(db, rule, run, cells.slice(i, i + CHUNK))
    if (!chunk) return 'no_roster'
    rows.push(...chunk)
  }
  const fit = fitPresence(rows, SHIPPED_PRESENCE_COEFFICIENTS, rule.roster)
  const model = await writeModel(source, rule, fit, { author, cells: cells.length })
  const calibration = { model, rule: rule.id, run: run.id, cells: cells.length, logLoss: fit.logLoss }
  await recordChange(db, author, 'calibrate', rule.id, calibration)
  return calibration
}

/** Cells with measurements in a run (decimal indexes), in their order. */
async function measuredCells(db: Queryable, run: RunRow): Promise<string[]> {
  const rows = await queryRows<{ cell: string }>(
    db,
    sql`SELECT cell::text FROM (
       SELECT cell, row_number() OVER (ORDER BY cell) AS n, count(*) OVER () AS total
       FROM (SELECT DISTINCT cell FROM evidence AS v WHERE ${validInRun('v', run)} AND weight > 0) AS measured) AS numbered
     WHERE n % (total / ${param(MAX_CELLS, 'bigint')} + 1) = 0 ORDER BY n`,
  )
  return rows.map((row) => row.cell)
}

/** The rows of some cells; null if the run judged without a roster. */
async function rowsOfCells(
  db: Queryable,
  rule: Rule,
  run: RunRow,
  cells: readonly string[],
): Promise<PresenceRow[] | null> {
  const contexts = await rosterContextsOf(db, run, rule, cells)
  if (!contexts) return null
  const evidence = await evidenceOfCells(db, run, cells)
  const shared = await sharedDevices(db, run, cells)
  return cells.flatMap((cell) => {
    const { services, facts } = contexts.get(cell)!
    return presenceRowsOf(rule, {
      place: cellToSql(parentOf(cellFromSql(cell), PLACE_RESOLUTION)),
      networks: evidence.get(cell) ?? [],
      services,
      facts,
      sharedDevices: shared.get(cell) ?? [],
    })
  })
}

/** The operators that one device measured in a cell, for each cell and each device that measured several. */
async function sharedDevices(
  db: Queryable,
  { from, to, knownBefore }: RunWindow,
  cells: readonly string[],
): Promise<Map<string, string[][]>> {
  const rows = await queryRows<{ cell: string; operators: string[] }>(
    db,
    sql`SELECT cell::text, array_agg(DISTINCT operator ORDER BY operator) AS operators FROM probe
     WHERE cell = ANY(${param(cells, 'bigint[]')}) AND measured_at >= ${from} AND measured_at < ${to}
       AND received_at < ${knownBefore} AND counted AND device_id IS NOT NULL AND operator IS NOT NULL
     GROUP BY cell, device_id HAVING count(DISTINCT operator) > 1`,
  )
  const shared = new Map<string, string[][]>()
  for (const { cell, operators } of rows) shared.set(cell, [...(shared.get(cell) ?? []), operators])
  return shared
}

/** Rows of one statement. */
const SHARES_AT_ONCE = 10_000

/**
 * Writes a model with its shares. It is received under the lock that a run takes alone to read the clock, so that a run that
 * knows of its time sees it.
 */
async function writeModel(
  source: DataSource,
  rule: Rule,
  { coefficients, shares, logLoss }: PresenceFit,
  { author, cells }: { author: string; cells: number },
): Promise<number> {
  return source.transaction(async (tx) => {
    await shareLock(tx, 'receive')
    const { id } = (await queryRow<{ id: number }>(
      tx,
      sql`INSERT INTO presence_model (rule_id, received_at, author, coefficients, cells, log_loss)
       VALUES (${rule.id}, clock_timestamp(), ${author}, ${JSON.stringify(coefficients)}::jsonb,
         ${param(cells, 'integer')}, ${param(logLoss, 'float8')}) RETURNING id`,
    ))!
    for (let i = 0; i < shares.length; i += SHARES_AT_ONCE)
      await queryRows(
        tx,
        sql`INSERT INTO presence_share (model_id, place, operator, technology_group, log_odds, n)
         SELECT ${param(id, 'integer')}, place, operator, "group", "logOdds", n
         FROM json_to_recordset(${JSON.stringify(shares.slice(i, i + SHARES_AT_ONCE))}::json)
           AS s(place bigint, operator text, "group" text, "logOdds" float8, n integer)`,
      )
    return id
  })
}
