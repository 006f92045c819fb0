/** Reads verdicts that are valid in a run. */
import type { AreaLevel } from '#domain/place'
import {
  CLASSES,
  type Class,
  type ClassCounts,
  type JudgedNetwork,
  type PartialCounts,
  type PartialKnowledge,
} from '#domain/verdict'
import type { CellRange } from '#geo'
import type { Queryable } from '../database/database.js'
import { queryColumns, queryRow, queryRows } from '../database/query.js'
import { cellRanges } from '../database/shapes.js'
import { type Sql, allOf, raw, sql } from '../database/sql.js'
import { type RunKey, validInRun } from '../runs/run.js'

/** Counts of cells by class and by partial knowledge. */
export const COUNT_COLUMNS = raw(`${CLASSES.join(', ')}, served, none_tried AS "noneTried"`)

/** Number of rows of each class, by a column or an expression of the class: one column for each class. */
export const countsByClass = (cellClass = 'class'): Sql =>
  raw(
    CLASSES.map((name) => `(count(*) FILTER (WHERE ${cellClass} = '${name}'))::integer AS ${name}`).join(
      ', ',
    ),
  )

/** Number of rows by partial knowledge, from its column. */
export const COUNTS_BY_PARTIAL = raw(`(count(*) FILTER (WHERE partial = 'served'))::integer AS served,
  (count(*) FILTER (WHERE partial = 'none_tried'))::integer AS "noneTried"`)

/**
 * The verdict of one cell (an expression such as `p.cell`) as an item of FROM named `v`, with its `class` and `partial`; to be joined
 * or left-joined. OFFSET 0 keeps it one index lookup for each outer row.
 */
export const verdictOfCell = (run: RunKey, cell: string): Sql =>
  sql`LATERAL (SELECT class, partial FROM verdict AS v WHERE ${validInRun('v', run)} AND v.cell = ${raw(cell)} OFFSET 0) AS v ON true`

/** The evidence of one cell (an expression such as `c.cell`) in the same way, one row for each network. */
export const evidenceOfCell = (run: RunKey, cell: string): Sql =>
  sql`LATERAL (SELECT v.* FROM evidence AS v WHERE ${validInRun('v', run)} AND v.cell = ${raw(cell)} OFFSET 0) AS v ON true`

/** Whether the run leaves a cell undecided: it has no verdict there, or that of class `unknown`. */
export const isUndecided = (run: RunKey, cell: string): Sql =>
  sql`NOT EXISTS (SELECT 1 FROM verdict AS v
    WHERE ${validInRun('v', run)} AND v.cell = ${raw(cell)} AND v.class <> 'unknown' OFFSET 0)`

/**
 * Rows of a table with validity by run, which are valid in the run and lie in ranges of cells, as an item of FROM named
 * `v`.
 */
export const validInRanges = (
  run: RunKey,
  ranges: readonly CellRange[],
  {
    table,
    columns,
    where = null,
  }: { table: 'verdict' | 'rollup' | 'evidence'; columns: string; where?: Sql | null },
): Sql => sql`${cellRanges(ranges)} JOIN LATERAL (
    SELECT ${raw(columns)} FROM ${raw(table)} AS v
    WHERE ${allOf([validInRun('v', run), sql`v.cell BETWEEN r.low AND r.high`, where])} OFFSET 0) AS v ON true`

/** The part of a verdict about the operators that can serve its cell; empty under a rule without a roster. */
export interface OperatorKnowledge {
  /** The fewest operators that can serve the cell; null under a rule without a roster. */
  operatorsMin: number | null
  /** The most operators that can serve the cell; null under a rule without a roster. */
  operatorsMax: number | null
  /** Ids of the operators of the roster of which nothing was measured in the cell, in their order. */
  untried: string[]
  /**
   * Partial knowledge where no class is stated: `served`, if at least one operator serves the cell; `none_tried`, if none of
   * those that were tried does, and others were not tried. Null elsewhere.
   */
  partial: PartialKnowledge | null
}

/** Columns of `verdict` that OperatorKnowledge is made of, and their names in it. */
const KNOWLEDGE = ['lower_bound', 'upper_bound', 'untried', 'partial'].join(', ')
const KNOWLEDGE_AS = raw('lower_bound AS "operatorsMin", upper_bound AS "operatorsMax", untried, partial')

