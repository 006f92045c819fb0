SELECT
  i.code,
  i.version,
  i.name_fr AS "nameFr",
  i.name_ar AS "nameAr",
  i.area_code AS "areaCode",
  i.operator,
  i.technology,
  i.target_bps::float8 AS "targetBps",
  i.awarded_on::text AS "awardedOn",
  i.started_on::text AS "startedOn",
  i.promised_by::text AS "promisedBy",
  i.in_service_on::text AS "inServiceOn",
  i.lat,
  i.lng,
  cardinality(i.cells) AS cells,
  i.locality_id AS "localityId",
  i.zone_id AS "zoneId",
  i.comment,
  i.source,
  i.author,
  i.begun_at AS "changedAt",
  i.simulated,
  f.step,
  f.state,
  f.begun_at AS since,
  f.run_id AS run,
  f.evidence,
  (coalesce(i.promised_by::text, '9999-12-31') || ' ' || i.code) COLLATE "C" AS key
FROM plan_item AS i
JOIN plan_finding AS f ON f.code = i.code AND f.ended_at IS NULL
WHERE i.ended_at IS NULL
  AND NOT i.withdrawn
  AND (i.area_code = $1::text OR starts_with(i.area_code, $1::text || '.'))
  AND f.state = $2
  AND i.operator = $3
  AND i.technology = $4
  AND (coalesce(i.promised_by::text, '9999-12-31') || ' ' || i.code) COLLATE "C" > $5
ORDER BY (coalesce(i.promised_by::text, '9999-12-31') || ' ' || i.code) COLLATE "C"
LIMIT $6
