/* prepared */
SELECT
  json_agg(item)::text AS json,
  count(*)::integer AS count,
  (array_agg(p.cell))[count(*)]::text AS cell,
  to_char(
    (array_agg(p.measured_at))[count(*)] AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
  ) AS "measuredAt",
  (array_agg(p.id))[count(*)] AS id
FROM (
  SELECT p.*
  FROM (
    SELECT p.*
    FROM unnest($1::bigint[]) AS c(cell)
    CROSS JOIN LATERAL (
      SELECT p.*
      FROM probe AS p
      WHERE p.cell = c.cell
        AND p.measured_at >= CASE
          WHEN length($2::text) > 10 THEN $2::text::timestamptz
          ELSE ($2::text::date)::timestamp AT TIME ZONE 'Africa/Casablanca'
        END
        AND (p.cell, p.measured_at, p.id) > ($3::bigint, $4::timestamptz, $5::uuid)
        AND EXISTS (
          SELECT 1
          FROM site AS s
          WHERE s.code = p.site_code
            AND s.lng BETWEEN $6::float8 AND $7::float8
            AND s.lat BETWEEN $8::float8 AND $9::float8
          OFFSET 0
        )
        AND p.site_code IS NOT NULL
        AND NOT 'far_from_site' = ANY (p.flags)
        AND EXISTS (SELECT 1 FROM site AS s WHERE s.code = p.site_code OFFSET 0)
      ORDER BY p.measured_at, p.id
      LIMIT 100
    ) AS p
  ) AS p
  ORDER BY p.cell, p.measured_at, p.id
  LIMIT 100
) AS p
LEFT JOIN LATERAL (
  SELECT true AS any FROM probe_flag AS f WHERE f.cell = p.cell AND f.probe_id = p.id LIMIT 1
) AS late ON true
CROSS JOIN LATERAL (
  SELECT
    p.id,
    to_hex(p.cell) AS h3,
    to_char(p.measured_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "measuredAt",
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
    CASE
      WHEN late.any THEN p.flags || (
        SELECT array_agg(f.flag ORDER BY f.flag)
        FROM probe_flag AS f
        WHERE f.cell = p.cell AND f.probe_id = p.id
      )
      ELSE p.flags
    END AS flags,
    p.counted
      AND NOT (
        late.any IS TRUE
          AND EXISTS (
            SELECT 1 FROM probe_flag AS f WHERE f.cell = p.cell AND f.probe_id = p.id AND NOT f.counted
          )
      ) AS counted
) AS item
