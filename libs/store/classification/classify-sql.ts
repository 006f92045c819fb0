/**
 * The classification of a country in one statement, the set-based twin of verdictOf() in the domain library. The order
 * of every arithmetic operation is the same there, so that both give the same doubles; weights are integers, so that no
 * order of the probes changes a sum.
 *
 * One pass: probe → a device's day → device → network → operator → cell → what differs from the run before.
 * `OFFSET 0` keeps what is written once computed once.
 */

import { MIN_MEASURED_AT_MS } from '#domain/probe'
import { type Rule, normalQuantileOf } from '#domain/rule'
import {
  EVENING_HOURS,
  LADDER_BITS,
  WHAT_IF_METRICS,
  type Metric,
  THRESHOLD_STEPS,
  thresholdOf,
} from '#domain/verdict'
import { reachRankSql } from '../verdicts/network-rollup.js'

export interface Statement {
  sql: string
  parameters: unknown[]
}

export interface ClassificationInput {
  rule: Rule
  window: { from: Date; to: Date; knownBefore: Date }
  run: { id: number; series: number }
  /** Only these cells are judged, and compared with the run before; null: all. */
  cells: readonly string[] | null
}

const TIME_ZONE_SQL = `'Africa/Casablanca'`
const DAY_MS = 86_400_000

/** One thousandth of a sample is the unit of weight, so that a half is a whole number. */
const WEIGHT_UNIT = 1000

/**
 * Writes the verdicts that differ from the run before in the series, closes those that ended, and lists both in `changed`;
 * in `changed_network` the networks of which something else is said.
 */
export function classifyStatement(judging: ClassificationInput): Statement {
  const parameters: unknown[] = []
  const add: BindTyped = (value, type) => `$${parameters.push(value)}::${type}`
  const known = { ...judging, add, cellList: judging.cells && add(judging.cells, 'bigint[]') }
  const sql = `WITH ${deviceDayCtes(known)}, ${networkCtes(known)}, ${stateCtes(known)}, ${cellCtes(known)} ${changeCtes(known)}`
  return { sql, parameters }
}

/** What items of the plan are held against: their own probes since their own day of service. */
export interface PlanEvidenceInput extends Pick<ClassificationInput, 'window'> {
  /** As planRuleOf() of the domain makes it; all items have its threshold. */
  rule: Rule
  codes: readonly string[]
}

/**
 * By the same rule and the same weights, the network of each item of the plan over all its cells: an item stands where a
 * cell stands above, by its number in `codes`. Gives the evidence with its state, and in how many cells it was measured.
 */
export function planEvidenceStatement({ rule, window, codes }: PlanEvidenceInput): Statement {
  const parameters: unknown[] = []
  const add: BindTyped = (value, type) => `$${parameters.push(value)}::${type}`
  const probes = `(SELECT a.n AS cell, p.cell AS place, p.id, p.operator, p.technology, p.device_id, p.measured_at,
      p.received_at, p.outcome, p.download_bps, p.upload_bps, p.latency_ms, p.loss_ratio, p.counted
    FROM unnest(${add(codes, 'text[]')}) WITH ORDINALITY AS a(code, n)
    JOIN plan_item AS i ON i.code = a.code AND i.ended_at IS NULL CROSS JOIN LATERAL unnest(i.cells) AS c(cell)
    JOIN probe AS p ON p.cell = c.cell AND p.operator = i.operator AND p.technology = i.technology
      AND p.measured_at >= i.in_service_on::timestamp AT TIME ZONE ${TIME_ZONE_SQL}) AS probe`
  const known: StatementContext = {
    rule,
    window,
    run: { id: 0, series: 0 },
    cells: null,
    add,
    cellList: null,
    probes: { from: probes, cell: 'place' },
  }
  const sql = `WITH ${deviceDayCtes(known)}, ${networkCtes(known)}, ${stateCtes(known)}, reached AS (
      SELECT cell, count(DISTINCT place)::integer AS cells_measured FROM sample ${peakHoursCondition(known)} GROUP BY cell
    )
    SELECT cell::integer AS n, ${EVIDENCE_COLUMNS.map((name) => `${name}::float8`).join(', ')},
      (date_part('epoch', last_measured_at) * 1000)::float8 AS last_measured_at, state, cells_measured
    FROM decided JOIN reached USING (cell)`
  return { sql, parameters }
}

