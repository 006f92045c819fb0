WITH
  white_zone AS MATERIALIZED (
    SELECT
      id,
      cell_count,
      cells,
      commune_code,
      ST_PointOnSurface(geom) AS inside,
      (SELECT sum(population)::float8 FROM locality WHERE cell = ANY(v.cells)) AS population
    FROM zone AS v
    WHERE v.series = $1::integer
      AND v.first_run <= $2::integer
      AND (v.next_run IS NULL OR v.next_run > $2::integer)
      AND class = 'white'
      AND $3 IN (v.commune_code, v.province_code, v.region_code)
      AND geom && ST_MakeEnvelope($4::float8, $5::float8, $6::float8, $7::float8, 4326)
    ORDER BY population DESC NULLS LAST, cell_count DESC, id
    LIMIT $8
  )
SELECT
  z.id,
  z.cell_count AS "cellCount",
  z.population,
  (SELECT count(*)::integer FROM site WHERE cell = ANY(z.cells)) AS "siteCount",
  a.name_fr AS "communeFr",
  a.name_ar AS "communeAr",
  l.name_fr AS "placeFr",
  l.name_ar AS "placeAr",
  ST_Y(z.inside) AS lat,
  ST_X(z.inside) AS lng
FROM white_zone AS z
LEFT JOIN current_area AS a ON a.code = z.commune_code
LEFT JOIN LATERAL (
  SELECT name_fr, name_ar
  FROM locality
  WHERE cell = ANY(z.cells)
  ORDER BY locality.population DESC NULLS LAST, id
  LIMIT 1
) AS l ON true
ORDER BY z.population DESC NULLS LAST, z.cell_count DESC, z.id
