/** Gathers the roster of a run before it looks at evidence: who may serve where, what they declare by region, and the presence model. */
import { type RosterEntry, servicesAt } from '#domain/roster'
import type { Rule } from '#domain/rule'
import type { TechnologyGroup } from '#domain/verdict'
import type { RegionService, RunRoster } from '../classification/roster-scope.js'
import { judgementScope } from '../classification/scope.js'
import { TECHNOLOGY_GROUP, isDeclared } from '../classification/services.js'
import type { Queryable } from '../database/database.js'
import { localDay } from '../database/local-time.js'
import { queryRow, queryRows } from '../database/query.js'
import { param, sql } from '../database/sql.js'
import { presenceModelKnownBefore } from '../presence/model.js'
import { rosterKnownBefore } from '../roster/roster.js'
import type { RunWindow } from './run.js'

/** Cells outside all regions. */
const NO_REGION = ''

/** The roster as a run of the rule knows it; null if the rule judges without one, or nobody wrote one. */
export async function runRosterOf(db: Queryable, rule: Rule, window: RunWindow): Promise<RunRoster | null> {
  if (!rule.roster) return null
  const roster = await rosterKnownBefore(db, window.knownBefore)
  if (roster.length === 0) return null
  return {
    model: await presenceModelKnownBefore(db, rule.id, window.knownBefore),
    services: await regionServices(db, rule, window, roster),
  }
}

async function regionServices(
  db: Queryable,
  rule: Rule,
  window: RunWindow,
  roster: readonly RosterEntry[],
): Promise<RegionService[]> {
  const { day, regions } = (await queryRow<{ day: string; regions: string[] }>(
    db,
    sql`SELECT ${localDay(param(window.to, 'timestamptz'))}::text AS day,
       coalesce(array_agg(code ORDER BY code) FILTER (WHERE level = 'region'), '{}') AS regions FROM current_area`,
  ))!
  const declared = await declaredGroups(db, rule, window)
  return [...regions, NO_REGION].flatMap((region) =>
    servicesAt(roster, { regionCode: region || null, day }, rule.technologies).map((service) => ({
      ...service,
      region,
      declaredGroups: declared.get(keyOf(region, service.operator)) ?? [],
    })),
  )
}

const keyOf = (region: string, operator: string): string => `${region} ${operator}`

/** The groups of technologies, by region and operator, of which it declares a network somewhere there that meets the rule. */
async function declaredGroups(
  db: Queryable,
  rule: Rule,
  window: RunWindow,
): Promise<Map<string, TechnologyGroup[]>> {
  const rows = await queryRows<{ region: string; operator: string; groups: TechnologyGroup[] }>(
    db,
    sql`SELECT region, operator, array_agg(technology_group ORDER BY technology_group) AS groups
     FROM (SELECT DISTINCT coalesce(p.region_code, '') AS region, v.operator, ${TECHNOLOGY_GROUP} AS technology_group
       FROM coverage AS v LEFT JOIN cell_place AS p USING (cell)
       WHERE ${isDeclared(judgementScope(rule, window, null))}) AS declared
     GROUP BY region, operator`,
  )
  return new Map(rows.map(({ region, operator, groups }) => [keyOf(region, operator), groups]))
}

/** The roster that a run was made with; null if it judged without one. */
export async function rosterOfRun(db: Queryable, run: number): Promise<RunRoster | null> {
  const row = await queryRow<{ roster: RunRoster | null }>(db, sql`SELECT roster FROM run WHERE id = ${run}`)
  return row?.roster ?? null
}

/**
 * The regions whose cells a run has to judge again because their operators, or what these declare there, differ from the run
 * before; null: all cells, because the presence model differs or there was no roster.
 */
export function changedRegions(before: RunRoster | null, now: RunRoster | null): string[] | null {
  if (before === null && now === null) return []
  if (!before || !now || before.model !== now.model) return null
  const textOf = (roster: RunRoster, region: string): string =>
    JSON.stringify(
      roster.services
        .filter((service) => service.region === region)
        .map(({ operator, technologies, declaredGroups: groups }) => [operator, technologies, groups]),
    )
  const regions = new Set([...before.services, ...now.services].map(({ region }) => region))
  return [...regions].filter((region) => textOf(before, region) !== textOf(now, region))
}
