SELECT r.*
FROM unnest($1::bigint[]) WITH ORDINALITY AS c(cell, n)
CROSS JOIN LATERAL (
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
    SELECT p.*, ids.hash, ids.hour
    FROM (
      SELECT t.*
      FROM (
        SELECT
          p.cell,
          p.measured_at,
          p.id,
          md5(p.id::text) AS hash,
          date_trunc('hour', p.measured_at, 'UTC') AS hour
        FROM probe AS p
        WHERE p.cell = c.cell
      ) AS t
      WHERE t.hour <= $2::timestamptz
        AND t.hour >= $3::timestamptz
        AND t.measured_at >= $4::timestamptz
        AND t.measured_at < $5::timestamptz
      ORDER BY t.hash
      OFFSET 0
    ) AS ids
    CROSS JOIN LATERAL (
      SELECT p.*
      FROM (
        SELECT p.*
        FROM probe AS p
        WHERE p.cell = c.cell
          AND (
            (
              p.site_code IS NOT NULL
                AND NOT 'far_from_site' = ANY (p.flags)
                AND EXISTS (SELECT 1 FROM site AS s WHERE s.code = p.site_code OFFSET 0)
            )
              OR ROW(p.operator, p.technology, p.tool)::text IN (
                SELECT ROW(p.operator, p.technology, p.tool)::text
                FROM probe AS p
                WHERE p.cell = c.cell
                GROUP BY ROW(p.operator, p.technology, p.tool)::text
                HAVING count(DISTINCT p.device_id) >= 3
              )
          )
      ) AS p
      WHERE p.measured_at = ids.measured_at AND p.id = ids.id
      OFFSET 0
    ) AS p
  ) AS t
  WHERE true
  ORDER BY t.hash
  LIMIT $6
) AS r
ORDER BY c.n
LIMIT $7
