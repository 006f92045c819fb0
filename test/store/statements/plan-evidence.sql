WITH
  plan_probe AS (
    SELECT
      a.n AS cell,
      p.cell AS place,
      p.id,
      p.operator,
      p.technology,
      p.device_id,
      p.measured_at,
      p.received_at,
      p.outcome,
      p.download_bps,
      p.upload_bps,
      p.latency_ms,
      p.loss_ratio,
      p.counted
    FROM unnest($1::text[]) WITH ORDINALITY AS a(code, n)
    JOIN plan_item AS i ON i.code = a.code AND i.ended_at IS NULL
    CROSS JOIN LATERAL unnest(i.cells) AS c(cell)
    JOIN probe AS p ON p.cell = c.cell
      AND p.operator = i.operator
      AND p.technology = i.technology
      AND p.measured_at >= i.in_service_on::timestamp AT TIME ZONE 'Africa/Casablanca'
  ),
  counted_probe AS (
    SELECT *, (measured_at AT TIME ZONE 'Africa/Casablanca') AS local
    FROM plan_probe AS p
    WHERE measured_at >= $2::timestamptz
      AND measured_at < $3::timestamptz
      AND received_at < $4::timestamptz
      AND counted
      AND NOT EXISTS (
        SELECT 1
        FROM probe_flag AS f
        WHERE f.cell = p.place AND f.probe_id = p.id AND NOT f.counted AND f.created_at < $4::timestamptz
      )
      AND (technology = ANY($5::text[]))
      AND (outcome = 'no_service' OR (outcome = 'ok' AND download_bps IS NOT NULL))
    OFFSET '0'
  ),
  sample AS (
    SELECT
      cell,
      place,
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
          WHEN day < ($3::timestamptz AT TIME ZONE 'Africa/Casablanca')::date - 180 THEN 500
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
        sum(s0_weight) FILTER (WHERE day < ($3::timestamptz AT TIME ZONE 'Africa/Casablanca')::date - 14), 0
      ) AS s0_settled_weight,
      bit_or(day_bit) FILTER (WHERE s0_samples > 0) AS s0_days,
      coalesce(sum((s0_pass0::bigint * s0_weight / nullif(s0_samples, 0))::integer), 0) AS s0_pass0,
      coalesce(sum((s0_pass1::bigint * s0_weight / nullif(s0_samples, 0))::integer), 0) AS s0_pass1,
      coalesce(sum((s0_pass2::bigint * s0_weight / nullif(s0_samples, 0))::integer), 0) AS s0_pass2,
      coalesce(sum((s0_pass3::bigint * s0_weight / nullif(s0_samples, 0))::integer), 0) AS s0_pass3,
      coalesce(sum((s0_pass4::bigint * s0_weight / nullif(s0_samples, 0))::integer), 0) AS s0_pass4,
      coalesce(sum((s0_pass5::bigint * s0_weight / nullif(s0_samples, 0))::integer), 0) AS s0_pass5,
      coalesce(sum((s0_pass6::bigint * s0_weight / nullif(s0_samples, 0))::integer), 0) AS s0_pass6,
      coalesce(sum((s0_pass7::bigint * s0_weight / nullif(s0_samples, 0))::integer), 0) AS s0_pass7,
      coalesce(sum((s0_pass8::bigint * s0_weight / nullif(s0_samples, 0))::integer), 0) AS s0_pass8,
      sum(s0_pass8) AS s0_pass8_passes,
      coalesce(
        sum((s0_pass8::bigint * s0_weight / nullif(s0_samples, 0))::integer) FILTER (
          WHERE day < ($3::timestamptz AT TIME ZONE 'Africa/Casablanca')::date - 14
        ),
        0
      ) AS s0_pass8_settled,
      bit_or(day_bit) FILTER (WHERE s0_pass8 > 0) AS s0_pass8_pass_days,
      bit_or(day_bit) FILTER (WHERE s0_pass8 < s0_samples) AS s0_pass8_fail_days,
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
      ) AS s0_pass9
    FROM device
    GROUP BY cell, operator, technology
  ),
  measured_network AS (
    SELECT
      cell,
      operator,
      technology,
      s0_samples AS samples,
      s0_no_service AS no_service,
      s0_peak_samples AS peak_samples,
      s0_weight AS weight,
      s0_settled_weight AS settled_weight,
      s0_devices AS devices,
      s0_days AS days,
      s0_hours AS hours,
      s0_last_measured_at AS last_measured_at,
      s0_pass8_passes AS passes,
      s0_pass8_pass_devices AS pass_devices,
      s0_pass8_fail_devices AS fail_devices,
      s0_pass8_pass_days AS pass_days,
      s0_pass8_fail_days AS fail_days,
      s0_pass8 AS pass_weight,
      s0_pass8_settled AS settled_pass_weight,
      s0_pass0 AS download_0,
      s0_pass1 AS download_1,
      s0_pass2 AS download_2,
      s0_pass3 AS download_3,
      s0_pass4 AS download_4,
      s0_pass5 AS download_5,
      s0_pass6 AS download_6,
      s0_pass7 AS download_7,
      s0_pass8 AS download_8,
      s0_pass9 AS download_9
    FROM network_figures
    WHERE s0_samples > 0 AND (technology = ANY($8::text[]))
  ),
  network AS (SELECT *, NULL::bigint AS declared_bps, NULL::date AS planned_by FROM measured_network),
  wilson_score AS (
    SELECT
      *,
      CASE
        WHEN weight = 0 THEN 0
        ELSE (
          pass_weight::float8 / 1000 - weight::float8 / 1000 * $9::float8
        ) / sqrt(weight::float8 / 1000 * ($9::float8 * (1 - $9::float8)))
      END AS score,
      CASE
        WHEN settled_weight = 0 THEN 0
        ELSE (
          settled_pass_weight::float8 / 1000 - settled_weight::float8 / 1000 * $9::float8
        ) / sqrt(settled_weight::float8 / 1000 * ($9::float8 * (1 - $9::float8)))
      END AS settled_score,
      (
        weight * $9::float8 + $10::float8 * sqrt(weight::float8 * ($9::float8 * (1 - $9::float8) * 1000))
      )::bigint AS decisive_pass_weight,
      (
        weight * $9::float8 - $10::float8 * sqrt(weight::float8 * ($9::float8 * (1 - $9::float8) * 1000))
      )::bigint AS decisive_fail_weight
    FROM network
    OFFSET 0
  ),
  log_odds AS (
    SELECT
      *,
      CASE
        WHEN weight = 0 THEN 0
        ELSE (
          ln(
            (pass_weight::float8 / 1000 + 0.5) / ((weight - pass_weight)::float8 / 1000 + 0.5)
          ) - ln($9::float8 / (1 - $9::float8))
        ) / sqrt(
          1 / (pass_weight::float8 / 1000 + 0.5)
            + 1 / ((weight - pass_weight)::float8 / 1000 + 0.5)
            + ($11::float8 * $11::float8) / devices
        )
      END AS log_odds,
      CASE
        WHEN settled_weight = 0 THEN 0
        ELSE (
          ln(
            (settled_pass_weight::float8 / 1000 + 0.5) / (
              (settled_weight - settled_pass_weight)::float8 / 1000 + 0.5
            )
          ) - ln($9::float8 / (1 - $9::float8))
        ) / sqrt(
          1 / (settled_pass_weight::float8 / 1000 + 0.5)
            + 1 / ((settled_weight - settled_pass_weight)::float8 / 1000 + 0.5)
            + ($11::float8 * $11::float8) / devices
        )
      END AS settled_log_odds
    FROM wilson_score
    OFFSET 0
  ),
  normal_tail AS (
    SELECT
      *,
      least(8::float8, abs(log_odds)) AS x,
      1 / (1 + 0.2316419::float8 * least(8::float8, abs(log_odds))) AS t,
      least(8::float8, abs(settled_log_odds)) AS settled_x,
      1 / (1 + 0.2316419::float8 * least(8::float8, abs(settled_log_odds))) AS settled_t
    FROM log_odds
    OFFSET 0
  ),
  network_confidence AS (
    SELECT
      *,
      least(
        0.999,
        floor(
          (
            1 - 0.3989422804014327::float8 * exp((-x * x) / 2) * (
              t * (
                0.31938153::float8 + t * (
                  -0.356563782::float8 + t * (
                    1.781477937::float8 + t * (-1.821255978::float8 + t * 1.330274429::float8)
                  )
                )
              )
            )
          ) * 1000 + 0.5
        ) / 1000
      ) AS confidence,
      least(
        0.999,
        floor(
          (
            1 - 0.3989422804014327::float8 * exp((-settled_x * settled_x) / 2) * (
              settled_t * (
                0.31938153::float8 + settled_t * (
                  -0.356563782::float8 + settled_t * (
                    1.781477937::float8 + settled_t * (-1.821255978::float8 + settled_t * 1.330274429::float8)
                  )
                )
              )
            )
          ) * 1000 + 0.5
        ) / 1000
      ) AS settled_confidence
    FROM normal_tail
  ),
  sufficient_evidence AS (
    SELECT
      *,
      weight >= $12::bigint AND hours >= $13::integer AS has_enough,
      CASE WHEN score >= 0 THEN pass_days ELSE fail_days END >= $14::integer
        AND CASE WHEN score >= 0 THEN pass_devices ELSE fail_devices END >= $15::integer AS is_spread,
      abs(score) >= $16::float8
        OR (
          abs(score) >= $17::float8
            AND settled_weight >= $12::bigint
            AND CASE WHEN score >= 0 THEN settled_score ELSE -settled_score END >= $16::float8
        ) AS is_decisive
    FROM network_confidence
    OFFSET 0
  ),
  network_state AS (
    SELECT
      *,
      CASE
        WHEN weight > 0 AND has_enough AND is_spread AND is_decisive AND score >= 0 THEN 'present'
        WHEN planned_by IS NOT NULL THEN 'planned'
        WHEN weight > 0
          AND has_enough
          AND is_spread
          AND is_decisive THEN CASE WHEN no_service = samples THEN 'absent' ELSE 'refuted' END
        WHEN declared_bps IS NOT NULL AND score >= 0 THEN 'declared'
        ELSE 'unknown'
      END AS state,
      CASE
        WHEN (log_odds >= 0) = (settled_log_odds >= 0) THEN greatest(confidence, settled_confidence)
        ELSE confidence
      END AS retained_confidence,
      CASE
        WHEN weight > 0 THEN CASE WHEN log_odds >= 0 THEN 1 - confidence ELSE confidence END
      END AS absence_probability,
      CASE
        WHEN settled_weight > 0 THEN greatest(
          CASE WHEN log_odds >= 0 THEN 1 - confidence ELSE confidence END,
          CASE WHEN settled_log_odds >= 0 THEN 1 - settled_confidence ELSE settled_confidence END
        )
        WHEN weight > 0 THEN CASE WHEN log_odds >= 0 THEN 1 - confidence ELSE confidence END
      END AS retained_absence_probability,
      CASE
        WHEN (
          has_enough AND days >= $14::integer AND devices >= $15::integer
        ) THEN (download_0 >= decisive_pass_weight)::integer
          + (download_1 >= decisive_pass_weight)::integer
          + (download_2 >= decisive_pass_weight)::integer
          + (download_3 >= decisive_pass_weight)::integer
          + (download_4 >= decisive_pass_weight)::integer
          + (download_5 >= decisive_pass_weight)::integer
          + (download_6 >= decisive_pass_weight)::integer
          + (download_7 >= decisive_pass_weight)::integer
          + (download_8 >= decisive_pass_weight)::integer
          + (download_9 >= decisive_pass_weight)::integer
        ELSE 0
      END AS download_passed,
      CASE
        WHEN (
          has_enough AND days >= $14::integer AND devices >= $15::integer
        ) THEN (download_0 > decisive_fail_weight)::integer
          + (download_1 > decisive_fail_weight)::integer
          + (download_2 > decisive_fail_weight)::integer
          + (download_3 > decisive_fail_weight)::integer
          + (download_4 > decisive_fail_weight)::integer
          + (download_5 > decisive_fail_weight)::integer
          + (download_6 > decisive_fail_weight)::integer
          + (download_7 > decisive_fail_weight)::integer
          + (download_8 > decisive_fail_weight)::integer
          + (download_9 > decisive_fail_weight)::integer
        ELSE 15
      END AS download_open
    FROM sufficient_evidence
    OFFSET 0
  ),
  reached_cells AS (
    SELECT cell, count(DISTINCT place)::integer AS cells_measured FROM sample WHERE s0 GROUP BY cell
  )
SELECT
  cell::integer AS n,
  samples::float8,
  passes::float8,
  no_service::float8,
  peak_samples::float8,
  weight::float8,
  pass_weight::float8,
  settled_weight::float8,
  settled_pass_weight::float8,
  devices::float8,
  pass_devices::float8,
  fail_devices::float8,
  days::float8,
  pass_days::float8,
  fail_days::float8,
  hours::float8,
  (date_part('epoch', last_measured_at) * 1000)::float8 AS last_measured_at,
  state,
  cells_measured
FROM network_state
JOIN reached_cells USING (cell)

-- $1 = ["A-1","A-2"]
-- $2 = "2026-01-01T00:00:00.000Z"
-- $3 = "2026-04-01T00:00:00.000Z"
-- $4 = "2026-04-02T00:00:00.000Z"
-- $5 = ["fibre"]
-- $6 = "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
-- $7 = "2026-01-01T00:00:00.000Z"
-- $8 = ["fibre"]
-- $9 = 0.8
-- $10 = 1.6448536269514722
-- $11 = 0.65
-- $12 = 12000
-- $13 = 3
-- $14 = 3
-- $15 = 1
-- $16 = 1.6448536269514722
-- $17 = 1.2815515655446004
