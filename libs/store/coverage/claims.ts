/** Claims: the coverage that operators declare now, or plan by a date. */
import type { Technology } from '#domain/probe'
import type { Rule } from '#domain/rule'
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { localDay } from '../database/local-time.js'
import { shareLock } from '../database/locks.js'
import { queryRow, queryRows } from '../database/query.js'
import { type Sql, allOf, param, raw, sql } from '../database/sql.js'
import { recordChange } from '../people/changes.js'
import type { RunWindow } from '../runs/run.js'

export const COVERAGE_KINDS = ['declared', 'planned'] as const
export type CoverageKind = (typeof COVERAGE_KINDS)[number]

export interface CoverageRow {
  /** Cell index as a decimal number, as in the database. */
  cell: string
  operator: string
  technology: Technology
  downloadBps: number
  uploadBps: number | null
  /** Day as YYYY-MM-DD. */
  onDate: string
}

export interface CoverageImport {
  added: number
  /** Number of rows that replaced others with different speeds; the replaced rows stay in the table, withdrawn. */
  replaced: number
  duplicates: number
}

/** Number of rows in one statement. */
const CHUNK = 10_000

/**
 * Writes the claims of a file. Of several claims for one network, cell and date the fastest is taken. Nothing is
 * overwritten: replaced rows are withdrawn at the time at which the new row is received. `progress` is called with the
 * number of rows done.
 */
export async function importCoverage(
  source: DataSource,
  kind: CoverageKind,
  rows: readonly CoverageRow[],
  options: { source: string; author: string; progress?: (done: number) => void },
): Promise<CoverageImport> {
  const total = { added: 0, replaced: 0, duplicates: 0 }
  const unique = fastestOfEach(rows)
  for (let i = 0; i < unique.length; i += CHUNK) {
    const chunk = unique.slice(i, i + CHUNK)
    const { added, replaced } = await source.transaction(async (tx) => {
      await shareLock(tx, 'receive')
      return (await queryRow<{ added: number; replaced: number }>(
        tx,
        writeClaims(kind, chunk, options.source),
      ))!
    })
    total.added += added - replaced
    total.replaced += replaced
    options.progress?.(i)
  }
  total.duplicates = rows.length - total.added - total.replaced
  await recordChange(source.manager, options.author, `import ${kind}`, `${rows.length} cells`, { ...total })
  return total
}

function fastestOfEach(rows: readonly CoverageRow[]): CoverageRow[] {
  const fastest = new Map<string, CoverageRow>()
  for (const row of rows) {
    const key = `${row.cell} ${row.technology} ${row.onDate} ${row.operator}`
    const earlier = fastest.get(key)
    if (!earlier || row.downloadBps > earlier.downloadBps) fastest.set(key, row)
  }
  return [...fastest.values()]
}

function writeClaims(kind: CoverageKind, rows: readonly CoverageRow[], source: string): Sql {
  const claimKind = param(kind, 'text')
  return sql`
  WITH incoming AS MATERIALIZED (
    SELECT * FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(cell bigint, operator text, technology text,
      "downloadBps" bigint, "uploadBps" bigint, "onDate" date)
  ), clock AS MATERIALIZED (
    SELECT clock_timestamp() AS now
  ), current_claim AS MATERIALIZED (
    SELECT c.* FROM coverage AS c JOIN incoming AS i ON c.cell = i.cell AND c.operator = i.operator
      AND c.technology = i.technology AND c.on_date = i."onDate" WHERE c.kind = ${claimKind} AND c.withdrawn_at IS NULL
  ), changed AS MATERIALIZED (
    SELECT i.*, c.received_at FROM incoming AS i LEFT JOIN current_claim AS c ON c.cell = i.cell AND c.operator = i.operator
      AND c.technology = i.technology AND c.on_date = i."onDate"
    WHERE c.cell IS NULL OR (i."downloadBps", i."uploadBps") IS DISTINCT FROM (c.download_bps, c.upload_bps)
  ), closed AS (
    UPDATE coverage AS c SET withdrawn_at = (SELECT now FROM clock) FROM changed AS i
    WHERE c.cell = i.cell AND c.kind = ${claimKind} AND c.operator = i.operator AND c.technology = i.technology
      AND c.on_date = i."onDate" AND c.received_at = i.received_at RETURNING 1
  ), opened AS (
    INSERT INTO coverage (cell, kind, operator, technology, on_date, received_at, download_bps, upload_bps, source)
    SELECT cell, ${claimKind}, operator, technology, "onDate", (SELECT now FROM clock), "downloadBps", "uploadBps", ${source}
    FROM changed RETURNING 1
  )
  SELECT (SELECT count(*) FROM opened)::integer AS added, (SELECT count(*) FROM closed)::integer AS replaced`
}

/** Claims of a row `alias` of `coverage` that were received before a moment and not withdrawn by then. */
export function isClaimKnown(alias: string, knownBefore: Date): Sql {
  const [row, moment] = [raw(alias), param(knownBefore, 'timestamptz')]
  return sql`${row}.received_at < ${moment} AND (${row}.withdrawn_at IS NULL OR ${row}.withdrawn_at >= ${moment})`
}

/**
 * Whether a claim has the technology and speeds that the rule requires; without a stated upload it fails a required
 * upload.
 */
export const meetsRule = (alias: string, rule: Rule): Sql => {
  const row = raw(alias)
  return allOf([
    sql`${row}.technology = ANY(${rule.technologies}::text[])`,
    sql`${row}.download_bps >= ${rule.minDownloadBps}::float8`,
    rule.minUploadBps === null ? null : sql`coalesce(${row}.upload_bps, 0) >= ${rule.minUploadBps}::float8`,
  ])
}

/** Whether the claim's day is not after the end of the window. */
export const isDue = (alias: string, { to }: Pick<RunWindow, 'to'>): Sql =>
  sql`${raw(alias)}.on_date <= ${localDay(param(to, 'timestamptz'))}`

export interface CellClaim {
  kind: CoverageKind
  operator: string
  technology: string
  downloadBps: number
  uploadBps: number | null
  onDate: string
  source: string
}

/** The claims for a cell (decimal), as they were known at a time. */
export async function coverageOfCell(db: Queryable, cell: string, knownBefore: Date): Promise<CellClaim[]> {
  return queryRows(
    db,
    sql`SELECT kind, operator, technology, download_bps::float8 AS "downloadBps", upload_bps::float8 AS "uploadBps",
       on_date::text AS "onDate", source FROM coverage AS c
     WHERE c.cell = ${cell}::bigint AND ${isClaimKnown('c', knownBefore)}
     ORDER BY kind, operator COLLATE "C", technology COLLATE "C", on_date`,
  )
}

/** The operators with a declared network that meets the rule, by cell (decimal), as the run knew it. */
export async function declarersOf(
  db: Queryable,
  run: RunWindow,
  rule: Rule,
  cells: readonly string[],
): Promise<Map<string, string[]>> {
  const rows = await queryRows<{ cell: string; operators: string[] }>(
    db,
    sql`SELECT v.cell::text, array_agg(DISTINCT operator ORDER BY operator) AS operators
     FROM unnest(${cells}::bigint[]) AS c(cell) CROSS JOIN LATERAL (
       SELECT v.cell, v.operator FROM coverage AS v
       WHERE v.cell = c.cell AND v.kind = 'declared' AND ${isClaimKnown('v', run.knownBefore)}
         AND ${meetsRule('v', rule)} AND ${isDue('v', run)} OFFSET 0) AS v
     GROUP BY v.cell`,
  )
  return new Map(rows.map((row) => [row.cell, row.operators]))
}
