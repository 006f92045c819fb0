/** Runs: a rule applied to a window of probes, written once, kept as changes to the run before. */
import { PLAN_RULE } from '#domain/plan'
import { type Rule, SHIPPED_RULES } from '#domain/rule'
import { DAY_MS } from '#domain/units'
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { placeNewCells } from '../areas/cell-places.js'
import { momentOrDay } from '../database/local-time.js'
import { shareLock, takeLock, withSessionLock } from '../database/locks.js'
import { queryRow } from '../database/query.js'
import { allOf, param, raw, sql } from '../database/sql.js'
import { AREAS_IMPORTED } from '../people/changes.js'
import { classifyStatement } from '../classification/pipeline.js'
import { dirtyCells } from './dirty-cells.js'
import { judgePlan } from '../plan/judge.js'
import { CREATE_CHANGED_NETWORKS, ROLL_UP_NETWORKS } from '../verdicts/network-rollup.js'
import { PREPARED } from '../database/prepared-client.js'
import { CLOSE_RUN, RECOUNT_AREAS, CARRY_AREA_COUNTS, CREATE_CHANGED_CELLS, ROLL_UP } from './rollup-sql.js'
import type { RunRow, RunWindow } from './run.js'
import { updateZones } from '../zones/update.js'

const RUN_COLUMNS = `id, rule_id AS rule, rule_version AS "ruleVersion", series, valid_from AS "from", valid_to AS "to",
  known_before AS "knownBefore", digest, created_at AS "createdAt", created_by AS "createdBy", current,
  json_build_object('white', white, 'grey', grey, 'black', black, 'unknown', unknown, 'notMeasured',
    greatest(0, (SELECT coalesce(sum(cell_count), 0) FROM current_area WHERE level = 'region')
      - white - grey - black - unknown)) AS counts`

/** Stores the shipped rules; one that was stored and now reads otherwise stops the program: raise its version. */
export async function registerRules(db: Queryable): Promise<void> {
  for (const rule of SHIPPED_RULES) {
    await db.query('INSERT INTO rule (id, version, definition) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
      rule.id,
      rule.version,
      JSON.stringify(rule),
    ])
    const [{ same }] = await db.query(
      'SELECT definition = $3::jsonb AS same FROM rule WHERE id = $1 AND version = $2',
      [rule.id, rule.version, JSON.stringify(rule)],
    )
    if (!same)
      throw new Error(
        `rule ${rule.id} version ${rule.version} is already stored with another definition: increase its version`,
      )
  }
}

/** Keeps a rule as a new version, and gives it back with its number; the same data again are the version that they were. */
export async function saveRule(source: DataSource, rule: Omit<Rule, 'version'>): Promise<Rule> {
  return source.transaction(async (tx) => {
    await takeLock(tx, `rule ${rule.id}`)
    const newest = await findRule(tx, rule.id)
    const version = newest?.version ?? 0
    const [{ same }] = await tx.query(
      'SELECT EXISTS (SELECT 1 FROM rule WHERE id = $1 AND version = $2 AND definition = $3::jsonb) AS same',
      [rule.id, version, JSON.stringify({ ...rule, version })],
    )
    const saved = { ...rule, version: same ? version : version + 1 }
    if (!same)
      await tx.query('INSERT INTO rule (id, version, definition) VALUES ($1, $2, $3)', [
        saved.id,
        saved.version,
        JSON.stringify(saved),
      ])
    return saved
  })
}

/** The rules, newest version of each first. */
export async function listRules(db: Queryable): Promise<Rule[]> {
  const rows: { definition: Rule }[] = await db.query(
    `SELECT definition FROM (SELECT DISTINCT ON (id) * FROM rule ORDER BY id, version DESC) AS newest
     ORDER BY (definition->>'default')::boolean DESC, id`,
  )
  return rows.map((row) => row.definition)
}

export async function findRule(db: Queryable, id: string, version?: number): Promise<Rule | undefined> {
  const rows: { definition: Rule }[] = await db.query(
    'SELECT definition FROM rule WHERE id = $1 AND version = coalesce($2, version) ORDER BY version DESC LIMIT 1',
    [id, version ?? null],
  )
  return rows[0]?.definition
}

