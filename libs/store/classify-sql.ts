/**
 * The classification of a country in one statement, the set-based twin of verdictOf() in the domain library. The order
 * of every arithmetic operation is the same there, so that both give the same doubles.
 */

import { ROLLUP_RESOLUTIONS } from '#geo'

/** Parameters: see classifyParameters(). Writes the verdicts that differ from the run before, closes those that ended. */
export const CLASSIFY = `
  WITH sample AS (
    SELECT cell, operator, technology, device_id, measured_at, outcome,
      (measured_at AT TIME ZONE 'Africa/Casablanca') AS local,
      outcome = 'ok' AND download_bps >= $7::bigint
        AND ($8::bigint IS NULL OR upload_bps >= $8) AND ($9::float8 IS NULL OR latency_ms <= $9) AS pass
    FROM probe
    WHERE measured_at >= $1 AND measured_at < $2 AND received_at < $3 AND counted
      AND coalesce(technology, 'wifi_unknown') = ANY($4::text[])
      AND (outcome = 'no_service' OR (outcome = 'ok' AND download_bps IS NOT NULL
        AND ($8::bigint IS NULL OR upload_bps IS NOT NULL) AND ($9::float8 IS NULL OR latency_ms IS NOT NULL)))
  ), network AS (
    SELECT cell, operator, technology, count(*) AS samples, count(*) FILTER (WHERE pass) AS passes,
      count(*) FILTER (WHERE outcome = 'no_service') AS no_service,
      count(DISTINCT device_id) AS devices, count(DISTINCT local::date) AS days,
      bit_count(bit_or(1 << extract(hour FROM local)::integer)::bit(24)) AS hours, max(measured_at) AS last_measured_at
    FROM sample
    WHERE extract(hour FROM local) >= $5::integer AND extract(hour FROM local) < $6::integer
    GROUP BY cell, operator, technology
  ), proportion AS (
    SELECT *, samples::float8 AS n, passes::float8 / samples::float8 AS p, $10::float8 * $10::float8 AS z2 FROM network
  ), bounds AS (
    SELECT *, (p + z2 / (2 * n)) / (1 + z2 / n) AS centre,
      ($10::float8 * sqrt((p * (1 - p)) / n + z2 / (4 * n * n))) / (1 + z2 / n) AS half
    FROM proportion
  ), decided AS (
    SELECT *, CASE
        WHEN samples < $12 OR days < $13 OR hours < $14 THEN 'unknown'
        WHEN centre - half >= $11::float8 THEN 'present'
        WHEN centre + half >= $11 THEN 'unknown'
        WHEN no_service = samples THEN 'absent'
        ELSE 'refuted' END AS state,
      least(0.999, floor(normal_cdf(abs(p - $11) / sqrt(($11 * (1 - $11)) / n)) * 1000 + 0.5) / 1000) AS confidence
    FROM bounds
  ), by_operator AS (
    SELECT cell, operator, max(confidence) FILTER (WHERE state = 'present') AS present,
      min(confidence) FILTER (WHERE state IN ('refuted', 'absent')) AS absent,
      bool_or(state = 'unknown') AS undecided,
      jsonb_agg(jsonb_build_object('operator', operator, 'technology', technology, 'samples', samples, 'passes', passes,
        'noService', no_service, 'devices', devices, 'days', days, 'hours', hours,
        'lastMeasuredAt', floor(extract(epoch FROM last_measured_at) * 1000)) ORDER BY technology COLLATE "C") AS networks
    FROM decided GROUP BY cell, operator
  ), by_cell AS (
    SELECT cell, array_agg(present ORDER BY present DESC) FILTER (WHERE present IS NOT NULL AND operator IS NOT NULL) AS named,
      max(present) FILTER (WHERE operator IS NULL) AS unnamed, min(absent) AS absent, bool_or(undecided) AS undecided,
      jsonb_path_query_array(jsonb_agg(networks ORDER BY operator COLLATE "C"), '$[*][*]') AS networks
    FROM by_operator GROUP BY cell
  ), summed AS (
    SELECT cell, networks, absent, undecided,
      CASE WHEN cardinality(named) > 0 THEN named WHEN unnamed IS NOT NULL THEN ARRAY[unnamed] ELSE '{}' END AS present
    FROM by_cell
  ), fresh AS MATERIALIZED (
    SELECT cell, networks,
      CASE WHEN cardinality(present) >= $15 THEN 'black' WHEN cardinality(present) > 0 THEN 'grey'
        WHEN NOT undecided THEN 'white' ELSE 'unknown' END AS class,
      CASE WHEN cardinality(present) >= $15 THEN present[$15]
        WHEN cardinality(present) > 0 THEN least(present[1], absent)
        WHEN NOT undecided THEN absent ELSE 0 END AS confidence
    FROM summed
  ), standing AS MATERIALIZED (
    SELECT * FROM verdict WHERE series = $16 AND next_run IS NULL
  ), ended AS (
    UPDATE verdict AS v SET next_run = $17
    FROM standing AS s LEFT JOIN fresh AS f USING (cell)
    WHERE v.series = s.series AND v.cell = s.cell AND v.first_run = s.first_run
      AND (f.cell IS NULL OR (f.class, f.confidence, f.networks) IS DISTINCT FROM (s.class, s.confidence, s.networks))
  )
  INSERT INTO verdict (series, cell, first_run, class, confidence, networks)
  SELECT $16, f.cell, $17, f.class, f.confidence, f.networks
  FROM fresh AS f LEFT JOIN standing AS s USING (cell)
  WHERE s.cell IS NULL OR (f.class, f.confidence, f.networks) IS DISTINCT FROM (s.class, s.confidence, s.networks)`