type BindTyped = (value: unknown, type: string) => string
interface StatementContext extends ClassificationInput {
  add: BindTyped
  cellList: string | null
  /** Where samples come from instead of the table of probes, and the column of their true cell there. */
  probes?: { from: string; cell: string }
}

const cellCondition = ({ cellList }: StatementContext): string =>
  cellList ? `AND cell = ANY(${cellList})` : ''

/** What a sample must have reached for each threshold of the rule; what the rule does not ask for is not read. */
function limitsOf({ rule, add }: StatementContext): { column: string; isReached: string }[] {
  const limit = (column: string, sign: '>=' | '<=', value: number | null) =>
    value === null ? [] : [{ column, isReached: `${column} ${sign} ${add(value, 'float8')}` }]
  return [
    ...limit('download_bps', '>=', rule.minDownloadBps),
    ...limit('upload_bps', '>=', rule.minUploadBps),
    ...limit('latency_ms', '<=', rule.maxLatencyMs),
    ...limit('loss_ratio', '<=', rule.maxLossRatio),
  ]
}

const COLUMN: Record<Metric, string> = {
  download: 'download_bps',
  upload: 'upload_bps',
  latency: 'latency_ms',
}

/** Metrics whose threshold the rule has, and so can be moved. */
const metricsWithThreshold = (rule: Rule): Metric[] =>
  WHAT_IF_METRICS.filter((metric) => thresholdOf(rule, metric) !== null)

/** Each step of each threshold that the rule has: passes if the threshold were there and the others as they are. */
const stepsOf = (rule: Rule): { name: string; passes: string }[] =>
  metricsWithThreshold(rule).flatMap((metric) =>
    THRESHOLD_STEPS[metric].map((step, i) => ({
      name: `${metric}_${i}`,
      passes: `free_${metric} ${metric === 'latency' ? '<=' : '>='} ${step}`,
    })),
  )

const stepNames = ({ rule }: StatementContext): string[] => stepsOf(rule).map((step) => step.name)

const HOUR = `date_part('hour', local)::integer`

const peakHoursCondition = ({ rule, add }: StatementContext): string =>
  rule.peakHours
    ? `WHERE ${HOUR} >= ${add(rule.peakHours.from, 'integer')} AND ${HOUR} < ${add(rule.peakHours.to, 'integer')}`
    : ''

/** What each device measured of each network on each local day, weighed. */
function deviceDayCtes(known: StatementContext): string {
  const { rule, window, add } = known
  const limits = limitsOf(known)
  const knownBefore = add(window.knownBefore, 'timestamptz')
  const steps = stepsOf(rule)
  // The figure of a sample that meets all the other thresholds: null where it does not.
  const free = metricsWithThreshold(rule).map((metric) => {
    const others = limits.filter((l) => l.column !== COLUMN[metric]).map((l) => ` AND ${l.isReached}`)
    return `CASE WHEN outcome = 'ok'${others.join('')} THEN ${COLUMN[metric]} END AS free_${metric}`
  })
  const asked = limits.map((l) => `${l.column} IS NOT NULL`).join(' AND ')
  const to = `(${add(window.to, 'timestamptz')} AT TIME ZONE ${TIME_ZONE_SQL})::date`
  const half = rule.halfWeightAfterDays
  const unit =
    half === null
      ? WEIGHT_UNIT
      : `CASE WHEN day < ${to} - ${add(half, 'integer')} THEN ${WEIGHT_UNIT / 2} ELSE ${WEIGHT_UNIT} END`
  const { from, cell } = known.probes ?? { from: 'probe', cell: 'cell' }
  return `sample AS (
    SELECT cell, ${known.probes ? `${cell}, ` : ''}coalesce(operator, '') AS operator, coalesce(technology, '') AS technology, device_id, measured_at,
      (measured_at AT TIME ZONE ${TIME_ZONE_SQL}) AS local, outcome = 'no_service' AS is_silent,
      outcome = 'ok' AND ${limits.map((l) => l.isReached).join(' AND ')} AS is_pass, ${free.join(', ')}
    FROM ${from}
    WHERE measured_at >= ${add(window.from, 'timestamptz')} AND measured_at < ${add(window.to, 'timestamptz')}
      AND received_at < ${knownBefore} AND counted ${cellCondition(known)}
      AND NOT EXISTS (SELECT 1 FROM probe_flag AS f WHERE f.cell = probe.${cell} AND f.probe_id = probe.id
        AND NOT f.counted AND f.created_at < ${knownBefore})
      AND (technology = ANY(${add(rule.technologies, 'text[]')}) ${rule.technologies.includes('wifi_unknown') ? 'OR technology IS NULL' : ''})
      AND (outcome = 'no_service' OR (outcome = 'ok' AND ${asked}))
    OFFSET 0
  ), device_day AS (
    SELECT cell, operator, technology, device_id, local::date AS day, count(*)::integer AS samples,
      (count(*) FILTER (WHERE is_pass))::integer AS passes,
      (count(*) FILTER (WHERE is_silent))::integer AS no_service,
      (count(*) FILTER (WHERE ${HOUR} >= ${EVENING_HOURS.from} AND ${HOUR} < ${EVENING_HOURS.to}))::integer AS peak_samples,
      bit_or(1 << ${HOUR}) AS hours, max(measured_at) AS last_measured_at
      ${steps.map((s) => `, (count(*) FILTER (WHERE ${s.passes}))::integer AS ${s.name}`).join('')}
    FROM sample ${peakHoursCondition(known)} GROUP BY cell, operator, technology, device_id, local::date
  ), weighed AS (
    SELECT *, least(samples, ${add(rule.deviceDayCap, 'integer')}) * ${unit} AS weight,
      day < ${to} - ${add(rule.settleDays, 'integer')} AS is_settled,
      set_bit(${add('0'.repeat(daysOf(window)), 'varbit')}, day - (${add(startOf(window), 'timestamptz')} AT TIME ZONE ${TIME_ZONE_SQL})::date, 1) AS day_bit
    FROM device_day OFFSET 0
  )`
}