export interface CellRow extends VerdictRow {
  h3: string
}

export async function verdictsInRanges(
  db: Queryable,
  run: RunKey,
  ranges: readonly CellRange[],
): Promise<CellRow[]> {
  const from = validInRanges(run, ranges, {
    table: 'verdict',
    columns: `cell, class, confidence, ${KNOWLEDGE}`,
  })
  const columns = await queryColumns(
    db,
    ['h3', 'class', 'confidence', 'operatorsMin', 'operatorsMax', 'untried', 'partial'],
    sql`SELECT to_hex(cell) AS h3, class, confidence, lower_bound AS "operatorsMin", upper_bound AS "operatorsMax",
      array_to_string(untried, ',') AS untried, partial FROM ${from}`,
  )
  return columns.h3.map((h3, i) => ({
    h3,
    class: columns.class[i] as Class,
    confidence: Number(columns.confidence[i]),
    operatorsMin: numberOrNull(columns.operatorsMin[i]!),
    operatorsMax: numberOrNull(columns.operatorsMax[i]!),
    untried: columns.untried[i] ? columns.untried[i].split(',') : [],
    partial: (columns.partial[i] || null) as PartialKnowledge | null,
  }))
}

const numberOrNull = (text: string): number | null => (text === '' ? null : Number(text))

export interface RollupRow extends ClassCounts, PartialCounts {
  h3: string
}

/** Stored counts of parent cells; the ranges are those of the parents' resolution. */
export async function rollupsInRanges(
  db: Queryable,
  run: RunKey,
  ranges: readonly CellRange[],
): Promise<RollupRow[]> {
  const from = validInRanges(run, ranges, { table: 'rollup', columns: '*' })
  const { h3: cells, ...counts } = await queryColumns(
    db,
    ['h3', ...CLASSES, 'served', 'noneTried'],
    sql`SELECT to_hex(cell) AS h3, ${COUNT_COLUMNS} FROM ${from}`,
  )
  return cells.map((h3, i) => ({
    h3,
    white: Number(counts.white[i]),
    grey: Number(counts.grey[i]),
    black: Number(counts.black[i]),
    unknown: Number(counts.unknown[i]),
    served: Number(counts.served[i]),
    noneTried: Number(counts.noneTried[i]),
  }))
}

export interface VerdictPageQuery {
  /** The last cell of the previous page, decimal. */
  after: string
  limit: number
  class: Class | null
  partial?: PartialKnowledge | null
  ranges: readonly CellRange[]
}

/** Verdicts within ranges, in the order of their cells. Each range is read no further than a page. */
export async function listVerdicts(db: Queryable, run: RunKey, page: VerdictPageQuery): Promise<CellRow[]> {
  const conditions = [
    validInRun('v', run),
    sql`v.cell BETWEEN r.low AND r.high AND v.cell > ${page.after}::bigint`,
    page.class && sql`v.class = ${page.class}`,
    page.partial ? sql`v.partial = ${page.partial}` : null,
  ]
  const rest = page.ranges.filter(({ high }) => BigInt(high) > BigInt(page.after))
  return queryRows(
    db,
    sql`SELECT to_hex(cell) AS h3, class, confidence, ${KNOWLEDGE_AS} FROM ${cellRanges(rest)} CROSS JOIN LATERAL (
       SELECT v.cell, v.class, v.confidence, ${raw(KNOWLEDGE)} FROM verdict AS v WHERE ${allOf(conditions)}
       ORDER BY v.cell LIMIT ${page.limit}) AS v
     ORDER BY cell LIMIT ${page.limit}`,
  )
}

export interface VerdictRow extends OperatorKnowledge {
  class: Class
  confidence: number
}

/** The verdict of a cell (decimal); undefined if the run has none. */
export async function verdictAt(db: Queryable, run: RunKey, cell: string): Promise<VerdictRow | undefined> {
  return queryRow(
    db,
    sql`SELECT class, confidence, ${KNOWLEDGE_AS} FROM verdict AS v
     WHERE ${validInRun('v', run)} AND cell = ${cell}::bigint`,
  )
}

