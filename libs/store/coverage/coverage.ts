/** Declared and planned coverage: what operators say, and where it differs from what was measured. */
import type { Technology } from '#domain/probe'
import type { Rule } from '#domain/rule'
import type { CellRange } from '#geo'
import type { DataSource } from 'typeorm'
import { cellInArea } from '../areas/people.js'
import { recordChange } from '../people/changes.js'
import type { Queryable } from '../database/database.js'
import { RECEIVE_LOCK } from '../probes/insert.js'
import type { RunRow } from '../runs/runs.js'

export const COVERAGE_KINDS = ['declared', 'planned'] as const
export type CoverageKind = (typeof COVERAGE_KINDS)[number]

export interface CoverageRow {
  /** Decimal, as SQL has it. */
  cell: string
  operator: string
  technology: Technology
  downloadBps: number
  uploadBps: number | null
  /** YYYY-MM-DD */
  onDate: string
}

export interface CoverageImport {
  added: number
  /** Rows that took the place of others with other speeds; those stay, withdrawn. */
  replaced: number
  duplicates: number
}

/** Rows in one statement. */
const CHUNK = 10_000

/**
 * Writes what a file claims. Of several claims of one network in one cell for one date the fastest stands. Nothing is
 * overwritten: what is replaced is withdrawn at the moment at which the new row is received.
 */
export async function importCoverage(
  source: DataSource,
  kind: CoverageKind,
  rows: readonly CoverageRow[],
  about: { source: string; author: string; progress?: (done: number) => void },
): Promise<CoverageImport> {
  const total = { added: 0, replaced: 0, duplicates: 0 }
  const unique = fastest(rows)
  for (let i = 0; i < unique.length; i += CHUNK) {
    const [{ added, replaced }] = await source.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock_shared($1)', [RECEIVE_LOCK])
      return tx.query(IMPORT, [JSON.stringify(unique.slice(i, i + CHUNK)), kind, about.source])
    })
    total.added += added - replaced
    total.replaced += replaced
    about.progress?.(i)
  }
  total.duplicates = rows.length - total.added - total.replaced
  await recordChange(source.manager, about.author, `import ${kind}`, `${rows.length} cells`, { ...total })
  return total
}

function fastest(rows: readonly CoverageRow[]): CoverageRow[] {
  const best = new Map<string, CoverageRow>()
  for (const row of rows) {
    const key = `${row.cell} ${row.technology} ${row.onDate} ${row.operator}`
    const known = best.get(key)
    if (!known || row.downloadBps > known.downloadBps) best.set(key, row)
  }
  return [...best.values()]
}

const IMPORT = `
  WITH fresh AS MATERIALIZED (
    SELECT * FROM json_to_recordset($1::json) AS r(cell bigint, operator text, technology text, "downloadBps" bigint,
      "uploadBps" bigint, "onDate" date)
  ), moment AS MATERIALIZED (
    SELECT clock_timestamp() AS at
  ), standing AS MATERIALIZED (
    SELECT c.* FROM coverage AS c JOIN fresh AS f ON c.cell = f.cell AND c.operator = f.operator
      AND c.technology = f.technology AND c.on_date = f."onDate" WHERE c.kind = $2 AND c.withdrawn_at IS NULL
  ), changed AS MATERIALIZED (
    SELECT f.*, s.received_at FROM fresh AS f LEFT JOIN standing AS s ON s.cell = f.cell AND s.operator = f.operator
      AND s.technology = f.technology AND s.on_date = f."onDate"
    WHERE s.cell IS NULL OR (f."downloadBps", f."uploadBps") IS DISTINCT FROM (s.download_bps, s.upload_bps)
  ), ended AS (
    UPDATE coverage AS c SET withdrawn_at = (SELECT at FROM moment) FROM changed AS f
    WHERE c.cell = f.cell AND c.kind = $2 AND c.operator = f.operator AND c.technology = f.technology
      AND c.on_date = f."onDate" AND c.received_at = f.received_at RETURNING 1
  ), begun AS (
    INSERT INTO coverage (cell, kind, operator, technology, on_date, received_at, download_bps, upload_bps, source)
    SELECT cell, $2, operator, technology, "onDate", (SELECT at FROM moment), "downloadBps", "uploadBps", $3 FROM changed
    RETURNING 1
  )
  SELECT (SELECT count(*) FROM begun)::integer AS added, (SELECT count(*) FROM ended)::integer AS replaced`

export interface CellClaim {
  kind: CoverageKind
  operator: string
  technology: string
  downloadBps: number
  uploadBps: number | null
  onDate: string
  source: string
}