/** No probe is older than the earliest time that ingest takes. */
const startOf = ({ from }: ClassificationInput['window']) =>
  new Date(Math.max(from.getTime(), MIN_MEASURED_AT_MS))
/** Local days that the window touches: one more at each end, for local midnight is not UTC's. */
const daysOf = (window: ClassificationInput['window']) =>
  Math.max(0, Math.ceil((window.to.getTime() - startOf(window).getTime()) / DAY_MS)) + 2

/** Device by device, then together: no device weighs more than the rule's cap. */
function networkCtes(known: StatementContext): string {
  const { rule, add } = known
  const cap = add(rule.deviceCap * WEIGHT_UNIT, 'integer')
  const names = stepNames(known)
  const capped = (part: string, whole: string) =>
    `sum((CASE WHEN ${whole} > ${cap} THEN ${part} * ${cap} / ${whole} ELSE ${part} END)::integer) AS ${part}`
  const weighted = (part: string, as: string) => `sum((${part}::bigint * weight / samples)::integer) AS ${as}`
  return `device AS (
    SELECT cell, operator, technology, device_id, sum(samples) AS samples, sum(passes) AS passes,
      sum(no_service) AS no_service, sum(peak_samples) AS peak_samples, bit_or(hours) AS hours,
      max(last_measured_at) AS last_measured_at, sum(weight) AS weight, ${weighted('passes', 'pass_weight')},
      coalesce(sum(weight) FILTER (WHERE is_settled), 0) AS settled_weight,
      coalesce(sum((passes::bigint * weight / samples)::integer) FILTER (WHERE is_settled), 0) AS settled_pass_weight,
      bit_or(day_bit) FILTER (WHERE passes > 0) AS pass_days,
      bit_or(day_bit) FILTER (WHERE passes < samples) AS fail_days
      ${names.map((name) => `, ${weighted(name, name)}`).join('')}
    FROM weighed GROUP BY cell, operator, technology, device_id
  ), measured AS (
    SELECT cell, operator, technology, sum(samples)::integer AS samples, sum(passes)::integer AS passes,
      sum(no_service)::integer AS no_service, sum(peak_samples)::integer AS peak_samples,
      bit_count(bit_or(hours)::bit(24)) AS hours, max(last_measured_at) AS last_measured_at,
      ${capped('pass_weight', 'weight')}, ${capped('settled_pass_weight', 'settled_weight')},
      sum(least(weight, ${cap})::integer) AS weight, sum(least(settled_weight, ${cap})::integer) AS settled_weight,
      count(*)::integer AS devices, (count(*) FILTER (WHERE passes > 0))::integer AS pass_devices,
      (count(*) FILTER (WHERE passes < samples))::integer AS fail_devices, bit_count(bit_or(coalesce(pass_days | fail_days, pass_days, fail_days))) AS days,
      coalesce(bit_count(bit_or(pass_days)), 0) AS pass_days, coalesce(bit_count(bit_or(fail_days)), 0) AS fail_days
      ${names.map((name) => `, ${capped(name, 'weight')}`).join('')}
    FROM device GROUP BY cell, operator, technology
  ), ${claimCtes(known)}`
}

