/** Evidence to verdict, for one cell. The SQL in the store does the same for a country; a property test holds them equal. */
import type { ProbeInput, Technology } from '../probe/probe.js'
import { type Rule, normalQuantileOf } from '../rule/rule.js'

export const CLASSES = ['white', 'grey', 'black', 'unknown'] as const
export type Class = (typeof CLASSES)[number]
export type ClassCounts = Record<Class, number>

/** What is known of one network (operator with technology) in one cell, under one rule. */
export interface NetworkEvidence {
  operator: string | null
  technology: Technology | null
  /** Samples that the rule can judge: every figure it asks for was measured, or there was no service. */
  samples: number
  passes: number
  noService: number
  /** Samples between 19:00 and 23:00 local time. */
  peakSamples: number
  /** Thousandths of a sample, after the rule's caps and its weight by age. */
  weight: number
  passWeight: number
  /** Of those, what was measured on local days before the rule's `settleDays`. */
  settledWeight: number
  settledPassWeight: number
  /** Distinct devices; those at which at least one sample passed, failed. Probes without a device count as one. */
  devices: number
  passDevices: number
  failDevices: number
  /** Distinct local days, Africa/Casablanca. */
  days: number
  passDays: number
  failDays: number
  /** Distinct local hours of the day. */
  hours: number
  /** Milliseconds since 1970; null where nobody measured. */
  lastMeasuredAt: number | null
  /** What the operator declares here, bit/s, where it meets the rule's thresholds. */
  declaredBps: number | null
  /** Date (YYYY-MM-DD) by which a network that meets the thresholds is promised, within the rule's horizon. */
  plannedBy: string | null
}

export type NetworkState = 'present' | 'refuted' | 'absent' | 'declared' | 'planned' | 'unknown'

/** As a run keeps it. */
export interface JudgedNetwork extends NetworkEvidence {
  state: NetworkState
}

export interface NetworkVerdict {
  state: NetworkState
  /** Probability that the share lies on the side that the state says; 0 unless measured and decided. */
  confidence: number
  /** Wilson score interval of the share of passes at the rule's confidence, by weight; 0..1 where nobody measured. */
  lower: number
  upper: number
}

export interface Verdict {
  class: Class
  /** 0..1 in thousandths; 0 while unknown. */
  confidence: number
}

/** Evening hours, local time, of which the evidence tells the share: from (included) to (excluded). */
export const EVENING_HOURS = { from: 19, to: 23 } as const

/** Whether the rule counts this sample at all. `localHour` 0..23 in Africa/Casablanca. */
export function isJudgeableSample(rule: Rule, probe: ProbeInput, localHour: number): boolean {
  const { peakHours } = rule
  if (!rule.technologies.includes(probe.technology ?? 'wifi_unknown')) return false
  if (peakHours && (localHour < peakHours.from || localHour >= peakHours.to)) return false
  if (probe.outcome === 'no_service') return true
  return probe.outcome === 'ok' && hasNeededFigures(rule, probe)
}

function hasNeededFigures(rule: Rule, probe: ProbeInput): boolean {
  if (probe.downloadBps == null) return false
  if (rule.minUploadBps !== null && probe.uploadBps == null) return false
  if (rule.maxLatencyMs !== null && probe.latencyMs == null) return false
  return rule.maxLossRatio === null || probe.lossRatio != null
}

/** Whether a judged sample meets the thresholds. */
export function isPassingSample(rule: Rule, probe: ProbeInput): boolean {
  if (probe.outcome !== 'ok') return false
  if (probe.downloadBps! < rule.minDownloadBps) return false
  if (rule.minUploadBps !== null && probe.uploadBps! < rule.minUploadBps) return false
  if (rule.maxLatencyMs !== null && probe.latencyMs! > rule.maxLatencyMs) return false
  return rule.maxLossRatio === null || probe.lossRatio! <= rule.maxLossRatio
}

/** Wilson score interval of k of n (Wilson 1927, JASA 22:209). n > 0. */
export function wilsonInterval(k: number, n: number, z: number): { lower: number; upper: number } {
  const p = k / n
  const z2 = z * z
  const denominator = 1 + z2 / n
  const centre = (p + z2 / (2 * n)) / denominator
  const half = (z * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n))) / denominator
  return { lower: centre - half, upper: centre + half }
}

/** Standard normal distribution for x >= 0: Abramowitz and Stegun 26.2.17, error below 7.5e-8. */
export function normalCdf(x: number): number {
  const t = 1 / (1 + 0.2316419 * x)
  const density = 0.3989422804014327 * Math.exp((-x * x) / 2)
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return 1 - density * series
}

