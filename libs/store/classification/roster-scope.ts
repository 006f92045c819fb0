/** The roster as a run knows it before it looks at evidence, and the stage by which its statement reads it. */
import type { RosterService } from '#domain/roster'
import type { RosterTerms, Rule } from '#domain/rule'
import {
  type PresenceCoefficients,
  TECHNOLOGY_GROUPS,
  type TechnologyGroup,
  groupCoefficientsOf,
  groupOf,
} from '#domain/verdict'
import { type Sql, param, raw, sql } from '../database/sql.js'
import type { Stage } from './stage.js'

/** An operator that may serve the cells of a region. */
export interface RegionService extends RosterService {
  /** HCP code; '' stands for the cells outside all regions. */
  region: string
  /** Groups of which the operator declares a network somewhere in the region that meets the rule. */
  declaredGroups: readonly TechnologyGroup[]
}

/** Who may serve where, as a run knew it. It is stored with the run. */
export interface RunRoster {
  /** Id of the presence model; null: the shipped coefficients. */
  model: number | null
  /** The services, by region and operator. */
  services: readonly RegionService[]
}

/** The inputs of the stages that judge by the roster, beside the rule. */
export interface RosterScope {
  terms: RosterTerms
  /** The groups of the rule's technologies, in the domain's order; each has columns of its own, which begin with its name. */
  groups: readonly TechnologyGroup[]
  /** Id of the presence model; 0 has no shares of places. */
  model: Sql
  /** json: the rows of the stage `roster_operator`. */
  operators: Sql
}

export function rosterScope(
  { technologies }: Rule,
  terms: RosterTerms,
  { model, services }: RunRoster,
  coefficients: PresenceCoefficients,
): RosterScope {
  const groups = TECHNOLOGY_GROUPS.filter((group) => technologies.map(groupOf).includes(group))
  return {
    terms,
    groups,
    model: param(model ?? 0, 'integer'),
    operators: param(JSON.stringify(services.map((service) => rowOf(service, groups, coefficients))), 'json'),
  }
}

/** Names of the coefficients of a group, all of them doubles. */
const COEFFICIENTS = [
  'intercept',
  'declared_here',
  'declared_elsewhere',
  'around_here',
  'around_elsewhere',
  'others_declaring',
  'untried',
  'of_place',
  'one_present',
  'more_present',
  'one_absent',
  'more_absent',
] as const

/** An operator with its coefficients for each group by which it may serve the region. */
function rowOf(
  { region, operator, technologies, declaredGroups }: RegionService,
  groups: readonly TechnologyGroup[],
  all: PresenceCoefficients,
): Record<string, unknown> {
  const listed = technologies.map(groupOf)
  const row: Record<string, unknown> = { region, operator }
  for (const group of groups) {
    row[`${group}_listed`] = listed.includes(group)
    row[`${group}_declares`] = declaredGroups.includes(group)
    for (const [name, value] of Object.entries(coefficientsOf(all, operator, group)))
      row[`${group}_${name}`] = value
  }
  return row
}

function coefficientsOf(
  all: PresenceCoefficients,
  operator: string,
  group: TechnologyGroup,
): Record<(typeof COEFFICIENTS)[number], number> {
  const c = groupCoefficientsOf(all, operator, group)
  return {
    intercept: c.intercept,
    declared_here: c.declaredHere,
    declared_elsewhere: c.declaredElsewhere,
    around_here: c.aroundHere,
    around_elsewhere: c.aroundElsewhere,
    others_declaring: c.othersDeclaring,
    untried: c.untried,
    of_place: c.place,
    one_present: c.othersPresent[0],
    more_present: c.othersPresent[1],
    one_absent: c.othersAbsent[0],
    more_absent: c.othersAbsent[1],
  }
}

/**
 * `roster_operator`: one row per region and operator that may serve there; for each group of the rule's technologies whether the
 * roster names it (`…_listed`), whether the operator declares it somewhere in the region (`…_declares`), and its coefficients.
 */
export function rosterOperatorStage({ operators, groups }: RosterScope): Stage {
  const columns = groups.flatMap((group) => [
    `${group}_listed boolean`,
    `${group}_declares boolean`,
    ...COEFFICIENTS.map((name) => `${group}_${name} float8`),
  ])
  return {
    name: 'roster_operator',
    isMaterialized: true,
    query: sql`
    SELECT * FROM json_to_recordset(${operators}) AS r(region text, operator text, ${raw(columns.join(', '))})`,
  }
}
