WITH
  claim AS MATERIALIZED (
    SELECT cell, kind, operator, technology, max(download_bps) AS claimed, min(on_date) AS on_date
    FROM coverage AS v
    WHERE v.received_at < $1::timestamptz
      AND (v.withdrawn_at IS NULL OR v.withdrawn_at >= $1::timestamptz)
      AND v.technology = ANY($2::text[])
      AND v.download_bps >= $3::float8
      AND coalesce(v.upload_bps, 0) >= $4::float8
      AND v.on_date <= ($5::timestamptz AT TIME ZONE 'Africa/Casablanca')::date
      AND EXISTS (
        SELECT 1
        FROM cell_place AS p
        WHERE p.cell = v.cell AND $6 IN (p.commune_code, p.province_code, p.region_code)
      )
    GROUP BY cell, kind, operator, technology
  ),
  network AS MATERIALIZED (
    SELECT cell, operator, technology, passes, samples, state
    FROM evidence AS v
    WHERE v.series = $7::integer
      AND v.first_run <= $8::integer
      AND (v.next_run IS NULL OR v.next_run > $8::integer)
      AND samples > 0
      AND EXISTS (
        SELECT 1
        FROM cell_place AS p
        WHERE p.cell = v.cell AND $9 IN (p.commune_code, p.province_code, p.region_code)
      )
  ),
  contradiction AS (
    SELECT
      c.cell, 'declared_refuted' AS kind, c.operator, c.technology, c.claimed, c.on_date, n.passes, n.samples
    FROM claim AS c
    JOIN network AS n USING (cell, operator, technology)
    WHERE c.kind = 'declared' AND n.state IN ('refuted', 'absent')
    UNION ALL
    SELECT n.cell, 'present_undeclared', n.operator, n.technology, NULL, NULL, n.passes, n.samples
    FROM network AS n
    WHERE n.state = 'present'
      AND n.operator = (
        SELECT d.operator
        FROM coverage AS d
        WHERE d.kind = 'declared' AND d.operator >= n.operator
        ORDER BY d.operator
        LIMIT 1
      )
      AND NOT EXISTS (
        SELECT 1 FROM claim AS c WHERE c.cell = n.cell AND c.operator = n.operator AND c.kind = 'declared'
      )
    UNION ALL
    SELECT c.cell, 'late_plan', c.operator, c.technology, c.claimed, c.on_date, n.passes, n.samples
    FROM claim AS c
    LEFT JOIN network AS n USING (cell, operator, technology)
    WHERE c.kind = 'planned' AND n.state IS DISTINCT FROM 'present'
  )
SELECT
  to_hex(cell) AS h3,
  cell::text,
  kind,
  operator,
  technology,
  claimed::float8 AS "claimedBps",
  on_date::text AS "onDate",
  passes,
  samples
FROM (
  SELECT *, lpad(cell::text, 19, '0') || ' ' || kind || ' ' || operator || ' ' || technology AS key
  FROM contradiction
) AS keyed
WHERE kind = $10 AND operator = $11 AND key COLLATE "C" > $12
ORDER BY key COLLATE "C"
LIMIT $13
