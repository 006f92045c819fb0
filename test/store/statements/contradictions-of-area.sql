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
      AND v.cell IN (
        SELECT cell
        FROM cell_place AS c
        WHERE coalesce(c.commune_code, c.province_code, c.region_code, '') IN (
          SELECT code FROM current_area WHERE (code = $6::text OR starts_with(code, $6::text || '.'))
        )
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
      AND v.cell IN (
        SELECT cell
        FROM cell_place AS c
        WHERE coalesce(c.commune_code, c.province_code, c.region_code, '') IN (
          SELECT code FROM current_area WHERE (code = $6::text OR starts_with(code, $6::text || '.'))
        )
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
  EXISTS (SELECT 1 FROM coverage WHERE received_at < $9) AS "hasClaims",
  (count(DISTINCT cell) FILTER (WHERE kind = 'declared_refuted'))::integer AS "declaredRefuted",
  (count(DISTINCT cell) FILTER (WHERE kind = 'present_undeclared'))::integer AS "presentUndeclared",
  (count(DISTINCT cell) FILTER (WHERE kind = 'late_plan'))::integer AS "latePlan"
FROM contradiction
