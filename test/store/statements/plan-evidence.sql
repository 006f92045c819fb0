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
  sample AS (
    SELECT
      cell,
      place,
      coalesce(operator, '') AS operator,
      coalesce(technology, '') AS technology,
      device_id,
      measured_at,
      (measured_at AT TIME ZONE 'Africa/Casablanca') AS local,
      outcome = 'no_service' AS is_silent,
      outcome = 'ok' AND download_bps >= $2::float8 AS is_pass,
      CASE WHEN outcome = 'ok' THEN download_bps END AS free_download
    FROM plan_probe AS p
    WHERE measured_at >= $3::timestamptz
      AND measured_at < $4::timestamptz
      AND received_at < $5::timestamptz
      AND counted
      AND NOT EXISTS (
        SELECT 1
        FROM probe_flag AS f
        WHERE f.cell = p.place AND f.probe_id = p.id AND NOT f.counted AND f.created_at < $5::timestamptz
      )
      AND (technology = ANY($6::text[]))
      AND (outcome = 'no_service' OR (outcome = 'ok' AND download_bps IS NOT NULL))
    OFFSET 0
  ),
  device_day AS (
    SELECT
      cell,
      operator,
      technology,
      device_id,
      local::date AS day,
      count(*)::integer AS samples,
      (count(*) FILTER (WHERE is_pass))::integer AS passes,
      (count(*) FILTER (WHERE is_silent))::integer AS no_service,
      (
        count(*) FILTER (
          WHERE date_part('hour', local)::integer >= 19 AND date_part('hour', local)::integer < 23
        )
      )::integer AS peak_samples,
      bit_or(1 << date_part('hour', local)::integer) AS hours,
      max(measured_at) AS last_measured_at,
      (count(*) FILTER (WHERE free_download >= 1000000))::integer AS download_0,
      (count(*) FILTER (WHERE free_download >= 2000000))::integer AS download_1,
      (count(*) FILTER (WHERE free_download >= 5000000))::integer AS download_2,
      (count(*) FILTER (WHERE free_download >= 10000000))::integer AS download_3,
      (count(*) FILTER (WHERE free_download >= 20000000))::integer AS download_4,
      (count(*) FILTER (WHERE free_download >= 25000000))::integer AS download_5,
      (count(*) FILTER (WHERE free_download >= 30000000))::integer AS download_6,
      (count(*) FILTER (WHERE free_download >= 50000000))::integer AS download_7,
      (count(*) FILTER (WHERE free_download >= 100000000))::integer AS download_8,
      (count(*) FILTER (WHERE free_download >= 200000000))::integer AS download_9
    FROM sample
    GROUP BY cell, operator, technology, device_id, local::date
  ),
  weighted_day AS (
    SELECT
      *,
      least(samples, $7::integer) * CASE
        WHEN day < ($4::timestamptz AT TIME ZONE 'Africa/Casablanca')::date - $8::integer THEN 500
        ELSE 1000
      END AS weight,
      day < ($4::timestamptz AT TIME ZONE 'Africa/Casablanca')::date - $9::integer AS is_settled,
      set_bit($10::varbit, day - ($11::timestamptz AT TIME ZONE 'Africa/Casablanca')::date, 1) AS day_bit
    FROM device_day
    OFFSET 0
  ),
  device AS (
    SELECT
      cell,
      operator,
      technology,
      device_id,
      sum(samples) AS samples,
      sum(passes) AS passes,
      sum(no_service) AS no_service,
      sum(peak_samples) AS peak_samples,
      bit_or(hours) AS hours,
      max(last_measured_at) AS last_measured_at,
      sum(weight) AS weight,
      sum((passes::bigint * weight / samples)::integer) AS pass_weight,
      coalesce(sum(weight) FILTER (WHERE is_settled), 0) AS settled_weight,
      coalesce(
        sum((passes::bigint * weight / samples)::integer) FILTER (WHERE is_settled), 0
      ) AS settled_pass_weight,
      bit_or(day_bit) FILTER (WHERE passes > 0) AS pass_days,
      bit_or(day_bit) FILTER (WHERE passes < samples) AS fail_days,
      sum((download_0::bigint * weight / samples)::integer) AS download_0,
      sum((download_1::bigint * weight / samples)::integer) AS download_1,
      sum((download_2::bigint * weight / samples)::integer) AS download_2,
      sum((download_3::bigint * weight / samples)::integer) AS download_3,
      sum((download_4::bigint * weight / samples)::integer) AS download_4,
      sum((download_5::bigint * weight / samples)::integer) AS download_5,
      sum((download_6::bigint * weight / samples)::integer) AS download_6,
      sum((download_7::bigint * weight / samples)::integer) AS download_7,
      sum((download_8::bigint * weight / samples)::integer) AS download_8,
      sum((download_9::bigint * weight / samples)::integer) AS download_9
    FROM weighted_day
    GROUP BY cell, operator, technology, device_id
  ),
  measured_network AS (
    SELECT
      cell,
      operator,
      technology,
      sum(samples)::integer AS samples,
      sum(passes)::integer AS passes,
      sum(no_service)::integer AS no_service,
      sum(peak_samples)::integer AS peak_samples,
      bit_count(bit_or(hours)::bit(24)) AS hours,
      max(last_measured_at) AS last_measured_at,
      sum(
        (CASE WHEN weight > $12::integer THEN pass_weight * $12::integer / weight ELSE pass_weight END)::integer
      ) AS pass_weight,
      sum(
        (CASE WHEN settled_weight > $12::integer THEN settled_pass_weight * $12::integer / settled_weight ELSE settled_pass_weight END)::integer
      ) AS settled_pass_weight,
      sum(least(weight, $12::integer)::integer) AS weight,
      sum(least(settled_weight, $12::integer)::integer) AS settled_weight,
      count(*)::integer AS devices,
      (count(*) FILTER (WHERE passes > 0))::integer AS pass_devices,
      (count(*) FILTER (WHERE passes < samples))::integer AS fail_devices,
      bit_count(bit_or(coalesce(pass_days | fail_days, pass_days, fail_days))) AS days,
      coalesce(bit_count(bit_or(pass_days)), 0) AS pass_days,
      coalesce(bit_count(bit_or(fail_days)), 0) AS fail_days,
      sum(
        (CASE WHEN weight > $12::integer THEN download_0 * $12::integer / weight ELSE download_0 END)::integer
      ) AS download_0,
      sum(
        (CASE WHEN weight > $12::integer THEN download_1 * $12::integer / weight ELSE download_1 END)::integer
      ) AS download_1,
      sum(
        (CASE WHEN weight > $12::integer THEN download_2 * $12::integer / weight ELSE download_2 END)::integer
      ) AS download_2,
      sum(
        (CASE WHEN weight > $12::integer THEN download_3 * $12::integer / weight ELSE download_3 END)::integer
      ) AS download_3,
      sum(
        (CASE WHEN weight > $12::integer THEN download_4 * $12::integer / weight ELSE download_4 END)::integer
      ) AS download_4,
      sum(
        (CASE WHEN weight > $12::integer THEN download_5 * $12::integer / weight ELSE download_5 END)::integer
      ) AS download_5,
      sum(
        (CASE WHEN weight > $12::integer THEN download_6 * $12::integer / weight ELSE download_6 END)::integer
      ) AS download_6,
      sum(
        (CASE WHEN weight > $12::integer THEN download_7 * $12::integer / weight ELSE download_7 END)::integer
      ) AS download_7,
      sum(
        (CASE WHEN weight > $12::integer THEN download_8 * $12::integer / weight ELSE download_8 END)::integer
      ) AS download_8,
      sum(
        (CASE WHEN weight > $12::integer THEN download_9 * $12::integer / weight ELSE download_9 END)::integer
      ) AS download_9
    FROM device
    GROUP BY cell, operator, technology
  ),
  network AS (SELECT *, NULL::bigint AS declared_bps, NULL::date AS planned_by FROM measured_network),
  wilson_score AS (
    SELECT
      *,
      CASE
        WHEN weight = 0 THEN 0
        ELSE (
          pass_weight::float8 / 1000 - weight::float8 / 1000 * $13::float8
        ) / sqrt(weight::float8 / 1000 * ($13::float8 * (1 - $13::float8)))
      END AS score,
      CASE
        WHEN settled_weight = 0 THEN 0
        ELSE (
          settled_pass_weight::float8 / 1000 - settled_weight::float8 / 1000 * $13::float8
        ) / sqrt(settled_weight::float8 / 1000 * ($13::float8 * (1 - $13::float8)))
      END AS settled_score,
      (
        weight * $13::float8 + $14::float8 * sqrt(weight::float8 * ($13::float8 * (1 - $13::float8) * 1000))
      )::bigint AS decisive_pass_weight,
      (
        weight * $13::float8 - $14::float8 * sqrt(weight::float8 * ($13::float8 * (1 - $13::float8) * 1000))
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
          ) - ln($13::float8 / (1 - $13::float8))
        ) / sqrt(
          1 / (pass_weight::float8 / 1000 + 0.5)
            + 1 / ((weight - pass_weight)::float8 / 1000 + 0.5)
            + ($15::float8 * $15::float8) / devices
        )
      END AS log_odds,
      CASE
        WHEN settled_weight = 0 THEN 0
        ELSE (
          ln(
            (settled_pass_weight::float8 / 1000 + 0.5) / (
              (settled_weight - settled_pass_weight)::float8 / 1000 + 0.5
            )
          ) - ln($13::float8 / (1 - $13::float8))
        ) / sqrt(
          1 / (settled_pass_weight::float8 / 1000 + 0.5)
            + 1 / ((settled_weight - settled_pass_weight)::float8 / 1000 + 0.5)
            + ($15::float8 * $15::float8) / devices
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
      weight >= $16::bigint AND hours >= $17::integer AS has_enough,
      CASE WHEN score >= 0 THEN pass_days ELSE fail_days END >= $18::integer
        AND CASE WHEN score >= 0 THEN pass_devices ELSE fail_devices END >= $19::integer AS is_spread,
      abs(score) >= $20::float8
        OR (
          abs(score) >= $21::float8
            AND settled_weight >= $16::bigint
            AND CASE WHEN score >= 0 THEN settled_score ELSE -settled_score END >= $20::float8
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
          has_enough AND days >= $18::integer AND devices >= $19::integer
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
          has_enough AND days >= $18::integer AND devices >= $19::integer
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
  reached_cells AS (SELECT cell, count(DISTINCT place)::integer AS cells_measured FROM sample GROUP BY cell)
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
-- $2 = 100000000
-- $3 = "2026-01-01T00:00:00.000Z"
-- $4 = "2026-04-01T00:00:00.000Z"
-- $5 = "2026-04-02T00:00:00.000Z"
-- $6 = ["fibre"]
-- $7 = 6
-- $8 = 180
-- $9 = 14
-- $10 = "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
-- $11 = "2026-01-01T00:00:00.000Z"
-- $12 = 120000
-- $13 = 0.8
-- $14 = 1.6448536269514722
-- $15 = 0.65
-- $16 = 12000
-- $17 = 3
-- $18 = 3
-- $19 = 1
-- $20 = 1.6448536269514722
-- $21 = 1.2815515655446004
