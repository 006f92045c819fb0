/** The plan held against a run: what the measurements say of each item, kept until they say something else. */
import {
  type PlanEvidence,
  type PlanFields,
  type PlanState,
  type PlanStep,
  planRuleOf,
  planStateOf,
  planStepOf,
} from '#domain/plan'
import { type Technology } from '#domain/probe'
import { type Rule } from '#domain/rule'
import { type JudgedNetwork, networkVerdict } from '#domain/verdict'
import { planEvidenceStatement } from '../classification/pipeline.js'
import type { Queryable } from '../database/database.js'

/** What a finding rests on: the item's own network, all its cells together. */
export interface PlanItemEvidence extends PlanEvidence, Omit<JudgedNetwork, 'state'> {
  /** A sample passes at or above this, bit/s: the promised speed, or else the rule's. */
  minDownloadBps: number
  /** Share of passes at the rule's confidence. */
  lower: number
  upper: number
}

export interface PlanJudgementInput {
  /** Null before there is any: then only what people say is known. */
  run: { id: number; from: Date; to: Date; knownBefore: Date } | null
  /** Of the run. */
  rule: Rule
  /** The day that it is. */
  at: Date
  /** Null: the whole plan. */
  codes: readonly string[] | null
  /**
   * Cells whose probes count otherwise than when the plan was last held against a run of this rule; null: all. What was
   * found of an item with none of them still holds.
   */
  dirtyCells: readonly string[] | null
}

/** Held while the plan or what was found of it changes. */
export const TAKE_PLAN_LOCK = `SELECT pg_advisory_xact_lock(hashtext('plan'))`

/** Items in one statement. */
const CHUNK = 2_000

type CurrentItem = Pick<
  PlanFields,
  'operator' | 'technology' | 'targetBps' | 'awardedOn' | 'startedOn' | 'promisedBy' | 'inServiceOn'
> & {
  code: string
  version: number
  cells: number
  withdrawn: boolean
  /** Whether this version was held against a run as being in service, and what was measured then. */
  judged: boolean
  evidence: PlanItemEvidence | null
}

/**
 * Reads the probes of what is in service and may be found otherwise, each item's own since its day; writes what differs from
 * what was found before.
 */
export async function judgePlan(tx: Queryable, judgement: PlanJudgementInput): Promise<void> {
  await tx.query(TAKE_PLAN_LOCK)
  const today = await moroccoDay(tx, judgement.at)
  const touched = judgement.dirtyCells && (await itemsCovering(tx, judgement.dirtyCells))
  for (let after = ''; ;) {
    const items: CurrentItem[] = await tx.query(SELECT_CURRENT_ITEMS, [after, judgement.codes, CHUNK])
    if (items.length === 0) return
    await judgeItems(tx, judgement, items, today, touched)
    after = items.at(-1)!.code
  }
}

export async function moroccoDay(db: Queryable, at: Date): Promise<string> {
  const [{ day }] = await db.query(
    `SELECT ($1::timestamptz AT TIME ZONE 'Africa/Casablanca')::date::text AS day`,
    [at],
  )
  return day as string
}

const SELECT_CURRENT_ITEMS = `
  SELECT i.code, i.version, operator, technology, target_bps::float8 AS "targetBps", awarded_on::text AS "awardedOn",
    started_on::text AS "startedOn", promised_by::text AS "promisedBy", in_service_on::text AS "inServiceOn",
    cardinality(cells) AS cells, withdrawn, coalesce(f.version = i.version AND f.step = 'in_service', false) AS judged,
    f.evidence
  FROM plan_item AS i LEFT JOIN plan_finding AS f ON f.code = i.code AND f.ended_at IS NULL
  WHERE i.ended_at IS NULL AND i.code > $1 AND ($2::text[] IS NULL OR i.code = ANY($2)) ORDER BY i.code LIMIT $3`

/** Codes of the items in service that cover any of the cells. */
async function itemsCovering(tx: Queryable, cells: readonly string[]): Promise<Set<string>> {
  const rows: { code: string }[] = await tx.query(
    `SELECT DISTINCT i.code FROM plan_item AS i CROSS JOIN LATERAL unnest(i.cells) AS c(cell)
     JOIN unnest($1::bigint[]) AS d(cell) ON d.cell = c.cell WHERE i.ended_at IS NULL AND i.in_service_on IS NOT NULL`,
    [cells],
  )
  return new Set(rows.map(({ code }) => code))
}