/** What operators declare and promise, beside what was measured; only for a rule that counts either. */
function claimCtes(known: StatementContext): string {
  const { rule, window, add } = known
  if (!rule.declaredCounts && rule.planningHorizonDays === null)
    return `network AS (SELECT *, NULL::bigint AS declared_bps, NULL::date AS planned_by FROM measured)`
  const today = `(${add(window.to, 'timestamptz')} AT TIME ZONE ${TIME_ZONE_SQL})::date`
  const knownBefore = add(window.knownBefore, 'timestamptz')
  const declared = rule.declaredCounts
    ? `max(download_bps) FILTER (WHERE kind = 'declared' AND on_date <= ${today})`
    : 'NULL::bigint'
  const horizon = rule.planningHorizonDays
  const planned =
    horizon === null
      ? 'NULL::date'
      : `min(on_date) FILTER (WHERE kind = 'planned' AND on_date >= ${today} AND on_date <= ${today} + ${add(horizon, 'integer')})`
  const upload = rule.minUploadBps === null ? '' : `AND upload_bps >= ${add(rule.minUploadBps, 'bigint')}`
  const figures = [...EVIDENCE_COLUMNS, ...stepNames(known)].map((name) => `coalesce(${name}, 0) AS ${name}`)
  return `claim AS (
    SELECT cell, operator, technology, ${declared} AS declared_bps, ${planned} AS planned_by FROM coverage
    WHERE received_at < ${knownBefore} AND (withdrawn_at IS NULL OR withdrawn_at >= ${knownBefore}) ${cellCondition(known)}
      AND technology = ANY(${add(rule.technologies, 'text[]')}) AND download_bps >= ${add(rule.minDownloadBps, 'bigint')} ${upload}
    GROUP BY cell, operator, technology
  ), network AS (
    SELECT cell, operator, technology, ${figures.join(', ')}, last_measured_at, declared_bps, planned_by
    FROM measured FULL JOIN (SELECT * FROM claim WHERE declared_bps IS NOT NULL OR planned_by IS NOT NULL) AS claim
      USING (cell, operator, technology)
  )`
}

/** What the evidence of a network counts. */
const EVIDENCE_COLUMNS = [
  'samples',
  'passes',
  'no_service',
  'peak_samples',
  'weight',
  'pass_weight',
  'settled_weight',
  'settled_pass_weight',
  'devices',
  'pass_devices',
  'fail_devices',
  'days',
  'pass_days',
  'fail_days',
  'hours',
]

/**
 * normalCdf() of x = |lean|, t = 1 / (1 + 0.2316419 x), its terms in the same order; a function of SQL would cost ten times as much. Beyond 8 the
 * result is 1 to 15 digits, and PostgreSQL refuses an exponential too small to be told from zero.
 */
const normalCdf = (x: string, t: string): string =>
  `1 - 0.3989422804014327::float8 * exp((-${x} * ${x}) / 2) * (${t} * (0.31938153::float8 + ${t} * (-0.356563782::float8
    + ${t} * (1.781477937::float8 + ${t} * (-1.821255978::float8 + ${t} * 1.330274429::float8)))))`

