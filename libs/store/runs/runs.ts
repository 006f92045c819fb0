/** Reads stored rules and runs, and saves rules. Runs are made in `classify.ts`, `make-runs.ts` and `write-run.ts`. */
import { type Rule, SHIPPED_RULES } from '#domain/rule'
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { momentOrDay } from '../database/local-time.js'
import { takeLock } from '../database/locks.js'
import { queryRow } from '../database/query.js'
import { allOf, param, raw, sql } from '../database/sql.js'
import { PREPARED } from '../database/prepared-client.js'
import type { RunRow } from './run.js'

const RUN_COLUMNS = `id, rule_id AS rule, rule_version AS "ruleVersion", series, valid_from AS "from", valid_to AS "to",
  known_before AS "knownBefore", digest, created_at AS "createdAt", created_by AS "createdBy", current,
  json_build_object('white', white, 'grey', grey, 'black', black, 'unknown', unknown, 'notMeasured',
    greatest(0, (SELECT coalesce(sum(cell_count), 0) FROM current_area WHERE level = 'region')
      - white - grey - black - unknown)) AS counts, json_build_object('served', served, 'noneTried', none_tried) AS partial`

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

/** The newest run for now of a rule in this version: the one that the next of the series follows. */
export async function currentRunOf(db: Queryable, rule: Rule): Promise<RunRow | undefined> {
  const rows: RunRow[] = await db.query(
    `SELECT ${RUN_COLUMNS} FROM run WHERE rule_id = $1 AND rule_version = $2 AND current ORDER BY id DESC LIMIT 1`,
    [rule.id, rule.version],
  )
  return rows[0]
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

/**
 * Whether probes, claims of coverage, a planner's flags, changes of the roster or a presence model of the rule arrived since the
 * rule's newest run, or there is none and some are there.
 */
export async function hasNewData(db: Queryable, ruleId: string): Promise<boolean> {
  const [{ newer }] = await db.query(
    `SELECT EXISTS (SELECT 1 FROM probe WHERE received_at >= since) OR EXISTS (SELECT 1 FROM coverage WHERE received_at >= since)
       OR EXISTS (SELECT 1 FROM probe_flag WHERE created_at >= since AND NOT counted)
       OR EXISTS (SELECT 1 FROM roster_entry WHERE received_at >= since OR withdrawn_at >= since)
       OR EXISTS (SELECT 1 FROM presence_model WHERE rule_id = $1 AND received_at >= since) AS newer
     FROM (SELECT coalesce((SELECT max(known_before) FROM run WHERE rule_id = $1 AND current), '-infinity') AS since) AS last`,
    [ruleId],
  )
  return newer as boolean
}
