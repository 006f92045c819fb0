WITH
  part AS MATERIALIZED (
    SELECT s.code, samples, no_service, bins, counts, devices
    FROM current_area AS a
    JOIN area_series AS s ON s.code = a.code,
    (
      SELECT
        first,
        after,
        date_trunc('month', first + interval '1 month' - interval '1 day')::date AS first_month,
        date_trunc('month', after)::date AS after_month
      FROM (
        SELECT
          ($1::timestamptz AT TIME ZONE 'Africa/Casablanca')::date AS first,
          (($2::timestamptz - interval '1 microsecond') AT TIME ZONE 'Africa/Casablanca')::date + 1 AS after
      ) AS d
    ) AS days
    WHERE a.level = $3
      AND left(a.code, length($4::text)) = $4::text
      AND s.day >= first
      AND s.day < after
      AND CASE WHEN s.day >= first_month AND s.day < after_month THEN s.step = 'month' ELSE s.step = 'day' END
  ),
  area_count AS (
    SELECT code AS key, sum(samples)::integer AS samples, sum(no_service)::integer AS no_service
    FROM part
    GROUP BY 1
  ),
  area_devices AS (
    SELECT key, (array_agg(hash ORDER BY hash))[1:64]::float8[] AS devices
    FROM (SELECT DISTINCT code AS key, unnest(devices) AS hash FROM part) AS h
    GROUP BY key
  ),
  area_histogram AS (
    SELECT key, array_agg(bin ORDER BY bin) AS bins, array_agg(n ORDER BY bin) AS counts
    FROM (
      SELECT code AS key, bin, sum(n)::integer AS n
      FROM part
      CROSS JOIN LATERAL unnest(bins, counts) AS u(bin, n)
      WHERE bin / 1000 = ANY($5::integer[])
      GROUP BY 1, 2
    ) AS b
    GROUP BY key
  )
SELECT key, samples, no_service AS "noService", coalesce(devices, '{}') AS devices, bins, counts
FROM area_count
LEFT JOIN area_devices USING (key)
LEFT JOIN area_histogram USING (key)
WHERE samples > 0
