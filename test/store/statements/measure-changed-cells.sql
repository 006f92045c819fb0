CREATE TEMP TABLE network_figures_of_pass AS
WITH
  counted_probe AS (
    SELECT *, (measured_at AT TIME ZONE 'Africa/Casablanca') AS local
    FROM probe AS p
    WHERE measured_at >= $1::timestamptz
      AND measured_at < $2::timestamptz
      AND received_at < $3::timestamptz
      AND counted
      AND cell = ANY($4::bigint[])
      AND NOT EXISTS (
        SELECT 1
        FROM probe_flag AS f
        WHERE f.cell = p.cell AND f.probe_id = p.id AND NOT f.counted AND f.created_at < $3::timestamptz
      )
      AND (technology = ANY($5::text[]) OR technology IS NULL)
      AND (outcome = 'no_service' OR (outcome = 'ok' AND download_bps IS NOT NULL))
    OFFSET '0'
  ),
  sample AS (
    SELECT
      cell,
      coalesce(operator, '') AS operator,
      coalesce(technology, '') AS technology,
      device_id,
      measured_at,
      local::date AS day,
      date_part('hour', local)::integer AS hour,
      outcome = 'no_service' AS is_silent,
      (outcome = 'no_service' OR (download_bps IS NOT NULL)) AS s0,
      CASE
        WHEN outcome = 'ok' AND (outcome = 'no_service' OR (download_bps IS NOT NULL)) THEN download_bps
      END AS s0_free0
    FROM counted_probe
    OFFSET '0'
  ),
  device_day AS (
    SELECT
      cell,
      operator,
      technology,
      device_id,
      day,
      set_bit($6::varbit, day - ($7::timestamptz AT TIME ZONE 'Africa/Casablanca')::date, 1) AS day_bit,
      (count(*) FILTER (WHERE s0))::integer AS s0_samples,
      (count(*) FILTER (WHERE s0 AND is_silent))::integer AS s0_no_service,
      (count(*) FILTER (WHERE s0 AND hour >= 19 AND hour < 23))::integer AS s0_peak_samples,
      bit_or(1 << hour) FILTER (WHERE s0) AS s0_hours,
      max(measured_at) FILTER (WHERE s0) AS s0_last_measured_at,
      (
        least(count(*) FILTER (WHERE s0), 6) * CASE
          WHEN day < ($2::timestamptz AT TIME ZONE 'Africa/Casablanca')::date - 180 THEN 500
          ELSE 1000
        END
      )::integer AS s0_weight,
      (count(*) FILTER (WHERE s0_free0 >= 1000000))::integer AS s0_pass0,
      (count(*) FILTER (WHERE s0_free0 >= 2000000))::integer AS s0_pass1,
      (count(*) FILTER (WHERE s0_free0 >= 5000000))::integer AS s0_pass2,
      (count(*) FILTER (WHERE s0_free0 >= 10000000))::integer AS s0_pass3,
      (count(*) FILTER (WHERE s0_free0 >= 20000000))::integer AS s0_pass4,
      (count(*) FILTER (WHERE s0_free0 >= 25000000))::integer AS s0_pass5,
      (count(*) FILTER (WHERE s0_free0 >= 30000000))::integer AS s0_pass6,
      (count(*) FILTER (WHERE s0_free0 >= 50000000))::integer AS s0_pass7,
      (count(*) FILTER (WHERE s0_free0 >= 100000000))::integer AS s0_pass8,
      (count(*) FILTER (WHERE s0_free0 >= 200000000))::integer AS s0_pass9
    FROM sample
    GROUP BY cell, operator, technology, device_id, day
  ),
  device AS (
    SELECT
      cell,
      operator,
      technology,
      device_id,
      sum(s0_samples) AS s0_samples,
      sum(s0_no_service) AS s0_no_service,
      sum(s0_peak_samples) AS s0_peak_samples,
      sum(s0_weight) AS s0_weight,
      bit_or(s0_hours) AS s0_hours,
      max(s0_last_measured_at) AS s0_last_measured_at,
      coalesce(
        sum(s0_weight) FILTER (WHERE day < ($2::timestamptz AT TIME ZONE 'Africa/Casablanca')::date - 14), 0
      ) AS s0_settled_weight,
      bit_or(day_bit) FILTER (WHERE s0_samples > 0) AS s0_days,
      coalesce(sum((s0_pass0::bigint * s0_weight / nullif(s0_samples, 0))::integer), 0) AS s0_pass0,
      coalesce(sum((s0_pass1::bigint * s0_weight / nullif(s0_samples, 0))::integer), 0) AS s0_pass1,
      sum(s0_pass1) AS s0_pass1_passes,
      coalesce(
        sum((s0_pass1::bigint * s0_weight / nullif(s0_samples, 0))::integer) FILTER (
          WHERE day < ($2::timestamptz AT TIME ZONE 'Africa/Casablanca')::date - 14
        ),
        0
      ) AS s0_pass1_settled,
      bit_or(day_bit) FILTER (WHERE s0_pass1 > 0) AS s0_pass1_pass_days,
      bit_or(day_bit) FILTER (WHERE s0_pass1 < s0_samples) AS s0_pass1_fail_days,
      coalesce(sum((s0_pass2::bigint * s0_weight / nullif(s0_samples, 0))::integer), 0) AS s0_pass2,
      coalesce(sum((s0_pass3::bigint * s0_weight / nullif(s0_samples, 0))::integer), 0) AS s0_pass3,
      coalesce(sum((s0_pass4::bigint * s0_weight / nullif(s0_samples, 0))::integer), 0) AS s0_pass4,
      coalesce(sum((s0_pass5::bigint * s0_weight / nullif(s0_samples, 0))::integer), 0) AS s0_pass5,
      coalesce(sum((s0_pass6::bigint * s0_weight / nullif(s0_samples, 0))::integer), 0) AS s0_pass6,
      coalesce(sum((s0_pass7::bigint * s0_weight / nullif(s0_samples, 0))::integer), 0) AS s0_pass7,
      coalesce(sum((s0_pass8::bigint * s0_weight / nullif(s0_samples, 0))::integer), 0) AS s0_pass8,
      coalesce(sum((s0_pass9::bigint * s0_weight / nullif(s0_samples, 0))::integer), 0) AS s0_pass9
    FROM device_day
    GROUP BY cell, operator, technology, device_id
  ),
  network_figures AS (
    SELECT
      cell,
      operator,
      technology,
      sum(s0_samples)::integer AS s0_samples,
      sum(s0_no_service)::integer AS s0_no_service,
      sum(s0_peak_samples)::integer AS s0_peak_samples,
      sum(least(s0_weight, 120000)::integer) AS s0_weight,
      sum(least(s0_settled_weight, 120000)::integer) AS s0_settled_weight,
      coalesce(bit_count(bit_or(s0_hours)::bit(24)), 0) AS s0_hours,
      max(s0_last_measured_at) AS s0_last_measured_at,
      (count(*) FILTER (WHERE s0_samples > 0))::integer AS s0_devices,
      coalesce(bit_count(bit_or(s0_days)), 0) AS s0_days,
      sum(
        (CASE WHEN s0_weight > 120000 THEN s0_pass0 * 120000 / s0_weight ELSE s0_pass0 END)::integer
      ) AS s0_pass0,
      sum(
        (CASE WHEN s0_weight > 120000 THEN s0_pass1 * 120000 / s0_weight ELSE s0_pass1 END)::integer
      ) AS s0_pass1,
      sum(s0_pass1_passes)::integer AS s0_pass1_passes,
      sum(
        (CASE WHEN s0_settled_weight > 120000 THEN s0_pass1_settled * 120000 / s0_settled_weight ELSE s0_pass1_settled END)::integer
      ) AS s0_pass1_settled,
      (count(*) FILTER (WHERE s0_pass1_passes > 0))::integer AS s0_pass1_pass_devices,
      (count(*) FILTER (WHERE s0_pass1_passes < s0_samples))::integer AS s0_pass1_fail_devices,
      coalesce(bit_count(bit_or(s0_pass1_pass_days)), 0) AS s0_pass1_pass_days,
      coalesce(bit_count(bit_or(s0_pass1_fail_days)), 0) AS s0_pass1_fail_days,
      sum(
        (CASE WHEN s0_weight > 120000 THEN s0_pass2 * 120000 / s0_weight ELSE s0_pass2 END)::integer
      ) AS s0_pass2,
      sum(
        (CASE WHEN s0_weight > 120000 THEN s0_pass3 * 120000 / s0_weight ELSE s0_pass3 END)::integer
      ) AS s0_pass3,
      sum(
        (CASE WHEN s0_weight > 120000 THEN s0_pass4 * 120000 / s0_weight ELSE s0_pass4 END)::integer
      ) AS s0_pass4,
      sum(
        (CASE WHEN s0_weight > 120000 THEN s0_pass5 * 120000 / s0_weight ELSE s0_pass5 END)::integer
      ) AS s0_pass5,
      sum(
        (CASE WHEN s0_weight > 120000 THEN s0_pass6 * 120000 / s0_weight ELSE s0_pass6 END)::integer
      ) AS s0_pass6,
      sum(
        (CASE WHEN s0_weight > 120000 THEN s0_pass7 * 120000 / s0_weight ELSE s0_pass7 END)::integer
      ) AS s0_pass7,
      sum(
        (CASE WHEN s0_weight > 120000 THEN s0_pass8 * 120000 / s0_weight ELSE s0_pass8 END)::integer
      ) AS s0_pass8,
      sum(
        (CASE WHEN s0_weight > 120000 THEN s0_pass9 * 120000 / s0_weight ELSE s0_pass9 END)::integer
      ) AS s0_pass9
    FROM device
    GROUP BY cell, operator, technology
  )
SELECT *
FROM network_figures

-- $1 = "2026-01-01T00:00:00.000Z"
-- $2 = "2026-04-01T00:00:00.000Z"
-- $3 = "2026-04-02T00:00:00.000Z"
-- $4 = ["1","2"]
-- $5 = ["fibre","cable","vdsl","adsl","fwa","2g","3g","4g","5g","wifi_unknown","satellite_leo"]
-- $6 = "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
-- $7 = "2026-01-01T00:00:00.000Z"
