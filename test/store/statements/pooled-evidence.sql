SELECT
  nullif(operator, '') AS operator,
  nullif(technology, '') AS technology,
  sum(samples)::float8 AS samples,
  sum(passes)::float8 AS passes,
  sum(no_service)::float8 AS "noService",
  sum(peak_samples)::float8 AS "peakSamples",
  sum(weight)::float8 AS weight,
  sum(pass_weight)::float8 AS "passWeight",
  sum(settled_weight)::float8 AS "settledWeight",
  sum(settled_pass_weight)::float8 AS "settledPassWeight",
  sum(devices)::float8 AS devices,
  sum(pass_devices)::float8 AS "passDevices",
  sum(fail_devices)::float8 AS "failDevices",
  max(days) AS days,
  max(pass_days) AS "passDays",
  max(fail_days) AS "failDays",
  max(hours) AS hours,
  max(last_measured_at) AS "lastMeasuredAt",
  NULL AS "declaredBps",
  NULL AS "plannedBy"
FROM cell_place AS c
JOIN LATERAL (
  SELECT v.*
  FROM evidence AS v
  WHERE v.series = $1::integer
    AND v.first_run <= $2::integer
    AND (v.next_run IS NULL OR v.next_run > $2::integer)
    AND v.cell = c.cell
  OFFSET 0
) AS v ON true
WHERE weight > 0
  AND coalesce(c.commune_code, c.province_code, c.region_code, '') IN (
    SELECT code FROM current_area WHERE (code = $3::text OR starts_with(code, $3::text || '.'))
  )
GROUP BY v.operator, v.technology
ORDER BY v.operator COLLATE "C", v.technology COLLATE "C"
