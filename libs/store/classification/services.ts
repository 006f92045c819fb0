/** Finds who may serve the judged cells, and the facts about each that its prior probability rests on. */
import type { Rule } from '#domain/rule'
import { GROUP_OF_TECHNOLOGY } from '#domain/verdict'
import { type Sql, param, raw, sql } from '../database/sql.js'
import { type RosterScope, rosterOperatorStage } from './roster-scope.js'
import type { JudgementScope, WindowScope } from './scope.js'
import type { Stage } from './stage.js'

/** The inputs of the stages of this file. */
export interface ServiceScope extends WindowScope {
  rule: Rule
  roster: RosterScope
}

export const hasRoster = (scope: JudgementScope): scope is JudgementScope & ServiceScope =>
  scope.roster !== null

/** The stages up to `operator_service`. `cells` selects the judged cells (column `cell`). */
export const serviceStages = (scope: ServiceScope, cells: Sql): Stage[] => [
  rosterOperatorStage(scope.roster),
  judgedCellStage(cells),
  declaredServiceStage(scope),
  declaredOperatorStage(scope.roster),
  declaredFamilyStage(scope.roster),
  placeOddsStage(scope.roster),
  operatorServiceStage(scope.roster),
]

/** Bits of an H3 index below the digit of resolution 7: cells with the same rest are the seven children of one parent. */
const FAMILY_SHIFT = 24

/** The cells of a family of seven are a range of indexes, ends included. */
export const familyRange = (family: string): Sql =>
  raw(`${family} << ${FAMILY_SHIFT} AND (${family} << ${FAMILY_SHIFT}) | ${(1 << FAMILY_SHIFT) - 1}`)

export const familyOf = (cell: string): Sql => raw(`${cell} >> ${FAMILY_SHIFT}`)

/** `judged_cell`: one row per cell with its region, its family and its parent of resolution 5. Input: `cell_place`. */
const judgedCellStage = (cells: Sql): Stage => ({
  name: 'judged_cell',
  isMaterialized: true,
  query: sql`
    SELECT cell, coalesce(region_code, '') AS region, ${familyOf('cell')} AS family, cell_parent(cell, 5) AS place
    FROM (SELECT DISTINCT cell FROM (${cells}) AS c) AS judged LEFT JOIN cell_place USING (cell)`,
})

/** The group of the column `technology`: groupOf() of the domain. */
export const TECHNOLOGY_GROUP = raw(
  `CASE ${Object.entries(GROUP_OF_TECHNOLOGY)
    .filter(([, group]) => group !== 'unnamed')
    .map(([technology, group]) => `WHEN technology = '${technology}' THEN '${group}'`)
    .join(' ')} ELSE 'unnamed' END`,
)

/** Declarations of rows `v` of `coverage` that are known, due, and meet the rule. */
export function isDeclared({ rule, knownBefore, lastDay }: Omit<ServiceScope, 'roster'>): Sql {
  const { minUploadBps } = rule
  const upload = minUploadBps === null ? raw('') : sql`AND v.upload_bps >= ${param(minUploadBps, 'bigint')}`
  return sql`v.kind = 'declared' AND v.on_date <= ${lastDay} AND v.received_at < ${knownBefore}
      AND (v.withdrawn_at IS NULL OR v.withdrawn_at >= ${knownBefore})
      AND v.technology = ANY(${param(rule.technologies, 'text[]')})
      AND v.download_bps >= ${param(rule.minDownloadBps, 'bigint')} ${upload}`
}

/**
 * `declared_service`: one row per cell, operator and group of technologies that the operator declares there. Input:
 * `coverage`, in the families of the judged cells or, where all cells are judged, everywhere.
 */
function declaredServiceStage(scope: ServiceScope): Stage {
  const declared = sql`SELECT v.cell, v.operator, v.technology FROM coverage AS v WHERE ${isDeclared(scope)}`
  const inFamilies = sql`SELECT d.* FROM (SELECT DISTINCT family FROM judged_cell) AS f
      JOIN LATERAL (${declared} AND v.cell BETWEEN ${familyRange('f.family')} OFFSET 0) AS d ON true`
  return {
    name: 'declared_service',
    isMaterialized: true,
    query: sql`
    SELECT DISTINCT cell, operator, ${TECHNOLOGY_GROUP} AS technology_group
    FROM (${scope.cells ? inFamilies : declared}) AS d`,
  }
}

/** A column for each group, made of the rows of that group. */
const ofGroups = ({ groups }: RosterScope, column: (group: string, condition: string) => string): Sql =>
  raw(groups.map((group) => column(group, `technology_group = '${group}'`)).join(', '))

/** `declared_operator`: one row per cell and operator that declares there, and which groups (`…_declared`). */
const declaredOperatorStage = (roster: RosterScope): Stage => ({
  name: 'declared_operator',
  query: sql`
    SELECT cell, operator, ${ofGroups(roster, (group, condition) => `bool_or(${condition}) AS ${group}_declared`)}
    FROM declared_service GROUP BY 1, 2`,
})

/** `declared_family`: in how many cells of a family an operator declares networks of each group (`…_cells`). */
const declaredFamilyStage = (roster: RosterScope): Stage => ({
  name: 'declared_family',
  query: sql`
    SELECT ${familyOf('cell')} AS family, operator,
      ${ofGroups(roster, (group, condition) => `count(*) FILTER (WHERE ${condition}) AS ${group}_cells`)}
    FROM declared_service GROUP BY 1, 2`,
})

/** `place_odds`: the log odds of each place, operator and group (`…_place`) that the presence model was fitted with. */
const placeOddsStage = (roster: RosterScope): Stage => ({
  name: 'place_odds',
  query: sql`
    SELECT place, operator, ${ofGroups(roster, (group, condition) => `max(log_odds) FILTER (WHERE ${condition}) AS ${group}_place`)}
    FROM presence_share WHERE model_id = ${roster.model} GROUP BY 1, 2`,
})

/** Number of the other cells of a family. */
const OTHERS_OF_FAMILY = 6

/**
 * `operator_service`: one row per judged cell and operator that may serve it, with the features of its priors that do not hang on
 * evidence (PresenceFeatures of the domain): for each group `…_declared`, `…_around` and `…_place`.
 */
const operatorServiceStage = ({ groups }: RosterScope): Stage => ({
  name: 'operator_service',
  query: sql`
    SELECT c.cell, c.region, operator, ${raw(groups.map(featuresOf).join(',\n      '))}
    FROM judged_cell AS c JOIN (SELECT region, operator FROM roster_operator) AS r USING (region)
    LEFT JOIN declared_operator AS h USING (cell, operator)
    LEFT JOIN declared_family AS f USING (family, operator)
    LEFT JOIN place_odds AS p USING (place, operator) OFFSET 0`,
})

const featuresOf = (group: string): string => `coalesce(${group}_declared, false) AS ${group}_declared,
      (coalesce(${group}_cells, 0) - coalesce(${group}_declared, false)::integer)::float8 / ${OTHERS_OF_FAMILY} AS ${group}_around,
      coalesce(${group}_place, 0) AS ${group}_place`
