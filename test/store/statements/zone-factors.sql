WITH
  member AS MATERIALIZED (
    SELECT z.id, m.cell
    FROM zone AS z, unnest(z.cells) AS m(cell)
    WHERE z.series = $1::integer
      AND z.first_run <= $2::integer
      AND (z.next_run IS NULL OR z.next_run > $2::integer)
      AND z.class <> 'black'
  ),
  people_of_zone AS (
    SELECT
      m.id,
      count(*)::integer AS localities,
      sum(population)::float8 AS people,
      (count(*) FILTER (WHERE population IS NULL))::integer AS uncounted
    FROM locality
    JOIN member AS m USING (cell)
    GROUP BY m.id
  ),
  sites_of_zone AS (
    SELECT
      id,
      (count(*) FILTER (WHERE type = 'school'))::integer AS schools,
      (count(*) FILTER (WHERE type = 'health_centre'))::integer AS health,
      (
        count(*) FILTER (WHERE type IN ('council', 'caidat', 'post_office', 'administration'))
      )::integer AS administrations,
      (count(*) FILTER (WHERE type = 'other'))::integer AS other
    FROM site
    JOIN member USING (cell)
    GROUP BY id
  ),
  imported AS (SELECT EXISTS (SELECT 1 FROM locality) AS localities, EXISTS (SELECT 1 FROM site) AS sites)
SELECT
  z.id,
  z.class,
  z.commune_code AS "communeCode",
  z.province_code AS "provinceCode",
  z.region_code AS "regionCode",
  z.cell_count AS "cellCount",
  CASE WHEN i.localities THEN CASE WHEN p.id IS NULL THEN 0 ELSE p.people END END AS people,
  CASE WHEN i.localities THEN coalesce(p.localities, 0) END AS localities,
  CASE WHEN i.localities THEN coalesce(p.uncounted, 0) END AS "localitiesUncounted",
  CASE WHEN i.sites THEN coalesce(s.schools, 0) END AS schools,
  CASE WHEN i.sites THEN coalesce(s.health, 0) END AS "healthCentres",
  CASE WHEN i.sites THEN coalesce(s.administrations, 0) END AS administrations,
  CASE WHEN i.sites THEN coalesce(s.other, 0) END AS "otherSites"
FROM zone AS z
CROSS JOIN imported AS i
LEFT JOIN people_of_zone AS p USING (id)
LEFT JOIN sites_of_zone AS s USING (id)
WHERE z.series = $3::integer
  AND z.first_run <= $4::integer
  AND (z.next_run IS NULL OR z.next_run > $4::integer)
  AND z.class <> 'black'
ORDER BY z.id COLLATE "C"
