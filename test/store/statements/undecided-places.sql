WITH
  place AS (
    SELECT
      cell,
      lat,
      lng,
      commune_code,
      population,
      name_fr AS name,
      name_ar,
      NULL AS code,
      NULL AS type,
      false AS simulated
    FROM locality
    UNION ALL
    SELECT cell, lat, lng, commune_code, NULL, name, name_ar, code, type, simulated
    FROM site
  ),
  chosen AS (
    SELECT p.*, coalesce(c.commune_code, p.commune_code, c.province_code, c.region_code) AS area
    FROM place AS p
    LEFT JOIN cell_place AS c USING (cell)
    WHERE NOT EXISTS (
      SELECT 1
      FROM verdict AS v
      WHERE v.series = $1::integer
        AND v.first_run <= $2::integer
        AND (v.next_run IS NULL OR v.next_run > $2::integer)
        AND v.cell = p.cell
        AND v.class <> 'unknown'
      OFFSET 0
    )
  ),
  grouped AS (
    SELECT
      cell,
      coalesce(sum(population), 0)::integer AS population,
      (array_agg(ARRAY[lat, lng] ORDER BY population DESC NULLS LAST, code NULLS LAST))[1:1] AS lat_lng,
      min(area) AS area,
      coalesce(
        json_agg(
          json_build_object('name', name, 'nameAr', name_ar, 'population', population)
          ORDER BY population DESC NULLS LAST, name
        ) FILTER (WHERE code IS NULL),
        '[]'
      ) AS localities,
      coalesce(
        json_agg(
          json_build_object(
            'code', code, 'name', name, 'nameAr', name_ar, 'type', type, 'simulated', simulated
          )
          ORDER BY code
        ) FILTER (WHERE code IS NOT NULL),
        '[]'
      ) AS sites
    FROM chosen
    WHERE (area = $3::text OR starts_with(area, $3::text || '.'))
    GROUP BY cell
  )
SELECT
  to_hex(cell) AS h3,
  cell::text,
  lat_lng[1][1] AS lat,
  lat_lng[1][2] AS lng,
  area AS "communeCode",
  population,
  localities,
  sites
FROM grouped
WHERE (-population, cell) > ($4::integer, $5::bigint)
ORDER BY -population, grouped.cell
LIMIT $6
