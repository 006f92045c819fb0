SELECT
  operator,
  technology,
  count(*)::integer AS samples,
  (count(*) FILTER (WHERE p.outcome = 'no_service'))::integer AS "noService",
  CASE
    WHEN count(*) FILTER (WHERE p.outcome = 'ok') = 0
      OR (
        count(*) FILTER (WHERE p.outcome = 'ok') >= 3
          OR bool_and(
            p.site_code IS NOT NULL
              AND NOT 'far_from_site' = ANY (p.flags)
              AND EXISTS (SELECT 1 FROM site AS s WHERE s.code = p.site_code OFFSET 0)
          ) FILTER (WHERE p.outcome = 'ok')
      ) THEN json_build_object(
        'slowDownload',
        count(*) FILTER (WHERE p.outcome = 'ok' AND NOT p.download_bps >= 25000000),
        'slowUpload',
        count(*) FILTER (WHERE p.outcome = 'ok' AND NOT p.upload_bps >= 3000000),
        'highLatency',
        count(*) FILTER (WHERE p.outcome = 'ok' AND NOT p.latency_ms <= 100),
        'highLoss',
        0
      )
  END AS failures,
  CASE
    WHEN (
      count(p.download_bps) FILTER (WHERE p.outcome = 'ok') >= 3
        OR bool_and(
          p.site_code IS NOT NULL
            AND NOT 'far_from_site' = ANY (p.flags)
            AND EXISTS (SELECT 1 FROM site AS s WHERE s.code = p.site_code OFFSET 0)
        ) FILTER (WHERE p.outcome = 'ok')
    ) THEN percentile_cont('{0.1,0.5,0.9}'::float8[]) WITHIN GROUP (
      ORDER BY p.download_bps::float8
    ) FILTER (WHERE p.outcome = 'ok')
  END AS "downloadBps",
  CASE
    WHEN (
      count(p.download_bps) FILTER (WHERE p.outcome = 'ok') >= 3
        OR bool_and(
          p.site_code IS NOT NULL
            AND NOT 'far_from_site' = ANY (p.flags)
            AND EXISTS (SELECT 1 FROM site AS s WHERE s.code = p.site_code OFFSET 0)
        ) FILTER (WHERE p.outcome = 'ok')
    ) THEN nullif((count(p.download_bps) FILTER (WHERE p.outcome = 'ok'))::integer, 0)
  END AS "downloadCount",
  CASE
    WHEN (
      count(p.upload_bps) FILTER (WHERE p.outcome = 'ok') >= 3
        OR bool_and(
          p.site_code IS NOT NULL
            AND NOT 'far_from_site' = ANY (p.flags)
            AND EXISTS (SELECT 1 FROM site AS s WHERE s.code = p.site_code OFFSET 0)
        ) FILTER (WHERE p.outcome = 'ok')
    ) THEN percentile_cont('{0.1,0.5,0.9}'::float8[]) WITHIN GROUP (
      ORDER BY p.upload_bps::float8
    ) FILTER (WHERE p.outcome = 'ok')
  END AS "uploadBps",
  CASE
    WHEN (
      count(p.upload_bps) FILTER (WHERE p.outcome = 'ok') >= 3
        OR bool_and(
          p.site_code IS NOT NULL
            AND NOT 'far_from_site' = ANY (p.flags)
            AND EXISTS (SELECT 1 FROM site AS s WHERE s.code = p.site_code OFFSET 0)
        ) FILTER (WHERE p.outcome = 'ok')
    ) THEN nullif((count(p.upload_bps) FILTER (WHERE p.outcome = 'ok'))::integer, 0)
  END AS "uploadCount",
  CASE
    WHEN (
      count(p.latency_ms) FILTER (WHERE p.outcome = 'ok') >= 3
        OR bool_and(
          p.site_code IS NOT NULL
            AND NOT 'far_from_site' = ANY (p.flags)
            AND EXISTS (SELECT 1 FROM site AS s WHERE s.code = p.site_code OFFSET 0)
        ) FILTER (WHERE p.outcome = 'ok')
    ) THEN percentile_cont('{0.1,0.5,0.9}'::float8[]) WITHIN GROUP (
      ORDER BY p.latency_ms::float8
    ) FILTER (WHERE p.outcome = 'ok')
  END AS "latencyMs",
  CASE
    WHEN (
      count(p.latency_ms) FILTER (WHERE p.outcome = 'ok') >= 3
        OR bool_and(
          p.site_code IS NOT NULL
            AND NOT 'far_from_site' = ANY (p.flags)
            AND EXISTS (SELECT 1 FROM site AS s WHERE s.code = p.site_code OFFSET 0)
        ) FILTER (WHERE p.outcome = 'ok')
    ) THEN nullif((count(p.latency_ms) FILTER (WHERE p.outcome = 'ok'))::integer, 0)
  END AS "latencyCount",
  CASE
    WHEN (
      count(p.loaded_latency_ms) FILTER (WHERE p.outcome = 'ok') >= 3
        OR bool_and(
          p.site_code IS NOT NULL
            AND NOT 'far_from_site' = ANY (p.flags)
            AND EXISTS (SELECT 1 FROM site AS s WHERE s.code = p.site_code OFFSET 0)
        ) FILTER (WHERE p.outcome = 'ok')
    ) THEN percentile_cont('{0.1,0.5,0.9}'::float8[]) WITHIN GROUP (
      ORDER BY p.loaded_latency_ms::float8
    ) FILTER (WHERE p.outcome = 'ok')
  END AS "loadedLatencyMs",
  CASE
    WHEN (
      count(p.loaded_latency_ms) FILTER (WHERE p.outcome = 'ok') >= 3
        OR bool_and(
          p.site_code IS NOT NULL
            AND NOT 'far_from_site' = ANY (p.flags)
            AND EXISTS (SELECT 1 FROM site AS s WHERE s.code = p.site_code OFFSET 0)
        ) FILTER (WHERE p.outcome = 'ok')
    ) THEN nullif((count(p.loaded_latency_ms) FILTER (WHERE p.outcome = 'ok'))::integer, 0)
  END AS "loadedLatencyCount"
FROM (
  SELECT p.*, (measured_at AT TIME ZONE 'Africa/Casablanca') AS local
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
    AND outcome IN ('ok', 'no_service')
    AND (technology = ANY($6::text[]) OR technology IS NULL)
) AS p
WHERE (
  outcome = 'no_service' OR (download_bps IS NOT NULL AND upload_bps IS NOT NULL AND latency_ms IS NOT NULL)
)
GROUP BY operator, technology