/** No number of samples makes certain. */
const MAX_CONFIDENCE = 0.999

/** A class that rests on a declaration or a promise is as sure as a coin: nobody measured it. */
const CLAIMED_CONFIDENCE = 0.5

const roundToThousandths = (x: number): number => Math.floor(x * 1000 + 0.5) / 1000

/**
 * How many standard errors the share of passes lies above the rule's: the score that Wilson's interval inverts, so that
 * it reaches z exactly where the interval's bound reaches the share. 0 where nothing was measured.
 */
function wilsonScoreOf(passShare: number, weight: number, passWeight: number): number {
  if (weight === 0) return 0
  const n = weight / 1000
  return (passWeight / 1000 - n * passShare) / Math.sqrt(n * (passShare * (1 - passShare)))
}

/**
 * How many standard errors the log-odds of passing lie above those of the rule's share, where the error is that of the
 * samples (Haldane and Anscombe: half a sample is added to either side) and that of the places: devices of one cell stand
 * at different ones. This, not the score, says how sure a decision is.
 */
function logOddsScoreOf(rule: Rule, weight: number, passWeight: number, devices: number): number {
  if (weight === 0) return 0
  const passed = passWeight / 1000 + 0.5
  const failed = (weight - passWeight) / 1000 + 0.5
  const odds = Math.log(passed / failed) - Math.log(rule.passShare / (1 - rule.passShare))
  return odds / Math.sqrt(1 / passed + 1 / failed + (rule.placeSpread * rule.placeSpread) / devices)
}

/** From here on the normal distribution is 1 to 15 digits. */
const MAX_NORMAL_SCORE = 8

const networkConfidenceOf = (lean: number): number =>
  Math.min(MAX_CONFIDENCE, roundToThousandths(normalCdf(Math.min(MAX_NORMAL_SCORE, Math.abs(lean)))))

interface NetworkOdds {
  /** Of being on the side that it leans to. */
  certainty: number
  /** Probability that the network does not reach the rule's share. */
  doubt: number
}

function networkOddsOf(lean: number): NetworkOdds {
  const certainty = networkConfidenceOf(lean)
  return { certainty, doubt: lean >= 0 ? 1 - certainty : certainty }
}

/** By all samples, and by those of more than `settleDays` ago where they say more of the same. */
function currentAndSettledOdds(rule: Rule, n: NetworkEvidence): { now: NetworkOdds; held: NetworkOdds } {
  const lean = logOddsScoreOf(rule, n.weight, n.passWeight, n.devices)
  const settledLean = logOddsScoreOf(rule, n.settledWeight, n.settledPassWeight, n.devices)
  const [now, settled] = [networkOddsOf(lean), networkOddsOf(settledLean)]
  const isSame = lean >= 0 === settledLean >= 0
  const held = {
    certainty: isSame ? Math.max(now.certainty, settled.certainty) : now.certainty,
    doubt: n.settledWeight > 0 ? Math.max(now.doubt, settled.doubt) : now.doubt,
  }
  return { now, held }
}

export type Missing = 'samples' | 'devices' | 'days' | 'hours' | 'share'

/** What a measured, undecided network still lacks; empty when it is decided. */
export function missingOf(rule: Rule, network: NetworkEvidence): Missing[] {
  const missing: Missing[] = []
  const passing = wilsonScoreOf(rule.passShare, network.weight, network.passWeight) >= 0
  if (network.weight < rule.minSamples * 1000) missing.push('samples')
  if ((passing ? network.passDevices : network.failDevices) < rule.minDevices) missing.push('devices')
  if ((passing ? network.passDays : network.failDays) < rule.minDays) missing.push('days')
  if (network.hours < rule.minHours) missing.push('hours')
  if (!isShareDecided(rule, network, passing ? 1 : -1)) missing.push('share')
  return missing
}

/** Whether the share of passes is decided on this side: 1 above the rule's share, -1 below. */
function isShareDecided(rule: Rule, network: NetworkEvidence, side: 1 | -1): boolean {
  const score = side * wilsonScoreOf(rule.passShare, network.weight, network.passWeight)
  if (score >= normalQuantileOf(rule.confidence)) return true
  const settled = side * wilsonScoreOf(rule.passShare, network.settledWeight, network.settledPassWeight)
  const wasDecided =
    network.settledWeight >= rule.minSamples * 1000 && settled >= normalQuantileOf(rule.confidence)
  return wasDecided && score >= normalQuantileOf(rule.keepConfidence)
}

