/**
 * The verdict on one network of a cell: its state, the confidence of the state, and the evidence missing for a
 * decision.
 */
import { type Rule, normalQuantileOf } from '../rule/rule.js'
import type { NetworkEvidence } from './evidence.js'
import { logOddsScoreOf, sideConfidenceOf, wilsonInterval, wilsonScoreOf } from './statistics.js'

export type NetworkState = 'present' | 'refuted' | 'absent' | 'declared' | 'planned' | 'unknown'

/** Whether measurements decided the state; a declaration or a promise decides nothing. */
export const isDecidedState = (state: NetworkState): boolean =>
  state === 'present' || state === 'refuted' || state === 'absent'

/** The evidence of a network with the state that a run gave it, as the store holds it. */
export interface JudgedNetwork extends NetworkEvidence {
  state: NetworkState
}

export interface NetworkVerdict {
  state: NetworkState
  /** Probability, in thousandths, that the share lies on the side that the state names; 0 unless measurements decided it. */
  confidence: number
  /** Wilson score interval of the weighted share of passes at the rule's confidence; 0 to 1 where nobody measured. */
  lower: number
  upper: number
}

/** The verdict on one network, from its evidence alone. */
export function networkVerdict(rule: Rule, network: NetworkEvidence): NetworkVerdict {
  const state = networkState(rule, network)
  const { weight, passWeight } = network
  const confidence = isDecidedState(state)
    ? sideConfidenceOf(logOddsScoreOf(rule, weight, passWeight, network.devices))
    : 0
  if (weight === 0) return { state, confidence, lower: 0, upper: 1 }
  return {
    state,
    confidence,
    ...wilsonInterval(passWeight / 1000, weight / 1000, normalQuantileOf(rule.confidence)),
  }
}

/**
 * The state of a network. Measurements come first; a promise within the horizon counts for every network that is not
 * measured as present; a declaration counts, if the rule allows it, unless the measurements contradict it.
 */
export function networkState(rule: Rule, network: NetworkEvidence): NetworkState {
  const measured = measuredState(rule, network)
  if (measured === 'present') return 'present'
  if (network.plannedBy !== null) return 'planned'
  const isContradicted =
    network.weight > 0 && wilsonScoreOf(rule.passShare, network.weight, network.passWeight) < 0
  if (measured === 'unknown' && network.declaredBps !== null && rule.declaredCounts && !isContradicted)
    return 'declared'
  return measured
}

function measuredState(rule: Rule, network: NetworkEvidence): 'present' | 'refuted' | 'absent' | 'unknown' {
  if (network.weight === 0 || missingOf(rule, network).length > 0) return 'unknown'
  if (wilsonScoreOf(rule.passShare, network.weight, network.passWeight) >= 0) return 'present'
  return network.noService === network.samples ? 'absent' : 'refuted'
}

/** A requirement of the rule that a network does not meet yet. */
export type Missing = 'samples' | 'devices' | 'days' | 'hours' | 'share'

/** The requirements that a measured network does not meet yet; an empty list means that the network is decided. */
export function missingOf(rule: Rule, network: NetworkEvidence): Missing[] {
  const missing: Missing[] = []
  const isPassing = wilsonScoreOf(rule.passShare, network.weight, network.passWeight) >= 0
  if (network.weight < rule.minSamples * 1000) missing.push('samples')
  if ((isPassing ? network.passDevices : network.failDevices) < rule.minDevices) missing.push('devices')
  if ((isPassing ? network.passDays : network.failDays) < rule.minDays) missing.push('days')
  if (network.hours < rule.minHours) missing.push('hours')
  if (!isShareDecided(rule, network, isPassing ? 1 : -1)) missing.push('share')
  return missing
}

/** Whether the share of passes is decided on this side of the rule's share: 1 is above it, -1 below. */
function isShareDecided(rule: Rule, network: NetworkEvidence, side: 1 | -1): boolean {
  const score = side * wilsonScoreOf(rule.passShare, network.weight, network.passWeight)
  if (score >= normalQuantileOf(rule.confidence)) return true
  const settledScore = side * wilsonScoreOf(rule.passShare, network.settledWeight, network.settledPassWeight)
  const wasDecided =
    network.settledWeight >= rule.minSamples * 1000 && settledScore >= normalQuantileOf(rule.confidence)
  return wasDecided && score >= normalQuantileOf(rule.keepConfidence)
}

/** The probabilities that the measurements give for one network. */
export interface NetworkOdds {
  /** Confidence that the network is on the side to which its measurements point. */
  confidence: number
  /** Probability that the network does not reach the rule's share. */
  absence: number
}

function networkOddsOf(logOddsScore: number): NetworkOdds {
  const confidence = sideConfidenceOf(logOddsScore)
  return { confidence, absence: logOddsScore >= 0 ? 1 - confidence : confidence }
}

/**
 * The odds by all samples (`current`), and the odds for hysteresis (`settled`): those by the samples of more than
 * `settleDays` ago, if these are surer of the same side.
 */
export function currentAndSettledOdds(
  rule: Rule,
  n: NetworkEvidence,
): { current: NetworkOdds; settled: NetworkOdds } {
  const score = logOddsScoreOf(rule, n.weight, n.passWeight, n.devices)
  const settledScore = logOddsScoreOf(rule, n.settledWeight, n.settledPassWeight, n.devices)
  const [current, older] = [networkOddsOf(score), networkOddsOf(settledScore)]
  const isSameSide = score >= 0 === settledScore >= 0
  const settled = {
    confidence: isSameSide ? Math.max(current.confidence, older.confidence) : current.confidence,
    absence: n.settledWeight > 0 ? Math.max(current.absence, older.absence) : current.absence,
  }
  return { current, settled }
}
