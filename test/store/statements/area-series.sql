SELECT key AT TIME ZONE 'Africa/Casablanca' AS start, samples, "noService", devices, bins, counts
FROM (
  WITH
    part AS MATERIALIZED (
      SELECT date_trunc($1::text, day::timestamp) AS bucket, samples, no_service, bins, counts, devices
      FROM area_series
      WHERE code = $2
        AND step = $3
        AND day >= ($4::timestamptz AT TIME ZONE 'Africa/Casablanca')::date
        AND day < ($5::timestamptz AT TIME ZONE 'Africa/Casablanca')::date
        AND operator = $6
        AND technology = $7
    ),
    area_count AS (
      SELECT bucket AS key, sum(samples)::integer AS samples, sum(no_service)::integer AS no_service
      FROM part
      GROUP BY 1
    ),
    area_devices AS (
      SELECT key, (array_agg(hash ORDER BY hash))[1:64]::float8[] AS devices
      FROM (SELECT DISTINCT bucket AS key, unnest(devices) AS hash FROM part) AS h
      GROUP BY key
    ),
    area_histogram AS (
      SELECT key, array_agg(bin ORDER BY bin) AS bins, array_agg(n ORDER BY bin) AS counts
      FROM (
        SELECT bucket AS key, bin, sum(n)::integer AS n
        FROM part
        CROSS JOIN LATERAL unnest(bins, counts) AS u(bin, n)
        WHERE bin / 1000 = ANY($8::integer[])
        GROUP BY 1, 2
      ) AS b
      GROUP BY key
    )
  SELECT key, samples, no_service AS "noService", coalesce(devices, '{}') AS devices, bins, counts
  FROM area_count
  LEFT JOIN area_devices USING (key)
  LEFT JOIN area_histogram USING (key)
  WHERE samples > 0
) AS sums
ORDER BY key
