/** Computes the probability that an operator serves a cell: operatorPresenceOf() of the domain in SQL. */
import { UNLISTED_GROUP_PRIOR } from '#domain/verdict'
import { raw, sql } from '../database/sql.js'
import { movableMetricsOf } from './figures.js'
import type { RosterScope } from './roster-scope.js'
import type { ServiceScope } from './services.js'
import type { Stage } from './stage.js'
import { ALL_STEPS_OPEN } from './states.js'

/** The stages from the evidence and the services to `operator_odds`. */
export const presenceStages = (scope: ServiceScope): Stage[] => [
  declaringOperatorStage(scope.roster),
  cellStandingStage,
  operatorCaseStage(scope),
  priorLogOddsStage(scope.roster),
  priorStage(scope.roster),
  modelledAbsenceStage(scope.roster),
  operatorOddsStage,
]

/** `declaring_operator`: one row per cell and operator of the roster that declares there by a group that the roster names. */
const declaringOperatorStage = ({ groups }: RosterScope): Stage => ({
  name: 'declaring_operator',
  query: raw(`
    SELECT cell, operator FROM declared_operator JOIN judged_cell USING (cell) JOIN roster_operator USING (region, operator)
    WHERE ${groups.map((group) => `${group}_listed AND ${group}_declared`).join(' OR ')}`),
})

/**
 * `cell_standing`: one row per cell: how many named operators have a present network there (`present_operators`), how many were
 * measured, are decided and have none (`absent_operators`), how many declare (`declaring_operators`).
 */
const cellStandingStage: Stage = {
  name: 'cell_standing',
  query: sql`
    SELECT cell, count(presence) AS present_operators,
      count(*) FILTER (WHERE presence IS NULL AND is_decided) AS absent_operators, count(d.cell) AS declaring_operators
    FROM (SELECT * FROM operator_summary WHERE operator <> '') AS o
    FULL JOIN (SELECT cell, operator FROM declaring_operator) AS d USING (cell, operator) GROUP BY cell`,
}

/**
 * `operator_case`: one row per cell and operator, with a name or without, that may serve the cell or was measured there: the
 * features of its priors, what was measured, and how many others are present, absent or declare. `region` is null where the roster
 * does not name it. Nobody knows a step of the ladder at which an operator fails that was not tried.
 */
function operatorCaseStage({ rule, roster }: ServiceScope): Stage {
  const { groups } = roster
  const ladder = movableMetricsOf(rule).flatMap((metric) => [
    `coalesce(${metric}_passed, 0) AS ${metric}_passed`,
    `CASE WHEN is_decided IS NULL THEN ${ALL_STEPS_OPEN} ELSE ${metric}_open END AS ${metric}_open`,
  ])
  const columns = [
    ...groups.flatMap((group) => [
      `${group}_declared`,
      `${group}_around`,
      `${group}_place`,
      `${group}_passing`,
      `retained_${group}_passing`,
    ]),
    'presence AS measured_presence',
    'retained_presence AS retained_measured_presence',
    'absence AS measured_absence',
    'retained_absence AS retained_measured_absence',
    'is_decided',
    'is_decided IS NOT NULL AS is_tried',
    'presence IS NOT NULL AS is_serving',
    // A claim counts only of an operator with a name.
    `operator <> '' AND presence IS NULL AND coalesce(is_claimed, false) AS is_claimed`,
    'coalesce(present_operators, 0) - (presence IS NOT NULL)::integer AS others_present',
    'coalesce(absent_operators, 0) - (presence IS NULL AND coalesce(is_decided, false))::integer AS others_absent',
    'coalesce(declaring_operators, 0) AS declaring_operators',
    ...ladder,
  ]
  return {
    name: 'operator_case',
    query: raw(`
    SELECT cell, region, operator, ${columns.join(',\n      ')}
    FROM operator_service FULL JOIN operator_summary USING (cell, operator) LEFT JOIN cell_standing USING (cell) OFFSET 0`),
  }
}

/**
 * `prior_log_odds`: the same rows with the prior log odds of each group that the roster names (`…_log_odds`), their terms in the
 * order of the domain; null for other groups. `has_untried`: one of the groups that it names was not measured.
 */
