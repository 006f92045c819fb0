/** Computes how far a network's share of passes lies from the rule's, and how sure that is. */
import { normalQuantileOf } from '#domain/rule'
import { type Sql, param, raw, sql } from '../database/sql.js'
import { type JudgementScope, WEIGHT_UNIT } from './scope.js'
import { type Stage, literal } from './stage.js'

export const scoreStages = (scope: JudgementScope): Stage[] => {
  const share = param(scope.rule.passShare, 'float8')
  return [wilsonScoreStage(scope, share), logOddsStage(scope, share), normalTailStage, confidenceStage]
}

/** Weights are thousandths of a sample; the formulas are written for samples. */
const samplesOf = (weight: string): Sql => raw(`${weight}::float8 / ${WEIGHT_UNIT}`)

/**
 * `wilson_score`: the rows of `network` with wilsonScoreOf() of the domain for all samples (`score`) and for the
 * settled ones (`settled_score`), in standard errors; and between which weights of passes the share is not decided
 * at the rule's confidence: from `decisive_pass_weight` on it lies above, up to `decisive_fail_weight` below
 * (thousandths).
 */
function wilsonScoreStage({ rule }: JudgementScope, share: Sql): Stage {
  const z = param(normalQuantileOf(rule.confidence), 'float8')
  const score = (passWeight: string, weight: string): Sql =>
    sql`CASE WHEN ${raw(weight)} = 0 THEN 0 ELSE (${samplesOf(passWeight)} - ${samplesOf(weight)} * ${share})
        / sqrt(${samplesOf(weight)} * (${share} * (1 - ${share}))) END`
  const margin = sql`${z} * sqrt(weight::float8 * (${share} * (1 - ${share}) * ${literal(WEIGHT_UNIT)}))`
  return {
    name: 'wilson_score',
    query: sql`
    SELECT *, ${score('pass_weight', 'weight')} AS score,
      ${score('settled_pass_weight', 'settled_weight')} AS settled_score,
      (weight * ${share} + ${margin})::bigint AS decisive_pass_weight,
      (weight * ${share} - ${margin})::bigint AS decisive_fail_weight
    FROM network OFFSET 0`,
  }
}

/**
 * `log_odds`: logOddsScoreOf() of the domain, in standard errors that include how much places within a cell differ.
 * Half a sample is added to either side (Haldane and Anscombe), so that no share is infinitely likely.
 */
function logOddsStage({ rule }: JudgementScope, share: Sql): Stage {
  const spread = param(rule.placeSpread, 'float8')
  const withHalf = (weight: string): Sql => sql`(${samplesOf(weight)} + 0.5)`
  const logOdds = (passWeight: string, weight: string): Sql => {
    const [passes, failures] = [withHalf(passWeight), withHalf(`(${weight} - ${passWeight})`)]
    return sql`CASE WHEN ${raw(weight)} = 0 THEN 0
        ELSE (ln(${passes} / ${failures}) - ln(${share} / (1 - ${share})))
          / sqrt(1 / ${passes} + 1 / ${failures} + (${spread} * ${spread}) / devices) END`
  }
  return {
    name: 'log_odds',
    query: sql`
    SELECT *, ${logOdds('pass_weight', 'weight')} AS log_odds,
      ${logOdds('settled_pass_weight', 'settled_weight')} AS settled_log_odds
    FROM wilson_score OFFSET 0`,
  }
}

/**
 * The score from which on the normal distribution is 1 to 15 digits, and PostgreSQL refuses an exponential that close
 * to zero.
 */
const MAX_NORMAL_SCORE = '8::float8'

/** `normal_tail`: |log odds| as the argument x of normalCdf() of the domain, and its t = 1 / (1 + 0.2316419 x). */
const normalTailStage: Stage = (() => {
  const distance = (column: string): Sql => raw(`least(${MAX_NORMAL_SCORE}, abs(${column}))`)
  const t = (column: string): Sql => sql`1 / (1 + 0.2316419::float8 * ${distance(column)})`
  return {
    name: 'normal_tail',
    query: sql`
    SELECT *, ${distance('log_odds')} AS x, ${t('log_odds')} AS t,
      ${distance('settled_log_odds')} AS settled_x, ${t('settled_log_odds')} AS settled_t
    FROM log_odds OFFSET 0`,
  }
})()

/** normalCdf() of the domain, its terms in the same order; a function of SQL would cost ten times as much. */
const normalCdf = (x: string, t: string): Sql =>
  raw(`1 - 0.3989422804014327::float8 * exp((-${x} * ${x}) / 2) * (${t} * (0.31938153::float8
        + ${t} * (-0.356563782::float8 + ${t} * (1.781477937::float8
        + ${t} * (-1.821255978::float8 + ${t} * 1.330274429::float8)))))`)

/**
 * A probability rounded to thousandths as the domain rounds it, and never more than 0.999: samples make nothing
 * certain.
 */
export const roundedProbability = (probability: Sql): Sql =>
  sql`least(0.999, floor((${probability}) * 1000 + 0.5) / 1000)`

/**
 * `network_confidence`: networkConfidenceOf() of the domain: how sure it is that the share of passes lies on the
 * side of the rule's on which it was found, by all samples (`confidence`) and by the settled ones
 * (`settled_confidence`).
 */
const confidenceStage: Stage = {
  name: 'network_confidence',
  query: sql`
    SELECT *, ${roundedProbability(normalCdf('x', 't'))} AS confidence,
      ${roundedProbability(normalCdf('settled_x', 'settled_t'))} AS settled_confidence
    FROM normal_tail`,
}
