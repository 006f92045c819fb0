CREATE TEMP TABLE network_figures_of_pass AS
WITH
  counted_probe AS (
    SELECT *, (measured_at AT TIME ZONE 'Africa/Casablanca') AS local
    FROM probe AS p
    WHERE measured_at >= $1::timestamptz
      AND measured_at < $2::timestamptz
      AND received_at < $3::timestamptz
      AND counted
      AND NOT EXISTS (
        SELECT 1
        FROM probe_flag AS f
        WHERE f.cell = p.cell AND f.probe_id = p.id AND NOT f.counted AND f.created_at < $3::timestamptz
      )
      AND (technology = ANY($4::text[]) OR technology IS NULL)
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
      (outcome = 'no_service' OR (download_bps IS NOT NULL))
        AND date_part('hour', local) >= 19
        AND date_part('hour', local) < 23 AS s1,
      (
        outcome = 'no_service'
          OR (download_bps IS NOT NULL AND upload_bps IS NOT NULL AND latency_ms IS NOT NULL)
      ) AS s2,
      CASE
        WHEN outcome = 'ok' AND (outcome = 'no_service' OR (download_bps IS NOT NULL)) THEN download_bps
      END AS s0_free0,
      CASE
        WHEN outcome = 'ok'
          AND (outcome = 'no_service' OR (download_bps IS NOT NULL))
          AND date_part('hour', local) >= 19
          AND date_part('hour', local) < 23 THEN download_bps
      END AS s1_free1,
      CASE
        WHEN outcome = 'ok'
          AND (
            outcome = 'no_service'
              OR (download_bps IS NOT NULL AND upload_bps IS NOT NULL AND latency_ms IS NOT NULL)
          )
          AND upload_bps >= 3000000
          AND latency_ms <= 100 THEN download_bps
      END AS s2_free2,
      CASE
        WHEN outcome = 'ok'
          AND (
            outcome = 'no_service'
              OR (download_bps IS NOT NULL AND upload_bps IS NOT NULL AND latency_ms IS NOT NULL)
          )
          AND download_bps >= 25000000
          AND latency_ms <= 100 THEN upload_bps
      END AS s2_free3,
      CASE
        WHEN outcome = 'ok'
          AND (
            outcome = 'no_service'
              OR (download_bps IS NOT NULL AND upload_bps IS NOT NULL AND latency_ms IS NOT NULL)
          )
          AND download_bps >= 25000000
          AND upload_bps >= 3000000 THEN latency_ms
      END AS s2_free4,
      CASE
        WHEN outcome = 'ok'
          AND (
            outcome = 'no_service'
              OR (download_bps IS NOT NULL AND upload_bps IS NOT NULL AND latency_ms IS NOT NULL)
          )
          AND upload_bps >= 20000000
          AND latency_ms <= 100 THEN download_bps
      END AS s2_free5,
      CASE
        WHEN outcome = 'ok'
          AND (
            outcome = 'no_service'
              OR (download_bps IS NOT NULL AND upload_bps IS NOT NULL AND latency_ms IS NOT NULL)
          )
          AND download_bps >= 100000000
          AND latency_ms <= 100 THEN upload_bps
      END AS s2_free6,
      CASE
        WHEN outcome = 'ok'
          AND (
            outcome = 'no_service'
              OR (download_bps IS NOT NULL AND upload_bps IS NOT NULL AND latency_ms IS NOT NULL)
          )
          AND download_bps >= 100000000
          AND upload_bps >= 20000000 THEN latency_ms
      END AS s2_free7
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
      set_bit($5::varbit, day - ($6::timestamptz AT TIME ZONE 'Africa/Casablanca')::date, 1) AS day_bit,
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
      (count(*) FILTER (WHERE s1))::integer AS s1_samples,
      (count(*) FILTER (WHERE s1 AND is_silent))::integer AS s1_no_service,
      (count(*) FILTER (WHERE s1 AND hour >= 19 AND hour < 23))::integer AS s1_peak_samples,
      bit_or(1 << hour) FILTER (WHERE s1) AS s1_hours,
      max(measured_at) FILTER (WHERE s1) AS s1_last_measured_at,
      (
        least(count(*) FILTER (WHERE s1), 6) * CASE
          WHEN day < ($2::timestamptz AT TIME ZONE 'Africa/Casablanca')::date - 180 THEN 500
          ELSE 1000
        END
      )::integer AS s1_weight,
      (count(*) FILTER (WHERE s2))::integer AS s2_samples,
      (count(*) FILTER (WHERE s2 AND is_silent))::integer AS s2_no_service,
      (count(*) FILTER (WHERE s2 AND hour >= 19 AND hour < 23))::integer AS s2_peak_samples,
      bit_or(1 << hour) FILTER (WHERE s2) AS s2_hours,
      max(measured_at) FILTER (WHERE s2) AS s2_last_measured_at,
      (
        least(count(*) FILTER (WHERE s2), 6) * CASE
          WHEN day < ($2::timestamptz AT TIME ZONE 'Africa/Casablanca')::date - 180 THEN 500
          ELSE 1000
        END
      )::integer AS s2_weight,
      (count(*) FILTER (WHERE s0_free0 >= 1000000))::integer AS s0_pass0,
      (count(*) FILTER (WHERE s0_free0 >= 2000000))::integer AS s0_pass1,
      (count(*) FILTER (WHERE s0_free0 >= 5000000))::integer AS s0_pass2,
      (count(*) FILTER (WHERE s0_free0 >= 10000000))::integer AS s0_pass3,
      (count(*) FILTER (WHERE s0_free0 >= 20000000))::integer AS s0_pass4,
      (count(*) FILTER (WHERE s0_free0 >= 25000000))::integer AS s0_pass5,
      (count(*) FILTER (WHERE s0_free0 >= 30000000))::integer AS s0_pass6,
      (count(*) FILTER (WHERE s0_free0 >= 50000000))::integer AS s0_pass7,
      (count(*) FILTER (WHERE s0_free0 >= 100000000))::integer AS s0_pass8,
      (count(*) FILTER (WHERE s0_free0 >= 200000000))::integer AS s0_pass9,
      (count(*) FILTER (WHERE s1_free1 >= 1000000))::integer AS s1_pass10,
      (count(*) FILTER (WHERE s1_free1 >= 2000000))::integer AS s1_pass11,
      (count(*) FILTER (WHERE s1_free1 >= 5000000))::integer AS s1_pass12,
      (count(*) FILTER (WHERE s1_free1 >= 10000000))::integer AS s1_pass13,
      (count(*) FILTER (WHERE s1_free1 >= 20000000))::integer AS s1_pass14,
      (count(*) FILTER (WHERE s1_free1 >= 25000000))::integer AS s1_pass15,
      (count(*) FILTER (WHERE s1_free1 >= 30000000))::integer AS s1_pass16,
      (count(*) FILTER (WHERE s1_free1 >= 50000000))::integer AS s1_pass17,
      (count(*) FILTER (WHERE s1_free1 >= 100000000))::integer AS s1_pass18,
      (count(*) FILTER (WHERE s1_free1 >= 200000000))::integer AS s1_pass19,
      (count(*) FILTER (WHERE s2_free2 >= 1000000))::integer AS s2_pass20,
      (count(*) FILTER (WHERE s2_free2 >= 2000000))::integer AS s2_pass21,
      (count(*) FILTER (WHERE s2_free2 >= 5000000))::integer AS s2_pass22,
      (count(*) FILTER (WHERE s2_free2 >= 10000000))::integer AS s2_pass23,
      (count(*) FILTER (WHERE s2_free2 >= 20000000))::integer AS s2_pass24,
      (count(*) FILTER (WHERE s2_free2 >= 25000000))::integer AS s2_pass25,
      (count(*) FILTER (WHERE s2_free2 >= 30000000))::integer AS s2_pass26,
      (count(*) FILTER (WHERE s2_free2 >= 50000000))::integer AS s2_pass27,
      (count(*) FILTER (WHERE s2_free2 >= 100000000))::integer AS s2_pass28,
      (count(*) FILTER (WHERE s2_free2 >= 200000000))::integer AS s2_pass29,
      (count(*) FILTER (WHERE s2_free3 >= 1000000))::integer AS s2_pass30,
      (count(*) FILTER (WHERE s2_free3 >= 2000000))::integer AS s2_pass31,
      (count(*) FILTER (WHERE s2_free3 >= 5000000))::integer AS s2_pass32,
      (count(*) FILTER (WHERE s2_free3 >= 10000000))::integer AS s2_pass33,
      (count(*) FILTER (WHERE s2_free3 >= 20000000))::integer AS s2_pass34,
      (count(*) FILTER (WHERE s2_free3 >= 50000000))::integer AS s2_pass35,
      (count(*) FILTER (WHERE s2_free4 <= 600))::integer AS s2_pass36,
      (count(*) FILTER (WHERE s2_free4 <= 300))::integer AS s2_pass37,
      (count(*) FILTER (WHERE s2_free4 <= 150))::integer AS s2_pass38,
      (count(*) FILTER (WHERE s2_free4 <= 75))::integer AS s2_pass39,
      (count(*) FILTER (WHERE s2_free4 <= 50))::integer AS s2_pass40,
      (count(*) FILTER (WHERE s2_free4 <= 30))::integer AS s2_pass41,
      (count(*) FILTER (WHERE s2_free5 >= 1000000))::integer AS s2_pass42,
      (count(*) FILTER (WHERE s2_free5 >= 2000000))::integer AS s2_pass43,
      (count(*) FILTER (WHERE s2_free5 >= 5000000))::integer AS s2_pass44,
      (count(*) FILTER (WHERE s2_free5 >= 10000000))::integer AS s2_pass45,
      (count(*) FILTER (WHERE s2_free5 >= 20000000))::integer AS s2_pass46,
      (count(*) FILTER (WHERE s2_free5 >= 30000000))::integer AS s2_pass47,
      (count(*) FILTER (WHERE s2_free5 >= 50000000))::integer AS s2_pass48,
      (count(*) FILTER (WHERE s2_free5 >= 100000000))::integer AS s2_pass49,
      (count(*) FILTER (WHERE s2_free5 >= 200000000))::integer AS s2_pass50,
      (count(*) FILTER (WHERE s2_free6 >= 1000000))::integer AS s2_pass51,
      (count(*) FILTER (WHERE s2_free6 >= 2000000))::integer AS s2_pass52,
      (count(*) FILTER (WHERE s2_free6 >= 5000000))::integer AS s2_pass53,
      (count(*) FILTER (WHERE s2_free6 >= 10000000))::integer AS s2_pass54,
      (count(*) FILTER (WHERE s2_free6 >= 50000000))::integer AS s2_pass55,
      (count(*) FILTER (WHERE s2_free7 <= 600))::integer AS s2_pass56,
      (count(*) FILTER (WHERE s2_free7 <= 300))::integer AS s2_pass57,
      (count(*) FILTER (WHERE s2_free7 <= 150))::integer AS s2_pass58,
      (count(*) FILTER (WHERE s2_free7 <= 75))::integer AS s2_pass59,
      (count(*) FILTER (WHERE s2_free7 <= 50))::integer AS s2_pass60,
      (count(*) FILTER (WHERE s2_free7 <= 30))::integer AS s2_pass61
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
      sum(s1_samples) AS s1_samples,
      sum(s1_no_service) AS s1_no_service,
      sum(s1_peak_samples) AS s1_peak_samples,
      sum(s1_weight) AS s1_weight,
      bit_or(s1_hours) AS s1_hours,
      max(s1_last_measured_at) AS s1_last_measured_at,
      coalesce(
        sum(s1_weight) FILTER (WHERE day < ($2::timestamptz AT TIME ZONE 'Africa/Casablanca')::date - 14), 0
      ) AS s1_settled_weight,
      bit_or(day_bit) FILTER (WHERE s1_samples > 0) AS s1_days,
      sum(s2_samples) AS s2_samples,
      sum(s2_no_service) AS s2_no_service,
      sum(s2_peak_samples) AS s2_peak_samples,
      sum(s2_weight) AS s2_weight,
      bit_or(s2_hours) AS s2_hours,
      max(s2_last_measured_at) AS s2_last_measured_at,
      coalesce(
        sum(s2_weight) FILTER (WHERE day < ($2::timestamptz AT TIME ZONE 'Africa/Casablanca')::date - 14), 0
      ) AS s2_settled_weight,
      bit_or(day_bit) FILTER (WHERE s2_samples > 0) AS s2_days,
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
      sum(s0_pass4) AS s0_pass4_passes,
      coalesce(
        sum((s0_pass4::bigint * s0_weight / nullif(s0_samples, 0))::integer) FILTER (
          WHERE day < ($2::timestamptz AT TIME ZONE 'Africa/Casablanca')::date - 14
        ),
        0
      ) AS s0_pass4_settled,
      bit_or(day_bit) FILTER (WHERE s0_pass4 > 0) AS s0_pass4_pass_days,
      bit_or(day_bit) FILTER (WHERE s0_pass4 < s0_samples) AS s0_pass4_fail_days,
      coalesce(sum((s0_pass5::bigint * s0_weight / nullif(s0_samples, 0))::integer), 0) AS s0_pass5,
      coalesce(sum((s0_pass6::bigint * s0_weight / nullif(s0_samples, 0))::integer), 0) AS s0_pass6,
      sum(s0_pass6) AS s0_pass6_passes,
      coalesce(
        sum((s0_pass6::bigint * s0_weight / nullif(s0_samples, 0))::integer) FILTER (
          WHERE day < ($2::timestamptz AT TIME ZONE 'Africa/Casablanca')::date - 14
        ),
        0
      ) AS s0_pass6_settled,
      bit_or(day_bit) FILTER (WHERE s0_pass6 > 0) AS s0_pass6_pass_days,
      bit_or(day_bit) FILTER (WHERE s0_pass6 < s0_samples) AS s0_pass6_fail_days,
      coalesce(sum((s0_pass7::bigint * s0_weight / nullif(s0_samples, 0))::integer), 0) AS s0_pass7,
      coalesce(sum((s0_pass8::bigint * s0_weight / nullif(s0_samples, 0))::integer), 0) AS s0_pass8,
      sum(s0_pass8) AS s0_pass8_passes,
      coalesce(
        sum((s0_pass8::bigint * s0_weight / nullif(s0_samples, 0))::integer) FILTER (
          WHERE day < ($2::timestamptz AT TIME ZONE 'Africa/Casablanca')::date - 14
        ),
        0
      ) AS s0_pass8_settled,
      bit_or(day_bit) FILTER (WHERE s0_pass8 > 0) AS s0_pass8_pass_days,
      bit_or(day_bit) FILTER (WHERE s0_pass8 < s0_samples) AS s0_pass8_fail_days,
      coalesce(sum((s0_pass9::bigint * s0_weight / nullif(s0_samples, 0))::integer), 0) AS s0_pass9,
      coalesce(sum((s1_pass10::bigint * s1_weight / nullif(s1_samples, 0))::integer), 0) AS s1_pass10,
      coalesce(sum((s1_pass11::bigint * s1_weight / nullif(s1_samples, 0))::integer), 0) AS s1_pass11,
      coalesce(sum((s1_pass12::bigint * s1_weight / nullif(s1_samples, 0))::integer), 0) AS s1_pass12,
      coalesce(sum((s1_pass13::bigint * s1_weight / nullif(s1_samples, 0))::integer), 0) AS s1_pass13,
      coalesce(sum((s1_pass14::bigint * s1_weight / nullif(s1_samples, 0))::integer), 0) AS s1_pass14,
      coalesce(sum((s1_pass15::bigint * s1_weight / nullif(s1_samples, 0))::integer), 0) AS s1_pass15,
      coalesce(sum((s1_pass16::bigint * s1_weight / nullif(s1_samples, 0))::integer), 0) AS s1_pass16,
      coalesce(sum((s1_pass17::bigint * s1_weight / nullif(s1_samples, 0))::integer), 0) AS s1_pass17,
      coalesce(sum((s1_pass18::bigint * s1_weight / nullif(s1_samples, 0))::integer), 0) AS s1_pass18,
      sum(s1_pass18) AS s1_pass18_passes,
      coalesce(
        sum((s1_pass18::bigint * s1_weight / nullif(s1_samples, 0))::integer) FILTER (
          WHERE day < ($2::timestamptz AT TIME ZONE 'Africa/Casablanca')::date - 14
        ),
        0
      ) AS s1_pass18_settled,
      bit_or(day_bit) FILTER (WHERE s1_pass18 > 0) AS s1_pass18_pass_days,
      bit_or(day_bit) FILTER (WHERE s1_pass18 < s1_samples) AS s1_pass18_fail_days,
      coalesce(sum((s1_pass19::bigint * s1_weight / nullif(s1_samples, 0))::integer), 0) AS s1_pass19,
      coalesce(sum((s2_pass20::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass20,
      coalesce(sum((s2_pass21::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass21,
      coalesce(sum((s2_pass22::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass22,
      coalesce(sum((s2_pass23::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass23,
      coalesce(sum((s2_pass24::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass24,
      coalesce(sum((s2_pass25::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass25,
      sum(s2_pass25) AS s2_pass25_passes,
      coalesce(
        sum((s2_pass25::bigint * s2_weight / nullif(s2_samples, 0))::integer) FILTER (
          WHERE day < ($2::timestamptz AT TIME ZONE 'Africa/Casablanca')::date - 14
        ),
        0
      ) AS s2_pass25_settled,
      bit_or(day_bit) FILTER (WHERE s2_pass25 > 0) AS s2_pass25_pass_days,
      bit_or(day_bit) FILTER (WHERE s2_pass25 < s2_samples) AS s2_pass25_fail_days,
      coalesce(sum((s2_pass26::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass26,
      coalesce(sum((s2_pass27::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass27,
      coalesce(sum((s2_pass28::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass28,
      coalesce(sum((s2_pass29::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass29,
      coalesce(sum((s2_pass30::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass30,
      coalesce(sum((s2_pass31::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass31,
      coalesce(sum((s2_pass32::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass32,
      coalesce(sum((s2_pass33::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass33,
      coalesce(sum((s2_pass34::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass34,
      coalesce(sum((s2_pass35::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass35,
      coalesce(sum((s2_pass36::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass36,
      coalesce(sum((s2_pass37::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass37,
      coalesce(sum((s2_pass38::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass38,
      coalesce(sum((s2_pass39::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass39,
      coalesce(sum((s2_pass40::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass40,
      coalesce(sum((s2_pass41::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass41,
      coalesce(sum((s2_pass42::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass42,
      coalesce(sum((s2_pass43::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass43,
      coalesce(sum((s2_pass44::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass44,
      coalesce(sum((s2_pass45::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass45,
      coalesce(sum((s2_pass46::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass46,
      coalesce(sum((s2_pass47::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass47,
      coalesce(sum((s2_pass48::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass48,
      coalesce(sum((s2_pass49::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass49,
      sum(s2_pass49) AS s2_pass49_passes,
      coalesce(
        sum((s2_pass49::bigint * s2_weight / nullif(s2_samples, 0))::integer) FILTER (
          WHERE day < ($2::timestamptz AT TIME ZONE 'Africa/Casablanca')::date - 14
        ),
        0
      ) AS s2_pass49_settled,
      bit_or(day_bit) FILTER (WHERE s2_pass49 > 0) AS s2_pass49_pass_days,
      bit_or(day_bit) FILTER (WHERE s2_pass49 < s2_samples) AS s2_pass49_fail_days,
      coalesce(sum((s2_pass50::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass50,
      coalesce(sum((s2_pass51::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass51,
      coalesce(sum((s2_pass52::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass52,
      coalesce(sum((s2_pass53::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass53,
      coalesce(sum((s2_pass54::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass54,
      coalesce(sum((s2_pass55::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass55,
      coalesce(sum((s2_pass56::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass56,
      coalesce(sum((s2_pass57::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass57,
      coalesce(sum((s2_pass58::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass58,
      coalesce(sum((s2_pass59::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass59,
      coalesce(sum((s2_pass60::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass60,
      coalesce(sum((s2_pass61::bigint * s2_weight / nullif(s2_samples, 0))::integer), 0) AS s2_pass61
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
      sum(s1_samples)::integer AS s1_samples,
      sum(s1_no_service)::integer AS s1_no_service,
      sum(s1_peak_samples)::integer AS s1_peak_samples,
      sum(least(s1_weight, 120000)::integer) AS s1_weight,
      sum(least(s1_settled_weight, 120000)::integer) AS s1_settled_weight,
      coalesce(bit_count(bit_or(s1_hours)::bit(24)), 0) AS s1_hours,
      max(s1_last_measured_at) AS s1_last_measured_at,
      (count(*) FILTER (WHERE s1_samples > 0))::integer AS s1_devices,
      coalesce(bit_count(bit_or(s1_days)), 0) AS s1_days,
      sum(s2_samples)::integer AS s2_samples,
      sum(s2_no_service)::integer AS s2_no_service,
      sum(s2_peak_samples)::integer AS s2_peak_samples,
      sum(least(s2_weight, 120000)::integer) AS s2_weight,
      sum(least(s2_settled_weight, 120000)::integer) AS s2_settled_weight,
      coalesce(bit_count(bit_or(s2_hours)::bit(24)), 0) AS s2_hours,
      max(s2_last_measured_at) AS s2_last_measured_at,
      (count(*) FILTER (WHERE s2_samples > 0))::integer AS s2_devices,
      coalesce(bit_count(bit_or(s2_days)), 0) AS s2_days,
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
      sum(s0_pass4_passes)::integer AS s0_pass4_passes,
      sum(
        (CASE WHEN s0_settled_weight > 120000 THEN s0_pass4_settled * 120000 / s0_settled_weight ELSE s0_pass4_settled END)::integer
      ) AS s0_pass4_settled,
      (count(*) FILTER (WHERE s0_pass4_passes > 0))::integer AS s0_pass4_pass_devices,
      (count(*) FILTER (WHERE s0_pass4_passes < s0_samples))::integer AS s0_pass4_fail_devices,
      coalesce(bit_count(bit_or(s0_pass4_pass_days)), 0) AS s0_pass4_pass_days,
      coalesce(bit_count(bit_or(s0_pass4_fail_days)), 0) AS s0_pass4_fail_days,
      sum(
        (CASE WHEN s0_weight > 120000 THEN s0_pass5 * 120000 / s0_weight ELSE s0_pass5 END)::integer
      ) AS s0_pass5,
      sum(
        (CASE WHEN s0_weight > 120000 THEN s0_pass6 * 120000 / s0_weight ELSE s0_pass6 END)::integer
      ) AS s0_pass6,
      sum(s0_pass6_passes)::integer AS s0_pass6_passes,
      sum(
        (CASE WHEN s0_settled_weight > 120000 THEN s0_pass6_settled * 120000 / s0_settled_weight ELSE s0_pass6_settled END)::integer
      ) AS s0_pass6_settled,
      (count(*) FILTER (WHERE s0_pass6_passes > 0))::integer AS s0_pass6_pass_devices,
      (count(*) FILTER (WHERE s0_pass6_passes < s0_samples))::integer AS s0_pass6_fail_devices,
      coalesce(bit_count(bit_or(s0_pass6_pass_days)), 0) AS s0_pass6_pass_days,
      coalesce(bit_count(bit_or(s0_pass6_fail_days)), 0) AS s0_pass6_fail_days,
      sum(
        (CASE WHEN s0_weight > 120000 THEN s0_pass7 * 120000 / s0_weight ELSE s0_pass7 END)::integer
      ) AS s0_pass7,
      sum(
        (CASE WHEN s0_weight > 120000 THEN s0_pass8 * 120000 / s0_weight ELSE s0_pass8 END)::integer
      ) AS s0_pass8,
      sum(s0_pass8_passes)::integer AS s0_pass8_passes,
      sum(
        (CASE WHEN s0_settled_weight > 120000 THEN s0_pass8_settled * 120000 / s0_settled_weight ELSE s0_pass8_settled END)::integer
      ) AS s0_pass8_settled,
      (count(*) FILTER (WHERE s0_pass8_passes > 0))::integer AS s0_pass8_pass_devices,
      (count(*) FILTER (WHERE s0_pass8_passes < s0_samples))::integer AS s0_pass8_fail_devices,
      coalesce(bit_count(bit_or(s0_pass8_pass_days)), 0) AS s0_pass8_pass_days,
      coalesce(bit_count(bit_or(s0_pass8_fail_days)), 0) AS s0_pass8_fail_days,
      sum(
        (CASE WHEN s0_weight > 120000 THEN s0_pass9 * 120000 / s0_weight ELSE s0_pass9 END)::integer
      ) AS s0_pass9,
      sum(
        (CASE WHEN s1_weight > 120000 THEN s1_pass10 * 120000 / s1_weight ELSE s1_pass10 END)::integer
      ) AS s1_pass10,
      sum(
        (CASE WHEN s1_weight > 120000 THEN s1_pass11 * 120000 / s1_weight ELSE s1_pass11 END)::integer
      ) AS s1_pass11,
      sum(
        (CASE WHEN s1_weight > 120000 THEN s1_pass12 * 120000 / s1_weight ELSE s1_pass12 END)::integer
      ) AS s1_pass12,
      sum(
        (CASE WHEN s1_weight > 120000 THEN s1_pass13 * 120000 / s1_weight ELSE s1_pass13 END)::integer
      ) AS s1_pass13,
      sum(
        (CASE WHEN s1_weight > 120000 THEN s1_pass14 * 120000 / s1_weight ELSE s1_pass14 END)::integer
      ) AS s1_pass14,
      sum(
        (CASE WHEN s1_weight > 120000 THEN s1_pass15 * 120000 / s1_weight ELSE s1_pass15 END)::integer
      ) AS s1_pass15,
      sum(
        (CASE WHEN s1_weight > 120000 THEN s1_pass16 * 120000 / s1_weight ELSE s1_pass16 END)::integer
      ) AS s1_pass16,
      sum(
        (CASE WHEN s1_weight > 120000 THEN s1_pass17 * 120000 / s1_weight ELSE s1_pass17 END)::integer
      ) AS s1_pass17,
      sum(
        (CASE WHEN s1_weight > 120000 THEN s1_pass18 * 120000 / s1_weight ELSE s1_pass18 END)::integer
      ) AS s1_pass18,
      sum(s1_pass18_passes)::integer AS s1_pass18_passes,
      sum(
        (CASE WHEN s1_settled_weight > 120000 THEN s1_pass18_settled * 120000 / s1_settled_weight ELSE s1_pass18_settled END)::integer
      ) AS s1_pass18_settled,
      (count(*) FILTER (WHERE s1_pass18_passes > 0))::integer AS s1_pass18_pass_devices,
      (count(*) FILTER (WHERE s1_pass18_passes < s1_samples))::integer AS s1_pass18_fail_devices,
      coalesce(bit_count(bit_or(s1_pass18_pass_days)), 0) AS s1_pass18_pass_days,
      coalesce(bit_count(bit_or(s1_pass18_fail_days)), 0) AS s1_pass18_fail_days,
      sum(
        (CASE WHEN s1_weight > 120000 THEN s1_pass19 * 120000 / s1_weight ELSE s1_pass19 END)::integer
      ) AS s1_pass19,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass20 * 120000 / s2_weight ELSE s2_pass20 END)::integer
      ) AS s2_pass20,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass21 * 120000 / s2_weight ELSE s2_pass21 END)::integer
      ) AS s2_pass21,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass22 * 120000 / s2_weight ELSE s2_pass22 END)::integer
      ) AS s2_pass22,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass23 * 120000 / s2_weight ELSE s2_pass23 END)::integer
      ) AS s2_pass23,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass24 * 120000 / s2_weight ELSE s2_pass24 END)::integer
      ) AS s2_pass24,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass25 * 120000 / s2_weight ELSE s2_pass25 END)::integer
      ) AS s2_pass25,
      sum(s2_pass25_passes)::integer AS s2_pass25_passes,
      sum(
        (CASE WHEN s2_settled_weight > 120000 THEN s2_pass25_settled * 120000 / s2_settled_weight ELSE s2_pass25_settled END)::integer
      ) AS s2_pass25_settled,
      (count(*) FILTER (WHERE s2_pass25_passes > 0))::integer AS s2_pass25_pass_devices,
      (count(*) FILTER (WHERE s2_pass25_passes < s2_samples))::integer AS s2_pass25_fail_devices,
      coalesce(bit_count(bit_or(s2_pass25_pass_days)), 0) AS s2_pass25_pass_days,
      coalesce(bit_count(bit_or(s2_pass25_fail_days)), 0) AS s2_pass25_fail_days,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass26 * 120000 / s2_weight ELSE s2_pass26 END)::integer
      ) AS s2_pass26,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass27 * 120000 / s2_weight ELSE s2_pass27 END)::integer
      ) AS s2_pass27,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass28 * 120000 / s2_weight ELSE s2_pass28 END)::integer
      ) AS s2_pass28,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass29 * 120000 / s2_weight ELSE s2_pass29 END)::integer
      ) AS s2_pass29,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass30 * 120000 / s2_weight ELSE s2_pass30 END)::integer
      ) AS s2_pass30,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass31 * 120000 / s2_weight ELSE s2_pass31 END)::integer
      ) AS s2_pass31,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass32 * 120000 / s2_weight ELSE s2_pass32 END)::integer
      ) AS s2_pass32,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass33 * 120000 / s2_weight ELSE s2_pass33 END)::integer
      ) AS s2_pass33,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass34 * 120000 / s2_weight ELSE s2_pass34 END)::integer
      ) AS s2_pass34,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass35 * 120000 / s2_weight ELSE s2_pass35 END)::integer
      ) AS s2_pass35,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass36 * 120000 / s2_weight ELSE s2_pass36 END)::integer
      ) AS s2_pass36,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass37 * 120000 / s2_weight ELSE s2_pass37 END)::integer
      ) AS s2_pass37,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass38 * 120000 / s2_weight ELSE s2_pass38 END)::integer
      ) AS s2_pass38,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass39 * 120000 / s2_weight ELSE s2_pass39 END)::integer
      ) AS s2_pass39,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass40 * 120000 / s2_weight ELSE s2_pass40 END)::integer
      ) AS s2_pass40,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass41 * 120000 / s2_weight ELSE s2_pass41 END)::integer
      ) AS s2_pass41,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass42 * 120000 / s2_weight ELSE s2_pass42 END)::integer
      ) AS s2_pass42,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass43 * 120000 / s2_weight ELSE s2_pass43 END)::integer
      ) AS s2_pass43,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass44 * 120000 / s2_weight ELSE s2_pass44 END)::integer
      ) AS s2_pass44,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass45 * 120000 / s2_weight ELSE s2_pass45 END)::integer
      ) AS s2_pass45,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass46 * 120000 / s2_weight ELSE s2_pass46 END)::integer
      ) AS s2_pass46,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass47 * 120000 / s2_weight ELSE s2_pass47 END)::integer
      ) AS s2_pass47,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass48 * 120000 / s2_weight ELSE s2_pass48 END)::integer
      ) AS s2_pass48,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass49 * 120000 / s2_weight ELSE s2_pass49 END)::integer
      ) AS s2_pass49,
      sum(s2_pass49_passes)::integer AS s2_pass49_passes,
      sum(
        (CASE WHEN s2_settled_weight > 120000 THEN s2_pass49_settled * 120000 / s2_settled_weight ELSE s2_pass49_settled END)::integer
      ) AS s2_pass49_settled,
      (count(*) FILTER (WHERE s2_pass49_passes > 0))::integer AS s2_pass49_pass_devices,
      (count(*) FILTER (WHERE s2_pass49_passes < s2_samples))::integer AS s2_pass49_fail_devices,
      coalesce(bit_count(bit_or(s2_pass49_pass_days)), 0) AS s2_pass49_pass_days,
      coalesce(bit_count(bit_or(s2_pass49_fail_days)), 0) AS s2_pass49_fail_days,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass50 * 120000 / s2_weight ELSE s2_pass50 END)::integer
      ) AS s2_pass50,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass51 * 120000 / s2_weight ELSE s2_pass51 END)::integer
      ) AS s2_pass51,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass52 * 120000 / s2_weight ELSE s2_pass52 END)::integer
      ) AS s2_pass52,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass53 * 120000 / s2_weight ELSE s2_pass53 END)::integer
      ) AS s2_pass53,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass54 * 120000 / s2_weight ELSE s2_pass54 END)::integer
      ) AS s2_pass54,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass55 * 120000 / s2_weight ELSE s2_pass55 END)::integer
      ) AS s2_pass55,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass56 * 120000 / s2_weight ELSE s2_pass56 END)::integer
      ) AS s2_pass56,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass57 * 120000 / s2_weight ELSE s2_pass57 END)::integer
      ) AS s2_pass57,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass58 * 120000 / s2_weight ELSE s2_pass58 END)::integer
      ) AS s2_pass58,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass59 * 120000 / s2_weight ELSE s2_pass59 END)::integer
      ) AS s2_pass59,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass60 * 120000 / s2_weight ELSE s2_pass60 END)::integer
      ) AS s2_pass60,
      sum(
        (CASE WHEN s2_weight > 120000 THEN s2_pass61 * 120000 / s2_weight ELSE s2_pass61 END)::integer
      ) AS s2_pass61
    FROM device
    GROUP BY cell, operator, technology
  )
SELECT *
FROM network_figures

-- $1 = "2026-01-01T00:00:00.000Z"
-- $2 = "2026-04-01T00:00:00.000Z"
-- $3 = "2026-04-02T00:00:00.000Z"
-- $4 = ["fibre","cable","vdsl","adsl","fwa","2g","3g","4g","5g","wifi_unknown","satellite_leo"]
-- $5 = "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
-- $6 = "2026-01-01T00:00:00.000Z"
