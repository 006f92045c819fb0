SELECT
  to_hex(t.cell) || '.' || t.hash AS "measurement_id",
  to_hex(t.cell) AS "h3",
  to_char(t.hour AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "measured_hour",
  t.operator AS "operator",
  t.technology AS "technology",
  t.outcome AS "outcome",
  t.download_bps::float8 AS "download_bps",
  t.upload_bps::float8 AS "upload_bps",
  t.latency_ms AS "latency_ms",
  t.loaded_latency_ms AS "loaded_latency_ms",
  t.jitter_ms AS "jitter_ms",
  t.loss_ratio AS "loss_ratio",
  t.signal_dbm AS "signal_dbm",
  t.tool AS "tool",
  t.counted AS "counted"
FROM (
  SELECT cell FROM probe WHERE cell BETWEEN $1::bigint AND $2::bigint GROUP BY cell ORDER BY cell
) AS next_cell
JOIN LATERAL (
  SELECT p.*, md5(p.id::text) AS hash, date_trunc('hour', p.measured_at, 'UTC') AS hour
  FROM (
    SELECT p.*
    FROM probe AS p
    LEFT JOIN (
      SELECT operator, technology, tool, true AS is_common
      FROM probe
      WHERE cell = next_cell.cell
      GROUP BY operator, technology, tool
      HAVING count(DISTINCT device_id) >= 3
    ) AS alike ON p.operator IS NOT DISTINCT FROM alike.operator
      AND p.technology IS NOT DISTINCT FROM alike.technology
      AND p.tool IS NOT DISTINCT FROM alike.tool
    WHERE p.cell = next_cell.cell
      AND (
        alike.is_common
          OR (
            p.site_code IS NOT NULL
              AND NOT 'far_from_site' = ANY (p.flags)
              AND EXISTS (SELECT 1 FROM site AS s WHERE s.code = p.site_code)
          )
      )
  ) AS p
) AS t ON true
WHERE true AND t.hour <= $3::timestamptz AND t.hour >= $4::timestamptz
ORDER BY t.cell, t.hash
LIMIT $5