/** wilsonScoreOf(), logOddsScoreOf(), networkConfidenceOf(), networkState(). */
function stateCtes(known: StatementContext): string {
  const { rule, add } = known
  const share = add(rule.passShare, 'float8')
  const z = add(normalQuantileOf(rule.confidence), 'float8')
  const minWeight = add(rule.minSamples * WEIGHT_UNIT, 'bigint')
  const minDays = add(rule.minDays, 'integer')
  const minDevices = add(rule.minDevices, 'integer')
  const spread = add(rule.placeSpread, 'float8')
  const half = (part: string) => `(${part}::float8 / 1000 + 0.5)`
  const lean = (part: string, whole: string) =>
    `CASE WHEN ${whole} = 0 THEN 0 ELSE (ln(${half(part)} / ${half(`(${whole} - ${part})`)}) - ln(${share} / (1 - ${share})))
      / sqrt(1 / ${half(part)} + 1 / ${half(`(${whole} - ${part})`)} + (${spread} * ${spread}) / devices) END`
  const far = (of: string) => `least(8::float8, abs(${of}))`
  const certainty = (x: string, t: string) => `least(0.999, floor((${normalCdf(x, t)}) * 1000 + 0.5) / 1000)`
  const doubt = (of: string, sure: string) => `CASE WHEN ${of} >= 0 THEN 1 - ${sure} ELSE ${sure} END`
  const score = (part: string, whole: string) =>
    `CASE WHEN ${whole} = 0 THEN 0 ELSE (${part}::float8 / 1000 - ${whole}::float8 / 1000 * ${share})
      / sqrt(${whole}::float8 / 1000 * (${share} * (1 - ${share}))) END`
  // Passes from which on a share is decided above the rule's, and up to which below: thousandths, as the weights are.
  const margin = `${z} * sqrt(weight::float8 * (${share} * (1 - ${share}) * ${WEIGHT_UNIT}))`
  return `scored AS (
    SELECT *, ${score('pass_weight', 'weight')} AS score, ${score('settled_pass_weight', 'settled_weight')} AS settled_score,
      (weight * ${share} + ${margin})::bigint AS enough_passes, (weight * ${share} - ${margin})::bigint AS too_few_passes
    FROM network OFFSET 0
  ), leaning AS (
    SELECT *, ${lean('pass_weight', 'weight')} AS lean, ${lean('settled_pass_weight', 'settled_weight')} AS settled_lean
    FROM scored OFFSET 0
  ), tailed AS (
    SELECT *, ${far('lean')} AS x, 1 / (1 + 0.2316419::float8 * ${far('lean')}) AS t,
      ${far('settled_lean')} AS settled_x, 1 / (1 + 0.2316419::float8 * ${far('settled_lean')}) AS settled_t
    FROM leaning OFFSET 0
  ), certain AS (
    SELECT *, ${certainty('x', 't')} AS certainty, ${certainty('settled_x', 'settled_t')} AS settled_certainty,
      weight >= ${minWeight} AND hours >= ${add(rule.minHours, 'integer')} AS has_enough,
      CASE WHEN score >= 0 THEN pass_days ELSE fail_days END >= ${minDays}
        AND CASE WHEN score >= 0 THEN pass_devices ELSE fail_devices END >= ${minDevices} AS is_spread,
      abs(score) >= ${z} OR (abs(score) >= ${add(normalQuantileOf(rule.keepConfidence), 'float8')} AND settled_weight >= ${minWeight}
        AND CASE WHEN score >= 0 THEN settled_score ELSE -settled_score END >= ${z}) AS leans
    FROM tailed OFFSET 0
  ), decided AS (
    SELECT *, CASE
        WHEN weight > 0 AND has_enough AND is_spread AND leans AND score >= 0 THEN 'present'
        WHEN planned_by IS NOT NULL THEN 'planned'
        WHEN weight > 0 AND has_enough AND is_spread AND leans THEN CASE WHEN no_service = samples THEN 'absent' ELSE 'refuted' END
        WHEN declared_bps IS NOT NULL AND score >= 0 THEN 'declared'
        ELSE 'unknown' END AS state,
      CASE WHEN (lean >= 0) = (settled_lean >= 0) THEN greatest(certainty, settled_certainty) ELSE certainty END AS held,
      CASE WHEN weight > 0 THEN ${doubt('lean', 'certainty')} END AS doubt,
      CASE WHEN settled_weight > 0 THEN greatest(${doubt('lean', 'certainty')}, ${doubt('settled_lean', 'settled_certainty')})
        WHEN weight > 0 THEN ${doubt('lean', 'certainty')} END AS held_doubt
      ${ladderSteps(known, { minDays, minDevices })}
    FROM certain OFFSET 0
  )`
}

/** For each metric: how many of its steps the network passes, and how many it is not known to fail. */
function ladderSteps(
  known: StatementContext,
  { minDays, minDevices }: Record<'minDays' | 'minDevices', string>,
): string {
  const isWide = `(has_enough AND days >= ${minDays} AND devices >= ${minDevices})`
  const steps = (metric: Metric, test: string) =>
    THRESHOLD_STEPS[metric].map((_, i) => `(${metric}_${i} ${test})::integer`).join(' + ')
  return metricsWithThreshold(known.rule)
    .map(
      (metric) => `,
        CASE WHEN ${isWide} THEN ${steps(metric, '>= enough_passes')} ELSE 0 END AS ${metric}_passed,
        CASE WHEN ${isWide} THEN ${steps(metric, '> too_few_passes')} ELSE 15 END AS ${metric}_open`,
    )
    .join('')
}

