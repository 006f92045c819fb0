/** Judges a cell from all operators that may serve it: rosterVerdictOf() of the domain in SQL. */
import {
  CLAIMED_CONFIDENCE,
  LADDER_BITS,
  GREY_FROM_SHIFT,
  type Metric,
  WHAT_IF_METRICS,
  thresholdOf,
} from '#domain/verdict'
import { type Sql, param, raw, sql } from '../database/sql.js'
import type { JudgementScope } from './scope.js'
import { roundedProbability } from './scores.js'
import { type Stage, literal } from './stage.js'

/** The stages from `operator_odds` to `incoming_verdict`. */
export function rosterCellStages(scope: JudgementScope): Stage[] {
  const { blackFrom } = scope.rule
  return [
    ...Array.from({ length: Math.max(0, blackFrom - 2) }, (_, i) => prefixSumStage(i + 1)),
    cellOperatorsStage(scope),
    countProbabilityStage(blackFrom),
    classProbabilityStage(blackFrom),
    probableClassStage,
    statedClassStage(scope),
    incomingVerdictStage,
  ]
}

/** `current` uses all samples; what is called `retained_…` is for the hysteresis of the class. */
const PREFIXES = ['', 'retained_'] as const

const sourceOfPrefix = (k: number): string => (k <= 1 ? 'operator_odds' : `prefix_sum_${k - 1}`)

/**
 * `prefix_sum_k`: the rows of `operator_odds` with the sum of the products of k odds of operators before it in ascending order.
 * Needed only by a rule that asks for more than two operators.
 */
function prefixSumStage(k: number): Stage {
  const sums = PREFIXES.map((prefix) => {
    const factor = k === 1 ? `${prefix}ratio` : `${prefix}ratio * ${prefix}prefix_${k - 1}`
    return `coalesce(sum(CASE WHEN operator <> '' THEN ${factor} END)
        OVER (PARTITION BY cell ORDER BY ${prefix}ratio ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS ${prefix}prefix_${k}`
  })
  return {
    name: `prefix_sum_${k}`,
    query: raw(`
    SELECT *, ${sums.join(',\n      ')}
    FROM ${sourceOfPrefix(k)}`),
  }
}

/**
 * `cell_operators`: one row per cell. Of its named operators: how many serve (`serving`), are not absent (`possible`), count by a
 * claim (`claimed`) or are known by nothing (`open`); the probability that none of the others serves (`none`), and the elementary
 * symmetric sums of their odds (`sum_1` …). What is known of a network without a name: null where there is none. And the ladder.
 */
function cellOperatorsStage(scope: JudgementScope): Stage {
  const { blackFrom } = scope.rule
  const named = (condition: string): string => `count(*) FILTER (WHERE operator <> '' AND ${condition})`
  const unnamed = (aggregated: string): string => `${aggregated} FILTER (WHERE operator = '')`
  const odds = PREFIXES.flatMap((prefix) => [
    `coalesce(product(${prefix}absence ORDER BY ${prefix}absence)
        FILTER (WHERE operator <> '' AND ${prefix}ratio IS NOT NULL), 1) AS ${prefix}none`,
    ...Array.from({ length: blackFrom - 1 }, (_, i) => {
      const factor = i === 0 ? '' : ` * ${prefix}prefix_${i}`
      return `coalesce(sum(${prefix}ratio${factor} ORDER BY ${prefix}ratio) FILTER (WHERE operator <> ''), 0) AS ${prefix}sum_${i + 1}`
    }),
    `${unnamed(`max(${prefix}presence)`)} AS ${prefix}unnamed_presence`,
    `${unnamed(`max(${prefix}absence)`)} AS ${prefix}unnamed_absence`,
  ])
  const columns = [
    `${named('is_serving')} AS serving`,
    `${named('NOT is_absent')} AS possible`,
    `count(*) FILTER (WHERE is_claimed) AS claimed`,
    `${named('ratio IS NULL AND NOT is_claimed')} AS open`,
    `bool_or(is_serving) AS is_served`,
    `coalesce(${unnamed('bool_or(NOT is_absent)')}, false) AS is_unnamed_possible`,
    `coalesce(${unnamed('bool_or(ratio IS NULL)')}, false) AS is_unnamed_open`,
    `bool_or(is_tried) AS is_tried`,
    `bool_and(is_decided) AS is_decided`,
    `bool_or(has_untried) AS has_untried`,
    `coalesce(array_agg(operator ORDER BY operator COLLATE "C") FILTER (WHERE is_listed AND NOT is_tried), '{}') AS untried`,
    ...odds,
  ]
  return {
    name: 'cell_operators',
    query: sql`
    SELECT cell, ${raw(columns.join(',\n      '))},
      ${ladderOf(scope)} AS ladder
    FROM ${raw(sourceOfPrefix(blackFrom - 1))} GROUP BY cell`,
  }
}

