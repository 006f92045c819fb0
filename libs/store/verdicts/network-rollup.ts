/** What is said of networks from afar: counted by parents with each run, as its verdicts are. */
import { COUNTRY_RESOLUTION } from '#geo'

/** What is said of the best of a cell's matching networks, the best first. */
export const REACHES = ['present', 'declared', 'missing', 'undecided'] as const
export type Reach = (typeof REACHES)[number]

/** A state by its rank in REACH; a promise counts as declared only when it is kept, so it is undecided until then. */
export const reachRankSql = (state: string): string =>
  `CASE ${state} WHEN 'present' THEN 0 WHEN 'declared' THEN 1 WHEN 'refuted' THEN 2 WHEN 'absent' THEN 2 ELSE 3 END`

/** In place of an operator or a technology that is left open: '' is one that nobody named. */
export const WILDCARD = '*'

/** The networks of which a run says something else, with their ranks before and after; null where there was or is none. */
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
 * $1 series, $2 run, $3 whether a run stands before it: else all that it knows is in `changed_network`. A cell counts by the
 * best of its matching networks, so the others of a changed cell are read too.
 */
export const ROLL_UP_NETWORKS = `
  WITH standing AS (
    SELECT e.* FROM (SELECT DISTINCT cell FROM changed_network WHERE $3) AS touched CROSS JOIN LATERAL (
      SELECT cell, operator, technology, ${reachRankSql('state')} AS rank FROM evidence
      WHERE series = $1 AND cell = touched.cell AND next_run IS NULL OFFSET 0) AS e
  ), known AS (
    SELECT cell, operator, technology, was, becomes FROM changed_network
    UNION ALL
    SELECT s.cell, s.operator, s.technology, s.rank, s.rank FROM standing AS s
    LEFT JOIN changed_network AS c USING (cell, operator, technology) WHERE c.cell IS NULL
  ), reached AS (
    SELECT cell, coalesce(operator, '${WILDCARD}') AS operator, coalesce(technology, '${WILDCARD}') AS technology,
      min(was) AS was, min(becomes) AS becomes
    FROM known GROUP BY GROUPING SETS ((cell, operator, technology), (cell, operator), (cell, technology), (cell))
    HAVING min(was) IS DISTINCT FROM min(becomes)
  ), gained AS (
    SELECT operator, technology, cell_parent(cell, ${COUNTRY_RESOLUTION}) AS cell, ${REACH_DELTAS} FROM reached GROUP BY 1, 2, 3
  ), d AS MATERIALIZED (
    SELECT * FROM gained WHERE (${REACH_COLUMNS}) <> (0, 0, 0, 0)
  ), b AS MATERIALIZED (
    SELECT r.* FROM network_rollup AS r JOIN d USING (operator, technology, cell) WHERE r.series = $1 AND r.next_run IS NULL
  ), ended AS (
    UPDATE network_rollup AS r SET next_run = $2 FROM b
    WHERE (r.series, r.operator, r.technology, r.cell, r.first_run) = (b.series, b.operator, b.technology, b.cell, b.first_run)
  )
  INSERT INTO network_rollup (series, operator, technology, cell, first_run, ${REACH_COLUMNS})
  SELECT * FROM (SELECT $1::integer, operator, technology, cell, $2::integer, ${REACH_TOTALS}
    FROM d LEFT JOIN b USING (operator, technology, cell)) AS now WHERE (${REACH_COLUMNS}) <> (0, 0, 0, 0)`