/** verdictOf(). */
function cellCtes(known: StatementContext): string {
  const { rule, add } = known
  const blackFrom = add(rule.blackFrom, 'integer')
  // Who is not named stands for an operator only where no named one does: alone, never as one of several.
  const black = (metric: Metric) =>
    rule.blackFrom === 1
      ? `max(${metric}_passed)`
      : `coalesce((array_agg(${metric}_passed ORDER BY ${metric}_passed DESC) FILTER (WHERE operator <> ''))[${blackFrom}], 0)`
  const ladder = WHAT_IF_METRICS.map((metric, i) =>
    thresholdOf(rule, metric) === null
      ? '0::bigint'
      : `((${black(metric)} | (max(${metric}_passed) << 4) | (max(${metric}_open) << 8))::bigint << ${LADDER_BITS * i})`,
  )
  const moved = metricsWithThreshold(rule)
  const others = (absent: string) =>
    `coalesce(product(${absent} ORDER BY ${absent}) FILTER (WHERE ${absent} IS NOT NULL AND present IS NULL AND operator <> ''), 1)`
  const there = (present: string) =>
    `(SELECT coalesce(product(c ORDER BY c DESC), 1) FROM unnest(${present}[1:${blackFrom}]) AS c)`
  const probability = (black: string, white: string, unnamed: string) =>
    `least(0.999, floor(CASE colour WHEN 'black' THEN ${black} WHEN 'grey' THEN ${black} * ${white}
      WHEN 'white' THEN ${white} * ${unnamed} ELSE 0 END * 1000 + 0.5) / 1000)`
  const least = add(rule.classConfidence, 'float8')
  return `by_operator AS (
    SELECT cell, operator, max(certainty) FILTER (WHERE state = 'present') AS present,
      max(held) FILTER (WHERE state = 'present') AS held_present,
      bool_or(state IN ('declared', 'planned')) AS is_claimed, product(doubt ORDER BY doubt) FILTER (WHERE weight > 0) AS absent,
      product(held_doubt ORDER BY held_doubt) FILTER (WHERE weight > 0) AS held_absent,
      bool_or(state = 'unknown') AS is_undecided,
      ${moved.map((metric) => `max(${metric}_passed) AS ${metric}_passed, max(${metric}_open) AS ${metric}_open`).join(', ')}
    FROM decided GROUP BY cell, operator
  ), by_cell AS (
    SELECT cell, array_agg(present ORDER BY present DESC) FILTER (WHERE present IS NOT NULL AND operator <> '') AS named,
      array_agg(held_present ORDER BY held_present DESC) FILTER (WHERE present IS NOT NULL AND operator <> '') AS held_named,
      max(present) FILTER (WHERE operator = '') AS unnamed, max(held_present) FILTER (WHERE operator = '') AS held_unnamed,
      coalesce(max(absent) FILTER (WHERE operator = ''), 1) AS unnamed_absent,
      coalesce(max(held_absent) FILTER (WHERE operator = ''), 1) AS held_unnamed_absent,
      count(*) FILTER (WHERE is_claimed AND present IS NULL AND operator <> '') AS claimed,
      ${others('absent')} AS others, ${others('held_absent')} AS held_others,
      bool_or(is_undecided) AS is_undecided, ${ladder.join(' | ')} AS ladder
    FROM by_operator GROUP BY cell
  ), summed AS (
    SELECT *, CASE WHEN cardinality(named) > 0 THEN named WHEN unnamed IS NOT NULL THEN ARRAY[unnamed] ELSE '{}' END AS present,
      CASE WHEN cardinality(named) > 0 THEN held_named WHEN unnamed IS NOT NULL THEN ARRAY[held_unnamed] ELSE '{}' END AS held_present
    FROM by_cell OFFSET 0
  ), coloured AS (
    SELECT *, CASE WHEN cardinality(present) >= ${blackFrom} THEN 'black'
        WHEN claimed > 0 THEN CASE WHEN cardinality(present) + claimed >= ${blackFrom} THEN 'black' ELSE 'grey' END
        WHEN cardinality(present) > 0 THEN 'grey' WHEN NOT is_undecided THEN 'white' ELSE 'unknown' END AS colour,
      ${there('present')} AS there, ${there('held_present')} AS held_there,
      cardinality(present) < ${blackFrom} AND claimed > 0 AS rests_on_claim
    FROM summed OFFSET 0
  ), sure AS (
    SELECT *, CASE WHEN rests_on_claim THEN 0.5 ELSE ${probability('there', 'others', 'unnamed_absent')} END AS probability,
      ${probability('held_there', 'held_others', 'held_unnamed_absent')} AS held_probability
    FROM coloured OFFSET 0
  ), stated AS (
    SELECT cell, ladder, colour, probability, rests_on_claim OR probability >= ${least}
      OR (probability >= ${add(rule.keepClassConfidence, 'float8')} AND held_probability >= ${least}) AS is_stated
    FROM sure
  ), fresh_verdict AS MATERIALIZED (
    SELECT cell, ladder, CASE WHEN is_stated THEN colour ELSE 'unknown' END AS class,
      CASE WHEN is_stated THEN probability ELSE 0 END AS confidence
    FROM stated
  )`
}