export function networkVerdict(rule: Rule, network: NetworkEvidence): NetworkVerdict {
  const state = networkState(rule, network)
  const { weight, passWeight } = network
  const isDecided = state === 'present' || state === 'refuted' || state === 'absent'
  const confidence = isDecided
    ? networkConfidenceOf(logOddsScoreOf(rule, weight, passWeight, network.devices))
    : 0
  if (weight === 0) return { state, confidence, lower: 0, upper: 1 }
  return {
    state,
    confidence,
    ...wilsonInterval(passWeight / 1000, weight / 1000, normalQuantileOf(rule.confidence)),
  }
}

function networkState(rule: Rule, network: NetworkEvidence): NetworkState {
  const measured = measuredState(rule, network)
  if (measured === 'present') return 'present'
  if (network.plannedBy !== null) return 'planned'
  const speaksAgainst =
    network.weight > 0 && wilsonScoreOf(rule.passShare, network.weight, network.passWeight) < 0
  if (measured === 'unknown' && network.declaredBps !== null && rule.declaredCounts && !speaksAgainst)
    return 'declared'
  return measured
}

function measuredState(rule: Rule, network: NetworkEvidence): 'present' | 'refuted' | 'absent' | 'unknown' {
  if (network.weight === 0 || missingOf(rule, network).length > 0) return 'unknown'
  if (wilsonScoreOf(rule.passShare, network.weight, network.passWeight) >= 0) return 'present'
  return network.noService === network.samples ? 'absent' : 'refuted'
}

/**
 * The class of a cell. Colours count operators, not technologies: one operator's 3G and 4G on one mast are no
 * competition. A network whose operator nobody named can stand for an operator only where no named one is present.
 * White asks that every network ever tried in the window is decided and none is present.
 *
 * Its confidence is the probability that the count is right, networks taken as independent: that the operators which
 * make the class are there, and (unless it is black already) that the others are not. Below the rule's
 * `classConfidence` the class is not stated, unless it was before (see Rule).
 */
export function verdictOf(rule: Rule, networks: readonly NetworkEvidence[]): Verdict {
  const operators = operatorSummariesOf(rule, networks)
  const named = operators.filter((o) => o.operator !== null)
  const present = named.filter((o) => o.isPresent).length
  const isUnnamedPresent = present === 0 && operators.some((o) => o.operator === null && o.isPresent)
  const count = present + Number(isUnnamedPresent)
  const claimed = named.filter((o) => o.isClaimed && !o.isPresent).length

  const sure = (colour: Class) =>
    publishedClass(rule, colour, classProbabilityOf(rule, colour, operators, 'now'), () =>
      classProbabilityOf(rule, colour, operators, 'held'),
    )
  if (count >= rule.blackFrom) return sure('black')
  if (claimed > 0)
    return { class: count + claimed >= rule.blackFrom ? 'black' : 'grey', confidence: CLAIMED_CONFIDENCE }
  if (count > 0) return sure('grey')
  if (operators.length === 0 || operators.some((o) => o.isUndecided))
    return { class: 'unknown', confidence: 0 }
  return sure('white')
}

function publishedClass(rule: Rule, colour: Class, confidence: number, held: () => number): Verdict {
  const isStated =
    confidence >= rule.classConfidence ||
    (confidence >= rule.keepClassConfidence && held() >= rule.classConfidence)
  return isStated ? { class: colour, confidence } : { class: 'unknown', confidence: 0 }
}

function classProbabilityOf(
  rule: Rule,
  colour: Class,
  operators: readonly OperatorSummary[],
  when: 'now' | 'held',
): number {
  const named = operators.filter((o) => o.operator !== null)
  const unnamed = operators.find((o) => o.operator === null)
  const present = named.filter((o) => o.isPresent).map((o) => o[when].present)
  if (present.length === 0 && unnamed?.isPresent) present.push(unnamed[when].present)
  const there = present
    .sort((a, b) => b - a)
    .slice(0, rule.blackFrom)
    .reduce((product, certainty) => product * certainty, 1)
  const others = productOf(named.filter((o) => !o.isPresent && o.isMeasured).map((o) => o[when].absent))
  const probability =
    colour === 'black'
      ? there
      : colour === 'grey'
        ? there * others
        : others * (unnamed?.isMeasured ? unnamed[when].absent : 1)
  return Math.min(MAX_CONFIDENCE, roundToThousandths(probability))
}

interface OperatorSummary {
  operator: string | null
  isPresent: boolean
  isClaimed: boolean
  isMeasured: boolean
  isUndecided: boolean
  now: OperatorOdds
  held: OperatorOdds
}

interface OperatorOdds {
  /** Best certainty of its present networks; 0 when none is. */
  present: number
  /** Probability that none of its measured networks reaches the share; 1 when none was measured. */
  absent: number
}