/**
 * The steps of each metric up to which the cell is black, up to which at least grey, from which on white; and in the bits above
 * those from which on fewer than `blackFrom` operators can serve it: below that step it is not known to be grey.
 */
function ladderOf({ rule }: JudgementScope): Sql {
  const nth = (column: string): string =>
    `coalesce((array_agg(${column} ORDER BY ${column} DESC) FILTER (WHERE operator <> ''))[${rule.blackFrom}], 0)`
  const ofMetric = (metric: Metric, i: number): string => {
    const [passed, open] = [`${metric}_passed`, `${metric}_open`]
    const steps = `(${nth(passed)} | (max(${passed}) << 4) | (max(${open}) << 8))::bigint << ${LADDER_BITS * i}`
    return `(${steps}) | (${nth(open)}::bigint << ${GREY_FROM_SHIFT + 4 * i})`
  }
  const metrics = WHAT_IF_METRICS.map((metric, i) =>
    thresholdOf(rule, metric) === null ? '0::bigint' : ofMetric(metric, i),
  )
  return raw(metrics.join('\n      | '))
}

/**
 * `count_probability`: the rows of `cell_operators` with the probabilities that exactly 0, 1 … of the operators with odds serve
 * (`count_0` …): countProbabilities() of the domain up to `blackFrom` - 1. Whether a network without a name counts: it stands for
 * an operator only where no named one serves.
 */
function countProbabilityStage(blackFrom: number): Stage {
  const counts = PREFIXES.flatMap((prefix) =>
    Array.from(
      { length: blackFrom },
      (_, k) => `${prefix}none${k === 0 ? '' : ` * ${prefix}sum_${k}`} AS ${prefix}count_${k}`,
    ),
  )
  return {
    name: 'count_probability',
    query: raw(`
    SELECT *, ${counts.join(', ')},
      serving = 0 AND claimed = 0 AND unnamed_presence IS NOT NULL AS counts_unnamed,
      serving = 0 AND claimed = 0 AND is_unnamed_open AS counts_open_unnamed
    FROM cell_operators OFFSET 0`),
  }
}

/** The presence and absence of the network without a name, as SQL. */
interface UnnamedOdds {
  presence: string
  absence: string
}

const SURELY_ABSENT: UnnamedOdds = { presence: '0::float8', absence: '1::float8' }
const SURELY_PRESENT: UnnamedOdds = { presence: '1::float8', absence: '0::float8' }

/**
 * `class_probability`: leastClassProbability() of the domain for each class. `retained_…` by the settled samples too. In the arrays
 * of sums the n-th entry is the probability that fewer than n operators serve; there is no entry below the first.
 */
function classProbabilityStage(blackFrom: number): Stage {
  const columns = PREFIXES.flatMap((prefix) => {
    const ofClass = (formula: (counts: string[]) => string): string => {
      const withUnnamed = (unnamed: UnnamedOdds) => formula(countsWithUnnamed(prefix, blackFrom, unnamed))
      const counted = { presence: `${prefix}unnamed_presence`, absence: `${prefix}unnamed_absence` }
      return `CASE WHEN counts_open_unnamed THEN least(${withUnnamed(SURELY_ABSENT)}, ${withUnnamed(SURELY_PRESENT)})
        WHEN counts_unnamed THEN ${withUnnamed(counted)}
        ELSE ${formula(countsOf(prefix, blackFrom))} END`
    }
    return [
      `${ofClass(whiteProbability)} AS ${prefix}white`,
      `${ofClass(greyProbability)} AS ${prefix}grey`,
      `${ofClass(blackProbability)} AS ${prefix}black`,
    ]
  })
  return {
    name: 'class_probability',
    query: raw(`
    SELECT *, ${columns.join(',\n      ')}
    FROM count_probability OFFSET 0`),
  }
}

