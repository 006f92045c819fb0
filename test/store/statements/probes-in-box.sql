/* prepared */
SELECT cell::text
FROM json_to_recordset($1::json) AS r(low bigint, high bigint)
CROSS JOIN LATERAL (
  SELECT DISTINCT m.cell
  FROM measured_site AS m
  CROSS JOIN LATERAL (
    SELECT 1
    FROM site AS s
    WHERE s.code = m.site_code
      AND s.lng BETWEEN $2::float8 AND $3::float8
      AND s.lat BETWEEN $4::float8 AND $5::float8
    OFFSET 0
  ) AS s
  WHERE m.cell BETWEEN r.low AND r.high AND m.cell > $6::bigint
  ORDER BY m.cell
  LIMIT 4
) AS c
ORDER BY c.cell
LIMIT 4
