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
      s0_pass1_passes AS passes,
      s0_pass1_pass_devices AS pass_devices,
      s0_pass1_fail_devices AS fail_devices,
      s0_pass1_pass_days AS pass_days,
      s0_pass1_fail_days AS fail_days,
      s0_pass1 AS pass_weight,
      s0_pass1_settled AS settled_pass_weight,
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
    WHERE s0_samples > 0 AND (technology = ANY($1::text[]) OR technology = '') AND cell = ANY($2::bigint[])
  ),
  network AS (SELECT *, NULL::bigint AS declared_bps, NULL::date AS planned_by FROM measured_network),
  wilson_score AS (
    SELECT
      *,
      CASE
        WHEN weight = 0 THEN 0
        ELSE (
          pass_weight::float8 / 1000 - weight::float8 / 1000 * $3::float8
        ) / sqrt(weight::float8 / 1000 * ($3::float8 * (1 - $3::float8)))
      END AS score,
      CASE
        WHEN settled_weight = 0 THEN 0
        ELSE (
          settled_pass_weight::float8 / 1000 - settled_weight::float8 / 1000 * $3::float8
        ) / sqrt(settled_weight::float8 / 1000 * ($3::float8 * (1 - $3::float8)))
      END AS settled_score,
      (
        weight * $3::float8 + $4::float8 * sqrt(weight::float8 * ($3::float8 * (1 - $3::float8) * 1000))
      )::bigint AS decisive_pass_weight,
      (
        weight * $3::float8 - $4::float8 * sqrt(weight::float8 * ($3::float8 * (1 - $3::float8) * 1000))
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
          ) - ln($3::float8 / (1 - $3::float8))
        ) / sqrt(
          1 / (pass_weight::float8 / 1000 + 0.5)
            + 1 / ((weight - pass_weight)::float8 / 1000 + 0.5)
            + ($5::float8 * $5::float8) / devices
        )
      END AS log_odds,
      CASE
        WHEN settled_weight = 0 THEN 0
        ELSE (
          ln(
            (settled_pass_weight::float8 / 1000 + 0.5) / (
              (settled_weight - settled_pass_weight)::float8 / 1000 + 0.5
            )
          ) - ln($3::float8 / (1 - $3::float8))
        ) / sqrt(
          1 / (settled_pass_weight::float8 / 1000 + 0.5)
            + 1 / ((settled_weight - settled_pass_weight)::float8 / 1000 + 0.5)
            + ($5::float8 * $5::float8) / devices
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
      weight >= $6::bigint AND hours >= $7::integer AS has_enough,
      CASE WHEN score >= 0 THEN pass_days ELSE fail_days END >= $8::integer
        AND CASE WHEN score >= 0 THEN pass_devices ELSE fail_devices END >= $9::integer AS is_spread,
      abs(score) >= $10::float8
        OR (
          abs(score) >= $11::float8
            AND settled_weight >= $6::bigint
            AND CASE WHEN score >= 0 THEN settled_score ELSE -settled_score END >= $10::float8
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
          has_enough AND days >= $8::integer AND devices >= $9::integer
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
          has_enough AND days >= $8::integer AND devices >= $9::integer
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
      bool_and(state IN ('present', 'refuted', 'absent')) FILTER (WHERE weight > 0) AS is_decided,
      max(CASE WHEN state IN ('present', 'refuted', 'absent') THEN 1 - absence_probability ELSE least(0.5, 1 - absence_probability) END) FILTER (WHERE weight > 0 AND technology IN ('fibre', 'cable', 'vdsl', 'adsl')) AS fixed_passing,
      max(CASE WHEN state IN ('present', 'refuted', 'absent') THEN 1 - retained_absence_probability ELSE least(0.5, 1 - retained_absence_probability) END) FILTER (WHERE weight > 0 AND technology IN ('fibre', 'cable', 'vdsl', 'adsl')) AS retained_fixed_passing,
      max(CASE WHEN state IN ('present', 'refuted', 'absent') THEN 1 - absence_probability ELSE least(0.5, 1 - absence_probability) END) FILTER (WHERE weight > 0 AND technology IN ('fwa')) AS wireless_passing,
      max(CASE WHEN state IN ('present', 'refuted', 'absent') THEN 1 - retained_absence_probability ELSE least(0.5, 1 - retained_absence_probability) END) FILTER (WHERE weight > 0 AND technology IN ('fwa')) AS retained_wireless_passing,
      max(CASE WHEN state IN ('present', 'refuted', 'absent') THEN 1 - absence_probability ELSE least(0.5, 1 - absence_probability) END) FILTER (WHERE weight > 0 AND technology IN ('2g', '3g', '4g', '5g')) AS mobile_passing,
      max(CASE WHEN state IN ('present', 'refuted', 'absent') THEN 1 - retained_absence_probability ELSE least(0.5, 1 - retained_absence_probability) END) FILTER (WHERE weight > 0 AND technology IN ('2g', '3g', '4g', '5g')) AS retained_mobile_passing,
      max(CASE WHEN state IN ('present', 'refuted', 'absent') THEN 1 - absence_probability ELSE least(0.5, 1 - absence_probability) END) FILTER (WHERE weight > 0 AND technology IN ('satellite_geo', 'satellite_leo')) AS satellite_passing,
      max(CASE WHEN state IN ('present', 'refuted', 'absent') THEN 1 - retained_absence_probability ELSE least(0.5, 1 - retained_absence_probability) END) FILTER (WHERE weight > 0 AND technology IN ('satellite_geo', 'satellite_leo')) AS retained_satellite_passing,
      max(CASE WHEN state IN ('present', 'refuted', 'absent') THEN 1 - absence_probability ELSE least(0.5, 1 - absence_probability) END) FILTER (WHERE weight > 0 AND technology IN ('wifi_unknown', '')) AS unnamed_passing,
      max(CASE WHEN state IN ('present', 'refuted', 'absent') THEN 1 - retained_absence_probability ELSE least(0.5, 1 - retained_absence_probability) END) FILTER (WHERE weight > 0 AND technology IN ('wifi_unknown', '')) AS retained_unnamed_passing,
      max(download_passed) AS download_passed,
      max(download_open) AS download_open
    FROM network_state
    GROUP BY cell, operator
  ),
  roster_operator AS MATERIALIZED (
    SELECT *
    FROM json_to_recordset($12::json) AS r(
      region text,
      operator text,
      fixed_listed boolean,
      fixed_declares boolean,
      fixed_intercept float8,
      fixed_declared_here float8,
      fixed_declared_elsewhere float8,
      fixed_around_here float8,
      fixed_around_elsewhere float8,
      fixed_others_declaring float8,
      fixed_untried float8,
      fixed_of_place float8,
      fixed_one_present float8,
      fixed_more_present float8,
      fixed_one_absent float8,
      fixed_more_absent float8,
      wireless_listed boolean,
      wireless_declares boolean,
      wireless_intercept float8,
      wireless_declared_here float8,
      wireless_declared_elsewhere float8,
      wireless_around_here float8,
      wireless_around_elsewhere float8,
      wireless_others_declaring float8,
      wireless_untried float8,
      wireless_of_place float8,
      wireless_one_present float8,
      wireless_more_present float8,
      wireless_one_absent float8,
      wireless_more_absent float8,
      mobile_listed boolean,
      mobile_declares boolean,
      mobile_intercept float8,
      mobile_declared_here float8,
      mobile_declared_elsewhere float8,
      mobile_around_here float8,
      mobile_around_elsewhere float8,
      mobile_others_declaring float8,
      mobile_untried float8,
      mobile_of_place float8,
      mobile_one_present float8,
      mobile_more_present float8,
      mobile_one_absent float8,
      mobile_more_absent float8,
      satellite_listed boolean,
      satellite_declares boolean,
      satellite_intercept float8,
      satellite_declared_here float8,
      satellite_declared_elsewhere float8,
      satellite_around_here float8,
      satellite_around_elsewhere float8,
      satellite_others_declaring float8,
      satellite_untried float8,
      satellite_of_place float8,
      satellite_one_present float8,
      satellite_more_present float8,
      satellite_one_absent float8,
      satellite_more_absent float8,
      unnamed_listed boolean,
      unnamed_declares boolean,
      unnamed_intercept float8,
      unnamed_declared_here float8,
      unnamed_declared_elsewhere float8,
      unnamed_around_here float8,
      unnamed_around_elsewhere float8,
      unnamed_others_declaring float8,
      unnamed_untried float8,
      unnamed_of_place float8,
      unnamed_one_present float8,
      unnamed_more_present float8,
      unnamed_one_absent float8,
      unnamed_more_absent float8
    )
  ),
  judged_cell AS MATERIALIZED (
    SELECT cell, coalesce(region_code, '') AS region, cell >> 24 AS family, cell_parent(cell, 5) AS place
    FROM (SELECT DISTINCT cell FROM (SELECT cell FROM network_state) AS c) AS judged
    LEFT JOIN cell_place USING (cell)
  ),
  declared_service AS MATERIALIZED (
    SELECT
      DISTINCT cell,
      operator,
      CASE
        WHEN technology = 'fibre' THEN 'fixed'
        WHEN technology = 'cable' THEN 'fixed'
        WHEN technology = 'vdsl' THEN 'fixed'
        WHEN technology = 'adsl' THEN 'fixed'
        WHEN technology = 'fwa' THEN 'wireless'
        WHEN technology = '2g' THEN 'mobile'
        WHEN technology = '3g' THEN 'mobile'
        WHEN technology = '4g' THEN 'mobile'
        WHEN technology = '5g' THEN 'mobile'
        WHEN technology = 'satellite_geo' THEN 'satellite'
        WHEN technology = 'satellite_leo' THEN 'satellite'
        ELSE 'unnamed'
      END AS technology_group
    FROM (
      SELECT d.*
      FROM (SELECT DISTINCT family FROM judged_cell) AS f
      JOIN LATERAL (
        SELECT v.cell, v.operator, v.technology
        FROM coverage AS v
        WHERE v.kind = 'declared'
          AND v.on_date <= ($13::timestamptz AT TIME ZONE 'Africa/Casablanca')::date
          AND v.received_at < $14::timestamptz
          AND (v.withdrawn_at IS NULL OR v.withdrawn_at >= $14::timestamptz)
          AND v.technology = ANY($15::text[])
          AND v.download_bps >= $16::bigint
          AND v.cell BETWEEN f.family << 24 AND (f.family << 24) | 16777215
        OFFSET 0
      ) AS d ON true
    ) AS d
  ),
  declared_operator AS (
    SELECT
      cell,
      operator,
      bool_or(technology_group = 'fixed') AS fixed_declared,
      bool_or(technology_group = 'wireless') AS wireless_declared,
      bool_or(technology_group = 'mobile') AS mobile_declared,
      bool_or(technology_group = 'satellite') AS satellite_declared,
      bool_or(technology_group = 'unnamed') AS unnamed_declared
    FROM declared_service
    GROUP BY 1, 2
  ),
  declared_family AS (
    SELECT
      cell >> 24 AS family,
      operator,
      count(*) FILTER (WHERE technology_group = 'fixed') AS fixed_cells,
      count(*) FILTER (WHERE technology_group = 'wireless') AS wireless_cells,
      count(*) FILTER (WHERE technology_group = 'mobile') AS mobile_cells,
      count(*) FILTER (WHERE technology_group = 'satellite') AS satellite_cells,
      count(*) FILTER (WHERE technology_group = 'unnamed') AS unnamed_cells
    FROM declared_service
    GROUP BY 1, 2
  ),
  place_odds AS (
    SELECT
      place,
      operator,
      max(log_odds) FILTER (WHERE technology_group = 'fixed') AS fixed_place,
      max(log_odds) FILTER (WHERE technology_group = 'wireless') AS wireless_place,
      max(log_odds) FILTER (WHERE technology_group = 'mobile') AS mobile_place,
      max(log_odds) FILTER (WHERE technology_group = 'satellite') AS satellite_place,
      max(log_odds) FILTER (WHERE technology_group = 'unnamed') AS unnamed_place
    FROM presence_share
    WHERE model_id = $17::integer
    GROUP BY 1, 2
  ),
  operator_service AS (
    SELECT
      c.cell,
      c.region,
      operator,
      coalesce(fixed_declared, false) AS fixed_declared,
      (coalesce(fixed_cells, 0) - coalesce(fixed_declared, false)::integer)::float8 / 6 AS fixed_around,
      coalesce(fixed_place, 0) AS fixed_place,
      coalesce(wireless_declared, false) AS wireless_declared,
      (
        coalesce(wireless_cells, 0) - coalesce(wireless_declared, false)::integer
      )::float8 / 6 AS wireless_around,
      coalesce(wireless_place, 0) AS wireless_place,
      coalesce(mobile_declared, false) AS mobile_declared,
      (coalesce(mobile_cells, 0) - coalesce(mobile_declared, false)::integer)::float8 / 6 AS mobile_around,
      coalesce(mobile_place, 0) AS mobile_place,
      coalesce(satellite_declared, false) AS satellite_declared,
      (
        coalesce(satellite_cells, 0) - coalesce(satellite_declared, false)::integer
      )::float8 / 6 AS satellite_around,
      coalesce(satellite_place, 0) AS satellite_place,
      coalesce(unnamed_declared, false) AS unnamed_declared,
      (coalesce(unnamed_cells, 0) - coalesce(unnamed_declared, false)::integer)::float8 / 6 AS unnamed_around,
      coalesce(unnamed_place, 0) AS unnamed_place
    FROM judged_cell AS c
    JOIN (SELECT region, operator FROM roster_operator) AS r USING (region)
    LEFT JOIN declared_operator AS h USING (cell, operator)
    LEFT JOIN declared_family AS f USING (family, operator)
    LEFT JOIN place_odds AS p USING (place, operator)
    OFFSET 0
  ),
  declaring_operator AS (
    SELECT cell, operator
    FROM declared_operator
    JOIN judged_cell USING (cell)
    JOIN roster_operator USING (region, operator)
    WHERE fixed_listed
      AND fixed_declared
      OR wireless_listed
      AND wireless_declared
      OR mobile_listed
      AND mobile_declared
      OR satellite_listed
      AND satellite_declared
      OR unnamed_listed
      AND unnamed_declared
  ),
  cell_standing AS (
    SELECT
      cell,
      count(presence) AS present_operators,
      count(*) FILTER (WHERE presence IS NULL AND is_decided) AS absent_operators,
      count(d.cell) AS declaring_operators
    FROM (SELECT * FROM operator_summary WHERE operator <> '') AS o
    FULL JOIN (SELECT cell, operator FROM declaring_operator) AS d USING (cell, operator)
    GROUP BY cell
  ),
  operator_case AS (
    SELECT
      cell,
      region,
      operator,
      fixed_declared,
      fixed_around,
      fixed_place,
      fixed_passing,
      retained_fixed_passing,
      wireless_declared,
      wireless_around,
      wireless_place,
      wireless_passing,
      retained_wireless_passing,
      mobile_declared,
      mobile_around,
      mobile_place,
      mobile_passing,
      retained_mobile_passing,
      satellite_declared,
      satellite_around,
      satellite_place,
      satellite_passing,
      retained_satellite_passing,
      unnamed_declared,
      unnamed_around,
      unnamed_place,
      unnamed_passing,
      retained_unnamed_passing,
      presence AS measured_presence,
      retained_presence AS retained_measured_presence,
      absence AS measured_absence,
      retained_absence AS retained_measured_absence,
      is_decided,
      is_decided IS NOT NULL AS is_tried,
      presence IS NOT NULL AS is_serving,
      operator <> '' AND presence IS NULL AND coalesce(is_claimed, false) AS is_claimed,
      coalesce(present_operators, 0) - (presence IS NOT NULL)::integer AS others_present,
      coalesce(absent_operators, 0) - (
        presence IS NULL AND coalesce(is_decided, false)
      )::integer AS others_absent,
      coalesce(declaring_operators, 0) AS declaring_operators,
      coalesce(download_passed, 0) AS download_passed,
      CASE WHEN is_decided IS NULL THEN 15 ELSE download_open END AS download_open
    FROM operator_service
    FULL JOIN operator_summary USING (cell, operator)
    LEFT JOIN cell_standing USING (cell)
    OFFSET 0
  ),
  prior_log_odds AS (
    SELECT
      c.*,
      r.region IS NOT NULL AS is_listed,
      coalesce(
        (fixed_listed AND fixed_passing IS NULL)
          OR (wireless_listed AND wireless_passing IS NULL)
          OR (mobile_listed AND mobile_passing IS NULL)
          OR (satellite_listed AND satellite_passing IS NULL)
          OR (unnamed_listed AND unnamed_passing IS NULL),
        false
      ) AS has_untried,
      CASE
        WHEN fixed_listed THEN fixed_intercept
          + CASE
            WHEN fixed_declared THEN fixed_declared_here + fixed_around_here * fixed_around
            WHEN fixed_declares THEN fixed_declared_elsewhere + fixed_around_elsewhere * fixed_around
            ELSE 0
          END
          + fixed_others_declaring * least(
            2,
            declaring_operators - coalesce(
              (fixed_listed AND fixed_declared)
                OR (wireless_listed AND wireless_declared)
                OR (mobile_listed AND mobile_declared)
                OR (satellite_listed AND satellite_declared)
                OR (unnamed_listed AND unnamed_declared),
              false
            )::integer
          )
          + CASE WHEN fixed_passing IS NULL THEN fixed_untried ELSE 0 END
          + fixed_of_place * fixed_place
          + CASE others_present WHEN 0 THEN 0 WHEN 1 THEN fixed_one_present ELSE fixed_more_present END
          + CASE others_absent WHEN 0 THEN 0 WHEN 1 THEN fixed_one_absent ELSE fixed_more_absent END
      END AS fixed_log_odds,
      CASE
        WHEN wireless_listed THEN wireless_intercept
          + CASE
            WHEN wireless_declared THEN wireless_declared_here + wireless_around_here * wireless_around
            WHEN wireless_declares THEN wireless_declared_elsewhere + wireless_around_elsewhere * wireless_around
            ELSE 0
          END
          + wireless_others_declaring * least(
            2,
            declaring_operators - coalesce(
              (fixed_listed AND fixed_declared)
                OR (wireless_listed AND wireless_declared)
                OR (mobile_listed AND mobile_declared)
                OR (satellite_listed AND satellite_declared)
                OR (unnamed_listed AND unnamed_declared),
              false
            )::integer
          )
          + CASE WHEN wireless_passing IS NULL THEN wireless_untried ELSE 0 END
          + wireless_of_place * wireless_place
          + CASE others_present WHEN 0 THEN 0 WHEN 1 THEN wireless_one_present ELSE wireless_more_present END
          + CASE others_absent WHEN 0 THEN 0 WHEN 1 THEN wireless_one_absent ELSE wireless_more_absent END
      END AS wireless_log_odds,
      CASE
        WHEN mobile_listed THEN mobile_intercept
          + CASE
            WHEN mobile_declared THEN mobile_declared_here + mobile_around_here * mobile_around
            WHEN mobile_declares THEN mobile_declared_elsewhere + mobile_around_elsewhere * mobile_around
            ELSE 0
          END
          + mobile_others_declaring * least(
            2,
            declaring_operators - coalesce(
              (fixed_listed AND fixed_declared)
                OR (wireless_listed AND wireless_declared)
                OR (mobile_listed AND mobile_declared)
                OR (satellite_listed AND satellite_declared)
                OR (unnamed_listed AND unnamed_declared),
              false
            )::integer
          )
          + CASE WHEN mobile_passing IS NULL THEN mobile_untried ELSE 0 END
          + mobile_of_place * mobile_place
          + CASE others_present WHEN 0 THEN 0 WHEN 1 THEN mobile_one_present ELSE mobile_more_present END
          + CASE others_absent WHEN 0 THEN 0 WHEN 1 THEN mobile_one_absent ELSE mobile_more_absent END
      END AS mobile_log_odds,
      CASE
        WHEN satellite_listed THEN satellite_intercept
          + CASE
            WHEN satellite_declared THEN satellite_declared_here + satellite_around_here * satellite_around
            WHEN satellite_declares THEN satellite_declared_elsewhere + satellite_around_elsewhere * satellite_around
            ELSE 0
          END
          + satellite_others_declaring * least(
            2,
            declaring_operators - coalesce(
              (fixed_listed AND fixed_declared)
                OR (wireless_listed AND wireless_declared)
                OR (mobile_listed AND mobile_declared)
                OR (satellite_listed AND satellite_declared)
                OR (unnamed_listed AND unnamed_declared),
              false
            )::integer
          )
          + CASE WHEN satellite_passing IS NULL THEN satellite_untried ELSE 0 END
          + satellite_of_place * satellite_place
          + CASE
            others_present
            WHEN 0 THEN 0
            WHEN 1 THEN satellite_one_present
            ELSE satellite_more_present
          END
          + CASE others_absent WHEN 0 THEN 0 WHEN 1 THEN satellite_one_absent ELSE satellite_more_absent END
      END AS satellite_log_odds,
      CASE
        WHEN unnamed_listed THEN unnamed_intercept
          + CASE
            WHEN unnamed_declared THEN unnamed_declared_here + unnamed_around_here * unnamed_around
            WHEN unnamed_declares THEN unnamed_declared_elsewhere + unnamed_around_elsewhere * unnamed_around
            ELSE 0
          END
          + unnamed_others_declaring * least(
            2,
            declaring_operators - coalesce(
              (fixed_listed AND fixed_declared)
                OR (wireless_listed AND wireless_declared)
                OR (mobile_listed AND mobile_declared)
                OR (satellite_listed AND satellite_declared)
                OR (unnamed_listed AND unnamed_declared),
              false
            )::integer
          )
          + CASE WHEN unnamed_passing IS NULL THEN unnamed_untried ELSE 0 END
          + unnamed_of_place * unnamed_place
          + CASE others_present WHEN 0 THEN 0 WHEN 1 THEN unnamed_one_present ELSE unnamed_more_present END
          + CASE others_absent WHEN 0 THEN 0 WHEN 1 THEN unnamed_one_absent ELSE unnamed_more_absent END
      END AS unnamed_log_odds
    FROM operator_case AS c
    LEFT JOIN roster_operator AS r ON r.region = c.region AND r.operator = c.operator
    OFFSET 0
  ),
  prior AS (
    SELECT
      *,
      CASE
        WHEN fixed_log_odds IS NOT NULL THEN least(
          0.9999,
          greatest(
            0.0001, floor(1 / (1 + exp(greatest(-20, least(20, -fixed_log_odds)))) * 10000 + 0.5) / 10000
          )
        )
        WHEN fixed_passing IS NOT NULL THEN 0.5
      END AS fixed_prior,
      CASE
        WHEN wireless_log_odds IS NOT NULL THEN least(
          0.9999,
          greatest(
            0.0001, floor(1 / (1 + exp(greatest(-20, least(20, -wireless_log_odds)))) * 10000 + 0.5) / 10000
          )
        )
        WHEN wireless_passing IS NOT NULL THEN 0.5
      END AS wireless_prior,
      CASE
        WHEN mobile_log_odds IS NOT NULL THEN least(
          0.9999,
          greatest(
            0.0001, floor(1 / (1 + exp(greatest(-20, least(20, -mobile_log_odds)))) * 10000 + 0.5) / 10000
          )
        )
        WHEN mobile_passing IS NOT NULL THEN 0.5
      END AS mobile_prior,
      CASE
        WHEN satellite_log_odds IS NOT NULL THEN least(
          0.9999,
          greatest(
            0.0001, floor(1 / (1 + exp(greatest(-20, least(20, -satellite_log_odds)))) * 10000 + 0.5) / 10000
          )
        )
        WHEN satellite_passing IS NOT NULL THEN 0.5
      END AS satellite_prior,
      CASE
        WHEN unnamed_log_odds IS NOT NULL THEN least(
          0.9999,
          greatest(
            0.0001, floor(1 / (1 + exp(greatest(-20, least(20, -unnamed_log_odds)))) * 10000 + 0.5) / 10000
          )
        )
        WHEN unnamed_passing IS NOT NULL THEN 0.5
      END AS unnamed_prior
    FROM prior_log_odds
    OFFSET 0
  ),
  modelled_absence AS (
    SELECT
      *,
      CASE
        WHEN is_listed THEN CASE
          WHEN fixed_prior IS NULL THEN 1
          WHEN fixed_passing IS NULL THEN 1 - fixed_prior
          ELSE 1 - fixed_prior * (fixed_passing * (1 - 0.03::float8) + (1 - fixed_passing) * 0.03::float8) / (
            fixed_prior * (
              fixed_passing * (1 - 0.03::float8) + (1 - fixed_passing) * 0.03::float8
            ) + (1 - fixed_prior) * ((1 - fixed_passing) * (1 - 0.01::float8) + fixed_passing * 0.01::float8)
          )
        END * CASE
          WHEN wireless_prior IS NULL THEN 1
          WHEN wireless_passing IS NULL THEN 1 - wireless_prior
          ELSE 1 - wireless_prior * (
            wireless_passing * (1 - 0.03::float8) + (1 - wireless_passing) * 0.03::float8
          ) / (
            wireless_prior * (
              wireless_passing * (1 - 0.03::float8) + (1 - wireless_passing) * 0.03::float8
            ) + (1 - wireless_prior) * (
              (1 - wireless_passing) * (1 - 0.01::float8) + wireless_passing * 0.01::float8
            )
          )
        END * CASE
          WHEN mobile_prior IS NULL THEN 1
          WHEN mobile_passing IS NULL THEN 1 - mobile_prior
          ELSE 1 - mobile_prior * (
            mobile_passing * (1 - 0.03::float8) + (1 - mobile_passing) * 0.03::float8
          ) / (
            mobile_prior * (
              mobile_passing * (1 - 0.03::float8) + (1 - mobile_passing) * 0.03::float8
            ) + (1 - mobile_prior) * (
              (1 - mobile_passing) * (1 - 0.01::float8) + mobile_passing * 0.01::float8
            )
          )
        END * CASE
          WHEN satellite_prior IS NULL THEN 1
          WHEN satellite_passing IS NULL THEN 1 - satellite_prior
          ELSE 1 - satellite_prior * (
            satellite_passing * (1 - 0.03::float8) + (1 - satellite_passing) * 0.03::float8
          ) / (
            satellite_prior * (
              satellite_passing * (1 - 0.03::float8) + (1 - satellite_passing) * 0.03::float8
            ) + (1 - satellite_prior) * (
              (1 - satellite_passing) * (1 - 0.01::float8) + satellite_passing * 0.01::float8
            )
          )
        END * CASE
          WHEN unnamed_prior IS NULL THEN 1
          WHEN unnamed_passing IS NULL THEN 1 - unnamed_prior
          ELSE 1 - unnamed_prior * (
            unnamed_passing * (1 - 0.03::float8) + (1 - unnamed_passing) * 0.03::float8
          ) / (
            unnamed_prior * (
              unnamed_passing * (1 - 0.03::float8) + (1 - unnamed_passing) * 0.03::float8
            ) + (1 - unnamed_prior) * (
              (1 - unnamed_passing) * (1 - 0.01::float8) + unnamed_passing * 0.01::float8
            )
          )
        END
      END AS modelled_absence,
      CASE
        WHEN is_listed THEN CASE
          WHEN fixed_prior IS NULL THEN 1
          WHEN retained_fixed_passing IS NULL THEN 1 - fixed_prior
          ELSE 1 - fixed_prior * (
            retained_fixed_passing * (1 - 0.03::float8) + (1 - retained_fixed_passing) * 0.03::float8
          ) / (
            fixed_prior * (
              retained_fixed_passing * (1 - 0.03::float8) + (1 - retained_fixed_passing) * 0.03::float8
            ) + (1 - fixed_prior) * (
              (1 - retained_fixed_passing) * (1 - 0.01::float8) + retained_fixed_passing * 0.01::float8
            )
          )
        END * CASE
          WHEN wireless_prior IS NULL THEN 1
          WHEN retained_wireless_passing IS NULL THEN 1 - wireless_prior
          ELSE 1 - wireless_prior * (
            retained_wireless_passing * (1 - 0.03::float8) + (1 - retained_wireless_passing) * 0.03::float8
          ) / (
            wireless_prior * (
              retained_wireless_passing * (1 - 0.03::float8) + (1 - retained_wireless_passing) * 0.03::float8
            ) + (1 - wireless_prior) * (
              (1 - retained_wireless_passing) * (1 - 0.01::float8) + retained_wireless_passing * 0.01::float8
            )
          )
        END * CASE
          WHEN mobile_prior IS NULL THEN 1
          WHEN retained_mobile_passing IS NULL THEN 1 - mobile_prior
          ELSE 1 - mobile_prior * (
            retained_mobile_passing * (1 - 0.03::float8) + (1 - retained_mobile_passing) * 0.03::float8
          ) / (
            mobile_prior * (
              retained_mobile_passing * (1 - 0.03::float8) + (1 - retained_mobile_passing) * 0.03::float8
            ) + (1 - mobile_prior) * (
              (1 - retained_mobile_passing) * (1 - 0.01::float8) + retained_mobile_passing * 0.01::float8
            )
          )
        END * CASE
          WHEN satellite_prior IS NULL THEN 1
          WHEN retained_satellite_passing IS NULL THEN 1 - satellite_prior
          ELSE 1 - satellite_prior * (
            retained_satellite_passing * (1 - 0.03::float8) + (1 - retained_satellite_passing) * 0.03::float8
          ) / (
            satellite_prior * (
              retained_satellite_passing * (1 - 0.03::float8) + (
                1 - retained_satellite_passing
              ) * 0.03::float8
            ) + (1 - satellite_prior) * (
              (
                1 - retained_satellite_passing
              ) * (1 - 0.01::float8) + retained_satellite_passing * 0.01::float8
            )
          )
        END * CASE
          WHEN unnamed_prior IS NULL THEN 1
          WHEN retained_unnamed_passing IS NULL THEN 1 - unnamed_prior
          ELSE 1 - unnamed_prior * (
            retained_unnamed_passing * (1 - 0.03::float8) + (1 - retained_unnamed_passing) * 0.03::float8
          ) / (
            unnamed_prior * (
              retained_unnamed_passing * (1 - 0.03::float8) + (1 - retained_unnamed_passing) * 0.03::float8
            ) + (1 - unnamed_prior) * (
              (1 - retained_unnamed_passing) * (1 - 0.01::float8) + retained_unnamed_passing * 0.01::float8
            )
          )
        END
      END AS retained_modelled_absence
    FROM prior
    OFFSET 0
  ),
  operator_odds AS (
    SELECT *, presence / absence AS ratio, retained_presence / retained_absence AS retained_ratio
    FROM (
      SELECT
        *,
        (NOT is_serving AND coalesce(is_decided, false) AND NOT has_untried) AS is_absent,
        CASE
          WHEN is_claimed THEN NULL
          WHEN is_listed THEN 1 - modelled_absence
          WHEN is_serving THEN measured_presence
          WHEN (NOT is_serving AND coalesce(is_decided, false) AND NOT has_untried) THEN 1 - measured_absence
        END AS presence,
        CASE
          WHEN is_claimed THEN NULL
          WHEN is_listed THEN modelled_absence
          WHEN is_serving THEN 1 - measured_presence
          WHEN (NOT is_serving AND coalesce(is_decided, false) AND NOT has_untried) THEN measured_absence
        END AS absence,
        CASE
          WHEN is_claimed THEN NULL
          WHEN is_listed THEN 1 - retained_modelled_absence
          WHEN is_serving THEN retained_measured_presence
          WHEN (
            NOT is_serving AND coalesce(is_decided, false) AND NOT has_untried
          ) THEN 1 - retained_measured_absence
        END AS retained_presence,
        CASE
          WHEN is_claimed THEN NULL
          WHEN is_listed THEN retained_modelled_absence
          WHEN is_serving THEN 1 - retained_measured_presence
          WHEN (
            NOT is_serving AND coalesce(is_decided, false) AND NOT has_untried
          ) THEN retained_measured_absence
        END AS retained_absence
      FROM modelled_absence
      OFFSET 0
    ) AS o
    OFFSET 0
  ),
  cell_operators AS (
    SELECT
      cell,
      count(*) FILTER (WHERE operator <> '' AND is_serving) AS serving,
      count(*) FILTER (WHERE operator <> '' AND NOT is_absent) AS possible,
      count(*) FILTER (WHERE is_claimed) AS claimed,
      count(*) FILTER (WHERE operator <> '' AND ratio IS NULL AND NOT is_claimed) AS open,
      bool_or(is_serving) AS is_served,
      coalesce(bool_or(NOT is_absent) FILTER (WHERE operator = ''), false) AS is_unnamed_possible,
      coalesce(bool_or(ratio IS NULL) FILTER (WHERE operator = ''), false) AS is_unnamed_open,
      bool_or(is_tried) AS is_tried,
      bool_and(is_decided) AS is_decided,
      bool_or(has_untried) AS has_untried,
      coalesce(
        array_agg(operator ORDER BY operator COLLATE "C") FILTER (WHERE is_listed AND NOT is_tried), '{}'
      ) AS untried,
      coalesce(
        product(absence ORDER BY absence) FILTER (WHERE operator <> '' AND ratio IS NOT NULL), 1
      ) AS none,
      coalesce(sum(ratio ORDER BY ratio) FILTER (WHERE operator <> ''), 0) AS sum_1,
      max(presence) FILTER (WHERE operator = '') AS unnamed_presence,
      max(absence) FILTER (WHERE operator = '') AS unnamed_absence,
      coalesce(
        product(retained_absence ORDER BY retained_absence) FILTER (
          WHERE operator <> '' AND retained_ratio IS NOT NULL
        ),
        1
      ) AS retained_none,
      coalesce(
        sum(retained_ratio ORDER BY retained_ratio) FILTER (WHERE operator <> ''), 0
      ) AS retained_sum_1,
      max(retained_presence) FILTER (WHERE operator = '') AS retained_unnamed_presence,
      max(retained_absence) FILTER (WHERE operator = '') AS retained_unnamed_absence,
      (
        (
          coalesce(
            (array_agg(download_passed ORDER BY download_passed DESC) FILTER (WHERE operator <> ''))[2], 0
          )
            | (max(download_passed) << 4)
            | (max(download_open) << 8)
        )::bigint << 0
      )
        | (
          coalesce(
            (array_agg(download_open ORDER BY download_open DESC) FILTER (WHERE operator <> ''))[2], 0
          )::bigint << 36
        )
        | 0::bigint
        | 0::bigint AS ladder
    FROM operator_odds
    GROUP BY cell
  ),
  count_probability AS (
    SELECT
      *,
      none AS count_0,
      none * sum_1 AS count_1,
      retained_none AS retained_count_0,
      retained_none * retained_sum_1 AS retained_count_1,
      serving = 0 AND claimed = 0 AND unnamed_presence IS NOT NULL AS counts_unnamed,
      serving = 0 AND claimed = 0 AND is_unnamed_open AS counts_open_unnamed
    FROM cell_operators
    OFFSET 0
  ),
  class_probability AS (
    SELECT
      *,
      CASE
        WHEN counts_open_unnamed THEN least(
          CASE WHEN claimed + open > 0 THEN 0 ELSE count_0 * 1::float8 END,
          CASE WHEN claimed + open > 0 THEN 0 ELSE count_0 * 0::float8 END
        )
        WHEN counts_unnamed THEN CASE WHEN claimed + open > 0 THEN 0 ELSE count_0 * unnamed_absence END
        ELSE CASE WHEN claimed + open > 0 THEN 0 ELSE count_0 END
      END AS white,
      CASE
        WHEN counts_open_unnamed THEN least(
          CASE
            WHEN claimed > 0 THEN coalesce(
              (
                ARRAY[count_0 * 1::float8, count_0 * 1::float8 + (count_1 + count_0 * 0::float8)]
              )[2 - claimed - open],
              0
            )
            WHEN open > 0 THEN least(
              (count_1 + count_0 * 0::float8),
              coalesce(
                (ARRAY[count_0 * 1::float8, count_0 * 1::float8 + (count_1 + count_0 * 0::float8)])[2 - open],
                0
              )
            )
            ELSE (count_1 + count_0 * 0::float8)
          END,
          CASE
            WHEN claimed > 0 THEN coalesce(
              (
                ARRAY[count_0 * 0::float8, count_0 * 0::float8 + (count_1 + count_0 * 1::float8)]
              )[2 - claimed - open],
              0
            )
            WHEN open > 0 THEN least(
              (count_1 + count_0 * 1::float8),
              coalesce(
                (ARRAY[count_0 * 0::float8, count_0 * 0::float8 + (count_1 + count_0 * 1::float8)])[2 - open],
                0
              )
            )
            ELSE (count_1 + count_0 * 1::float8)
          END
        )
        WHEN counts_unnamed THEN CASE
          WHEN claimed > 0 THEN coalesce(
            (
              ARRAY[
                count_0 * unnamed_absence, count_0 * unnamed_absence + (count_1 + count_0 * unnamed_presence)
              ]
            )[2 - claimed - open],
            0
          )
          WHEN open > 0 THEN least(
            (count_1 + count_0 * unnamed_presence),
            coalesce(
              (
                ARRAY[
                  count_0 * unnamed_absence,
                  count_0 * unnamed_absence + (count_1 + count_0 * unnamed_presence)
                ]
              )[2 - open],
              0
            )
          )
          ELSE (count_1 + count_0 * unnamed_presence)
        END
        ELSE CASE
          WHEN claimed > 0 THEN coalesce((ARRAY[count_0, count_0 + count_1])[2 - claimed - open], 0)
          WHEN open > 0 THEN least(count_1, coalesce((ARRAY[count_0, count_0 + count_1])[2 - open], 0))
          ELSE count_1
        END
      END AS grey,
      CASE
        WHEN counts_open_unnamed THEN least(
          1 - coalesce(
            (ARRAY[count_0 * 1::float8, count_0 * 1::float8 + (count_1 + count_0 * 0::float8)])[2 - claimed],
            0
          ),
          1 - coalesce(
            (ARRAY[count_0 * 0::float8, count_0 * 0::float8 + (count_1 + count_0 * 1::float8)])[2 - claimed],
            0
          )
        )
        WHEN counts_unnamed THEN 1 - coalesce(
          (
            ARRAY[
              count_0 * unnamed_absence, count_0 * unnamed_absence + (count_1 + count_0 * unnamed_presence)
            ]
          )[2 - claimed],
          0
        )
        ELSE 1 - coalesce((ARRAY[count_0, count_0 + count_1])[2 - claimed], 0)
      END AS black,
      CASE
        WHEN counts_open_unnamed THEN least(
          CASE WHEN claimed + open > 0 THEN 0 ELSE retained_count_0 * 1::float8 END,
          CASE WHEN claimed + open > 0 THEN 0 ELSE retained_count_0 * 0::float8 END
        )
        WHEN counts_unnamed THEN CASE
          WHEN claimed + open > 0 THEN 0
          ELSE retained_count_0 * retained_unnamed_absence
        END
        ELSE CASE WHEN claimed + open > 0 THEN 0 ELSE retained_count_0 END
      END AS retained_white,
      CASE
        WHEN counts_open_unnamed THEN least(
          CASE
            WHEN claimed > 0 THEN coalesce(
              (
                ARRAY[
                  retained_count_0 * 1::float8,
                  retained_count_0 * 1::float8 + (retained_count_1 + retained_count_0 * 0::float8)
                ]
              )[2 - claimed - open],
              0
            )
            WHEN open > 0 THEN least(
              (retained_count_1 + retained_count_0 * 0::float8),
              coalesce(
                (
                  ARRAY[
                    retained_count_0 * 1::float8,
                    retained_count_0 * 1::float8 + (retained_count_1 + retained_count_0 * 0::float8)
                  ]
                )[2 - open],
                0
              )
            )
            ELSE (retained_count_1 + retained_count_0 * 0::float8)
          END,
          CASE
            WHEN claimed > 0 THEN coalesce(
              (
                ARRAY[
                  retained_count_0 * 0::float8,
                  retained_count_0 * 0::float8 + (retained_count_1 + retained_count_0 * 1::float8)
                ]
              )[2 - claimed - open],
              0
            )
            WHEN open > 0 THEN least(
              (retained_count_1 + retained_count_0 * 1::float8),
              coalesce(
                (
                  ARRAY[
                    retained_count_0 * 0::float8,
                    retained_count_0 * 0::float8 + (retained_count_1 + retained_count_0 * 1::float8)
                  ]
                )[2 - open],
                0
              )
            )
            ELSE (retained_count_1 + retained_count_0 * 1::float8)
          END
        )
        WHEN counts_unnamed THEN CASE
          WHEN claimed > 0 THEN coalesce(
            (
              ARRAY[
                retained_count_0 * retained_unnamed_absence,
                retained_count_0 * retained_unnamed_absence + (
                  retained_count_1 + retained_count_0 * retained_unnamed_presence
                )
              ]
            )[2 - claimed - open],
            0
          )
          WHEN open > 0 THEN least(
            (retained_count_1 + retained_count_0 * retained_unnamed_presence),
            coalesce(
              (
                ARRAY[
                  retained_count_0 * retained_unnamed_absence,
                  retained_count_0 * retained_unnamed_absence + (
                    retained_count_1 + retained_count_0 * retained_unnamed_presence
                  )
                ]
              )[2 - open],
              0
            )
          )
          ELSE (retained_count_1 + retained_count_0 * retained_unnamed_presence)
        END
        ELSE CASE
          WHEN claimed > 0 THEN coalesce(
            (ARRAY[retained_count_0, retained_count_0 + retained_count_1])[2 - claimed - open], 0
          )
          WHEN open > 0 THEN least(
            retained_count_1,
            coalesce((ARRAY[retained_count_0, retained_count_0 + retained_count_1])[2 - open], 0)
          )
          ELSE retained_count_1
        END
      END AS retained_grey,
      CASE
        WHEN counts_open_unnamed THEN least(
          1 - coalesce(
            (
              ARRAY[
                retained_count_0 * 1::float8,
                retained_count_0 * 1::float8 + (retained_count_1 + retained_count_0 * 0::float8)
              ]
            )[2 - claimed],
            0
          ),
          1 - coalesce(
            (
              ARRAY[
                retained_count_0 * 0::float8,
                retained_count_0 * 0::float8 + (retained_count_1 + retained_count_0 * 1::float8)
              ]
            )[2 - claimed],
            0
          )
        )
        WHEN counts_unnamed THEN 1 - coalesce(
          (
            ARRAY[
              retained_count_0 * retained_unnamed_absence,
              retained_count_0 * retained_unnamed_absence + (
                retained_count_1 + retained_count_0 * retained_unnamed_presence
              )
            ]
          )[2 - claimed],
          0
        )
        ELSE 1 - coalesce((ARRAY[retained_count_0, retained_count_0 + retained_count_1])[2 - claimed], 0)
      END AS retained_black
    FROM count_probability
    OFFSET 0
  ),
  probable_class AS (
    SELECT
      *,
      least(
        0.999,
        floor((CASE class WHEN 'white' THEN white WHEN 'grey' THEN grey ELSE black END) * 1000 + 0.5) / 1000
      ) AS probability,
      least(
        0.999,
        floor(
          (CASE class WHEN 'white' THEN retained_white WHEN 'grey' THEN retained_grey ELSE retained_black END) * 1000 + 0.5
        ) / 1000
      ) AS retained_probability
    FROM (
      SELECT
        *,
        CASE
          WHEN white >= grey AND white >= black THEN 'white'
          WHEN grey >= black THEN 'grey'
          ELSE 'black'
        END AS class
      FROM class_probability
      OFFSET 0
    ) AS c
    OFFSET 0
  ),
  stated_class AS (
    SELECT
      *,
      (is_tried OR claimed > 0)
        AND probability > 0
        AND (
          probability >= $18::float8 OR (probability >= $19::float8 AND retained_probability >= $18::float8)
        ) AS is_stated,
      greatest(serving, is_served::integer)::smallint AS lower_bound,
      greatest(
        possible, is_served::integer, (serving = 0 AND is_unnamed_possible)::integer
      )::smallint AS upper_bound
    FROM probable_class
    OFFSET 0
  ),
  incoming_verdict AS MATERIALIZED (
    SELECT
      cell,
      ladder,
      lower_bound,
      upper_bound,
      untried,
      CASE WHEN is_stated THEN class ELSE 'unknown' END AS class,
      CASE
        WHEN NOT is_stated THEN 0
        WHEN claimed > 0 THEN least(probability, 0.5::float8)
        ELSE probability
      END AS confidence,
      CASE
        WHEN is_stated THEN NULL
        WHEN is_served THEN 'served'
        WHEN is_tried AND is_decided AND has_untried THEN 'none_tried'
      END AS partial
    FROM stated_class
  ),
  incoming_evidence AS (SELECT * FROM network_state),
  current_evidence AS MATERIALIZED (
    SELECT * FROM evidence WHERE series = $20::integer AND next_run IS NULL AND cell = ANY($2::bigint[])
  ),
  current_verdict AS MATERIALIZED (
    SELECT * FROM verdict WHERE series = $20::integer AND next_run IS NULL AND cell = ANY($2::bigint[])
  ),
  closed_evidence AS (
    UPDATE evidence AS v
    SET next_run = $21::integer
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
      $20::integer,
      i.cell,
      i.operator,
      i.technology,
      $21::integer,
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
    SET next_run = $21::integer
    FROM current_verdict AS c
    LEFT JOIN incoming_verdict AS i USING (cell)
    WHERE v.series = c.series
      AND (v.cell) = (c.cell)
      AND v.first_run = c.first_run
      AND (
        i.cell IS NULL
          OR (
            i.class, i.confidence, i.ladder, i.lower_bound, i.upper_bound, i.untried, i.partial
          ) IS DISTINCT FROM (
            c.class, c.confidence, c.ladder, c.lower_bound, c.upper_bound, c.untried, c.partial
          )
      )
    RETURNING
      v.cell,
      v.class,
      v.confidence,
      CASE
        WHEN v.lower_bound IS NULL THEN ''
        ELSE concat(
          ' ', v.lower_bound, ' ', v.upper_bound, ' ', array_to_string(v.untried, ','), ' ', v.partial
        )
      END AS operators,
      v.partial
  ),
  opened_verdict AS (
    INSERT INTO verdict AS v (
      series, cell, first_run, class, confidence, ladder, lower_bound, upper_bound, untried, partial
    )
    SELECT
      $20::integer,
      i.cell,
      $21::integer,
      i.class,
      i.confidence,
      i.ladder,
      i.lower_bound,
      i.upper_bound,
      i.untried,
      i.partial
    FROM incoming_verdict AS i
    LEFT JOIN current_verdict AS c USING (cell)
    WHERE c.cell IS NULL
      OR (
        i.class, i.confidence, i.ladder, i.lower_bound, i.upper_bound, i.untried, i.partial
      ) IS DISTINCT FROM (c.class, c.confidence, c.ladder, c.lower_bound, c.upper_bound, c.untried, c.partial)
    RETURNING
      v.cell,
      v.class,
      v.confidence,
      CASE
        WHEN v.lower_bound IS NULL THEN ''
        ELSE concat(
          ' ', v.lower_bound, ' ', v.upper_bound, ' ', array_to_string(v.untried, ','), ' ', v.partial
        )
      END AS operators,
      v.partial
  )
INSERT INTO changed
SELECT cell, c.class, c.confidence, o.class, o.confidence, c.operators, o.operators, c.partial, o.partial
FROM closed_verdict AS c
FULL JOIN opened_verdict AS o USING (cell)

-- $1 = ["fibre","cable","vdsl","adsl","fwa","2g","3g","4g","5g","wifi_unknown","satellite_leo"]
-- $2 = ["1","2"]
-- $3 = 0.8
-- $4 = 1.6448536269514722
-- $5 = 0.65
-- $6 = 12000
-- $7 = 3
-- $8 = 3
-- $9 = 1
-- $10 = 1.6448536269514722
-- $11 = 1.2815515655446004
-- $12 = "[{\"region\":\"04\",\"operator\":\"iam\",\"fixed_listed\":false,\"fixed_declares\":false,\"fixed_intercept\":1.5,\"fixed_declared_here\":3,\"fixed_declared_elsewhere\":-2,\"fixed_around_here\":0,\"fixed_around_elsewhere\":0,\"fixed_others_declaring\":0.4,\"fixed_untried\":-5,\"fixed_of_place\":0.5,\"fixed_one_present\":0.4,\"fixed_more_present\":0.8,\"fixed_one_absent\":0,\"fixed_more_absent\":0,\"wireless_listed\":false,\"wireless_declares\":false,\"wireless_intercept\":1.5,\"wireless_declared_here\":3,\"wireless_declared_elsewhere\":-2,\"wireless_around_here\":0,\"wireless_around_elsewhere\":0,\"wireless_others_declaring\":0.4,\"wireless_untried\":-6.5,\"wireless_of_place\":0.5,\"wireless_one_present\":0.4,\"wireless_more_present\":0.8,\"wireless_one_absent\":0,\"wireless_more_absent\":0,\"mobile_listed\":true,\"mobile_declares\":false,\"mobile_intercept\":0.2,\"mobile_declared_here\":-0.6,\"mobile_declared_elsewhere\":-5.5,\"mobile_around_here\":4.5,\"mobile_around_elsewhere\":5,\"mobile_others_declaring\":0.15,\"mobile_untried\":-1.2,\"mobile_of_place\":0.5,\"mobile_one_present\":0.3,\"mobile_more_present\":0.6,\"mobile_one_absent\":-0.4,\"mobile_more_absent\":-0.8,\"satellite_listed\":false,\"satellite_declares\":false,\"satellite_intercept\":0.2,\"satellite_declared_here\":-0.6,\"satellite_declared_elsewhere\":-5.5,\"satellite_around_here\":4.5,\"satellite_around_elsewhere\":5,\"satellite_others_declaring\":0.15,\"satellite_untried\":-1.2,\"satellite_of_place\":0.5,\"satellite_one_present\":0.3,\"satellite_more_present\":0.6,\"satellite_one_absent\":-0.4,\"satellite_more_absent\":-0.8,\"unnamed_listed\":false,\"unnamed_declares\":false,\"unnamed_intercept\":0.2,\"unnamed_declared_here\":-0.6,\"unnamed_declared_elsewhere\":-5.5,\"unnamed_around_here\":4.5,\"unnamed_around_elsewhere\":5,\"unnamed_others_declaring\":0.15,\"unnamed_untried\":-1.2,\"unnamed_of_place\":0.5,\"unnamed_one_present\":0.3,\"unnamed_more_present\":0.6,\"unnamed_one_absent\":-0.4,\"unnamed_more_absent\":-0.8}]"
-- $13 = "2026-04-01T00:00:00.000Z"
-- $14 = "2026-04-02T00:00:00.000Z"
-- $15 = ["fibre","cable","vdsl","adsl","fwa","2g","3g","4g","5g","wifi_unknown","satellite_leo"]
-- $16 = 2000000
-- $17 = 5
-- $18 = 0.94
-- $19 = 0.9
-- $20 = 7
-- $21 = 9
