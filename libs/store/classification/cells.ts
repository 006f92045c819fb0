/** Judges a cell from its measured operators alone: verdictOf() of the domain in SQL. */
import { CLAIMED_CONFIDENCE, LADDER_BITS, type Metric, WHAT_IF_METRICS, thresholdOf } from '#domain/verdict'
import { type Sql, join, param, raw, sql } from '../database/sql.js'
import type { JudgementScope } from './scope.js'
import { roundedProbability } from './scores.js'
import { type Stage, literal } from './stage.js'

/** The stages from `operator_summary` to `incoming_verdict`. */
export function cellStages(scope: JudgementScope): Stage[] {
  const blackFrom = param(scope.rule.blackFrom, 'integer')
  return [
    cellSummaryStage(scope, blackFrom),
    cellPresenceStage,
    candidateClassStage(blackFrom),
    classProbabilityStage,
    publishedClassStage(scope),
    incomingVerdictStage(scope),
  ]
}

/**
 * `cell_summary`: one row per cell. The present operators' confidences as arrays in descending order, apart for
 * those that have a name and the one that has none; the probability that all others with a name are absent
 * (`others_absence`); how many have a name and are only `claimed`; and the packed `ladder` (classAtStep() of the
 * domain).
 *
 * Input: `operator_summary`.
 */
function cellSummaryStage(scope: JudgementScope, blackFrom: Sql): Stage {
  const namedPresence = (presence: string): string =>
    `array_agg(${presence} ORDER BY ${presence} DESC) FILTER (WHERE presence IS NOT NULL AND operator <> '')`
  const othersAbsence = (absence: string): string =>
    `coalesce(product(${absence} ORDER BY ${absence})
        FILTER (WHERE ${absence} IS NOT NULL AND presence IS NULL AND operator <> ''), 1)`
  const unnamed = (aggregated: string): string => `max(${aggregated}) FILTER (WHERE operator = '')`
  return {
    name: 'cell_summary',
    query: sql`
    SELECT cell, ${raw(namedPresence('presence'))} AS named_presence,
      ${raw(namedPresence('retained_presence'))} AS retained_named_presence,
      ${raw(unnamed('presence'))} AS unnamed_presence,
      ${raw(unnamed('retained_presence'))} AS retained_unnamed_presence,
      coalesce(${raw(unnamed('absence'))}, 1) AS unnamed_absence,
      coalesce(${raw(unnamed('retained_absence'))}, 1) AS retained_unnamed_absence,
      ${raw(othersAbsence('absence'))} AS others_absence,
      ${raw(othersAbsence('retained_absence'))} AS retained_others_absence,
      count(*) FILTER (WHERE is_claimed AND presence IS NULL AND operator <> '') AS claimed,
      bool_or(is_undecided) AS is_undecided,
      ${ladderOf(scope, blackFrom)} AS ladder
    FROM operator_summary GROUP BY cell`,
  }
}

/**
 * Twelve bits a metric: up to which step the cell is black, up to which at least grey, from which on white. An
 * operator without a name stands for one only where no named one does: alone, never as one of several.
 */
function ladderOf({ rule }: JudgementScope, blackFrom: Sql): Sql {
  const blackTo = (metric: Metric): Sql =>
    rule.blackFrom === 1
      ? raw(`max(${metric}_passed)`)
      : sql`coalesce((array_agg(${raw(metric)}_passed ORDER BY ${raw(metric)}_passed DESC)
        FILTER (WHERE operator <> ''))[${blackFrom}], 0)`
  const packed = WHAT_IF_METRICS.map((metric, i) =>
    thresholdOf(rule, metric) === null
      ? raw('0::bigint')
      : sql`((${blackTo(metric)} | (max(${raw(metric)}_passed) << 4) | (max(${raw(metric)}_open) << 8))::bigint
        << ${literal(LADDER_BITS * i)})`,
  )
  return join(packed, '\n      | ')
}

