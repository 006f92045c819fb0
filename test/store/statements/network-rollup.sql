WITH
  current_network AS (
    SELECT e.*
    FROM (SELECT DISTINCT cell FROM changed_network WHERE $3) AS changed_cell
    CROSS JOIN LATERAL (
      SELECT
        cell,
        operator,
        technology,
        CASE
          state
          WHEN 'present' THEN 0
          WHEN 'declared' THEN 1
          WHEN 'refuted' THEN 2
          WHEN 'absent' THEN 2
          ELSE 3
        END AS rank
      FROM evidence
      WHERE series = $1 AND cell = changed_cell.cell AND next_run IS NULL
      OFFSET 0
    ) AS e
  ),
  network AS (
    SELECT cell, operator, technology, was, becomes
    FROM changed_network
    UNION ALL
    SELECT n.cell, n.operator, n.technology, n.rank, n.rank
    FROM current_network AS n
    LEFT JOIN changed_network AS c USING (cell, operator, technology)
    WHERE c.cell IS NULL
  ),
  best AS (
    SELECT
      cell,
      coalesce(operator, '*') AS operator,
      coalesce(technology, '*') AS technology,
      min(was) AS was,
      min(becomes) AS becomes
    FROM network
    GROUP BY GROUPING SETS ((cell, operator, technology), (cell, operator), (cell, technology), (cell))
    HAVING min(was) IS DISTINCT FROM min(becomes)
  ),
  parent_delta AS (
    SELECT
      operator,
      technology,
      cell_parent(cell, 5) AS cell,
      count(*) FILTER (WHERE becomes = 0) - count(*) FILTER (WHERE was = 0) AS present,
      count(*) FILTER (WHERE becomes = 1) - count(*) FILTER (WHERE was = 1) AS declared,
      count(*) FILTER (WHERE becomes = 2) - count(*) FILTER (WHERE was = 2) AS missing,
      count(*) FILTER (WHERE becomes = 3) - count(*) FILTER (WHERE was = 3) AS undecided
    FROM best
    GROUP BY 1, 2, 3
  ),
  delta AS MATERIALIZED (
    SELECT * FROM parent_delta WHERE (present, declared, missing, undecided) <> (0, 0, 0, 0)
  ),
  before AS MATERIALIZED (
    SELECT r.*
    FROM network_rollup AS r
    JOIN delta USING (operator, technology, cell)
    WHERE r.series = $1 AND r.next_run IS NULL
  ),
  closed AS (
    UPDATE network_rollup AS r
    SET next_run = $2
    FROM before AS b
    WHERE (
      r.series, r.operator, r.technology, r.cell, r.first_run
    ) = (b.series, b.operator, b.technology, b.cell, b.first_run)
  )
INSERT INTO network_rollup (
  series, operator, technology, cell, first_run, present, declared, missing, undecided
)
SELECT *
FROM (
  SELECT
    $1::integer,
    operator,
    technology,
    cell,
    $2::integer,
    (coalesce(b.present, 0) + d.present)::integer AS present,
    (coalesce(b.declared, 0) + d.declared)::integer AS declared,
    (coalesce(b.missing, 0) + d.missing)::integer AS missing,
    (coalesce(b.undecided, 0) + d.undecided)::integer AS undecided
  FROM delta AS d
  LEFT JOIN before AS b USING (operator, technology, cell)
) AS now
WHERE (present, declared, missing, undecided) <> (0, 0, 0, 0)
