SELECT
  id,
  at,
  kind,
  run,
  rule,
  zone,
  class,
  item,
  "nameFr",
  "nameAr",
  "stateBefore",
  "communeCode",
  "provinceCode",
  "regionCode",
  "cellsBefore",
  "cellsAfter",
  other,
  became,
  simulated OR EXISTS (SELECT 1 FROM site WHERE simulated) AS simulated,
  micros::text AS micros
FROM (
  (
    SELECT
      ('zone-' || r.id || '-' || e.zone_id) AS id,
      r.at,
      'zone.' || e.kind AS kind,
      r.id AS run,
      r.rule_id AS rule,
      e.zone_id AS zone,
      z.class,
      NULL AS item,
      NULL AS "nameFr",
      NULL AS "nameAr",
      NULL AS "stateBefore",
      z.commune_code AS "communeCode",
      z.province_code AS "provinceCode",
      z.region_code AS "regionCode",
      e.cells_before AS "cellsBefore",
      e.cells_after AS "cellsAfter",
      e.other_zone AS other,
      e.became,
      false AS simulated,
      r.micros
    FROM (
      SELECT
        id, series, rule_id, created_at AS at, (extract(epoch FROM created_at) * 1000000)::bigint AS micros
      FROM run
      WHERE current
        AND rule_id = $1
        AND 'zone-' || id = $2
        AND created_at >= $3
        AND (extract(epoch FROM created_at) * 1000000)::bigint <= $4::bigint
      ORDER BY created_at DESC
    ) AS r
    JOIN zone_event AS e ON e.run_id = r.id AND e.series = r.series
    LEFT JOIN LATERAL (
      SELECT class, commune_code, province_code, region_code
      FROM zone
      WHERE series = e.series AND id = e.zone_id AND first_run <= e.run_id
      ORDER BY first_run DESC
      LIMIT 1
    ) AS z ON true
    WHERE 'zone.' || e.kind = ANY($5::text[])
      AND $6 IN (z.commune_code, z.province_code, z.region_code)
      AND (r.micros < $4::bigint OR ('zone-' || r.id || '-' || e.zone_id) COLLATE "C" < $7::text)
    ORDER BY r.at DESC, ('zone-' || r.id || '-' || e.zone_id) COLLATE "C" DESC
    LIMIT $8::integer
  )
  UNION ALL (
    SELECT
      e.id,
      e.at,
      e.kind,
      e.run_id,
      $9::text,
      NULL,
      NULL,
      e.code,
      i.name_fr,
      i.name_ar,
      e.state_before,
      CASE WHEN length(i.area_code) > 6 THEN i.area_code END,
      CASE WHEN length(i.area_code) >= 6 THEN left(i.area_code, 6) END,
      left(i.area_code, 2),
      NULL,
      NULL,
      NULL,
      NULL::jsonb,
      i.simulated,
      e.micros
    FROM (
      SELECT
        *,
        'plan.' || coalesce(state, 'withdrawn') AS kind,
        (extract(epoch FROM at) * 1000000)::bigint AS micros,
        'plan-' || (extract(epoch FROM at) * 1000000)::bigint || '-' || code AS id
      FROM plan_event
      WHERE at <= 'epoch'::timestamptz + $4::bigint * interval '1 microsecond'
    ) AS e
    JOIN plan_item AS i ON i.code = e.code AND i.version = e.version
    WHERE e.kind = ANY($10::text[])
      AND (i.area_code = $11::text OR starts_with(i.area_code, $11::text || '.'))
      AND $12::boolean
      AND e.batch = $13
      AND e.at >= $14
      AND (e.micros < $4::bigint OR e.id COLLATE "C" < $7::text)
    ORDER BY e.at DESC, e.id COLLATE "C" DESC
    LIMIT $8::integer
  )
) AS e
ORDER BY at DESC, id COLLATE "C" DESC
LIMIT $8::integer
