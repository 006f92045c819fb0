/** Reading verdicts as they stood in a run. */
import type { AreaLevel } from '#domain/place'
import type { Class, ClassCounts, JudgedNetwork } from '#domain/verdict'
import type { CellRange } from '#geo'
import type { Queryable } from '../database/database.js'
import { PREPARED } from '../database/prepared-client.js'
import { MEASURED_AT_SITE } from '../probes/public.js'
import type { RunRow } from '../runs/runs.js'

/** Rows of run $2 in its series $1: those begun by then and not yet followed by another. */
export const VALID_IN_RUN = 'v.series = $1 AND v.first_run <= $2 AND (v.next_run IS NULL OR v.next_run > $2)'

type RunKey = Pick<RunRow, 'id' | 'series'>

export interface CellRow {
  h3: string
  class: Class
  confidence: number
}

/** OFFSET 0 keeps the ranges outside: one index scan each, where the planner would join by reading the whole run. */
export const FROM_CELL_RANGES = `FROM json_to_recordset($3::json) AS r(low bigint, high bigint)
  JOIN LATERAL`

export async function verdictsInRanges(
  db: Queryable,
  run: RunKey,
  ranges: readonly CellRange[],
): Promise<CellRow[]> {
  return db.query(
    `${PREPARED}SELECT to_hex(cell) AS h3, class, confidence ${FROM_CELL_RANGES}
       (SELECT cell, class, confidence FROM verdict AS v WHERE ${VALID_IN_RUN} AND v.cell BETWEEN r.low AND r.high OFFSET 0) AS v ON true`,
    [run.series, run.id, JSON.stringify(ranges)],
  )
}

export interface RollupRow extends ClassCounts {
  h3: string
}

export async function rollupsInRanges(
  db: Queryable,
  run: RunKey,
  ranges: readonly CellRange[],
): Promise<RollupRow[]> {
  return db.query(
    `${PREPARED}SELECT to_hex(cell) AS h3, white, grey, black, unknown ${FROM_CELL_RANGES}
       (SELECT * FROM rollup AS v WHERE ${VALID_IN_RUN} AND v.cell BETWEEN r.low AND r.high OFFSET 0) AS v ON true`,
    [run.series, run.id, JSON.stringify(ranges)],
  )
}

/** Verdicts in the order of their cells, after one, of a class or all, within ranges. */
export async function listVerdicts(
  db: Queryable,
  run: RunKey,
  page: { after: string; limit: number; class: Class | null; ranges: readonly CellRange[] },
): Promise<CellRow[]> {
  return db.query(
    `SELECT to_hex(cell) AS h3, class, confidence FROM verdict AS v
     WHERE ${VALID_IN_RUN} AND cell > $3 AND class = coalesce($4, class)
       AND EXISTS (SELECT 1 FROM json_to_recordset($5::json) AS r(low bigint, high bigint) WHERE cell BETWEEN low AND high)
     ORDER BY cell LIMIT $6`,
    [run.series, run.id, page.after, page.class, JSON.stringify(page.ranges), page.limit],
  )
}

export interface VerdictRow {
  class: Class
  confidence: number
}

export async function verdictAt(db: Queryable, run: RunKey, cell: string): Promise<VerdictRow | undefined> {
  const rows: VerdictRow[] = await db.query(
    `SELECT class, confidence FROM verdict AS v WHERE ${VALID_IN_RUN} AND cell = $3`,
    [run.series, run.id, cell],
  )
  return rows[0]
}

/** The evidence of a cell's networks as the run knew it, in the order of operators and technologies. */
export async function evidenceAt(db: Queryable, run: RunKey, cell: string): Promise<JudgedNetwork[]> {
  return (await evidenceOfCells(db, run, [cell])).get(cell) ?? []
}

/** Of many cells at once; a cell that nobody measured is not in the map. */
export async function evidenceOfCells(
  db: Queryable,
  run: RunKey,
  cells: readonly string[],
): Promise<Map<string, JudgedNetwork[]>> {
  type Row = Omit<JudgedNetwork, 'lastMeasuredAt'> & { cell: string; lastMeasuredAt: Date | null }
  const rows: Row[] = await db.query(
    `SELECT cell::text, nullif(operator, '') AS operator, nullif(technology, '') AS technology, samples, passes,
       no_service AS "noService", peak_samples AS "peakSamples", weight::float8, pass_weight::float8 AS "passWeight",
       settled_weight::float8 AS "settledWeight", settled_pass_weight::float8 AS "settledPassWeight",
       devices, pass_devices AS "passDevices", fail_devices AS "failDevices", days, pass_days AS "passDays",
       fail_days AS "failDays", hours, last_measured_at AS "lastMeasuredAt", declared_bps::float8 AS "declaredBps",
       planned_by::text AS "plannedBy", state
     FROM evidence AS v WHERE ${VALID_IN_RUN} AND cell = ANY($3::bigint[]) ORDER BY operator COLLATE "C", technology COLLATE "C"`,
    [run.series, run.id, cells],
  )
  const evidence = new Map<string, JudgedNetwork[]>()
  for (const { cell, ...row } of rows) {
    const network = { ...row, lastMeasuredAt: row.lastMeasuredAt && row.lastMeasuredAt.getTime() }
    const known = evidence.get(cell)
    if (known) known.push(network)
    else evidence.set(cell, [network])
  }
  return evidence
}

export async function rollupAt(db: Queryable, run: RunKey, cell: string): Promise<ClassCounts | undefined> {
  const rows: ClassCounts[] = await db.query(
    `SELECT white, grey, black, unknown FROM rollup AS v WHERE ${VALID_IN_RUN} AND cell = $3`,
    [run.series, run.id, cell],
  )
  return rows[0]
}