/** All of a row of `evidence` but its key. */
const STORED_EVIDENCE_COLUMNS = [
  ...EVIDENCE_COLUMNS,
  'last_measured_at',
  'declared_bps',
  'planned_by',
  'state',
]

function changeCtes(known: StatementContext): string {
  const { run, add } = known
  const series = add(run.series, 'integer')
  const id = add(run.id, 'integer')
  const differs = (columns: readonly string[]) => {
    const list = (row: string) => `(${columns.map((name) => `${row}.${name}`).join(', ')})`
    return `${list('f')} IS DISTINCT FROM ${list('s')}`
  }
  const ended = (table: string, key: string, columns: readonly string[]) => `
    UPDATE ${table} AS v SET next_run = ${id}
    FROM standing_${table} AS s LEFT JOIN fresh_${table} AS f USING (${key})
    WHERE v.series = s.series AND (${key.replaceAll(/\w+/g, 'v.$&')}) = (${key.replaceAll(/\w+/g, 's.$&')})
      AND v.first_run = s.first_run AND (f.cell IS NULL OR ${differs(columns)})`
  const begun = (table: string, key: string, columns: readonly string[]) => `
    INSERT INTO ${table} (series, ${key}, first_run, ${columns.join(', ')})
    SELECT ${series}, ${key.replaceAll(/\w+/g, 'f.$&')}, ${id}, ${columns.map((name) => `f.${name}`).join(', ')}
    FROM fresh_${table} AS f LEFT JOIN standing_${table} AS s USING (${key}) WHERE s.cell IS NULL OR ${differs(columns)}`
  const standing = (table: string) => `standing_${table} AS MATERIALIZED (
    SELECT * FROM ${table} WHERE series = ${series} AND next_run IS NULL ${cellCondition(known)})`
  const ranked = (of: string) =>
    `RETURNING ${NETWORK_KEY.replaceAll(/\w+/g, `${of}$&`)}, ${reachRankSql(`${of}state`)} AS rank`
  return `, fresh_evidence AS (SELECT * FROM decided), ${standing('evidence')}, ${standing('verdict')},
  ended_evidence AS (${ended('evidence', NETWORK_KEY, STORED_EVIDENCE_COLUMNS)} ${ranked('v.')}),
  begun_evidence AS (${begun('evidence', NETWORK_KEY, STORED_EVIDENCE_COLUMNS)} ${ranked('')}),
  moved AS (
    INSERT INTO changed_network SELECT cell, operator, technology, e.rank, b.rank
    FROM ended_evidence AS e FULL JOIN begun_evidence AS b USING (${NETWORK_KEY}) WHERE e.rank IS DISTINCT FROM b.rank
  ),
  ended AS (${ended('verdict', 'cell', VERDICT_COLUMNS)} RETURNING v.cell, v.class, v.confidence),
  begun AS (${begun('verdict', 'cell', VERDICT_COLUMNS)} RETURNING cell, class, confidence)
  INSERT INTO changed SELECT cell, e.class, e.confidence, b.class, b.confidence
  FROM ended AS e FULL JOIN begun AS b USING (cell)`
}

const NETWORK_KEY = 'cell, operator, technology'
const VERDICT_COLUMNS = ['class', 'confidence', 'ladder']
