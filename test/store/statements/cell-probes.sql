SELECT
  md5(p.id::text) AS id,
  date_trunc('hour', p.measured_at, 'UTC') AS "measuredAt",
  p.operator AS "operator",
  p.technology AS "technology",
  p.outcome AS "outcome",
  p.download_bps::float8 AS "downloadBps",
  p.upload_bps::float8 AS "uploadBps",
  p.latency_ms AS "latencyMs",
  p.loaded_latency_ms AS "loadedLatencyMs",
  p.jitter_ms AS "jitterMs",
  p.loss_ratio AS "lossRatio",
  p.signal_dbm AS "signalDbm",
  NULL::text AS "cellId",
  p.tool AS "tool",
  p.flags || ARRAY(
    SELECT f.flag
    FROM probe_flag AS f
    WHERE f.cell = p.cell AND f.probe_id = p.id AND f.created_at < $1::timestamptz
    ORDER BY f.flag
  ) AS flags,
  p.counted
    AND NOT EXISTS (
      SELECT 1
      FROM probe_flag AS f
      WHERE f.cell = p.cell AND f.probe_id = p.id AND NOT f.counted AND f.created_at < $1::timestamptz
    ) AS counted,
  date_part('hour', p.measured_at AT TIME ZONE 'Africa/Casablanca')::integer AS "localHour",
  NULL AS "siteCode",
  NULL AS "deviceId"
FROM (
  SELECT
    p.measured_at, p.id, date_trunc('hour', p.measured_at, 'UTC') AS public_at, md5(p.id::text) AS public_id
  FROM probe AS p
  WHERE p.cell = $2::bigint
    AND p.measured_at >= $3
    AND p.measured_at < $4
    AND (date_trunc('hour', p.measured_at, 'UTC'), md5(p.id::text)) < ($5::timestamptz, $6::text)
  ORDER BY date_trunc('hour', p.measured_at, 'UTC') DESC, md5(p.id::text) DESC
  OFFSET 0
) AS ids
CROSS JOIN LATERAL (
  SELECT p.*
  FROM probe AS p
  WHERE p.cell = $2::bigint
    AND p.measured_at = ids.measured_at
    AND p.id = ids.id
    AND p.measured_at >= $7
    AND p.measured_at < $8
    AND p.received_at < $9
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
  OFFSET 0
) AS p
ORDER BY ids.public_at DESC, ids.public_id DESC
LIMIT $10
