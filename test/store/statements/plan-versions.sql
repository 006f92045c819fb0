WITH
  incoming AS MATERIALIZED (
    SELECT *, clock_timestamp() AS now
    FROM json_to_recordset($1::json) AS r(
      code text,
      version integer,
      "nameFr" text,
      "nameAr" text,
      "areaCode" text,
      "localityId" text,
      "zoneId" text,
      lat float8,
      lng float8,
      cells json,
      operator text,
      technology text,
      "targetBps" bigint,
      "awardedOn" date,
      "startedOn" date,
      "promisedBy" date,
      "inServiceOn" date,
      comment text,
      withdrawn boolean,
      simulated boolean
    )
  ),
  closed AS (
    UPDATE plan_item AS p
    SET ended_at = i.now
    FROM incoming AS i
    WHERE p.code = i.code AND p.ended_at IS NULL
    RETURNING p.code
  )
INSERT INTO plan_item (
  code, version, name_fr, name_ar, area_code, locality_id, zone_id, lat, lng, cells, operator, technology,
  target_bps, awarded_on, started_on, promised_by, in_service_on, comment, withdrawn, simulated, source,
  author, begun_at
)
SELECT
  i.code,
  version,
  "nameFr",
  "nameAr",
  "areaCode",
  "localityId",
  "zoneId",
  lat,
  lng,
  ARRAY(SELECT c::bigint FROM json_array_elements_text(cells) AS c),
  operator,
  technology,
  "targetBps",
  "awardedOn",
  "startedOn",
  "promisedBy",
  "inServiceOn",
  comment,
  withdrawn,
  simulated,
  $2,
  $3,
  now
FROM incoming AS i
LEFT JOIN closed ON closed.code = i.code
