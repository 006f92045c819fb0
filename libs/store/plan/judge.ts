/**
 * Compares the plan with a run. A finding says what the measurements show of an item, and is valid until they show
 * something else.
 */
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
import { localDay } from '../database/local-time.js'
import { takeLock } from '../database/locks.js'
import { queryRow, queryRows } from '../database/query.js'
import { type Sql, allOf, param, sql } from '../database/sql.js'

/** The basis of a finding: the evidence of the item's own network in all its cells together. */
export interface PlanItemEvidence extends PlanEvidence, Omit<JudgedNetwork, 'state'> {
  /** Download speed that a sample needs to pass, bit/s: the promised speed, or else the rule's. */
  minDownloadBps: number
  /** Bounds `lower` and `upper` of the pass share at the rule's confidence. */
  lower: number
  upper: number
}

export interface PlanJudgementInput {
  /** The run; null before the first one, when only the plan's own dates count. */
  run: { id: number; from: Date; to: Date; knownBefore: Date } | null
  /** The run's rule. */
  rule: Rule
  /** The present day. */
  at: Date
  /** Codes of the items to judge; null for the whole plan. */
  codes: readonly string[] | null
  /**
   * Cells whose evidence may have changed since the plan was last compared with a run of this rule; null for all cells.
   * The finding of an item that covers none of them is still valid.
   */
  dirtyCells: readonly string[] | null
}

/** Number of items in one statement. */
const CHUNK = 2_000

type CurrentItem = Pick<
  PlanFields,
  'operator' | 'technology' | 'targetBps' | 'awardedOn' | 'startedOn' | 'promisedBy' | 'inServiceOn'
> & {
  code: string
  version: number
  cells: number
  withdrawn: boolean
  /** Whether the current finding belongs to this version as one in service. */
  judged: boolean
  /** The evidence of that finding. */
  evidence: PlanItemEvidence | null
}

/**
 * Reads the probes of the items in service whose finding may change, each item's own probes since its day of service;
 * writes the findings that differ from the current ones.
 */
export async function judgePlan(tx: Queryable, judgement: PlanJudgementInput): Promise<void> {
  await takeLock(tx, 'plan')
  const today = await localDayOf(tx, judgement.at)
  const touched = judgement.dirtyCells && (await itemsCovering(tx, judgement.dirtyCells))
  for (let after = ''; ;) {
    const items = await queryRows<CurrentItem>(tx, selectCurrentItems(after, judgement.codes))
    if (items.length === 0) return
    await judgeItems(tx, judgement, items, today, touched)
    after = items.at(-1)!.code
  }
}

/** The local day (YYYY-MM-DD) on which a moment falls. */
export async function localDayOf(db: Queryable, moment: Date): Promise<string> {
  const row = await queryRow<{ day: string }>(
    db,
    sql`SELECT ${localDay(param(moment, 'timestamptz'))}::text AS day`,
  )
  return row!.day
}

function selectCurrentItems(after: string, codes: readonly string[] | null): Sql {
  const conditions = [
    sql`i.ended_at IS NULL AND i.code > ${after}`,
    codes && sql`i.code = ANY(${codes}::text[])`,
  ]
  return sql`
  SELECT i.code, i.version, operator, technology, target_bps::float8 AS "targetBps", awarded_on::text AS "awardedOn",
    started_on::text AS "startedOn", promised_by::text AS "promisedBy", in_service_on::text AS "inServiceOn",
    cardinality(cells) AS cells, withdrawn, coalesce(f.version = i.version AND f.step = 'in_service', false) AS judged,
    f.evidence
  FROM plan_item AS i LEFT JOIN plan_finding AS f ON f.code = i.code AND f.ended_at IS NULL
  WHERE ${allOf(conditions)} ORDER BY i.code LIMIT ${CHUNK}`
}