function priorLogOddsStage({ groups }: RosterScope): Stage {
  const isDeclaring = groups.map((group) => `(${group}_listed AND ${group}_declared)`).join(' OR ')
  const ofCount = (group: string, name: string): string =>
    `CASE others_${name} WHEN 0 THEN 0 WHEN 1 THEN ${group}_one_${name} ELSE ${group}_more_${name} END`
  const logOdds = (group: string): string => `CASE WHEN ${group}_listed THEN ${group}_intercept
        + CASE WHEN ${group}_declared THEN ${group}_declared_here + ${group}_around_here * ${group}_around
            WHEN ${group}_declares THEN ${group}_declared_elsewhere + ${group}_around_elsewhere * ${group}_around ELSE 0 END
        + ${group}_others_declaring * least(2, declaring_operators - coalesce(${isDeclaring}, false)::integer)
        + CASE WHEN ${group}_passing IS NULL THEN ${group}_untried ELSE 0 END + ${group}_of_place * ${group}_place
        + ${ofCount(group, 'present')} + ${ofCount(group, 'absent')} END AS ${group}_log_odds`
  const hasUntried = groups.map((group) => `(${group}_listed AND ${group}_passing IS NULL)`).join(' OR ')
  return {
    name: 'prior_log_odds',
    query: raw(`
    SELECT c.*, r.region IS NOT NULL AS is_listed, coalesce(${hasUntried}, false) AS has_untried,
      ${groups.map(logOdds).join(',\n      ')}
    FROM operator_case AS c LEFT JOIN roster_operator AS r ON r.region = c.region AND r.operator = c.operator OFFSET 0`),
  }
}

/**
 * `prior`: the same rows with priorOf() of the domain for each group, in ten-thousandths, so that log odds beyond ±20 are all
 * one; a measured group that the roster does not name has even odds, one that is neither measured nor named has null.
 */
function priorStage({ groups }: RosterScope): Stage {
  const prior = (group: string): string => `CASE WHEN ${group}_log_odds IS NOT NULL THEN
        least(0.9999, greatest(0.0001, floor(1 / (1 + exp(greatest(-20, least(20, -${group}_log_odds)))) * 10000 + 0.5) / 10000))
        WHEN ${group}_passing IS NOT NULL THEN ${UNLISTED_GROUP_PRIOR} END AS ${group}_prior`
  return {
    name: 'prior',
    query: raw(`
    SELECT *, ${groups.map(prior).join(',\n      ')}
    FROM prior_log_odds OFFSET 0`),
  }
}

/**
 * `modelled_absence`: the same rows with the probability that none of the operator's groups serves, where the roster names it
 * (`modelled_absence`): updatedPresence() of the domain for each group, the factors in the order of the groups.
 */
function modelledAbsenceStage({ groups, terms }: RosterScope): Stage {
  const [failure, pass] = [`${terms.falseFailure}::float8`, `${terms.falsePass}::float8`]
  const absence = (group: string, prefix: string): string => {
    const [prior, yes, no] = [
      `${group}_prior`,
      `${prefix}${group}_passing`,
      `(1 - ${prefix}${group}_passing)`,
    ]
    const serving = `${prior} * (${yes} * (1 - ${failure}) + ${no} * ${failure})`
    const absent = `(1 - ${prior}) * (${no} * (1 - ${pass}) + ${yes} * ${pass})`
    return `CASE WHEN ${prior} IS NULL THEN 1 WHEN ${yes} IS NULL THEN 1 - ${prior}
          ELSE 1 - ${serving} / (${serving} + ${absent}) END`
  }
  const product = (prefix: string): string =>
    `CASE WHEN is_listed THEN ${groups.map((group) => absence(group, prefix)).join('\n        * ')} END AS ${prefix}modelled_absence`
  return {
    name: 'modelled_absence',
    query: raw(`
    SELECT *, ${product('')},
      ${product('retained_')}
    FROM prior OFFSET 0`),
  }
}

/**
 * `operator_odds`: the same rows with the probability that the operator serves (`presence`), that it does not (`absence`), and
 * their `ratio`. All are null where neither measurements nor a prior speak of it, and where its claim counts. `is_absent`: every
 * group was measured and is decided, and no network is present.
 */
const operatorOddsStage: Stage = (() => {
  const isAbsent = `(NOT is_serving AND coalesce(is_decided, false) AND NOT has_untried)`
  const odds = (prefix: string): string => `
      CASE WHEN is_claimed THEN NULL WHEN is_listed THEN 1 - ${prefix}modelled_absence
        WHEN is_serving THEN ${prefix}measured_presence WHEN ${isAbsent} THEN 1 - ${prefix}measured_absence END AS ${prefix}presence,
      CASE WHEN is_claimed THEN NULL WHEN is_listed THEN ${prefix}modelled_absence
        WHEN is_serving THEN 1 - ${prefix}measured_presence WHEN ${isAbsent} THEN ${prefix}measured_absence END AS ${prefix}absence`
  return {
    name: 'operator_odds',
    query: raw(`
    SELECT *, presence / absence AS ratio, retained_presence / retained_absence AS retained_ratio
    FROM (SELECT *, ${isAbsent} AS is_absent, ${odds('')}, ${odds('retained_')}
      FROM modelled_absence OFFSET 0) AS o OFFSET 0`),
  }
})()
