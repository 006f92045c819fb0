/**
 * The class of a cell, from its evidence. The SQL in the store does the same for a country at once; a property test
 * holds the two equal.
 */
import type { Rule } from '../rule/rule.js'
import type { Class } from './class.js'
import type { NetworkEvidence } from './evidence.js'
import { type NetworkOdds, type NetworkState, currentAndSettledOdds, networkState } from './network.js'
import { confidenceOf, productOf } from './statistics.js'

export interface Verdict {
  class: Class
  /** Probability that the class is right, in thousandths; 0 while the class is unknown. */
  confidence: number
}

/** Confidence of a class that rests on a declaration or a promise. Nothing was measured, so it is that of a coin. */
export const CLAIMED_CONFIDENCE = 0.5

/**
 * The class of a cell. A class counts operators and not technologies: one operator's 3G and 4G on one mast are no
 * competition. A network whose probes name no operator can stand for an operator only where no named one is present. White
 * requires that every network that was ever tried in the window is decided, and that none is present.
 *
 * The confidence is the probability that the count is right, networks taken as independent: that the operators that make
 * the class are present, and (unless the class is black already) that the others are not. A class below the rule's
 * `classConfidence` is not stated, unless it was stated before (see Rule).
 */
export function verdictOf(rule: Rule, networks: readonly NetworkEvidence[]): Verdict {
  const operators = operatorSummariesOf(rule, networks)
  const named = operators.filter((o) => o.operator !== null)
  const namedPresent = named.filter((o) => o.isPresent).length
  const isUnnamedPresent = namedPresent === 0 && operators.some((o) => o.operator === null && o.isPresent)
  const presentCount = namedPresent + Number(isUnnamedPresent)
  const claimedCount = named.filter((o) => o.isClaimed && !o.isPresent).length

  if (presentCount >= rule.blackFrom) return publishedClass(rule, 'black', operators)
  if (claimedCount > 0) {
    const isBlack = presentCount + claimedCount >= rule.blackFrom
    return { class: isBlack ? 'black' : 'grey', confidence: CLAIMED_CONFIDENCE }
  }
  if (presentCount > 0) return publishedClass(rule, 'grey', operators)
  if (operators.length === 0 || operators.some((o) => o.isUndecided))
    return { class: 'unknown', confidence: 0 }
  return publishedClass(rule, 'white', operators)
}

/** The class if its probability reaches the rule's minimum, or reached it before and is still near it; else unknown. */
function publishedClass(rule: Rule, colour: Class, operators: readonly OperatorSummary[]): Verdict {
  const confidence = classProbabilityOf(rule, colour, operators, 'current')
  const isStated =
    confidence >= rule.classConfidence ||
    (confidence >= rule.keepClassConfidence &&
      classProbabilityOf(rule, colour, operators, 'settled') >= rule.classConfidence)
  return isStated ? { class: colour, confidence } : { class: 'unknown', confidence: 0 }
}

/** `current` uses all samples, `settled` those of more than the rule's `settleDays` ago. */
type OddsKind = 'current' | 'settled'

function classProbabilityOf(
  rule: Rule,
  colour: Class,
  operators: readonly OperatorSummary[],
  kind: OddsKind,
): number {
  const named = operators.filter((o) => o.operator !== null)
  const unnamed = operators.find((o) => o.operator === null)
  const presences = named.filter((o) => o.isPresent).map((o) => o[kind].presence)
  if (presences.length === 0 && unnamed?.isPresent) presences.push(unnamed[kind].presence)
  const presenceProbability = presences
    .sort((a, b) => b - a)
    .slice(0, rule.blackFrom)
    .reduce((product, presence) => product * presence, 1)
  const absenceProbability = productOf(
    named.filter((o) => !o.isPresent && o.isMeasured).map((o) => o[kind].absence),
  )
  const probability =
    colour === 'black'
      ? presenceProbability
      : colour === 'grey'
        ? presenceProbability * absenceProbability
        : absenceProbability * (unnamed?.isMeasured ? unnamed[kind].absence : 1)
  return confidenceOf(probability)
}

/** The networks of one operator in the cell, taken together. */
interface OperatorSummary {
  operator: string | null
  isPresent: boolean
  isClaimed: boolean
  isMeasured: boolean
  isUndecided: boolean
  current: OperatorOdds
  settled: OperatorOdds
}

interface OperatorOdds {
  /** Confidence of the surest of the operator's present networks; 0 if none is present. */
  presence: number
  /** Probability that none of the operator's measured networks reaches the share; 1 if none was measured. */
  absence: number
}

function operatorSummariesOf(rule: Rule, networks: readonly NetworkEvidence[]): OperatorSummary[] {
  const names = [...new Set(networks.map((n) => n.operator))]
  return names.map((operator) => {
    const judged = networks
      .filter((n) => n.operator === operator)
      .map((n) => ({
        state: networkState(rule, n),
        isMeasured: n.weight > 0,
        ...currentAndSettledOdds(rule, n),
      }))
    return {
      operator,
      isPresent: judged.some((n) => n.state === 'present'),
      isClaimed: judged.some((n) => n.state === 'declared' || n.state === 'planned'),
      isMeasured: judged.some((n) => n.isMeasured),
      isUndecided: judged.some((n) => n.state === 'unknown'),
      current: operatorOddsOf(judged, 'current'),
      settled: operatorOddsOf(judged, 'settled'),
    }
  })
}

type SummarisedNetwork = { state: NetworkState; isMeasured: boolean } & Record<OddsKind, NetworkOdds>

const operatorOddsOf = (networks: readonly SummarisedNetwork[], kind: OddsKind): OperatorOdds => ({
  presence: Math.max(0, ...networks.filter((n) => n.state === 'present').map((n) => n[kind].confidence)),
  absence: productOf(networks.filter((n) => n.isMeasured).map((n) => n[kind].absence)),
})