/** Codes of the items in service that cover any of the cells. */
async function itemsCovering(tx: Queryable, cells: readonly string[]): Promise<Set<string>> {
  const rows = await queryRows<{ code: string }>(
    tx,
    sql`SELECT DISTINCT i.code FROM plan_item AS i CROSS JOIN LATERAL unnest(i.cells) AS c(cell)
     JOIN unnest(${cells}::bigint[]) AS d(cell) ON d.cell = c.cell
     WHERE i.ended_at IS NULL AND i.in_service_on IS NOT NULL`,
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
  const inService = items.filter((item) => !item.withdrawn && planStepOf(item, today) === 'in_service')
  const isStillValid = (item: CurrentItem) => touched !== null && item.judged && !touched.has(item.code)
  const toMeasure = inService.filter((item) => !isStillValid(item))
  const measured = await planItemEvidenceOf(tx, judgement, toMeasure)
  const earlier = new Map(inService.filter(isStillValid).map((item) => [item.code, item.evidence]))
  const findings = items.map((item) => {
    const evidence = measured.get(item.code) ?? earlier.get(item.code) ?? null
    const finding: { step: PlanStep; state: PlanState } | null = item.withdrawn
      ? null
      : { step: planStepOf(item, today), state: planStateOf(item, evidence, today) }
    return { code: item.code, version: item.version, ...finding, evidence }
  })
  await queryRows(tx, writeFindings(findings, judgement.run?.id ?? null))
}

/** Ends the finding of a withdrawn item, which has no state. Each change of a state is written as an event. */
function writeFindings(findings: readonly object[], runId: number | null): Sql {
  const run = param(runId, 'integer')
  return sql`
  WITH incoming AS MATERIALIZED (
    SELECT * FROM json_to_recordset(${JSON.stringify(findings)}::json) AS r(code text, version integer, step text,
      state text, evidence jsonb)
  ), clock AS MATERIALIZED (
    SELECT clock_timestamp() AS now
  ), current_finding AS MATERIALIZED (
    SELECT f.* FROM plan_finding AS f JOIN incoming USING (code) WHERE f.ended_at IS NULL
  ), changed AS MATERIALIZED (
    SELECT i.*, c.begun_at, c.state AS state_before FROM incoming AS i LEFT JOIN current_finding AS c USING (code)
    WHERE (i.version, i.step, i.state, nullif(i.evidence, 'null')) IS DISTINCT FROM (c.version, c.step, c.state, c.evidence)
  ), closed AS (
    UPDATE plan_finding AS p SET ended_at = (SELECT now FROM clock) FROM changed AS c
    WHERE p.code = c.code AND p.begun_at = c.begun_at
  ), event AS (
    INSERT INTO plan_event (code, at, version, run_id, state, state_before)
    SELECT code, (SELECT now FROM clock), version, ${run}, state, state_before FROM changed
    WHERE state IS DISTINCT FROM state_before
  )
  INSERT INTO plan_finding (code, begun_at, version, run_id, step, state, evidence)
  SELECT code, (SELECT now FROM clock), version, ${run}, step, state, nullif(evidence, 'null')
  FROM changed WHERE state IS NOT NULL`
}

/**
 * The evidence of items in service, by code; items without a measurement are left out. It takes one statement per
 * promised speed.
 */
export async function planItemEvidenceOf(
  tx: Queryable,
  { run, rule }: Pick<PlanJudgementInput, 'run' | 'rule'>,
  inService: readonly Pick<CurrentItem, 'code' | 'technology' | 'targetBps' | 'cells'>[],
): Promise<Map<string, PlanItemEvidence>> {
  const evidenceByCode = new Map<string, PlanItemEvidence>()
  if (!run) return evidenceByCode
  for (const targetBps of new Set(inService.map((item) => item.targetBps))) {
    const items = inService.filter((item) => item.targetBps === targetBps)
    const technologies = [...new Set(items.map((item) => item.technology))].filter((name) => name !== null)
    const judgedBy = planRuleOf(rule, targetBps, technologies)
    const codes = items.map((item) => item.code)
    const { sql, parameters } = planEvidenceStatement({ rule: judgedBy, window: run, codes })
    for (const { n, cells_measured: cellsMeasured, ...row } of (await tx.query(sql, parameters)) as Row[]) {
      const { code, cells, technology } = items[n - 1]!
      const evidence = networkOf(row, technology)
      const { lower, upper } = networkVerdict(judgedBy, evidence)
      const { minDownloadBps } = judgedBy
      evidenceByCode.set(code, {
        ...evidence,
        state: row.state,
        cells,
        cellsMeasured,
        minDownloadBps,
        lower,
        upper,
      })
    }
  }
  return evidenceByCode
}

type Row = { n: number; cells_measured: number; state: JudgedNetwork['state'] } & Record<string, number>

/** The network with the operator of the item. */
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
