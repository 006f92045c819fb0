WITH
  sample AS (
    SELECT
      cell,
      coalesce(operator, '') AS operator,
      coalesce(technology, '') AS technology,
      device_id,
      measured_at,
      (measured_at AT TIME ZONE 'Africa/Casablanca') AS local,
      outcome = 'no_service' AS is_silent,
      outcome = 'ok' AND download_bps >= $1::float8 AS is_pass,
      CASE WHEN outcome = 'ok' THEN download_bps END AS free_download
    FROM probe AS p
    WHERE measured_at >= $2::timestamptz
      AND measured_at < $3::timestamptz
      AND received_at < $4::timestamptz
      AND counted
      AND NOT EXISTS (
        SELECT 1
        FROM probe_flag AS f
        WHERE f.cell = p.cell AND f.probe_id = p.id AND NOT f.counted AND f.created_at < $4::timestamptz
      )
      AND (technology = ANY($5::text[]) OR technology IS NULL)
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
      least(samples, $6::integer) * CASE
        WHEN day < ($3::timestamptz AT TIME ZONE 'Africa/Casablanca')::date - $7::integer THEN 500
        ELSE 1000
      END AS weight,
      day < ($3::timestamptz AT TIME ZONE 'Africa/Casablanca')::date - $8::integer AS is_settled,
      set_bit($9::varbit, day - ($10::timestamptz AT TIME ZONE 'Africa/Casablanca')::date, 1) AS day_bit
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
        (CASE WHEN weight > $11::integer THEN pass_weight * $11::integer / weight ELSE pass_weight END)::integer
      ) AS pass_weight,
      sum(
        (CASE WHEN settled_weight > $11::integer THEN settled_pass_weight * $11::integer / settled_weight ELSE settled_pass_weight END)::integer
      ) AS settled_pass_weight,
      sum(least(weight, $11::integer)::integer) AS weight,
      sum(least(settled_weight, $11::integer)::integer) AS settled_weight,
      count(*)::integer AS devices,
      (count(*) FILTER (WHERE passes > 0))::integer AS pass_devices,
      (count(*) FILTER (WHERE passes < samples))::integer AS fail_devices,
      bit_count(bit_or(coalesce(pass_days | fail_days, pass_days, fail_days))) AS days,
      coalesce(bit_count(bit_or(pass_days)), 0) AS pass_days,
      coalesce(bit_count(bit_or(fail_days)), 0) AS fail_days,
      sum(
        (CASE WHEN weight > $11::integer THEN download_0 * $11::integer / weight ELSE download_0 END)::integer
      ) AS download_0,
      sum(
        (CASE WHEN weight > $11::integer THEN download_1 * $11::integer / weight ELSE download_1 END)::integer
      ) AS download_1,
      sum(
        (CASE WHEN weight > $11::integer THEN download_2 * $11::integer / weight ELSE download_2 END)::integer
      ) AS download_2,
      sum(
        (CASE WHEN weight > $11::integer THEN download_3 * $11::integer / weight ELSE download_3 END)::integer
      ) AS download_3,
      sum(
        (CASE WHEN weight > $11::integer THEN download_4 * $11::integer / weight ELSE download_4 END)::integer
      ) AS download_4,
      sum(
        (CASE WHEN weight > $11::integer THEN download_5 * $11::integer / weight ELSE download_5 END)::integer
      ) AS download_5,
      sum(
        (CASE WHEN weight > $11::integer THEN download_6 * $11::integer / weight ELSE download_6 END)::integer
      ) AS download_6,
      sum(
        (CASE WHEN weight > $11::integer THEN download_7 * $11::integer / weight ELSE download_7 END)::integer
      ) AS download_7,
      sum(
        (CASE WHEN weight > $11::integer THEN download_8 * $11::integer / weight ELSE download_8 END)::integer
      ) AS download_8,
      sum(
        (CASE WHEN weight > $11::integer THEN download_9 * $11::integer / weight ELSE download_9 END)::integer
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
          pass_weight::float8 / 1000 - weight::float8 / 1000 * $12::float8
        ) / sqrt(weight::float8 / 1000 * ($12::float8 * (1 - $12::float8)))
      END AS score,
      CASE
        WHEN settled_weight = 0 THEN 0
        ELSE (
          settled_pass_weight::float8 / 1000 - settled_weight::float8 / 1000 * $12::float8
        ) / sqrt(settled_weight::float8 / 1000 * ($12::float8 * (1 - $12::float8)))
      END AS settled_score,
      (
        weight * $12::float8 + $13::float8 * sqrt(weight::float8 * ($12::float8 * (1 - $12::float8) * 1000))
      )::bigint AS decisive_pass_weight,
      (
        weight * $12::float8 - $13::float8 * sqrt(weight::float8 * ($12::float8 * (1 - $12::float8) * 1000))
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
          ) - ln($12::float8 / (1 - $12::float8))
        ) / sqrt(
          1 / (pass_weight::float8 / 1000 + 0.5)
            + 1 / ((weight - pass_weight)::float8 / 1000 + 0.5)
            + ($14::float8 * $14::float8) / devices
        )
      END AS log_odds,
      CASE
        WHEN settled_weight = 0 THEN 0
        ELSE (
          ln(
            (settled_pass_weight::float8 / 1000 + 0.5) / (
              (settled_weight - settled_pass_weight)::float8 / 1000 + 0.5
            )
          ) - ln($12::float8 / (1 - $12::float8))
        ) / sqrt(
          1 / (settled_pass_weight::float8 / 1000 + 0.5)
            + 1 / ((settled_weight - settled_pass_weight)::float8 / 1000 + 0.5)
            + ($14::float8 * $14::float8) / devices
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
      weight >= $15::bigint AND hours >= $16::integer AS has_enough,
      CASE WHEN score >= 0 THEN pass_days ELSE fail_days END >= $17::integer
        AND CASE WHEN score >= 0 THEN pass_devices ELSE fail_devices END >= $18::integer AS is_spread,
      abs(score) >= $19::float8
        OR (
          abs(score) >= $20::float8
            AND settled_weight >= $15::bigint
            AND CASE WHEN score >= 0 THEN settled_score ELSE -settled_score END >= $19::float8
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
          has_enough AND days >= $17::integer AND devices >= $18::integer
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
          has_enough AND days >= $17::integer AND devices >= $18::integer
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
  operator_summary AS (
    SELECT
      cell,
      operator,
      max(confidence) FILTER (WHERE state = 'present') AS presence,
      max(retained_confidence) FILTER (WHERE state = 'present') AS retained_presence,
      product(absence_probability ORDER BY absence_probability) FILTER (WHERE weight > 0) AS absence,
      product(
        retained_absence_probability ORDER BY retained_absence_probability
      ) FILTER (WHERE weight > 0) AS retained_absence,
      bool_or(state IN ('declared', 'planned')) AS is_claimed,
      bool_or(state = 'unknown') AS is_undecided,
      max(download_passed) AS download_passed,
      max(download_open) AS download_open
    FROM network_state
    GROUP BY cell, operator
  ),
  cell_summary AS (
    SELECT
      cell,
      array_agg(presence ORDER BY presence DESC) FILTER (
        WHERE presence IS NOT NULL AND operator <> ''
      ) AS named_presence,
      array_agg(
        retained_presence ORDER BY retained_presence DESC
      ) FILTER (WHERE presence IS NOT NULL AND operator <> '') AS retained_named_presence,
      max(presence) FILTER (WHERE operator = '') AS unnamed_presence,
      max(retained_presence) FILTER (WHERE operator = '') AS retained_unnamed_presence,
      coalesce(max(absence) FILTER (WHERE operator = ''), 1) AS unnamed_absence,
      coalesce(max(retained_absence) FILTER (WHERE operator = ''), 1) AS retained_unnamed_absence,
      coalesce(
        product(absence ORDER BY absence) FILTER (
          WHERE absence IS NOT NULL AND presence IS NULL AND operator <> ''
        ),
        1
      ) AS others_absence,
      coalesce(
        product(retained_absence ORDER BY retained_absence) FILTER (
          WHERE retained_absence IS NOT NULL AND presence IS NULL AND operator <> ''
        ),
        1
      ) AS retained_others_absence,
      count(*) FILTER (WHERE is_claimed AND presence IS NULL AND operator <> '') AS claimed,
      bool_or(is_undecided) AS is_undecided,
      (
        (
          coalesce(
            (
              array_agg(download_passed ORDER BY download_passed DESC) FILTER (WHERE operator <> '')
            )[$21::integer],
            0
          )
            | (max(download_passed) << 4)
            | (max(download_open) << 8)
        )::bigint << 0
      )
        | 0::bigint
        | 0::bigint AS ladder
    FROM operator_summary
    GROUP BY cell
  ),
  cell_presence AS (
    SELECT
      *,
      CASE
        WHEN cardinality(named_presence) > 0 THEN named_presence
        WHEN unnamed_presence IS NOT NULL THEN ARRAY[unnamed_presence]
        ELSE '{}'
      END AS presence,
      CASE
        WHEN cardinality(named_presence) > 0 THEN retained_named_presence
        WHEN unnamed_presence IS NOT NULL THEN ARRAY[retained_unnamed_presence]
        ELSE '{}'
      END AS retained_presence
    FROM cell_summary
    OFFSET 0
  ),
  candidate_class AS (
    SELECT
      *,
      CASE
        WHEN cardinality(presence) >= $21::integer THEN 'black'
        WHEN claimed > 0 THEN CASE
          WHEN cardinality(presence) + claimed >= $21::integer THEN 'black'
          ELSE 'grey'
        END
        WHEN cardinality(presence) > 0 THEN 'grey'
        WHEN NOT is_undecided THEN 'white'
        ELSE 'unknown'
      END AS class,
      (
        SELECT coalesce(product(confidence ORDER BY confidence DESC), 1)
        FROM unnest(presence[1:$21::integer]) AS confidence
      ) AS present_product,
      (
        SELECT coalesce(product(confidence ORDER BY confidence DESC), 1)
        FROM unnest(retained_presence[1:$21::integer]) AS confidence
      ) AS retained_present_product,
      cardinality(presence) < $21::integer AND claimed > 0 AS rests_on_claim
    FROM cell_presence
    OFFSET 0
  ),
  class_probability AS (
    SELECT
      *,
      CASE
        WHEN rests_on_claim THEN 0.5
        ELSE least(
          0.999,
          floor(
            (CASE class WHEN 'black' THEN present_product WHEN 'grey' THEN present_product * others_absence WHEN 'white' THEN others_absence * unnamed_absence ELSE 0 END) * 1000 + 0.5
          ) / 1000
        )
      END AS probability,
      least(
        0.999,
        floor(
          (CASE class WHEN 'black' THEN retained_present_product WHEN 'grey' THEN retained_present_product * retained_others_absence WHEN 'white' THEN retained_others_absence * retained_unnamed_absence ELSE 0 END) * 1000 + 0.5
        ) / 1000
      ) AS retained_probability
    FROM candidate_class
    OFFSET 0
  ),
  published_class AS (
    SELECT
      cell,
      ladder,
      class,
      probability,
      rests_on_claim
        OR probability >= $22::float8
        OR (probability >= $23::float8 AND retained_probability >= $22::float8) AS is_published
    FROM class_probability
  ),
  incoming_verdict AS MATERIALIZED (
    SELECT
      cell,
      ladder,
      CASE WHEN is_published THEN class ELSE 'unknown' END AS class,
      CASE WHEN is_published THEN probability ELSE 0 END AS confidence
    FROM published_class
  ),
  incoming_evidence AS (SELECT * FROM network_state),
  current_evidence AS MATERIALIZED (SELECT * FROM evidence WHERE series = $24::integer AND next_run IS NULL),
  current_verdict AS MATERIALIZED (SELECT * FROM verdict WHERE series = $24::integer AND next_run IS NULL),
  closed_evidence AS (
    UPDATE evidence AS v
    SET next_run = $25::integer
    FROM current_evidence AS c
    LEFT JOIN incoming_evidence AS i USING (cell, operator, technology)
    WHERE v.series = c.series
      AND (v.cell, v.operator, v.technology) = (c.cell, c.operator, c.technology)
      AND v.first_run = c.first_run
      AND (
        i.cell IS NULL
          OR (
            i.samples, i.passes, i.no_service, i.peak_samples, i.weight, i.pass_weight, i.settled_weight,
            i.settled_pass_weight, i.devices, i.pass_devices, i.fail_devices, i.days, i.pass_days,
            i.fail_days, i.hours, i.last_measured_at, i.declared_bps, i.planned_by, i.state
          ) IS DISTINCT FROM (
            c.samples, c.passes, c.no_service, c.peak_samples, c.weight, c.pass_weight, c.settled_weight,
            c.settled_pass_weight, c.devices, c.pass_devices, c.fail_devices, c.days, c.pass_days,
            c.fail_days, c.hours, c.last_measured_at, c.declared_bps, c.planned_by, c.state
          )
      )
    RETURNING
      v.cell,
      v.operator,
      v.technology,
      CASE
        v.state
        WHEN 'present' THEN 0
        WHEN 'declared' THEN 1
        WHEN 'refuted' THEN 2
        WHEN 'absent' THEN 2
        ELSE 3
      END AS rank
  ),
  opened_evidence AS (
    INSERT INTO evidence AS v (
      series, cell, operator, technology, first_run, samples, passes, no_service, peak_samples, weight,
      pass_weight, settled_weight, settled_pass_weight, devices, pass_devices, fail_devices, days, pass_days,
      fail_days, hours, last_measured_at, declared_bps, planned_by, state
    )
    SELECT
      $24::integer,
      i.cell,
      i.operator,
      i.technology,
      $25::integer,
      i.samples,
      i.passes,
      i.no_service,
      i.peak_samples,
      i.weight,
      i.pass_weight,
      i.settled_weight,
      i.settled_pass_weight,
      i.devices,
      i.pass_devices,
      i.fail_devices,
      i.days,
      i.pass_days,
      i.fail_days,
      i.hours,
      i.last_measured_at,
      i.declared_bps,
      i.planned_by,
      i.state
    FROM incoming_evidence AS i
    LEFT JOIN current_evidence AS c USING (cell, operator, technology)
    WHERE c.cell IS NULL
      OR (
        i.samples, i.passes, i.no_service, i.peak_samples, i.weight, i.pass_weight, i.settled_weight,
        i.settled_pass_weight, i.devices, i.pass_devices, i.fail_devices, i.days, i.pass_days, i.fail_days,
        i.hours, i.last_measured_at, i.declared_bps, i.planned_by, i.state
      ) IS DISTINCT FROM (
        c.samples, c.passes, c.no_service, c.peak_samples, c.weight, c.pass_weight, c.settled_weight,
        c.settled_pass_weight, c.devices, c.pass_devices, c.fail_devices, c.days, c.pass_days, c.fail_days,
        c.hours, c.last_measured_at, c.declared_bps, c.planned_by, c.state
      )
    RETURNING
      v.cell,
      v.operator,
      v.technology,
      CASE
        v.state
        WHEN 'present' THEN 0
        WHEN 'declared' THEN 1
        WHEN 'refuted' THEN 2
        WHEN 'absent' THEN 2
        ELSE 3
      END AS rank
  ),
  changed_reach AS (
    INSERT INTO changed_network
    SELECT cell, operator, technology, c.rank, o.rank
    FROM closed_evidence AS c
    FULL JOIN opened_evidence AS o USING (cell, operator, technology)
    WHERE c.rank IS DISTINCT FROM o.rank
  ),
  closed_verdict AS (
    UPDATE verdict AS v
    SET next_run = $25::integer
    FROM current_verdict AS c
    LEFT JOIN incoming_verdict AS i USING (cell)
    WHERE v.series = c.series
      AND (v.cell) = (c.cell)
      AND v.first_run = c.first_run
      AND (
        i.cell IS NULL OR (i.class, i.confidence, i.ladder) IS DISTINCT FROM (c.class, c.confidence, c.ladder)
      )
    RETURNING v.cell, v.class, v.confidence
  ),
  opened_verdict AS (
    INSERT INTO verdict AS v (series, cell, first_run, class, confidence, ladder)
    SELECT $24::integer, i.cell, $25::integer, i.class, i.confidence, i.ladder
    FROM incoming_verdict AS i
    LEFT JOIN current_verdict AS c USING (cell)
    WHERE c.cell IS NULL
      OR (i.class, i.confidence, i.ladder) IS DISTINCT FROM (c.class, c.confidence, c.ladder)
    RETURNING v.cell, v.class, v.confidence
  )
INSERT INTO changed
SELECT cell, c.class, c.confidence, o.class, o.confidence
FROM closed_verdict AS c
FULL JOIN opened_verdict AS o USING (cell)

-- $1 = 2000000
-- $2 = "2026-01-01T00:00:00.000Z"
-- $3 = "2026-04-01T00:00:00.000Z"
-- $4 = "2026-04-02T00:00:00.000Z"
-- $5 = ["fibre","cable","vdsl","adsl","fwa","2g","3g","4g","5g","wifi_unknown","satellite_leo"]
-- $6 = 6
-- $7 = 180
-- $8 = 14
-- $9 = "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
-- $10 = "2026-01-01T00:00:00.000Z"
-- $11 = 120000
-- $12 = 0.8
-- $13 = 1.6448536269514722
-- $14 = 0.65
-- $15 = 12000
-- $16 = 3
-- $17 = 3
-- $18 = 1
-- $19 = 1.6448536269514722
-- $20 = 1.2815515655446004
-- $21 = 2
-- $22 = 0.84
-- $23 = 0.7
-- $24 = 7
-- $25 = 9