async function judgeItems(
  tx: Queryable,
  judgement: PlanJudgementInput,
  items: readonly CurrentItem[],
  today: string,
  touched: ReadonlySet<string> | null,
): Promise<void> {
  const served = items.filter((item) => !item.withdrawn && planStepOf(item, today) === 'in_service')
  const holds = (item: CurrentItem) => touched !== null && item.judged && !touched.has(item.code)
  const measured = await planItemEvidenceOf(
    tx,
    judgement,
    served.filter((item) => !holds(item)),
  )
  const kept = new Map(served.filter(holds).map((item) => [item.code, item.evidence]))
  const findings = items.map((item) => {
    const evidence = measured.get(item.code) ?? kept.get(item.code) ?? null
    const found: { step: PlanStep; state: PlanState } | null = item.withdrawn
      ? null
      : { step: planStepOf(item, today), state: planStateOf(item, evidence, today) }
    return { code: item.code, version: item.version, ...found, evidence }
  })
  await tx.query(WRITE_FINDINGS, [JSON.stringify(findings), judgement.run?.id ?? null])
}

/** A withdrawn item has no state: what was found of it ends. Each change of a state is an event. */
const WRITE_FINDINGS = `
  WITH fresh AS MATERIALIZED (
    SELECT * FROM json_to_recordset($1::json) AS r(code text, version integer, step text, state text, evidence jsonb)
  ), moment AS MATERIALIZED (
    SELECT clock_timestamp() AS at
  ), standing AS MATERIALIZED (
    SELECT f.* FROM plan_finding AS f JOIN fresh USING (code) WHERE f.ended_at IS NULL
  ), changed AS MATERIALIZED (
    SELECT f.*, s.begun_at, s.state AS state_before FROM fresh AS f LEFT JOIN standing AS s USING (code)
    WHERE (f.version, f.step, f.state, nullif(f.evidence, 'null')) IS DISTINCT FROM (s.version, s.step, s.state, s.evidence)
  ), ended AS (
    UPDATE plan_finding AS p SET ended_at = (SELECT at FROM moment) FROM changed AS c
    WHERE p.code = c.code AND p.begun_at = c.begun_at
  ), event AS (
    INSERT INTO plan_event (code, at, version, run_id, state, state_before)
    SELECT code, (SELECT at FROM moment), version, $2, state, state_before FROM changed
    WHERE state IS DISTINCT FROM state_before
  )
  INSERT INTO plan_finding (code, begun_at, version, run_id, step, state, evidence)
  SELECT code, (SELECT at FROM moment), version, $2, step, state, nullif(evidence, 'null') FROM changed WHERE state IS NOT NULL`

/** By code; what nobody measured is not in it. One statement for each promised speed. */
export async function planItemEvidenceOf(
  tx: Queryable,
  { run, rule }: Pick<PlanJudgementInput, 'run' | 'rule'>,
  served: readonly Pick<CurrentItem, 'code' | 'technology' | 'targetBps' | 'cells'>[],
): Promise<Map<string, PlanItemEvidence>> {
  const found = new Map<string, PlanItemEvidence>()
  if (!run) return found
  for (const targetBps of new Set(served.map((item) => item.targetBps))) {
    const items = served.filter((item) => item.targetBps === targetBps)
    const technologies = [...new Set(items.map((item) => item.technology))].filter((name) => name !== null)
    const judgedBy = planRuleOf(rule, targetBps, technologies)
    const codes = items.map((item) => item.code)
    const { sql, parameters } = planEvidenceStatement({ rule: judgedBy, window: run, codes })
    for (const { n, cells_measured: cellsMeasured, ...row } of (await tx.query(sql, parameters)) as Row[]) {
      const { code, cells, technology } = items[n - 1]!
      const evidence = networkOf(row, technology)
      const { lower, upper } = networkVerdict(judgedBy, evidence)
      const { minDownloadBps } = judgedBy
      found.set(code, { ...evidence, state: row.state, cells, cellsMeasured, minDownloadBps, lower, upper })
    }
  }
  return found
}

type Row = { n: number; cells_measured: number; state: JudgedNetwork['state'] } & Record<string, number>

/** The operator stands in the item. */
const networkOf = (row: Omit<Row, 'n' | 'cells_measured'>, technology: Technology | null) => ({
  operator: null,
  technology,
  samples: row['samples']!,
  passes: row['passes']!,
  noService: row['no_service']!,
  peakSamples: row['peak_samples']!,
  weight: row['weight']!,
  passWeight: row['pass_weight']!,
  settledWeight: row['settled_weight']!,
  settledPassWeight: row['settled_pass_weight']!,
  devices: row['devices']!,
  passDevices: row['pass_devices']!,
  failDevices: row['fail_devices']!,
  days: row['days']!,
  passDays: row['pass_days']!,
  failDays: row['fail_days']!,
  hours: row['hours']!,
  lastMeasuredAt: row['last_measured_at']!,
  declaredBps: null,
  plannedBy: null,
})
