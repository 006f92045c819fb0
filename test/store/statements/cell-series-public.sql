/* prepared */
SELECT
  date_trunc($1::text, p.measured_at, 'Africa/Casablanca') AS start,
  count(*)::integer AS samples,
  (count(*) FILTER (WHERE p.outcome = 'no_service'))::integer AS "noService",
  count(DISTINCT p.device_id)::integer AS devices,
  (count(p.download_bps) FILTER (WHERE p.outcome = 'ok'))::integer AS "downloadBpsSamples",
  percentile_cont('{0.1,0.5,0.9}'::float8[]) WITHIN GROUP (
    ORDER BY p.download_bps::float8
  ) FILTER (WHERE p.outcome = 'ok') AS "downloadBps",
  (count(p.latency_ms) FILTER (WHERE p.outcome = 'ok'))::integer AS "latencyMsSamples",
  percentile_cont('{0.1,0.5,0.9}'::float8[]) WITHIN GROUP (
    ORDER BY p.latency_ms::float8
  ) FILTER (WHERE p.outcome = 'ok') AS "latencyMs"
FROM (
  SELECT p.*
  FROM probe AS p
  WHERE p.cell = $2::bigint
    AND (
      (
        p.site_code IS NOT NULL
          AND NOT 'far_from_site' = ANY (p.flags)
          AND EXISTS (SELECT 1 FROM site AS s WHERE s.code = p.site_code OFFSET 0)
      )
        OR ROW(p.operator, p.technology, p.tool)::text IN (
          SELECT ROW(p.operator, p.technology, p.tool)::text
          FROM probe AS p
          WHERE p.cell = $2::bigint
          GROUP BY ROW(p.operator, p.technology, p.tool)::text
          HAVING count(DISTINCT p.device_id) >= 3
        )
    )
) AS p
WHERE p.cell = $2::bigint
  AND p.measured_at >= $3
  AND p.measured_at < $4
  AND p.counted
  AND NOT EXISTS (SELECT 1 FROM probe_flag AS f WHERE f.cell = p.cell AND f.probe_id = p.id AND NOT f.counted)
  AND p.operator = $5
  AND p.technology = $6
GROUP BY 1
ORDER BY 1