/** The evidence of a cell's networks as the run knew it, in the order of operators and technologies. */
export async function evidenceAt(db: Queryable, run: RunKey, cell: string): Promise<JudgedNetwork[]> {
  return (await evidenceOfCells(db, run, [cell])).get(cell) ?? []
}

/** The same for many cells at once; cells without evidence are missing from the map. */
export async function evidenceOfCells(
  db: Queryable,
  run: RunKey,
  cells: readonly string[],
): Promise<Map<string, JudgedNetwork[]>> {
  type Row = Omit<JudgedNetwork, 'lastMeasuredAt'> & { cell: string; lastMeasuredAt: Date | null }
  const rows = await queryRows<Row>(
    db,
    sql`SELECT v.cell::text, nullif(operator, '') AS operator, nullif(technology, '') AS technology, samples, passes,
       no_service AS "noService", peak_samples AS "peakSamples", weight::float8, pass_weight::float8 AS "passWeight",
       settled_weight::float8 AS "settledWeight", settled_pass_weight::float8 AS "settledPassWeight",
       devices, pass_devices AS "passDevices", fail_devices AS "failDevices", days, pass_days AS "passDays",
       fail_days AS "failDays", hours, last_measured_at AS "lastMeasuredAt", declared_bps::float8 AS "declaredBps",
       planned_by::text AS "plannedBy", state
     FROM unnest(${cells}::bigint[]) AS c(cell) JOIN ${evidenceOfCell(run, 'c.cell')}
     ORDER BY operator COLLATE "C", technology COLLATE "C"`,
  )
  const evidence = new Map<string, JudgedNetwork[]>()
  for (const { cell, ...row } of rows) {
    const network = { ...row, lastMeasuredAt: row.lastMeasuredAt && row.lastMeasuredAt.getTime() }
    evidence.set(cell, [...(evidence.get(cell) ?? []), network])
  }
  return evidence
}

/** The stored counts of a parent cell (decimal); undefined if the run has none. */
export async function rollupAt(
  db: Queryable,
  run: RunKey,
  cell: string,
): Promise<(ClassCounts & PartialCounts) | undefined> {
  return queryRow(
    db,
    sql`SELECT ${COUNT_COLUMNS} FROM rollup AS v WHERE ${validInRun('v', run)} AND cell = ${cell}::bigint`,
  )
}

export interface PastVerdict {
  run: number
  from: Date
  to: Date
  verdict: Class
  confidence: number
}

const MAX_PAST_VERDICTS = 50

/** The cell's verdicts under one rule, newest first, in every series: the run in which each began. */
export async function verdictHistoryOf(db: Queryable, ruleId: string, cell: string): Promise<PastVerdict[]> {
  return queryRows(
    db,
    sql`SELECT r.id AS run, r.valid_from AS "from", r.valid_to AS "to", v.class AS verdict, v.confidence
     FROM verdict AS v JOIN run AS r ON r.id = v.first_run
     WHERE r.rule_id = ${ruleId} AND v.cell = ${cell}::bigint
       AND v.series IN (SELECT DISTINCT series FROM run WHERE rule_id = ${ruleId})
     ORDER BY r.id DESC LIMIT ${MAX_PAST_VERDICTS}`,
  )
}

export interface AreaOfCell {
  code: string
  level: AreaLevel
  nameFr: string
  nameAr: string
}

/** The areas that contain a cell, largest first. */
export async function areasOfCell(db: Queryable, cell: string): Promise<AreaOfCell[]> {
  return queryRows(
    db,
    sql`SELECT a.code, a.level, a.name_fr AS "nameFr", a.name_ar AS "nameAr" FROM cell_place AS c
     JOIN current_area AS a ON a.code IN (c.region_code, c.province_code, c.commune_code)
     WHERE c.cell = ${cell}::bigint ORDER BY length(a.code)`,
  )
}

export interface CellSite {
  code: string
  name: string
  nameAr: string | null
  type: string
  simulated: boolean
}

const MAX_SITES_OF_CELL = 50

export async function sitesOfCell(db: Queryable, cell: string): Promise<CellSite[]> {
  return queryRows(
    db,
    sql`SELECT code, name, name_ar AS "nameAr", type, simulated FROM site
     WHERE cell = ${cell}::bigint ORDER BY code LIMIT ${MAX_SITES_OF_CELL}`,
  )
}
