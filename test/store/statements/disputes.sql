SELECT
  d.id,
  d.subject,
  to_hex(d.cell) AS h3,
  d.run_id AS run,
  d.rule_id AS rule,
  d.operator,
  d.technology,
  d.standing,
  d.claimed,
  d.region_code AS "regionCode",
  d.province_code AS "provinceCode",
  d.commune_code AS "communeCode",
  a.name_fr AS "placeFr",
  a.name_ar AS "placeAr",
  d.opened_by AS "openedBy",
  d.opener_role AS "openerRole",
  d.opener_operator AS "openerOperator",
  d.site_code AS "siteCode",
  d.claim,
  d.opened_at AS "openedAt",
  d.due_by AS "dueBy",
  d.state,
  e.at AS "decidedAt",
  e.comment AS decision,
  d.simulated
FROM dispute AS d
LEFT JOIN current_area AS a ON a.code = coalesce(d.commune_code, d.province_code, d.region_code)
LEFT JOIN dispute_event AS e ON e.dispute_id = d.id AND e.action IN ('uphold', 'reject')
WHERE $1 IN (d.commune_code, d.province_code, d.region_code)
  AND d.cell = $2::bigint
  AND d.state <> ALL('{upheld,rejected,withdrawn}'::text[])
  AND $3 IN (d.operator, d.opener_operator)
  AND $4::boolean = (d.due_by < $5 AND d.state <> ALL('{upheld,rejected,withdrawn}'::text[]))
  AND (d.opened_at, d.id) < (SELECT opened_at, id FROM dispute WHERE id = $6::uuid)
ORDER BY d.opened_at DESC, d.id DESC
LIMIT $7
