WITH
  signed_probe AS (
    SELECT p.*, 1 AS sign
    FROM probe AS p
    WHERE p.received_at >= $1::timestamptz
      AND p.received_at < $2::timestamptz
      AND p.measured_at >= $3::timestamptz
      AND p.measured_at < $4::timestamptz
      AND p.counted
      AND NOT EXISTS (
        SELECT 1
        FROM probe_flag AS f
        WHERE f.cell = p.cell AND f.probe_id = p.id AND NOT f.counted AND f.created_at < $2::timestamptz
      )
    UNION ALL
    SELECT p.*, -1
    FROM probe AS p
    JOIN (
      SELECT DISTINCT cell, probe_id
      FROM probe_flag
      WHERE created_at >= $1::timestamptz AND created_at < $2::timestamptz AND NOT counted
    ) AS late ON late.cell = p.cell
      AND late.probe_id = p.id
    WHERE p.received_at < $1::timestamptz
      AND p.measured_at >= $5::timestamptz
      AND p.measured_at < $6::timestamptz
      AND p.counted
      AND NOT EXISTS (
        SELECT 1
        FROM probe_flag AS f
        WHERE f.cell = p.cell AND f.probe_id = p.id AND NOT f.counted AND f.created_at < $1::timestamptz
      )
  ),
  placed_probe AS (
    SELECT
      region_code,
      province_code,
      commune_code,
      (measured_at AT TIME ZONE 'Africa/Casablanca')::date AS local_day,
      coalesce(operator, '') AS operator,
      coalesce(technology, '') AS technology,
      sign,
      outcome,
      CASE
        WHEN sign > 0 AND device_id IS NOT NULL THEN ('x0' || left(md5(device_id::text), 15))::bit(64)::bigint
      END AS hash,
      download_bps,
      upload_bps,
      latency_ms,
      jitter_ms,
      loss_ratio,
      loaded_latency_ms
    FROM signed_probe
    JOIN cell_place USING (cell)
    OFFSET 0
  ),
  place_count AS (
    SELECT
      region_code,
      province_code,
      commune_code,
      local_day,
      operator,
      technology,
      sum(sign) AS samples,
      coalesce(sum(sign) FILTER (WHERE outcome = 'no_service'), 0) AS no_service,
      (array_agg(DISTINCT hash) FILTER (WHERE hash IS NOT NULL))[1:64] AS hashes
    FROM placed_probe
    GROUP BY region_code, province_code, commune_code, local_day, operator, technology
  ),
  place_bin AS (
    SELECT
      region_code,
      province_code,
      commune_code,
      local_day,
      operator,
      technology,
      first_bin + CASE
        WHEN value < bin_floor THEN 0
        ELSE 1 + floor(ln(value / bin_floor) / ln(1.0408163265306123::float8))::integer
      END AS bin,
      sum(sign) AS n
    FROM placed_probe
    CROSS JOIN LATERAL (
      VALUES
        (0, download_bps::float8, 1::float8),
        (1000, upload_bps::float8, 1::float8),
        (2000, latency_ms::float8, 0.01::float8),
        (3000, jitter_ms::float8, 0.01::float8),
        (4000, loss_ratio::float8, 0.0001::float8),
        (5000, loaded_latency_ms::float8, 0.01::float8)
    ) AS v(first_bin, value, bin_floor)
    WHERE outcome = 'ok' AND value IS NOT NULL
    GROUP BY region_code, province_code, commune_code, local_day, operator, technology, bin
  ),
  area_count AS (
    SELECT
      code,
      step,
      CASE step WHEN 'day' THEN local_day ELSE date_trunc('month', local_day)::date END AS day,
      operator,
      technology,
      sum(samples)::integer AS samples,
      sum(no_service)::integer AS no_service
    FROM place_count
    CROSS JOIN LATERAL (VALUES (region_code), (province_code), (commune_code)) AS level(code)
    CROSS JOIN (VALUES ('day'), ('month')) AS steps(step)
    WHERE code IS NOT NULL
    GROUP BY code, step, day, operator, technology
  ),
  area_devices AS (
    SELECT
      code,
      step,
      CASE step WHEN 'day' THEN local_day ELSE date_trunc('month', local_day)::date END AS day,
      operator,
      technology,
      (array_agg(DISTINCT hash))[1:64] AS devices
    FROM (
      SELECT region_code, province_code, commune_code, local_day, operator, technology, unnest(hashes) AS hash
      FROM place_count
    ) AS h
    CROSS JOIN LATERAL (VALUES (region_code), (province_code), (commune_code)) AS level(code)
    CROSS JOIN (VALUES ('day'), ('month')) AS steps(step)
    WHERE code IS NOT NULL
    GROUP BY code, step, day, operator, technology
  ),
  area_bin AS (
    SELECT
      code,
      step,
      CASE step WHEN 'day' THEN local_day ELSE date_trunc('month', local_day)::date END AS day,
      operator,
      technology,
      bin,
      sum(n)::integer AS n
    FROM place_bin
    CROSS JOIN LATERAL (VALUES (region_code), (province_code), (commune_code)) AS level(code)
    CROSS JOIN (VALUES ('day'), ('month')) AS steps(step)
    WHERE code IS NOT NULL
    GROUP BY code, step, day, operator, technology, bin
  ),
  area_histogram AS (
    SELECT
      code,
      step,
      day,
      operator,
      technology,
      array_agg(bin ORDER BY bin) AS bins,
      array_agg(n ORDER BY bin) AS counts
    FROM area_bin
    GROUP BY code, step, day, operator, technology
  )
INSERT INTO area_series AS s (
  code, step, day, operator, technology, samples, no_service, bins, counts, devices
)
SELECT
  code,
  step,
  day,
  operator,
  technology,
  samples,
  no_service,
  coalesce(bins, '{}'),
  coalesce(counts, '{}'),
  coalesce(devices, '{}')
FROM area_count
LEFT JOIN area_histogram USING (code, step, day, operator, technology)
LEFT JOIN area_devices USING (code, step, day, operator, technology)
ON CONFLICT (code, step, day, operator, technology) DO UPDATE
SET
  samples = s.samples + excluded.samples,
  no_service = s.no_service + excluded.no_service,
  (bins, counts) = (
    SELECT coalesce(array_agg(bin ORDER BY bin), '{}'), coalesce(array_agg(n ORDER BY bin), '{}')
    FROM (
      SELECT bin, sum(n)::integer AS n
      FROM unnest(s.bins || excluded.bins, s.counts || excluded.counts) AS u(bin, n)
      GROUP BY bin
      HAVING sum(n) <> 0
    ) AS summed
  ),
  devices = ARRAY(
    SELECT DISTINCT hash FROM unnest(s.devices || excluded.devices) AS hash ORDER BY hash LIMIT 64
  )