/** What operators claimed of a cell, as it was known at a moment. */
export async function coverageOfCell(db: Queryable, cell: string, knownBefore: Date): Promise<CellClaim[]> {
  return db.query(
    `SELECT kind, operator, technology, download_bps::float8 AS "downloadBps", upload_bps::float8 AS "uploadBps",
       on_date::text AS "onDate", source FROM coverage
     WHERE cell = $1 AND received_at < $2 AND (withdrawn_at IS NULL OR withdrawn_at >= $2)
     ORDER BY kind, operator COLLATE "C", technology COLLATE "C", on_date`,
    [cell, knownBefore],
  )
}

/** By cell, the operators that declare a network there which meets the rule, as the run knew it. */
export async function declarersOf(
  db: Queryable,
  run: RunRow,
  rule: Rule,
  cells: readonly string[],
): Promise<Map<string, string[]>> {
  const rows: { cell: string; operators: string[] }[] = await db.query(
    `SELECT cell::text, array_agg(DISTINCT operator ORDER BY operator) AS operators FROM coverage
     WHERE cell = ANY($1::bigint[]) AND kind = 'declared' AND received_at < $2 AND (withdrawn_at IS NULL OR withdrawn_at >= $2)
       AND technology = ANY($3::text[]) AND download_bps >= $4::float8 AND ($5::float8 IS NULL OR upload_bps >= $5)
       AND on_date <= ($6::timestamptz AT TIME ZONE 'Africa/Casablanca')::date
     GROUP BY cell`,
    [cells, run.knownBefore, rule.technologies, rule.minDownloadBps, rule.minUploadBps, run.to],
  )
  return new Map(rows.map((row) => [row.cell, row.operators]))
}

export const CONTRADICTION_KINDS = ['declared_refuted', 'present_undeclared', 'late_plan'] as const
export type ContradictionKind = (typeof CONTRADICTION_KINDS)[number]

export interface Contradiction {
  h3: string
  kind: ContradictionKind
  operator: string
  technology: string
  /** What was claimed, bit/s; null where nothing was. */
  claimedBps: number | null
  onDate: string | null
  /** What was measured: passes of samples; null where nobody measured. */
  passes: number | null
  samples: number | null
}

/**
 * Claims (known to the run, of its rule's speed and technologies) against the run's evidence, network by network.
 * declared_refuted: declared, and measured not to be there. present_undeclared: measured, and not declared by an operator
 * that declares somewhere. late_plan: promised for a day before the window's end, and not measured to be there.
 * Parameters: $1 series, $2 run, $3 known before, $4 technologies, $5 and $6 the rule's speeds, $7 end of the window.
 * `within` limits the cells on both sides.
 */
const contradictionCtes = (within: string): string => `
  WITH claim AS MATERIALIZED (
    SELECT cell, kind, operator, technology, max(download_bps) AS claimed, min(on_date) AS on_date FROM coverage AS v
    WHERE received_at < $3::timestamptz AND (withdrawn_at IS NULL OR withdrawn_at >= $3) AND technology = ANY($4::text[])
      AND download_bps >= $5::float8 AND ($6::float8 IS NULL OR upload_bps >= $6)
      AND on_date < ($7::timestamptz AT TIME ZONE 'Africa/Casablanca')::date + 1 AND ${within}
    GROUP BY cell, kind, operator, technology
  ), network AS MATERIALIZED (
    SELECT cell, operator, technology, passes, samples, state FROM evidence AS v
    WHERE v.series = $1 AND v.first_run <= $2 AND (v.next_run IS NULL OR v.next_run > $2) AND samples > 0 AND ${within}
  ), found AS (
    SELECT c.cell, 'declared_refuted' AS kind, c.operator, c.technology, c.claimed, c.on_date, n.passes, n.samples
    FROM claim AS c JOIN network AS n USING (cell, operator, technology)
    WHERE c.kind = 'declared' AND n.state IN ('refuted', 'absent')
    UNION ALL
    SELECT n.cell, 'present_undeclared', n.operator, n.technology, NULL, NULL, n.passes, n.samples FROM network AS n
    WHERE n.state = 'present' AND n.operator IN (SELECT DISTINCT operator FROM coverage WHERE kind = 'declared')
      AND NOT EXISTS (SELECT 1 FROM claim AS c WHERE c.cell = n.cell AND c.operator = n.operator AND c.kind = 'declared')
    UNION ALL
    SELECT c.cell, 'late_plan', c.operator, c.technology, c.claimed, c.on_date, n.passes, n.samples
    FROM claim AS c LEFT JOIN network AS n USING (cell, operator, technology)
    WHERE c.kind = 'planned' AND n.state IS DISTINCT FROM 'present'
  )`

