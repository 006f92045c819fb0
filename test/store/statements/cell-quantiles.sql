SELECT
  operator,
  technology,
  CASE
    WHEN count(p.download_bps) FILTER (WHERE p.outcome = 'ok') >= 3
      OR bool_and(
        p.site_code IS NOT NULL
          AND NOT 'far_from_site' = ANY (p.flags)
          AND EXISTS (SELECT 1 FROM site AS s WHERE s.code = p.site_code)
      ) FILTER (WHERE p.outcome = 'ok') THEN percentile_cont('{0.1,0.5,0.9}'::float8[]) WITHIN GROUP (
        ORDER BY p.download_bps::float8
      ) FILTER (WHERE p.outcome = 'ok')
  END AS "downloadBps",
  CASE
    WHEN count(p.upload_bps) FILTER (WHERE p.outcome = 'ok') >= 3
      OR bool_and(
        p.site_code IS NOT NULL
          AND NOT 'far_from_site' = ANY (p.flags)
          AND EXISTS (SELECT 1 FROM site AS s WHERE s.code = p.site_code)
      ) FILTER (WHERE p.outcome = 'ok') THEN percentile_cont('{0.1,0.5,0.9}'::float8[]) WITHIN GROUP (
        ORDER BY p.upload_bps::float8
      ) FILTER (WHERE p.outcome = 'ok')
  END AS "uploadBps",
  CASE
    WHEN count(p.latency_ms) FILTER (WHERE p.outcome = 'ok') >= 3
      OR bool_and(
        p.site_code IS NOT NULL
          AND NOT 'far_from_site' = ANY (p.flags)
          AND EXISTS (SELECT 1 FROM site AS s WHERE s.code = p.site_code)
      ) FILTER (WHERE p.outcome = 'ok') THEN percentile_cont('{0.1,0.5,0.9}'::float8[]) WITHIN GROUP (
        ORDER BY p.latency_ms::float8
      ) FILTER (WHERE p.outcome = 'ok')
  END AS "latencyMs",
  CASE
    WHEN count(p.loaded_latency_ms) FILTER (WHERE p.outcome = 'ok') >= 3
      OR bool_and(
        p.site_code IS NOT NULL
          AND NOT 'far_from_site' = ANY (p.flags)
          AND EXISTS (SELECT 1 FROM site AS s WHERE s.code = p.site_code)
      ) FILTER (WHERE p.outcome = 'ok') THEN percentile_cont('{0.1,0.5,0.9}'::float8[]) WITHIN GROUP (
        ORDER BY p.loaded_latency_ms::float8
      ) FILTER (WHERE p.outcome = 'ok')
  END AS "loadedLatencyMs"
FROM probe AS p
WHERE p.cell = $1::bigint
  AND p.measured_at >= $2
  AND p.measured_at < $3
  AND p.received_at < $4
  AND p.counted
  AND NOT EXISTS (
    SELECT 1
    FROM probe_flag AS f
    WHERE f.cell = p.cell AND f.probe_id = p.id AND NOT f.counted AND f.created_at < $5::timestamptz
  )
  AND outcome = 'ok'
GROUP BY operator, technology