function operatorSummariesOf(rule: Rule, networks: readonly NetworkEvidence[]): OperatorSummary[] {
  const names = [...new Set(networks.map((n) => n.operator))]
  return names.map((operator) => {
    const own = networks
      .filter((n) => n.operator === operator)
      .map((n) => ({
        state: networkState(rule, n),
        isMeasured: n.weight > 0,
        ...currentAndSettledOdds(rule, n),
      }))
    const measured = own.filter((n) => n.isMeasured)
    const odds = (when: 'now' | 'held'): OperatorOdds => ({
      present: Math.max(0, ...own.filter((n) => n.state === 'present').map((n) => n[when].certainty)),
      absent: productOf(measured.map((n) => n[when].doubt)),
    })
    return {
      operator,
      isPresent: own.some((n) => n.state === 'present'),
      isClaimed: own.some((n) => n.state === 'declared' || n.state === 'planned'),
      isMeasured: measured.length > 0,
      isUndecided: own.some((n) => n.state === 'unknown'),
      now: odds('now'),
      held: odds('held'),
    }
  })
}

/** In ascending order: a product of doubles hangs on the order of its factors. */
const productOf = (factors: readonly number[]): number =>
  factors.toSorted((a, b) => a - b).reduce((product, factor) => product * factor, 1)

/** Why a cell has its class: codes and figures, from which each language makes its sentences. */
export type Reason =
  | { code: 'no_evidence' }
  | { code: 'networks_present'; operators: (string | null)[]; blackFrom: number }
  | { code: 'only_one_operator'; operator: string | null; blackFrom: number }
  | { code: 'no_network_passes' }
  | { code: 'class_too_uncertain' }
  | {
      code: 'network_refuted'
      operator: string | null
      technology: string | null
      passes: number
      samples: number
    }
  | { code: 'network_absent'; operator: string | null; technology: string | null; noService: number }
  | { code: 'network_declared'; operator: string | null; technology: string | null; declaredBps: number }
  | { code: 'network_planned'; operator: string | null; technology: string | null; plannedBy: string }
  | {
      code: 'network_undecided'
      operator: string | null
      technology: string | null
      samples: number
      missing: Missing[]
    }

export function reasonsOf(rule: Rule, networks: readonly NetworkEvidence[]): Reason[] {
  if (networks.length === 0) return [{ code: 'no_evidence' }]
  const judged = networks.map((network) => ({ network, state: networkVerdict(rule, network).state }))
  const operators = [...new Set(judged.filter((j) => j.state === 'present').map((j) => j.network.operator))]
  const isDecided = judged.every((j) => j.state !== 'unknown')
  return [
    ...classReasons(rule, operators, verdictOf(rule, networks).class, isDecided),
    ...judged.flatMap(({ network, state }) => networkReason(rule, network, state)),
  ]
}

function classReasons(rule: Rule, operators: (string | null)[], colour: Class, isDecided: boolean): Reason[] {
  const { blackFrom } = rule
  if (colour === 'white') return [{ code: 'no_network_passes' }]
  if (colour === 'grey' && operators.length === 1)
    return [{ code: 'only_one_operator', operator: operators[0]!, blackFrom }]
  const present: Reason[] = operators.length > 0 ? [{ code: 'networks_present', operators, blackFrom }] : []
  const isWithheld = colour === 'unknown' && (isDecided || operators.length > 0)
  return isWithheld ? [...present, { code: 'class_too_uncertain' }] : present
}

function networkReason(rule: Rule, network: NetworkEvidence, state: NetworkState): Reason[] {
  const { operator, technology, samples } = network
  if (state === 'refuted')
    return [{ code: 'network_refuted', operator, technology, passes: network.passes, samples }]
  if (state === 'absent')
    return [{ code: 'network_absent', operator, technology, noService: network.noService }]
  if (state === 'declared')
    return [{ code: 'network_declared', operator, technology, declaredBps: network.declaredBps! }]
  if (state === 'planned')
    return [{ code: 'network_planned', operator, technology, plannedBy: network.plannedBy! }]
  if (state === 'unknown')
    return [{ code: 'network_undecided', operator, technology, samples, missing: missingOf(rule, network) }]
  return []
}

/**
 * The colour of many cells at once (a parent cell, an area): the class that most of its decided cells have, the worse
 * one on a tie, unknown where none is decided. It summarises and is always shown with its counts.
 */
export function dominantClass(counts: ClassCounts): Class {
  const decided = (['white', 'grey', 'black'] as const).filter((c) => counts[c] > 0)
  if (decided.length === 0) return 'unknown'
  return decided.reduce((best, c) => (counts[c] > counts[best] ? c : best))
}
