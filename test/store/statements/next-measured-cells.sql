/* prepared */
WITH
  RECURSIVE measured(cell) AS (
    SELECT next.cell
    FROM (SELECT $1::bigint AS cell) AS start
    CROSS JOIN LATERAL (
      SELECT
        CASE
          WHEN ($2::bigint[])[width_bucket(start.cell, $3::bigint[])] > start.cell THEN start.cell + 1
          ELSE ($3::bigint[])[width_bucket(start.cell, $3::bigint[]) + 1]
        END AS first
    ) AS position
    CROSS JOIN LATERAL (
      SELECT p.cell
      FROM probe AS p
      WHERE p.cell >= position.first AND p.measured_at >= $4::timestamptz AND p.measured_at < $5::timestamptz
      ORDER BY p.cell
      LIMIT 1
    ) AS next
    UNION ALL
    SELECT next.cell
    FROM measured
    CROSS JOIN LATERAL (
      SELECT
        CASE
          WHEN ($2::bigint[])[
            width_bucket(measured.cell, $3::bigint[])
          ] > measured.cell THEN measured.cell + 1
          ELSE ($3::bigint[])[width_bucket(measured.cell, $3::bigint[]) + 1]
        END AS first
    ) AS position
    CROSS JOIN LATERAL (
      SELECT p.cell
      FROM probe AS p
      WHERE p.cell >= position.first AND p.measured_at >= $4::timestamptz AND p.measured_at < $5::timestamptz
      ORDER BY p.cell
      LIMIT 1
    ) AS next
  )
SELECT cell::text
FROM measured
WHERE ($2::bigint[])[width_bucket(cell, $3::bigint[])] >= cell
LIMIT 100