/** `cell_presence`: the confidences of the operators that count as present: the named ones, else the unnamed one. */
const cellPresenceStage: Stage = {
  name: 'cell_presence',
  query: raw(`
    SELECT *, CASE WHEN cardinality(named_presence) > 0 THEN named_presence
        WHEN unnamed_presence IS NOT NULL THEN ARRAY[unnamed_presence] ELSE '{}' END AS presence,
      CASE WHEN cardinality(named_presence) > 0 THEN retained_named_presence
        WHEN unnamed_presence IS NOT NULL THEN ARRAY[retained_unnamed_presence] ELSE '{}' END AS retained_presence
    FROM cell_summary OFFSET 0`),
}

/**
 * `candidate_class`: the class that the count of operators gives, before it is asked how sure it is; whether that
 * count needs a claim (`rests_on_claim`); and the probability that the operators which make the class are all
 * present.
 */
function candidateClassStage(blackFrom: Sql): Stage {
  const presentProduct = (presence: string): Sql =>
    sql`(SELECT coalesce(product(confidence ORDER BY confidence DESC), 1)
        FROM unnest(${raw(presence)}[1:${blackFrom}]) AS confidence)`
  return {
    name: 'candidate_class',
    query: sql`
    SELECT *, CASE WHEN cardinality(presence) >= ${blackFrom} THEN 'black'
        WHEN claimed > 0 THEN CASE WHEN cardinality(presence) + claimed >= ${blackFrom} THEN 'black' ELSE 'grey' END
        WHEN cardinality(presence) > 0 THEN 'grey' WHEN NOT is_undecided THEN 'white' ELSE 'unknown' END AS class,
      ${presentProduct('presence')} AS present_product,
      ${presentProduct('retained_presence')} AS retained_present_product,
      cardinality(presence) < ${blackFrom} AND claimed > 0 AS rests_on_claim
    FROM cell_presence OFFSET 0`,
  }
}

/**
 * `class_probability`: classProbabilityOf() of the domain, of all samples and with hysteresis (`retained_…`); 0..1.
 */
const classProbabilityStage: Stage = (() => {
  const probability = (prefix: string): Sql =>
    roundedProbability(
      raw(`CASE class WHEN 'black' THEN ${prefix}present_product
        WHEN 'grey' THEN ${prefix}present_product * ${prefix}others_absence
        WHEN 'white' THEN ${prefix}others_absence * ${prefix}unnamed_absence ELSE 0 END`),
    )
  return {
    name: 'class_probability',
    query: sql`
    SELECT *, CASE WHEN rests_on_claim THEN ${literal(CLAIMED_CONFIDENCE)} ELSE ${probability('')} END AS probability,
      ${probability('retained_')} AS retained_probability
    FROM candidate_class OFFSET 0`,
  }
})()

/**
 * `published_class`: whether the class is sure enough to be stated (`is_published`): publishedClass() of the
 * domain. One that was sure enough by the settled samples stays down to the rule's `keepClassConfidence`.
 */
function publishedClassStage({ rule }: JudgementScope): Stage {
  const needed = param(rule.classConfidence, 'float8')
  const kept = param(rule.keepClassConfidence, 'float8')
  return {
    name: 'published_class',
    query: sql`
    SELECT cell, ladder, class, probability, rests_on_claim OR probability >= ${needed}
        OR (probability >= ${kept} AND retained_probability >= ${needed}) AS is_published
    FROM class_probability`,
  }
}

/** `incoming_verdict`: one row per cell as the table `verdict` has it; a class that is not published is unknown. */
const incomingVerdictStage = ({ rule }: JudgementScope): Stage => ({
  name: 'incoming_verdict',
  isMaterialized: true,
  query: raw(`
    SELECT cell, ladder, CASE WHEN is_published THEN class ELSE 'unknown' END AS class,
      CASE WHEN is_published THEN probability ELSE 0 END AS confidence${rule.roster ? NO_BOUNDS : ''}
    FROM published_class`),
})

/** A rule that judges by the roster says nothing of operators while the roster is empty. */
const NO_BOUNDS = `, NULL::smallint AS lower_bound, NULL::smallint AS upper_bound, '{}'::text[] AS untried, NULL::text AS partial`