export interface RunRequest {
  rule: Rule
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

/**
 * Evaluates a rule and returns the run. A caller who fixes no date makes the run that `latest` names from now on, and
 * only cells of which something new is known are judged again.
 */
export async function classify(source: DataSource, request: RunRequest): Promise<RunRow> {
  const current = !request.from && !request.to && !request.knownBefore
  const { rule } = request
  return source.transaction(async (tx) => {
    await takeLock(tx, `run of ${rule.id}`)
    await shareLock(tx, 'places')
    const window = windowOf(request, await takeSnapshotTime(tx))
    const before = current ? await previousRun(tx, rule) : undefined
    const run = await startRun(tx, request, window, current, before)
    const cells = before && !request.full ? await dirtyCells(tx, rule, before, window) : null
    await tx.query(CREATE_CHANGED_CELLS)
    await tx.query(CREATE_CHANGED_NETWORKS)
    const { sql, parameters } = classifyStatement({ rule, window, run, cells })
    await tx.query(sql, parameters)
    await tx.query('ANALYZE changed, changed_network')
    await placeNewCells(tx)
    for (const statement of ROLL_UP) await tx.query(statement, [run.series, run.id])
    await tx.query(ROLL_UP_NETWORKS, [run.series, run.id, before !== undefined])
    await countAreas(tx, run, before)
    await tx.query(CLOSE_RUN, [run.id, before?.id ?? 0])
    // Zones last from run to run: a run with a window of its own has no run before it.
    if (current) await updateZones(tx, run)
    if (current && rule.id === PLAN_RULE)
      await judgePlan(tx, {
        run: { id: run.id, ...window },
        rule,
        at: window.to,
        codes: null,
        dirtyCells: cells,
      })
    return (await findRun(tx, run.id))!
  })
}

/** Counts are carried on from the run before, unless boundaries were imported since. */
async function countAreas(
  tx: Queryable,
  run: { id: number; series: number },
  before: RunRow | undefined,
): Promise<void> {
  const [{ moved }] = await tx.query(
    'SELECT EXISTS (SELECT 1 FROM change WHERE action = $1 AND at >= $2) AS moved',
    [AREAS_IMPORTED, before?.createdAt ?? new Date(0)],
  )
  if (before && !moved) await tx.query(CARRY_AREA_COUNTS, [run.id, before.id])
  else await tx.query(RECOUNT_AREAS, [run.id, run.series])
}

/** The run of the same rule and version that the next one of the series follows. */
async function previousRun(tx: Queryable, rule: Rule): Promise<RunRow | undefined> {
  const rows: RunRow[] = await tx.query(
    `SELECT ${RUN_COLUMNS} FROM run WHERE rule_id = $1 AND rule_version = $2 AND current ORDER BY id DESC LIMIT 1`,
    [rule.id, rule.version],
  )
  return rows[0]
}

function windowOf(request: RunRequest, knownNow: Date): RunWindow {
  if (request.knownBefore && request.knownBefore > knownNow) throw new FutureKnownBeforeError()
  const knownBefore = request.knownBefore ?? knownNow
  const to = request.to ?? knownBefore
  const from = request.from ?? new Date(to.getTime() - request.rule.validityDays * DAY_MS)
  return { from, to, knownBefore }
}

/**
 * A time before which every received probe is committed, and after every one that was acknowledged by now. JavaScript's
 * times end at milliseconds: the next whole one is taken, and waited for before writers go on. The lock belongs to the
 * session, not to the transaction, so that writers wait for 2 ms and not for the run.
 */
async function takeSnapshotTime(tx: Queryable): Promise<Date> {
  return withSessionLock(tx, 'receive', async () => {
    const [{ moment }] = await tx.query(
      `SELECT date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' AS moment`,
    )
    await tx.query('SELECT pg_sleep(0.002)')
    return moment as Date
  })
}

async function startRun(
  tx: Queryable,
  { rule, author }: RunRequest,
  window: RunWindow,
  current: boolean,
  before: RunRow | undefined,
): Promise<{ id: number; series: number }> {
  const [run] = await tx.query(
    `INSERT INTO run (rule_id, rule_version, series, current, valid_from, valid_to, known_before, digest, white, grey,
       black, unknown, created_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, '', 0, 0, 0, 0, $8) RETURNING id`,
    [rule.id, rule.version, before?.series ?? 0, current, window.from, window.to, window.knownBefore, author],
  )
  if (before) return { id: run.id, series: before.series }
  await tx.query('UPDATE run SET series = id WHERE id = $1', [run.id])
  return { id: run.id, series: run.id }
}

export async function findRun(db: Queryable, id: number): Promise<RunRow | undefined> {
  const rows: RunRow[] = await db.query(`${PREPARED}SELECT ${RUN_COLUMNS} FROM run WHERE id = $1`, [id])
  return rows[0]
}

/**
 * The newest run of a rule that was made for now; with a `date`, of those whose window ended by that moment, or by the end of
 * that local day.
 */
export async function latestRun(db: Queryable, ruleId: string, date?: string): Promise<RunRow | undefined> {
  const ended = date === undefined ? null : sql`valid_to <= ${momentOrDay(param(date, 'text'), 1)}`
  return queryRow(
    db,
    sql`SELECT ${raw(RUN_COLUMNS)} FROM run WHERE ${allOf([sql`rule_id = ${ruleId} AND current`, ended])}
     ORDER BY id DESC LIMIT 1`,
  )
}

/** Newest first before a run, or oldest first after one. */
export async function listRuns(
  db: Queryable,
  page: { rule?: string | undefined; limit: number } & ({ before: number } | { after: number }),
): Promise<RunRow[]> {
  const [way, key] =
    'before' in page ? ['id < $2 ORDER BY id DESC', page.before] : ['id > $2 ORDER BY id', page.after]
  return db.query(
    `SELECT ${RUN_COLUMNS} FROM run WHERE rule_id = coalesce($1, rule_id) AND ${way} LIMIT $3`,
    [page.rule ?? null, key, page.limit],
  )
}

/** Whether probes, claims of coverage or a planner's flags arrived since the rule's newest run, or there is none and some are there. */
export async function hasNewData(db: Queryable, ruleId: string): Promise<boolean> {
  const [{ newer }] = await db.query(
    `SELECT EXISTS (SELECT 1 FROM probe WHERE received_at >= since) OR EXISTS (SELECT 1 FROM coverage WHERE received_at >= since)
       OR EXISTS (SELECT 1 FROM probe_flag WHERE created_at >= since AND NOT counted) AS newer
     FROM (SELECT coalesce((SELECT max(known_before) FROM run WHERE rule_id = $1 AND current), '-infinity') AS since) AS last`,
    [ruleId],
  )
  return newer as boolean
}
