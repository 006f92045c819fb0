/** What operators say they cover, as a run knew it: by cell, and from afar by parent. */
import type { Rule } from '#domain/rule'
import type { CellRange } from '#geo'
import type { Queryable } from '../database/database.js'
import type { NetworkFilter, NetworkName } from '../verdicts/networks.js'
import type { RunRow } from '../runs/runs.js'
import { FROM_CELL_RANGES } from '../verdicts/verdicts.js'

type RunAbout = Pick<RunRow, 'knownBefore' | 'to'>

/** Claims that stood for run $1 (known before) and $2 (end of the window). */
const CLAIM_VALID_IN_RUN = `v.kind = 'declared' AND v.received_at < $1::timestamptz AND (v.withdrawn_at IS NULL OR v.withdrawn_at >= $1)
  AND v.on_date <= ($2::timestamptz AT TIME ZONE 'Africa/Casablanca')::date`

const MEETS = `technology = ANY($6::text[]) AND download_bps >= $7::float8
  AND ($8::float8 IS NULL OR coalesce(upload_bps, 0) >= $8)`

const OF_NETWORK = 'v.operator = coalesce($4, v.operator) AND v.technology = coalesce($5, v.technology)'

/** By cell, whether some matching claim meets the rule ($6 technologies, $7 and $8 speeds). */
const DECLARED_IN_RANGES = `SELECT cell, bool_or(meets) AS meets ${FROM_CELL_RANGES}
  (SELECT cell, ${MEETS} AS meets FROM coverage AS v
   WHERE v.cell BETWEEN r.low AND r.high AND ${CLAIM_VALID_IN_RUN} AND ${OF_NETWORK} OFFSET 0) AS v ON true
  GROUP BY cell`

/** Of the whole country, in the order of the key: no list of cells is held. */
const DECLARED_EVERYWHERE = `SELECT cell, bool_or(${MEETS}) AS meets FROM coverage AS v
  WHERE ${CLAIM_VALID_IN_RUN} AND $3::json IS NULL AND ${OF_NETWORK} GROUP BY cell`

const parameters = (
  run: RunAbout,
  rule: Rule,
  { operator, technology }: NetworkFilter,
  ranges: readonly CellRange[] | null,
) => [
  run.knownBefore,
  run.to,
  ranges && JSON.stringify(ranges),
  operator,
  technology,
  rule.technologies,
  rule.minDownloadBps,
  rule.minUploadBps,
]

export interface DeclaredCell {
  h3: string
  /** Whether it is declared at the speed, and by a technology, that the rule asks for. */
  meets: boolean
}

export async function declaredInRanges(
  db: Queryable,
  run: RunAbout,
  rule: Rule,
  filter: NetworkFilter,
  ranges: readonly CellRange[],
): Promise<DeclaredCell[]> {
  return db.query(
    `SELECT to_hex(cell) AS h3, meets FROM (${DECLARED_IN_RANGES}) AS declared`,
    parameters(run, rule, filter, ranges),
  )
}

export interface DeclaredParent {
  h3: string
  /** Cells beneath it that are declared at all, */
  declared: number
  /** and as the rule asks. */
  meets: number
}

/**
 * Counts under the parents of a resolution; `ranges` are those of the cells beneath, null: of all. Reads each of their
 * claims.
 */
export async function declaredParents(
  db: Queryable,
  run: RunAbout,
  rule: Rule,
  filter: NetworkFilter,
  at: { resolution: number; ranges: readonly CellRange[] | null },
): Promise<DeclaredParent[]> {
  return db.query(
    `SELECT to_hex(cell_parent(cell, $9)) AS h3, count(*)::integer AS declared,
       (count(*) FILTER (WHERE meets))::integer AS meets FROM (${at.ranges ? DECLARED_IN_RANGES : DECLARED_EVERYWHERE}) AS declared
     GROUP BY cell_parent(cell, $9)`,
    [...parameters(run, rule, filter, at.ranges), at.resolution],
  )
}

/** The networks that operators declare somewhere, as a run knew it. Reads all claims. */
export async function declaredNetworks(db: Queryable, run: RunAbout): Promise<NetworkName[]> {
  return db.query(
    `SELECT DISTINCT operator, technology FROM coverage AS v WHERE ${CLAIM_VALID_IN_RUN} ORDER BY 1, 2`,
    [run.knownBefore, run.to],
  )
}