const parameters = (run: RunRow, rule: Rule): unknown[] => [
  run.series,
  run.id,
  run.knownBefore,
  rule.technologies,
  rule.minDownloadBps,
  rule.minUploadBps,
  run.to,
]

const CELL_IN_OPTIONAL_AREA = `($8::text IS NULL OR EXISTS (SELECT 1 FROM cell_place AS p
  WHERE p.cell = v.cell AND $8 IN (p.commune_code, p.province_code, p.region_code)))`

export interface ContradictionPage {
  area: string | null
  kind: ContradictionKind | null
  operator: string | null
  /** Key of the last row of the page before: `<cell> <kind> <operator> <technology>`. */
  after: string
  limit: number
}

export const contradictionKey = (row: Contradiction & { cell: string }): string =>
  [row.cell.padStart(19, '0'), row.kind, row.operator, row.technology].join(' ')

/** In the order of cells, kinds, operators and technologies. */
export async function listContradictions(
  db: Queryable,
  run: RunRow,
  rule: Rule,
  page: ContradictionPage,
): Promise<(Contradiction & { cell: string })[]> {
  return db.query(
    `${contradictionCtes(CELL_IN_OPTIONAL_AREA)}
     SELECT to_hex(cell) AS h3, cell::text, kind, operator, technology, claimed::float8 AS "claimedBps", on_date::text AS "onDate",
       passes, samples
     FROM (SELECT *, lpad(cell::text, 19, '0') || ' ' || kind || ' ' || operator || ' ' || technology AS key FROM found) AS keyed
     WHERE kind = coalesce($9, kind) AND operator = coalesce($10, operator) AND key COLLATE "C" > $11
     ORDER BY key COLLATE "C" LIMIT $12`,
    [...parameters(run, rule), page.area, page.kind, page.operator, page.after, page.limit],
  )
}

export interface ContradictionCount {
  /** The operator's id, or the area's code. */
  of: string
  declaredRefuted: number
  presentUndeclared: number
  latePlan: number
}

/** How many cells are contradicted, by operator or by area of a level. */
export async function countContradictions(
  db: Queryable,
  run: RunRow,
  rule: Rule,
  by: 'operator' | 'region' | 'province' | 'commune',
): Promise<ContradictionCount[]> {
  const cells = (kind: ContradictionKind) => `(count(DISTINCT cell) FILTER (WHERE kind = '${kind}'))::integer`
  const of = by === 'operator' ? 'operator' : `${by}_code`
  return db.query(
    `${contradictionCtes('true')}
     SELECT ${of} AS of, ${cells('declared_refuted')} AS "declaredRefuted", ${cells('present_undeclared')} AS "presentUndeclared",
       ${cells('late_plan')} AS "latePlan"
     FROM found LEFT JOIN cell_place USING (cell) WHERE ${of} IS NOT NULL GROUP BY 1 ORDER BY 1`,
    parameters(run, rule),
  )
}

/** Contradicted cells of an area by kind; null where no operator had declared or promised anything that the run knew. */
export async function contradictionsOfArea(
  db: Queryable,
  run: RunRow,
  rule: Rule,
  code: string,
): Promise<Omit<ContradictionCount, 'of'> | null> {
  const cells = (kind: ContradictionKind) => `(count(DISTINCT cell) FILTER (WHERE kind = '${kind}'))::integer`
  const [{ known, ...counts }] = await db.query(
    `${contradictionCtes(`v.cell IN (SELECT cell FROM cell_place AS c WHERE ${cellInArea('$8')})`)}
     SELECT EXISTS (SELECT 1 FROM coverage WHERE received_at < $3) AS known, ${cells('declared_refuted')} AS "declaredRefuted",
       ${cells('present_undeclared')} AS "presentUndeclared", ${cells('late_plan')} AS "latePlan" FROM found`,
    [...parameters(run, rule), code],
  )
  return known ? counts : null
}

/** Contradicted cells in ranges, with the kinds of their contradictions. */
export async function contradictedCells(
  db: Queryable,
  run: RunRow,
  rule: Rule,
  ranges: readonly CellRange[],
): Promise<{ h3: string; kinds: ContradictionKind[] }[]> {
  const within = `EXISTS (SELECT 1 FROM json_to_recordset($8::json) AS r(low bigint, high bigint) WHERE v.cell BETWEEN r.low AND r.high)`
  return db.query(
    `${contradictionCtes(within)} SELECT to_hex(cell) AS h3, array_agg(DISTINCT kind ORDER BY kind) AS kinds FROM found GROUP BY cell`,
    [...parameters(run, rule), JSON.stringify(ranges)],
  )
}
