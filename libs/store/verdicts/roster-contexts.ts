/** Reads what a run knew of the operators of a cell beside its evidence, so that reasons can be given as the run had them. */
import type { Rule } from '#domain/rule'
import { type RosterContext, type ServiceFacts, groupOf } from '#domain/verdict'
import { type RunRoster, rosterScope } from '../classification/roster-scope.js'
import { judgementScope } from '../classification/scope.js'
import { serviceStages } from '../classification/services.js'
import { withStages } from '../classification/stage.js'
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { param, sql } from '../database/sql.js'
import { presenceCoefficients } from '../presence/model.js'
import type { RunRow } from '../runs/run.js'
import { rosterOfRun } from '../runs/run-roster.js'

/** The contexts of cells (decimal indexes); null where the run judged without a roster. */
export async function rosterContextsOf(
  db: Queryable,
  run: RunRow,
  rule: Rule,
  cells: readonly string[],
): Promise<Map<string, RosterContext> | null> {
  const roster = rule.roster && (await rosterOfRun(db, run.id))
  if (!rule.roster || !roster) return null
  const coefficients = await presenceCoefficients(db, roster.model)
  const scope = judgementScope(rule, run, cells)
  const ofRoster = rosterScope(rule, rule.roster, roster, coefficients)
  const stages = serviceStages(
    { ...scope, roster: ofRoster },
    sql`SELECT * FROM unnest(${param(cells, 'bigint[]')}) AS u(cell)`,
  )
  const rows = await queryRows<ServiceRow>(
    db,
    withStages(
      stages,
      sql`
  SELECT s.*, c.cell::text, c.region FROM judged_cell AS c LEFT JOIN operator_service AS s USING (cell)
  ORDER BY c.cell, s.operator COLLATE "C"`,
    ),
  )
  const contexts = new Map<string, RosterContext>()
  for (const row of rows) {
    const context = contexts.get(row.cell) ?? {
      services: servicesIn(roster, row.region),
      facts: [],
      coefficients,
    }
    contexts.set(row.cell, { ...context, facts: [...context.facts, ...factsOf(row, roster)] })
  }
  return contexts
}

/** One operator that may serve a cell, with `…_declared`, `…_around` and `…_place` of each group, as the statement returns it. */
interface ServiceRow {
  cell: string
  region: string
  /** The operator; null where nobody may serve the cell. */
  operator: string | null
  [feature: string]: unknown
}

/** The facts about each group that the roster names. */
function factsOf(row: ServiceRow, { services }: RunRoster): ServiceFacts[] {
  const { region, operator } = row
  if (operator === null) return []
  const service = services.find((one) => one.region === region && one.operator === operator)!
  return [...new Set(service.technologies.map(groupOf))].map((group) => ({
    operator,
    group,
    declared: row[`${group}_declared`] ? 1 : service.declaredGroups.includes(group) ? -1 : 0,
    around: row[`${group}_around`] as number,
    placeLogOdds: row[`${group}_place`] as number,
  }))
}

/**
 * The context of an area as a whole (its HCP code): who may serve it, and nothing that is known of its single cells; null where
 * the run judged without a roster.
 */
export async function rosterContextOfArea(
  db: Queryable,
  run: RunRow,
  rule: Rule,
  area: string,
): Promise<RosterContext | null> {
  const roster = rule.roster && (await rosterOfRun(db, run.id))
  return (
    roster && {
      services: servicesIn(roster, area.slice(0, REGION_CODE_LENGTH)),
      facts: [],
      coefficients: null,
    }
  )
}

/** The code of an area begins with that of its region. */
const REGION_CODE_LENGTH = 2

/** The operators that may serve the cells of a region, in the order of their ids. */
const servicesIn = ({ services }: RunRoster, region: string) =>
  services
    .filter((service) => service.region === region)
    .map(({ operator, technologies }) => ({ operator, technologies }))
