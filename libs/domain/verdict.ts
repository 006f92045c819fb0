/** Evidence to verdict, for one cell. The SQL in the store does the same for a country; a property test holds them equal. */
import type { ProbeInput, Technology } from './probe.js'
import { type Rule, zOf } from './rule.js'

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
  devices: number
  /** Distinct local days and hours of the day, Africa/Casablanca. */
  days: number
  hours: number
  /** Milliseconds since 1970. */
  lastMeasuredAt: number
}

export type NetworkState = 'present' | 'refuted' | 'absent' | 'unknown'

export interface NetworkVerdict {
  state: NetworkState
  /** Probability that the share lies on the side that the state says; 0 while unknown. */
  confidence: number
  /** Wilson score interval of the share of passes at the rule's confidence. */
  lower: number
  upper: number
}

export interface Verdict {
  class: Class
  /** 0..1 in thousandths; 0 while unknown. */
  confidence: number
}

/** Whether the rule counts this sample at all. `localHour` 0..23 in Africa/Casablanca. */
export function isJudged(rule: Rule, probe: ProbeInput, localHour: number): boolean {
  const { peakHours } = rule
  if (!rule.technologies.includes(probe.technology ?? 'wifi_unknown')) return false
  if (peakHours && (localHour < peakHours.from || localHour >= peakHours.to)) return false
  if (probe.outcome === 'no_service') return true
  return probe.outcome === 'ok' && hasNeededFigures(rule, probe)
}

function hasNeededFigures(rule: Rule, probe: ProbeInput): boolean {
  if (probe.downloadBps == null) return false
  if (rule.minUploadBps !== null && probe.uploadBps == null) return false
  return rule.maxLatencyMs === null || probe.latencyMs != null
}

/** Whether a judged sample meets the thresholds. */
export function passes(rule: Rule, probe: ProbeInput): boolean {
  if (probe.outcome !== 'ok') return false
  if (probe.downloadBps! < rule.minDownloadBps) return false
  if (rule.minUploadBps !== null && probe.uploadBps! < rule.minUploadBps) return false
  return rule.maxLatencyMs === null || probe.latencyMs! <= rule.maxLatencyMs
}

/** Wilson score interval of k of n (Wilson 1927, JASA 22:209). n > 0. */
export function wilson(k: number, n: number, z: number): { lower: number; upper: number } {
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
const MOST_CONFIDENT = 0.999

/** Confidence that the true share lies on the observed side of the rule's: the score test that Wilson's interval inverts. */
function sideConfidence(k: number, n: number, share: number): number {
  const z = Math.abs(k / n - share) / Math.sqrt((share * (1 - share)) / n)
  return Math.min(MOST_CONFIDENT, Math.floor(normalCdf(z) * 1000 + 0.5) / 1000)
}

export type Missing = 'samples' | 'days' | 'hours' | 'share'

/** What an undecided network still lacks; empty when it is decided. */
export function missingOf(rule: Rule, network: NetworkEvidence): Missing[] {
  const missing: Missing[] = []
  if (network.samples < rule.minSamples) missing.push('samples')
  if (network.days < rule.minDays) missing.push('days')
  if (network.hours < rule.minHours) missing.push('hours')
  const { lower, upper } = wilson(network.passes, network.samples, zOf(rule))
  if (lower < rule.passShare && upper >= rule.passShare) missing.push('share')
  return missing
}

export function networkVerdict(rule: Rule, network: NetworkEvidence): NetworkVerdict {
  const interval = wilson(network.passes, network.samples, zOf(rule))
  const state = networkState(rule, network, interval)
  const confidence = state === 'unknown' ? 0 : sideConfidence(network.passes, network.samples, rule.passShare)
  return { state, confidence, ...interval }
}

function networkState(
  rule: Rule,
  network: NetworkEvidence,
  { lower, upper }: { lower: number; upper: number },
): NetworkState {
  const enough =
    network.samples >= rule.minSamples && network.days >= rule.minDays && network.hours >= rule.minHours
  if (!enough) return 'unknown'
  if (lower >= rule.passShare) return 'present'
  if (upper >= rule.passShare) return 'unknown'
  return network.noService === network.samples ? 'absent' : 'refuted'
}

/**
 * The class of a cell. Colours count operators, not technologies: one operator's 3G and 4G on one mast are no
 * competition. A network whose operator nobody named can stand for an operator only where no named one is present.
 * White asks that every network ever tried in the window is decided and none is present; otherwise unknown.
 */
export function verdictOf(rule: Rule, networks: readonly NetworkEvidence[]): Verdict {
  const judged = networks.map((n) => ({ operator: n.operator, ...networkVerdict(rule, n) }))
  const present = presentOperators(judged)
  const absent = judged.filter((n) => n.state === 'refuted' || n.state === 'absent').map((n) => n.confidence)
  if (present.length >= rule.blackFrom) return { class: 'black', confidence: present[rule.blackFrom - 1]! }
  if (present.length > 0) return { class: 'grey', confidence: Math.min(present[0]!, ...absent) }
  if (judged.length > 0 && absent.length === judged.length)
    return { class: 'white', confidence: Math.min(...absent) }
  return { class: 'unknown', confidence: 0 }
}

/** Best confidence of each present operator, highest first. */
function presentOperators(judged: readonly (NetworkVerdict & { operator: string | null })[]): number[] {
  const best = new Map<string | null, number>()
  for (const n of judged)
    if (n.state === 'present') best.set(n.operator, Math.max(n.confidence, best.get(n.operator) ?? 0))
  if (best.size > 1) best.delete(null)
  return [...best.values()].sort((a, b) => b - a)
}

/** Why a cell has its class: codes and figures, from which each language makes its sentences. */
export type Reason =
  | { code: 'no_evidence' }
  | { code: 'networks_present'; operators: (string | null)[]; blackFrom: number }
  | { code: 'only_one_operator'; operator: string | null; blackFrom: number }
  | { code: 'no_network_passes' }
  | {
      code: 'network_refuted'
      operator: string | null
      technology: string | null
      passes: number
      samples: number
    }
  | { code: 'network_absent'; operator: string | null; technology: string | null; noService: number }
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
  return [
    ...headline(rule, operators, verdictOf(rule, networks).class),
    ...judged.flatMap(({ network, state }) => networkReason(rule, network, state)),
  ]
}

function headline(rule: Rule, operators: (string | null)[], colour: Class): Reason[] {
  const { blackFrom } = rule
  if (colour === 'white') return [{ code: 'no_network_passes' }]
  if (colour === 'grey' && operators.length === 1)
    return [{ code: 'only_one_operator', operator: operators[0]!, blackFrom }]
  return operators.length > 0 ? [{ code: 'networks_present', operators, blackFrom }] : []
}

function networkReason(rule: Rule, network: NetworkEvidence, state: NetworkState): Reason[] {
  const { operator, technology, samples } = network
  if (state === 'refuted')
    return [{ code: 'network_refuted', operator, technology, passes: network.passes, samples }]
  if (state === 'absent')
    return [{ code: 'network_absent', operator, technology, noService: network.noService }]
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
