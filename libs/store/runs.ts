/** Runs: a rule applied to a window of probes, written once, kept as changes to the run before. */
import { type Rule, SHIPPED_RULES, zOf } from '#domain'
import type { DataSource } from 'typeorm'
import type { Queryable } from './database.js'
import { CLASSIFY, COUNT_AREAS, ROLL_UP, RUN_DIGEST } from './classify-sql.js'
import { placeNewCells } from './cell-places.js'
import { RECEIVE_LOCK } from './probes.js'
import { updateZones } from './zone-update.js'

export interface RunWindow {
  from: Date
  to: Date
  knownBefore: Date
}

export interface RunRow {
  id: number
  rule: string
  ruleVersion: number
  series: number
  from: Date
  to: Date
  knownBefore: Date
  digest: string
  createdAt: Date
  createdBy: string
  current: boolean
  counts: { white: number; grey: number; black: number; unknown: number; notMeasured: number }
}

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
      throw new Error(`rule ${rule.id} version ${rule.version} was used and has changed: raise its version`)
  }
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
  author: string
}

export class FutureKnownBefore extends Error {
  constructor() {
    super('known-before lies in the future: a run can only speak of what has been received')
  }
}

/** Evaluates a rule and returns the run. A caller who fixes no date makes the run that `latest` names from now on. */
export async function classify(source: DataSource, request: RunRequest): Promise<RunRow> {
  const current = !request.from && !request.to && !request.knownBefore
  return source.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`run of ${request.rule.id}`])
    const window = windowOf(request, await quietMoment(tx))
    const run = await startRun(tx, request, window, current)
    await tx.query(CLASSIFY, classifyParameters(request.rule, window, run))
    await placeNewCells(tx, run)
    for (const statement of ROLL_UP) await tx.query(statement, [run.series, run.id])
    await tx.query(COUNT_AREAS, [run.series, run.id])
    await tx.query(RUN_DIGEST, [run.series, run.id])
    await updateZones(tx, run)
    return (await findRun(tx, run.id))!
  })
}

function windowOf(request: RunRequest, knownNow: Date): RunWindow {
  if (request.knownBefore && request.knownBefore > knownNow) throw new FutureKnownBefore()
  const knownBefore = request.knownBefore ?? knownNow
  const to = request.to ?? knownBefore
  const from = request.from ?? new Date(to.getTime() - request.rule.validityDays * 86_400_000)
  return { from, to, knownBefore }
}

/**
 * A time before which every received probe is committed, and after every one that was acknowledged by now. JavaScript's
 * times end at milliseconds: the next whole one is taken, and waited for before writers go on. The lock belongs to the
 * session, not to the transaction, so that writers wait for 2 ms and not for the run.
 */
async function quietMoment(tx: Queryable): Promise<Date> {
  await tx.query('SELECT pg_advisory_lock($1)', [RECEIVE_LOCK])
  try {
    const [{ moment }] = await tx.query(
      `SELECT date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' AS moment`,
    )
    await tx.query('SELECT pg_sleep(0.002)')
    return moment as Date
  } finally {
    await tx.query('SELECT pg_advisory_unlock($1)', [RECEIVE_LOCK])
  }
}

async function startRun(
  tx: Queryable,
  { rule, author }: RunRequest,
  window: RunWindow,
  current: boolean,
): Promise<{ id: number; series: number }> {
  const [run] = await tx.query(
    `INSERT INTO run (rule_id, rule_version, series, current, valid_from, valid_to, known_before, digest, white, grey,
       black, unknown, created_by)
     VALUES ($1, $2::smallint, coalesce((SELECT max(series) FROM run
       WHERE $3 AND current AND rule_id = $1 AND rule_version = $2), 0), $3, $4, $5, $6, '', 0, 0, 0, 0, $7)
     RETURNING id, series`,
    [rule.id, rule.version, current, window.from, window.to, window.knownBefore, author],
  )
  if (run.series > 0) return run
  await tx.query('UPDATE run SET series = id WHERE id = $1', [run.id])
  return { id: run.id, series: run.id }
}

function classifyParameters(rule: Rule, window: RunWindow, run: { id: number; series: number }): unknown[] {
  return [
    window.from,
    window.to,
    window.knownBefore,
    rule.technologies,
    rule.peakHours?.from ?? 0,
    rule.peakHours?.to ?? 24,
    rule.minDownloadBps,
    rule.minUploadBps,
    rule.maxLatencyMs,
    zOf(rule),
    rule.passShare,
    rule.minSamples,
    rule.minDays,
    rule.minHours,
    rule.blackFrom,
    run.series,
    run.id,
  ]
}

export async function findRun(db: Queryable, id: number): Promise<RunRow | undefined> {
  const rows: RunRow[] = await db.query(`SELECT ${RUN_COLUMNS} FROM run WHERE id = $1`, [id])
  return rows[0]
}

/** The newest run of a rule that was made for now. */
export async function latestRun(db: Queryable, ruleId: string): Promise<RunRow | undefined> {
  const rows: RunRow[] = await db.query(
    `SELECT ${RUN_COLUMNS} FROM run WHERE rule_id = $1 AND current ORDER BY id DESC LIMIT 1`,
    [ruleId],
  )
  return rows[0]
}

export async function listRuns(
  db: Queryable,
  page: { rule?: string | undefined; before: number; limit: number },
): Promise<RunRow[]> {
  return db.query(
    `SELECT ${RUN_COLUMNS} FROM run WHERE rule_id = coalesce($1, rule_id) AND id < $2 ORDER BY id DESC LIMIT $3`,
    [page.rule ?? null, page.before, page.limit],
  )
}

/** Whether probes arrived since the rule's newest run, or there is none and probes are there. */
export async function hasNewProbes(db: Queryable, ruleId: string): Promise<boolean> {
  const [{ newer }] = await db.query(
    `SELECT EXISTS (SELECT 1 FROM probe WHERE received_at >=
       coalesce((SELECT max(known_before) FROM run WHERE rule_id = $1 AND current), '-infinity')) AS newer`,
    [ruleId],
  )
  return newer as boolean
}
