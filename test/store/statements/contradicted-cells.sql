WITH
  claim AS MATERIALIZED (
    SELECT cell, kind, operator, technology, max(download_bps) AS claimed, min(on_date) AS on_date
    FROM json_to_recordset($1::json) AS r(low bigint, high bigint)
    CROSS JOIN LATERAL (
      SELECT v.*
      FROM coverage AS v
      WHERE v.cell BETWEEN r.low AND r.high
        AND v.received_at < $2::timestamptz
        AND (v.withdrawn_at IS NULL OR v.withdrawn_at >= $2::timestamptz)
        AND v.technology = ANY($3::text[])
        AND v.download_bps >= $4::float8
        AND coalesce(v.upload_bps, 0) >= $5::float8
        AND v.on_date <= ($6::timestamptz AT TIME ZONE 'Africa/Casablanca')::date
      OFFSET 0
    ) AS v
    GROUP BY cell, kind, operator, technology
  ),
  network AS MATERIALIZED (
    SELECT cell, operator, technology, passes, samples, state
    FROM json_to_recordset($7::json) AS r(low bigint, high bigint)
    CROSS JOIN LATERAL (
      SELECT v.*
      FROM evidence AS v
      WHERE v.cell BETWEEN r.low AND r.high
        AND v.series = $8::integer
        AND v.first_run <= $9::integer
        AND (v.next_run IS NULL OR v.next_run > $9::integer)
        AND samples > 0
      OFFSET 0
    ) AS v
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
SELECT to_hex(cell) AS h3, array_agg(DISTINCT kind ORDER BY kind) AS kinds
FROM contradiction
GROUP BY cell
