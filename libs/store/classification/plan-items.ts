/** The samples that an item of the plan has in place of a cell's: its own probes, in all the cells that it covers. */
import { param, raw, sql } from '../database/sql.js'
import type { RuleFigures } from './figures.js'
import { TIME_ZONE_SQL } from '../database/local-time.js'
import type { Stage } from './stage.js'

/**
 * `plan_probe`: one row per item of the plan and probe of its own network in one of its cells since its day of
 * service. `cell` is the item's number in `codes` (from 1), `place` the cell in which the probe was measured.
 *
 * Inputs: `plan_item` (its current version), `probe`.
 */
export const planProbeStage = (codes: readonly string[]): Stage => ({
  name: 'plan_probe',
  query: sql`
    SELECT a.n AS cell, p.cell AS place, p.id, p.operator, p.technology, p.device_id, p.measured_at,
      p.received_at, p.outcome, p.download_bps, p.upload_bps, p.latency_ms, p.loss_ratio, p.counted
    FROM unnest(${param(codes, 'text[]')}) WITH ORDINALITY AS a(code, n)
    JOIN plan_item AS i ON i.code = a.code AND i.ended_at IS NULL CROSS JOIN LATERAL unnest(i.cells) AS c(cell)
    JOIN probe AS p ON p.cell = c.cell AND p.operator = i.operator AND p.technology = i.technology
      AND p.measured_at >= i.in_service_on::timestamp AT TIME ZONE ${raw(TIME_ZONE_SQL)}`,
})

/** `reached_cells`: one row per item: in how many of its cells the rule has samples. Input: `sample` with its `place`. */
export const reachedCellsStage = ({ family }: RuleFigures): Stage => ({
  name: 'reached_cells',
  query: sql`
    SELECT cell, count(DISTINCT place)::integer AS cells_measured
    FROM sample WHERE ${raw(family.name)} GROUP BY cell`,
})