const countsOf = (prefix: string, blackFrom: number): string[] =>
  Array.from({ length: blackFrom }, (_, k) => `${prefix}count_${k}`)

/** countsWithUnnamed() of the domain. */
function countsWithUnnamed(prefix: string, blackFrom: number, unnamed: UnnamedOdds): string[] {
  const [none, one, ...more] = countsOf(prefix, blackFrom)
  const withNone = `${none} * ${unnamed.absence}`
  return one === undefined ? [withNone] : [withNone, `(${one} + ${none} * ${unnamed.presence})`, ...more]
}

const sumsOf = (counts: readonly string[]): string[] =>
  counts.map((_, i) => counts.slice(0, i + 1).join(' + '))

/** The probability that fewer than so many serve. */
const fewerThan = (counts: readonly string[], limit: string): string =>
  `coalesce((ARRAY[${sumsOf(counts).join(', ')}])[${limit}], 0)`

const whiteProbability = ([none]: string[]): string => `CASE WHEN claimed + open > 0 THEN 0 ELSE ${none} END`

function greyProbability(counts: string[]): string {
  const blackFrom = counts.length
  const some = counts.slice(1).join(' + ') || '0'
  return `CASE WHEN claimed > 0 THEN ${fewerThan(counts, `${blackFrom} - claimed - open`)}
          WHEN open > 0 THEN least(${some}, ${fewerThan(counts, `${blackFrom} - open`)}) ELSE ${some} END`
}

const blackProbability = (counts: string[]): string =>
  `1 - ${fewerThan(counts, `${counts.length} - claimed`)}`

/** `probable_class`: the most probable class, with its probability as it is stated: in thousandths. */
const probableClassStage: Stage = (() => {
  const probability = (prefix: string): Sql =>
    roundedProbability(
      raw(
        `CASE class WHEN 'white' THEN ${prefix}white WHEN 'grey' THEN ${prefix}grey ELSE ${prefix}black END`,
      ),
    )
  return {
    name: 'probable_class',
    query: sql`
    SELECT *, ${probability('')} AS probability, ${probability('retained_')} AS retained_probability
    FROM (SELECT *, CASE WHEN white >= grey AND white >= black THEN 'white' WHEN grey >= black THEN 'grey' ELSE 'black' END AS class
      FROM class_probability OFFSET 0) AS c OFFSET 0`,
  }
})()

/**
 * `stated_class`: whether the class is stated (`is_stated`), and the bounds of the number of operators. Priors alone state no
 * class. One that was sure enough by the settled samples stays stated down to the rule's `keepClassConfidence`.
 */
function statedClassStage({ rule }: JudgementScope): Stage {
  const needed = param(rule.classConfidence, 'float8')
  const kept = param(rule.keepClassConfidence, 'float8')
  return {
    name: 'stated_class',
    query: sql`
    SELECT *, (is_tried OR claimed > 0) AND probability > 0 AND (probability >= ${needed}
        OR (probability >= ${kept} AND retained_probability >= ${needed})) AS is_stated,
      greatest(serving, is_served::integer)::smallint AS lower_bound,
      greatest(possible, is_served::integer, (serving = 0 AND is_unnamed_possible)::integer)::smallint AS upper_bound
    FROM probable_class OFFSET 0`,
  }
}

/** `incoming_verdict`: one row per cell as the table `verdict` has it. A class that rests on a claim is as sure as a coin at most. */
const incomingVerdictStage: Stage = {
  name: 'incoming_verdict',
  isMaterialized: true,
  query: sql`
    SELECT cell, ladder, lower_bound, upper_bound, untried, CASE WHEN is_stated THEN class ELSE 'unknown' END AS class,
      CASE WHEN NOT is_stated THEN 0 WHEN claimed > 0 THEN least(probability, ${literal(CLAIMED_CONFIDENCE)}) ELSE probability
        END AS confidence,
      CASE WHEN is_stated THEN NULL WHEN is_served THEN 'served'
        WHEN is_tried AND is_decided AND has_untried THEN 'none_tried' END AS partial
    FROM stated_class`,
}
