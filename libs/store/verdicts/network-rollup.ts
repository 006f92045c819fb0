/** Networks for a zoomed-out map: counts by parent cell, stored with each run as its verdicts are. */
import { COUNTRY_RESOLUTION } from '#geo'

/** Possible reaches of a cell, by the best of its matching networks, best first. */
export const REACHES = ['present', 'declared', 'missing', 'undecided'] as const
export type Reach = (typeof REACHES)[number]

/** Rank in REACHES of a network's state (an SQL expression); a promised network is undecided until the promise is kept. */
export const reachRankSql = (state: string): string =>
  `CASE ${state} WHEN 'present' THEN 0 WHEN 'declared' THEN 1 WHEN 'refuted' THEN 2 WHEN 'absent' THEN 2 ELSE 3 END`

/** Stands for any operator or any technology; '' stands for an unnamed one. */
export const WILDCARD = '*'

/**
 * The networks whose rank a run changes, with the rank before (`was`) and after (`becomes`); null if there was or is no
 * network.
 */
export const CREATE_CHANGED_NETWORKS = `
  CREATE TEMP TABLE changed_network (
    cell bigint, operator text, technology text, was smallint, becomes smallint) ON COMMIT DROP`

const REACH_DELTAS = REACHES.map(
  (name, rank) =>
    `count(*) FILTER (WHERE becomes = ${rank}) - count(*) FILTER (WHERE was = ${rank}) AS ${name}`,
).join(', ')
const REACH_TOTALS = REACHES.map((name) => `(coalesce(b.${name}, 0) + d.${name})::integer AS ${name}`).join(
  ', ',
)
const REACH_COLUMNS = REACHES.join(', ')

/**
 * Parameters: $1 series, $2 run, $3 whether the series has an earlier run; if not, `changed_network` holds all networks
 * of the run. A cell counts by the best of its matching networks, so the unchanged networks of a changed cell are read
 * too.
 */
export const ROLL_UP_NETWORKS = `
  WITH current_network AS (
    SELECT e.* FROM (SELECT DISTINCT cell FROM changed_network WHERE $3) AS changed_cell CROSS JOIN LATERAL (
      SELECT cell, operator, technology, ${reachRankSql('state')} AS rank FROM evidence
      WHERE series = $1 AND cell = changed_cell.cell AND next_run IS NULL OFFSET 0) AS e
  ), network AS (
    SELECT cell, operator, technology, was, becomes FROM changed_network
    UNION ALL
    SELECT n.cell, n.operator, n.technology, n.rank, n.rank FROM current_network AS n
    LEFT JOIN changed_network AS c USING (cell, operator, technology) WHERE c.cell IS NULL
  ), best AS (
    SELECT cell, coalesce(operator, '${WILDCARD}') AS operator, coalesce(technology, '${WILDCARD}') AS technology,
      min(was) AS was, min(becomes) AS becomes
    FROM network GROUP BY GROUPING SETS ((cell, operator, technology), (cell, operator), (cell, technology), (cell))
    HAVING min(was) IS DISTINCT FROM min(becomes)
  ), parent_delta AS (
    SELECT operator, technology, cell_parent(cell, ${COUNTRY_RESOLUTION}) AS cell, ${REACH_DELTAS} FROM best GROUP BY 1, 2, 3
  ), delta AS MATERIALIZED (
    SELECT * FROM parent_delta WHERE (${REACH_COLUMNS}) <> (0, 0, 0, 0)
  ), before AS MATERIALIZED (
    SELECT r.* FROM network_rollup AS r JOIN delta USING (operator, technology, cell)
    WHERE r.series = $1 AND r.next_run IS NULL
  ), closed AS (
    UPDATE network_rollup AS r SET next_run = $2 FROM before AS b
    WHERE (r.series, r.operator, r.technology, r.cell, r.first_run) = (b.series, b.operator, b.technology, b.cell, b.first_run)
  )
  INSERT INTO network_rollup (series, operator, technology, cell, first_run, ${REACH_COLUMNS})
  SELECT * FROM (SELECT $1::integer, operator, technology, cell, $2::integer, ${REACH_TOTALS}
    FROM delta AS d LEFT JOIN before AS b USING (operator, technology, cell)) AS now WHERE (${REACH_COLUMNS}) <> (0, 0, 0, 0)`
