/**
 * The class of a cell by all operators that may serve it, whether somebody measured them or not. The SQL in the store does the
 * same for a country at once; a property test holds the two equal. Pure.
 */
import type { RosterService } from '../roster/roster.js'
import type { Rule } from '../rule/rule.js'
import type { PartialKnowledge } from './class.js'
import type { NetworkEvidence } from './evidence.js'
import {
  type DecidedClass,
  type OperatorBounds,
  type PresenceOdds,
  countProbabilities,
  leastClassProbability,
  operatorBoundsOf,
} from './operator-count.js'
import { isDecidedState, networkState } from './network.js'
import { type OddsKind, type OperatorPresence, type PresenceModel, operatorPresenceOf } from './presence.js'
import { groupOf } from './technology-group.js'
import { confidenceOf } from './statistics.js'
import { CLAIMED_CONFIDENCE, type Verdict } from './verdict.js'

/** A verdict with what remains known where no class is stated. */
export interface RosterVerdict extends Verdict, OperatorBounds {
  /** Operators of the roster of which nothing was measured in the cell, in the order of their ids. */
  untried: string[]
  /** The partial knowledge; null where a class is stated, and where nothing of use is known. */
  partial: PartialKnowledge | null
}

/**
 * The verdict on a cell. The operators are those of the roster (`services`) and any other that was measured. A class is stated
 * where its probability reaches the rule's minimum even in the worst case for the operators of which nothing is known: they
 * are neither absent nor present. A declaration or a promise that the rule counts makes its operator count, and the
 * confidence that of a claim.
 */
export function rosterVerdictOf(
  rule: Rule,
  networks: readonly NetworkEvidence[],
  services: readonly RosterService[],
  model: PresenceModel,
): RosterVerdict {
  const presences = operatorPresencesOf(rule, networks, services, model)
  const named = presences.filter(({ operator }) => operator !== null)
  // A network that names no operator can stand for one only where no named operator is present.
  const isNamedServing = named.some(({ known }) => known === 'serves')
  const unnamed = isNamedServing ? undefined : presences.find(({ operator }) => operator === null)
  const bounds = operatorBoundsOf(named.map(({ known }) => known))
  const lower = Math.max(bounds.lower, Number(unnamed?.known === 'serves'))
  // Priors alone state no class: a cell that nobody measured stays apart from those that somebody did.
  const hasEvidence =
    networks.some((network) => network.weight > 0) || named.some(({ isClaimed }) => isClaimed)
  const verdict = hasEvidence ? classOf(rule, named, unnamed) : UNKNOWN
  return {
    ...verdict,
    lower,
    upper: Math.max(lower, bounds.upper, Number(unnamed !== undefined && unnamed.known !== 'absent')),
    untried: services
      .map(({ operator }) => operator)
      .filter((operator) => !networks.some((network) => network.operator === operator && network.weight > 0)),
    partial: verdict.class === 'unknown' ? partialKnowledgeOf(rule, networks, presences) : null,
  }
}

function partialKnowledgeOf(
  rule: Rule,
  networks: readonly NetworkEvidence[],
  presences: readonly OperatorPresence[],
): PartialKnowledge | null {
  if (presences.some(({ known }) => known === 'serves')) return 'served'
  const measured = networks.filter(({ weight }) => weight > 0)
  const isDecided = measured.every((network) => isDecidedState(networkState(rule, network)))
  const isUntried = presences.some(({ untriedGroups }) => untriedGroups.length > 0)
  return measured.length > 0 && isDecided && isUntried ? 'none_tried' : null
}

/** The probabilities of each operator of the roster (`services`) and of each that has a network in the cell. */
export function operatorPresencesOf(
  rule: Rule,
  networks: readonly NetworkEvidence[],
  services: readonly RosterService[],
  model: PresenceModel,
): OperatorPresence[] {
  const ids = [...services.map(({ operator }) => operator), ...networks.map(({ operator }) => operator)]
  return [...new Set(ids)].map((operator) =>
    operatorPresenceOf(
      rule,
      operator,
      networks.filter((network) => network.operator === operator),
      services.find((service) => service.operator === operator)?.technologies.map(groupOf) ?? [],
      model,
    ),
  )
}

const UNKNOWN: Verdict = { class: 'unknown', confidence: 0 }

/** The most probable class, where it is probable enough, or was before and still is nearly so. */
function classOf(
  rule: Rule,
  named: readonly OperatorPresence[],
  unnamed: OperatorPresence | undefined,
): Verdict {
  const isClaimed = named.some((operator) => operator.isClaimed)
  const [colour, probability] = mostProbableClass(rule, named, unnamed, 'current')
  const confidence = confidenceOf(probability)
  // Nothing supports a class of probability 0, not even under a rule that asks for no confidence.
  if (confidence === 0) return UNKNOWN
  const isStated =
    confidence >= rule.classConfidence ||
    (confidence >= rule.keepClassConfidence &&
      confidenceOf(classProbabilityOf(rule, named, unnamed, 'settled', colour)) >= rule.classConfidence)
  if (!isStated) return UNKNOWN
  return { class: colour, confidence: isClaimed ? Math.min(confidence, CLAIMED_CONFIDENCE) : confidence }
}

const COLOURS: readonly DecidedClass[] = ['white', 'grey', 'black']

function mostProbableClass(
  rule: Rule,
  named: readonly OperatorPresence[],
  unnamed: OperatorPresence | undefined,
  kind: OddsKind,
): [DecidedClass, number] {
  return COLOURS.map((colour): [DecidedClass, number] => [
    colour,
    classProbabilityOf(rule, named, unnamed, kind, colour),
  ]).reduce((best, other) => (other[1] > best[1] ? other : best))
}

const CLAIMED_ODDS: PresenceOdds = { presence: 1, absence: 0 }

function classProbabilityOf(
  rule: Rule,
  named: readonly OperatorPresence[],
  unnamed: OperatorPresence | undefined,
  kind: OddsKind,
  colour: DecidedClass,
): number {
  const odds = named.map((operator) => (operator.isClaimed ? CLAIMED_ODDS : operator[kind]))
  const counts = countProbabilities(odds.filter((one) => one !== null))
  const openOperators = odds.filter((one) => one === null).length
  const withUnnamed = (one: PresenceOdds) =>
    leastClassProbability(countsWithUnnamed(counts, one), openOperators, colour, rule.blackFrom)
  if (!unnamed) return leastClassProbability(counts, openOperators, colour, rule.blackFrom)
  const unnamedOdds = unnamed[kind]
  if (unnamedOdds) return withUnnamed(unnamedOdds)
  return Math.min(withUnnamed({ presence: 0, absence: 1 }), withUnnamed({ presence: 1, absence: 0 }))
}

/** Adds an unnamed network, which stands for one operator where no named one serves. */
const countsWithUnnamed = (
  [none = 0, one = 0, ...more]: readonly number[],
  unnamed: PresenceOdds,
): number[] => [none * unnamed.absence, one + none * unnamed.presence, ...more]
