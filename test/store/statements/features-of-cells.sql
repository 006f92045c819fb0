SELECT
  to_hex(t.cell) AS "h3",
  t.class AS "class",
  t.confidence AS "confidence",
  t.operators_min AS "operators_min",
  t.operators_max AS "operators_max",
  t.untried AS "untried",
  t.partial AS "partial",
  t.commune_code AS "commune_code",
  t.province_code AS "province_code",
  t.region_code AS "region_code",
  t.since_run AS "since_run",
  t.run_id AS "run_id",
  t.rule_id AS "rule_id"
FROM (
  SELECT
    v.cell,
    v.class,
    v.confidence,
    v.lower_bound AS operators_min,
    v.upper_bound AS operators_max,
    nullif(array_to_string(v.untried, ','), '') AS untried,
    v.partial,
    v.first_run AS since_run,
    p.commune_code,
    p.province_code,
    p.region_code,
    $1::integer AS run_id,
    $2::text AS rule_id,
    $3::timestamptz AS valid_from,
    $4::timestamptz AS valid_to
  FROM verdict AS v
  LEFT JOIN cell_place AS p ON p.cell = v.cell AND p.cell BETWEEN $5::bigint AND $6::bigint
  WHERE v.series = $7::integer
    AND v.first_run <= $8::integer
    AND (v.next_run IS NULL OR v.next_run > $8::integer)
    AND v.cell BETWEEN $9::bigint AND $10::bigint
) AS t
WHERE true AND t.valid_from <= $11::timestamptz AND t.valid_to >= $12::timestamptz
ORDER BY t.cell
LIMIT $13
