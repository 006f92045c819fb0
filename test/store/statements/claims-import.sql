WITH
  incoming AS MATERIALIZED (
    SELECT *
    FROM json_to_recordset($1::json) AS r(
      cell bigint, operator text, technology text, "downloadBps" bigint, "uploadBps" bigint, "onDate" date
    )
  ),
  clock AS MATERIALIZED (SELECT clock_timestamp() AS now),
  current_claim AS MATERIALIZED (
    SELECT c.*
    FROM coverage AS c
    JOIN incoming AS i ON c.cell = i.cell
      AND c.operator = i.operator
      AND c.technology = i.technology
      AND c.on_date = i."onDate"
    WHERE c.kind = $2::text AND c.withdrawn_at IS NULL
  ),
  changed AS MATERIALIZED (
    SELECT i.*, c.received_at
    FROM incoming AS i
    LEFT JOIN current_claim AS c ON c.cell = i.cell
      AND c.operator = i.operator
      AND c.technology = i.technology
      AND c.on_date = i."onDate"
    WHERE c.cell IS NULL OR (i."downloadBps", i."uploadBps") IS DISTINCT FROM (c.download_bps, c.upload_bps)
  ),
  closed AS (
    UPDATE coverage AS c
    SET withdrawn_at = (SELECT now FROM clock)
    FROM changed AS i
    WHERE c.cell = i.cell
      AND c.kind = $2::text
      AND c.operator = i.operator
      AND c.technology = i.technology
      AND c.on_date = i."onDate"
      AND c.received_at = i.received_at
    RETURNING 1
  ),
  opened AS (
    INSERT INTO coverage (
      cell, kind, operator, technology, on_date, received_at, download_bps, upload_bps, source
    )
    SELECT
      cell, $2::text, operator, technology, "onDate", (SELECT now FROM clock), "downloadBps", "uploadBps", $3
    FROM changed
    RETURNING 1
  )
SELECT (SELECT count(*) FROM opened)::integer AS added, (SELECT count(*) FROM closed)::integer AS replaced
