SELECT
  t.id AS "zone_id",
  t.class AS "class",
  t.commune_code AS "commune_code",
  t.province_code AS "province_code",
  t.region_code AS "region_code",
  t.cell_count AS "cell_count",
  (SELECT sum(population)::float8 FROM locality WHERE cell = ANY(t.cells)) AS "population",
  (SELECT count(*)::integer FROM site WHERE cell = ANY(t.cells)) AS "site_count",
  t.run_id AS "run_id",
  t.rule_id AS "rule_id",
  ST_AsGeoJSON(t.geom, 7) AS "$geometry"
FROM (
  SELECT
    v.*,
    $1::integer AS run_id,
    $2::text AS rule_id,
    $3::timestamptz AS valid_from,
    $4::timestamptz AS valid_to
  FROM zone AS v
  WHERE v.series = $5::integer
    AND v.first_run <= $6::integer
    AND (v.next_run IS NULL OR v.next_run > $6::integer)
) AS t
WHERE true
  AND t.valid_from <= $7::timestamptz
  AND t.valid_to >= $8::timestamptz
  AND (
    ST_Intersects(
      t.geom,
      ST_SetSRID(
        ST_Envelope(
          ST_MakeLine(ST_MakePoint($9::float8, $10::float8), ST_MakePoint($11::float8, $12::float8))
        ),
        4326
      )
    )
  )
ORDER BY t.id
LIMIT $13
