WITH
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
      s0_pass4_passes AS passes,
      s0_pass4_pass_devices AS pass_devices,
      s0_pass4_fail_devices AS fail_devices,
      s0_pass4_pass_days AS pass_days,
      s0_pass4_fail_days AS fail_days,
      s0_pass4 AS pass_weight,
      s0_pass4_settled AS settled_pass_weight,
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
    FROM network_figures_of_pass
    WHERE s0_samples > 0 AND (technology = ANY($1::text[]) OR technology = '')
  ),
  network AS (SELECT *, NULL::bigint AS declared_bps, NULL::date AS planned_by FROM measured_network),
  wilson_score AS (
    SELECT
      *,
      CASE
        WHEN weight = 0 THEN 0
        ELSE (
          pass_weight::float8 / 1000 - weight::float8 / 1000 * $2::float8
        ) / sqrt(weight::float8 / 1000 * ($2::float8 * (1 - $2::float8)))
      END AS score,
      CASE
        WHEN settled_weight = 0 THEN 0
        ELSE (
          settled_pass_weight::float8 / 1000 - settled_weight::float8 / 1000 * $2::float8
        ) / sqrt(settled_weight::float8 / 1000 * ($2::float8 * (1 - $2::float8)))
      END AS settled_score,
      (
        weight * $2::float8 + $3::float8 * sqrt(weight::float8 * ($2::float8 * (1 - $2::float8) * 1000))
      )::bigint AS decisive_pass_weight,
      (
        weight * $2::float8 - $3::float8 * sqrt(weight::float8 * ($2::float8 * (1 - $2::float8) * 1000))
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
          ) - ln($2::float8 / (1 - $2::float8))
        ) / sqrt(
          1 / (pass_weight::float8 / 1000 + 0.5)
            + 1 / ((weight - pass_weight)::float8 / 1000 + 0.5)
            + ($4::float8 * $4::float8) / devices
        )
      END AS log_odds,
      CASE
        WHEN settled_weight = 0 THEN 0
        ELSE (
          ln(
            (settled_pass_weight::float8 / 1000 + 0.5) / (
              (settled_weight - settled_pass_weight)::float8 / 1000 + 0.5
            )
          ) - ln($2::float8 / (1 - $2::float8))
        ) / sqrt(
          1 / (settled_pass_weight::float8 / 1000 + 0.5)
            + 1 / ((settled_weight - settled_pass_weight)::float8 / 1000 + 0.5)
            + ($4::float8 * $4::float8) / devices
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
      weight >= $5::bigint AND hours >= $6::integer AS has_enough,
      CASE WHEN score >= 0 THEN pass_days ELSE fail_days END >= $7::integer
        AND CASE WHEN score >= 0 THEN pass_devices ELSE fail_devices END >= $8::integer AS is_spread,
      abs(score) >= $9::float8
        OR (
          abs(score) >= $10::float8
            AND settled_weight >= $5::bigint
            AND CASE WHEN score >= 0 THEN settled_score ELSE -settled_score END >= $9::float8
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
          has_enough AND days >= $7::integer AND devices >= $8::integer
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
          has_enough AND days >= $7::integer AND devices >= $8::integer
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
            )[$11::integer],
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
        WHEN cardinality(presence) >= $11::integer THEN 'black'
        WHEN claimed > 0 THEN CASE
          WHEN cardinality(presence) + claimed >= $11::integer THEN 'black'
          ELSE 'grey'
        END
        WHEN cardinality(presence) > 0 THEN 'grey'
        WHEN NOT is_undecided THEN 'white'
        ELSE 'unknown'
      END AS class,
      (
        SELECT coalesce(product(confidence ORDER BY confidence DESC), 1)
        FROM unnest(presence[1:$11::integer]) AS confidence
      ) AS present_product,
      (
        SELECT coalesce(product(confidence ORDER BY confidence DESC), 1)
        FROM unnest(retained_presence[1:$11::integer]) AS confidence
      ) AS retained_present_product,
      cardinality(presence) < $11::integer AND claimed > 0 AS rests_on_claim
    FROM cell_presence
    OFFSET 0
  ),
  class_probability AS (
    SELECT
      *,
      CASE
        WHEN rests_on_claim THEN 0.5::float8
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
        OR probability >= $12::float8
        OR (probability >= $13::float8 AND retained_probability >= $12::float8) AS is_published
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
  current_evidence AS MATERIALIZED (SELECT * FROM evidence WHERE series = $14::integer AND next_run IS NULL),
  current_verdict AS MATERIALIZED (SELECT * FROM verdict WHERE series = $14::integer AND next_run IS NULL),
  closed_evidence AS (
    UPDATE evidence AS v
    SET next_run = $15::integer
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
      $14::integer,
      i.cell,
      i.operator,
      i.technology,
      $15::integer,
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
    SET next_run = $15::integer
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
    SELECT $14::integer, i.cell, $15::integer, i.class, i.confidence, i.ladder
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

-- $1 = ["fibre","cable","vdsl","adsl","fwa","2g","3g","4g","5g","wifi_unknown","satellite_leo"]
-- $2 = 0.8
-- $3 = 1.6448536269514722
-- $4 = 0.65
-- $5 = 12000
-- $6 = 3
-- $7 = 3
-- $8 = 1
-- $9 = 1.6448536269514722
-- $10 = 1.2815515655446004
-- $11 = 2
-- $12 = 0.84
-- $13 = 0.7
-- $14 = 7
-- $15 = 9
