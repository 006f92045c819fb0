/**
 * The probability that one operator serves a cell, from what was measured of its networks and, for what nobody measured, from
 * a prior probability that comes with the run as data. Networks are judged by groups of technologies. Pure.
 */
import type { RosterTerms, Rule } from '../rule/rule.js'
import type { NetworkEvidence } from './evidence.js'
import {
  type NetworkOdds,
  type NetworkState,
  currentAndSettledOdds,
  isDecidedState,
  networkState,
} from './network.js'
import type { KnownPresence, PresenceOdds } from './operator-count.js'
import { productOf } from './statistics.js'
import { TECHNOLOGY_GROUPS, type TechnologyGroup, groupOf } from './technology-group.js'

/** The prior probability that an operator serves a cell by a group of technologies, 0 to 1; null where there is none. */
export type PriorOf = (operator: string, group: TechnologyGroup) => number | null

/** `current` looks at all samples, `settled` at those of more than the rule's `settleDays` ago. */
export type OddsKind = 'current' | 'settled'

/** The knowledge about one operator in one cell. */
export interface OperatorPresence extends Record<OddsKind, PresenceOdds | null> {
  operator: string | null
  known: KnownPresence
  /** Whether a declaration or a promise counts for it, while measurements do not decide it. */
  isClaimed: boolean
  /** Groups of technologies by which it may serve, and which nobody measured here. */
  untriedGroups: TechnologyGroup[]
}

/** The data beside the evidence from which presences follow. */
export interface PresenceModel {
  priorOf: PriorOf
  faults: RosterTerms
}

/**
 * Gathers the knowledge about an operator: `networks` are its networks in the cell, `mayServeBy` the groups by which it may serve there
 * according to the roster; groups that were measured are added to them. The operator serves where a network is present; it is
 * absent where every group was measured and decided, and no network is present. The odds are null where a group is neither
 * decided by measurements nor has a prior.
 */
export function operatorPresenceOf(
  rule: Rule,
  operator: string | null,
  networks: readonly NetworkEvidence[],
  mayServeBy: readonly TechnologyGroup[],
  model: PresenceModel,
): OperatorPresence {
  const judged = networks.map((evidence) => judgedNetworkOf(rule, evidence))
  const groups = TECHNOLOGY_GROUPS.map((group) => ({
    prior: operator === null ? null : model.priorOf(operator, group),
    group,
    networks: judged.filter((network) => network.isMeasured && network.group === group),
  })).filter(({ group, networks: measured }) => measured.length > 0 || mayServeBy.includes(group))
  const isServing = judged.some(({ state }) => state === 'present')
  const isAbsent = groups.length > 0 && groups.every(isGroupDecided)
  const known = isServing ? 'serves' : isAbsent ? 'absent' : 'open'
  return {
    operator,
    known,
    isClaimed: !isServing && judged.some(({ state }) => state === 'declared' || state === 'planned'),
    untriedGroups: groups.filter(({ networks: measured }) => measured.length === 0).map(({ group }) => group),
    current: oddsOf(groups, known, 'current', model.faults),
    settled: oddsOf(groups, known, 'settled', model.faults),
  }
}

interface JudgedGroup {
  group: TechnologyGroup
  prior: number | null
  /** Its networks that were measured. */
  networks: JudgedEvidence[]
}

interface JudgedEvidence extends Record<OddsKind, NetworkOdds> {
  group: TechnologyGroup
  isMeasured: boolean
  state: NetworkState
}

const judgedNetworkOf = (rule: Rule, evidence: NetworkEvidence): JudgedEvidence => ({
  group: groupOf(evidence.technology),
  isMeasured: evidence.weight > 0,
  state: networkState(rule, evidence),
  ...currentAndSettledOdds(rule, evidence),
})

const isGroupDecided = ({ networks }: JudgedGroup): boolean =>
  networks.length > 0 && networks.every(({ state }) => isDecidedState(state))

/**
 * The odds that an operator serves. If each group has a prior, measurements update it, and any of the groups may serve; if not, the
 * measurements of decided networks speak for themselves: the surest present one, or all that are refuted together.
 */
function oddsOf(
  groups: readonly JudgedGroup[],
  known: KnownPresence,
  kind: OddsKind,
  faults: RosterTerms,
): PresenceOdds | null {
  const priors = groups.flatMap(({ prior }) => prior ?? [])
  const measured = groups.flatMap(({ networks }) => networks)
  if (groups.length > 0 && priors.length === groups.length) {
    // In the order of the groups, as the SQL of the classification multiplies.
    const absence = groups.reduce(
      (product, { networks }, i) => product * (1 - groupPresenceOf(priors[i]!, networks, kind, faults)),
      1,
    )
    return { presence: 1 - absence, absence }
  }
  if (known === 'serves') {
    const present = measured.filter(({ state }) => state === 'present')
    const presence = Math.max(...present.map((network) => network[kind].confidence))
    return { presence, absence: 1 - presence }
  }
  if (known === 'open') return null
  const absence = productOf(measured.map((network) => network[kind].absence))
  return { presence: 1 - absence, absence }
}

/**
 * A group serves where one of its networks does. Its best network decides: a phone that fails on 3G says little where 4G
 * passes, and where none passes the surest failure counts.
 */
function groupPresenceOf(
  prior: number,
  networks: readonly JudgedEvidence[],
  kind: OddsKind,
  faults: RosterTerms,
): number {
  if (networks.length === 0) return prior
  return updatedPresence(prior, Math.max(...networks.map((network) => passingOf(network, kind))), faults)
}

/**
 * The probability that a network passes, by its measurements alone. Those that decide nothing speak for no presence: at the
 * edge of a network pass shares near the rule's are found where it serves as often as where it does not.
 */
function passingOf(network: JudgedEvidence, kind: OddsKind): number {
  const passing = 1 - network[kind].absence
  return isDecidedState(network.state) ? passing : Math.min(UNDECIDED_PASSING, passing)
}

/** The same of a network by its evidence. */
export const passingOfNetwork = (rule: Rule, evidence: NetworkEvidence, kind: OddsKind): number =>
  passingOf(judgedNetworkOf(rule, evidence), kind)

/** The most that measurements which decide nothing can say for a network: as much as none. */
export const UNDECIDED_PASSING = 0.5

/**
 * The presence after a measurement: Bayes' rule, where `passing` is the probability that the network reaches the share by its
 * measurements alone. The shares of faulty devices bound how much a measurement can say.
 */
export function updatedPresence(
  prior: number,
  passing: number,
  { falseFailure, falsePass }: RosterTerms,
): number {
  const likelihoodServing = passing * (1 - falseFailure) + (1 - passing) * falseFailure
  const likelihoodAbsent = (1 - passing) * (1 - falsePass) + passing * falsePass
  const serving = prior * likelihoodServing
  return serving / (serving + (1 - prior) * likelihoodAbsent)
}