/** $1 series, $2 run. Only parents of cells that changed in this run are counted again. */
export const ROLL_UP = ROLLUP_RESOLUTIONS.map(
  (resolution) => `
  WITH touched AS MATERIALIZED (
    SELECT DISTINCT cell_parent(cell, ${resolution}) AS cell FROM verdict
    WHERE series = $1 AND (first_run = $2 OR next_run = $2)
  ), fresh AS MATERIALIZED (
    SELECT t.cell, count(*) FILTER (WHERE class = 'white') AS white, count(*) FILTER (WHERE class = 'grey') AS grey,
      count(*) FILTER (WHERE class = 'black') AS black, count(*) FILTER (WHERE class = 'unknown') AS unknown
    FROM verdict AS v JOIN touched AS t ON t.cell = cell_parent(v.cell, ${resolution})
    WHERE v.series = $1 AND v.next_run IS NULL GROUP BY t.cell
  ), ended AS (
    UPDATE rollup AS r SET next_run = $2 FROM touched AS t
    WHERE r.series = $1 AND r.cell = t.cell AND r.next_run IS NULL
  )
  INSERT INTO rollup (series, cell, first_run, white, grey, black, unknown)
  SELECT $1, cell, $2, white, grey, black, unknown FROM fresh`,
)

export const COUNT_AREAS = `
  WITH place AS (
    SELECT v.class, code FROM verdict AS v JOIN cell_place AS c USING (cell)
    CROSS JOIN LATERAL (VALUES (c.region_code), (c.province_code), (c.commune_code)) AS level(code)
    WHERE v.series = $1 AND v.next_run IS NULL AND code IS NOT NULL
  ), counted AS (
    SELECT code, count(*) FILTER (WHERE class = 'white') AS white, count(*) FILTER (WHERE class = 'grey') AS grey,
      count(*) FILTER (WHERE class = 'black') AS black, count(*) FILTER (WHERE class = 'unknown') AS unknown
    FROM place GROUP BY code
  )
  INSERT INTO area_count (run_id, code, vintage, white, grey, black, unknown)
  SELECT $2, a.code, a.vintage, coalesce(white, 0), coalesce(grey, 0), coalesce(black, 0), coalesce(unknown, 0)
  FROM current_area AS a LEFT JOIN counted USING (code)`

/**
 * SHA-256 over one line a cell, in the order of the cell's index: `<h3> <class> <confidence in thousandths>\\n`.
 */
export const RUN_DIGEST = `
  UPDATE run SET (digest, white, grey, black, unknown) = (
    SELECT encode(sha256(convert_to(coalesce(string_agg(
        to_hex(cell) || ' ' || class || ' ' || round(confidence * 1000)::integer || chr(10), '' ORDER BY cell), ''), 'UTF8')), 'hex'),
      count(*) FILTER (WHERE class = 'white'), count(*) FILTER (WHERE class = 'grey'),
      count(*) FILTER (WHERE class = 'black'), count(*) FILTER (WHERE class = 'unknown')
    FROM verdict WHERE series = $1 AND next_run IS NULL)
  WHERE id = $2`