export interface PastVerdict {
  run: number
  from: Date
  to: Date
  verdict: Class
  confidence: number
}

/** The cell's verdicts under one rule, newest first, in every series: the run in which each began. */
export async function verdictHistoryOf(db: Queryable, ruleId: string, cell: string): Promise<PastVerdict[]> {
  return db.query(
    `SELECT r.id AS run, r.valid_from AS "from", r.valid_to AS "to", v.class AS verdict, v.confidence
     FROM verdict AS v JOIN run AS r ON r.id = v.first_run
     WHERE r.rule_id = $1 AND v.cell = $2 AND v.series IN (SELECT DISTINCT series FROM run WHERE rule_id = $1)
     ORDER BY r.id DESC LIMIT 50`,
    [ruleId, cell],
  )
}

/** Tenth, middle and nine tenths of what was measured; null where nothing was. */
export type Quantiles = [p10: number, p50: number, p90: number] | null

export interface NetworkQuantiles {
  operator: string | null
  technology: string | null
  downloadBps: Quantiles
  uploadBps: Quantiles
  latencyMs: Quantiles
  /** While the download filled the line. */
  loadedLatencyMs: Quantiles
}

/** The probes of cell $1 that count in the window from $2 to $3, as they were known before $4. */
const COUNTED_IN_WINDOW = `FROM probe AS p WHERE p.cell = $1 AND p.measured_at >= $2 AND p.measured_at < $3
  AND p.received_at < $4 AND p.counted AND NOT EXISTS (SELECT 1 FROM probe_flag AS f WHERE f.cell = p.cell
    AND f.probe_id = p.id AND NOT f.counted AND f.created_at < $4)`

/** Of the counted probes in the run's window: reads one cell's probes, whatever the country holds. */
export async function quantilesOf(
  db: Queryable,
  run: Pick<RunRow, 'from' | 'to' | 'knownBefore'>,
  cell: string,
): Promise<NetworkQuantiles[]> {
  return db.query(
    `SELECT operator, technology, ${quantilesSql('download_bps')} AS "downloadBps", ${quantilesSql('upload_bps')} AS "uploadBps",
       ${quantilesSql('latency_ms')} AS "latencyMs", ${quantilesSql('loaded_latency_ms')} AS "loadedLatencyMs"
     ${COUNTED_IN_WINDOW} AND outcome = 'ok' GROUP BY operator, technology`,
    [cell, run.from, run.to, run.knownBefore],
  )
}

/** Of fewer measurements quantiles are the measurements themselves. */
const MIN_QUANTILE_SAMPLES = 3

/** Of the measurements that succeeded; null of too few, unless each is public by itself. */
const quantilesSql = (column: string) => {
  const isOk = `FILTER (WHERE p.outcome = 'ok')`
  return `CASE WHEN count(p.${column}) ${isOk} >= ${MIN_QUANTILE_SAMPLES} OR bool_and(${MEASURED_AT_SITE}) ${isOk}
    THEN percentile_cont('{0.1,0.5,0.9}'::float8[]) WITHIN GROUP (ORDER BY p.${column}::float8) ${isOk} END`
}

/** Of one hour of the day, or one day of the week, as clocks in Morocco show them. */
export interface ProfileRow {
  /** Hour 0 to 23, or day 1 (Monday) to 7. */
  at: number
  probes: number
  noService: number
  /** Of the downloads; null where none succeeded, or fewer than three that are not of a site's line. */
  downloadBps: Quantiles
}

const PROFILE_PARTS = { hour: 'HOUR', weekday: 'ISODOW' } as const
export type ProfileBy = keyof typeof PROFILE_PARTS

/** The counted probes of the run's window by hour or day; those without a probe are not among them. Reads one cell. */
export async function profileOf(
  db: Queryable,
  run: Pick<RunRow, 'from' | 'to' | 'knownBefore'>,
  cell: string,
  by: ProfileBy,
): Promise<ProfileRow[]> {
  return db.query(
    `SELECT EXTRACT(${PROFILE_PARTS[by]} FROM measured_at AT TIME ZONE 'Africa/Casablanca')::integer AS at,
       count(*)::integer AS probes, (count(*) FILTER (WHERE outcome = 'no_service'))::integer AS "noService",
       ${quantilesSql('download_bps')} AS "downloadBps"
     ${COUNTED_IN_WINDOW} GROUP BY 1 ORDER BY 1`,
    [cell, run.from, run.to, run.knownBefore],
  )
}

export interface AreaOfCell {
  code: string
  level: AreaLevel
  nameFr: string
  nameAr: string
}

export async function areasOfCell(db: Queryable, cell: string): Promise<AreaOfCell[]> {
  return db.query(
    `SELECT a.code, a.level, a.name_fr AS "nameFr", a.name_ar AS "nameAr" FROM cell_place AS c
     JOIN current_area AS a ON a.code IN (c.region_code, c.province_code, c.commune_code)
     WHERE c.cell = $1 ORDER BY length(a.code)`,
    [cell],
  )
}

export interface CellSite {
  code: string
  name: string
  nameAr: string | null
  type: string
  simulated: boolean
}

export async function sitesOfCell(db: Queryable, cell: string): Promise<CellSite[]> {
  return db.query(
    `SELECT code, name, name_ar AS "nameAr", type, simulated FROM site WHERE cell = $1 ORDER BY code LIMIT 50`,
    [cell],
  )
}
