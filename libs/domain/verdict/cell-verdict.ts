/** The verdict on a cell as a run gives it: by the roster of operators where the rule asks for it, else by what was measured. */
import type { RosterService } from '../roster/roster.js'
import type { Rule } from '../rule/rule.js'
import type { PartialKnowledge } from './class.js'
import type { NetworkEvidence } from './evidence.js'
import { isDecidedState, networkState } from './network.js'
import { type PresenceCoefficients, type PresenceFeatures, priorOf } from './presence-model.js'
import type { OperatorPresence, PresenceModel, PriorOf } from './presence.js'
import { operatorPresencesOf, rosterVerdictOf } from './roster-verdict.js'
import { groupOf } from './technology-group.js'
import { type Verdict, verdictOf } from './verdict.js'

/** The facts known beforehand about the networks of one group of an operator that may serve the cell. */
export interface ServiceFacts extends Pick<
  PresenceFeatures,
  'group' | 'declared' | 'around' | 'placeLogOdds'
> {
  operator: string
}

/** The knowledge of a run about a cell beside its evidence: who may serve it, and how probable that is before anybody measures. */
export interface RosterContext {
  /** The operators that may serve the cell, in the order of their ids. */
  services: readonly RosterService[]
  /** One for each operator and group of `services`. */
  facts: readonly ServiceFacts[]
  /** The model of the priors; null where nothing but measurements speaks of an operator, as for an area as a whole. */
  coefficients: PresenceCoefficients | null
}

/** A verdict with what is known of the operators; bounds are null where the rule judges without a roster. */
export interface CellVerdict extends Verdict {
  /** The fewest operators that can serve the cell. */
  lower: number | null
  /** The most operators that can serve the cell. */
  upper: number | null
  /** Operators of the roster of which nothing was measured in the cell, in the order of their ids. */
  untried: string[]
  partial: PartialKnowledge | null
}

/**
 * The verdict on a cell. `context` is null under a rule that judges without a roster, and while the roster is empty: the
 * operators are then those that were measured.
 */
export function cellVerdictOf(
  rule: Rule,
  networks: readonly NetworkEvidence[],
  context: RosterContext | null,
): CellVerdict {
  return context
    ? rosterVerdictOf(rule, networks, context.services, modelOf(rule, networks, context))
    : { ...verdictOf(rule, networks), lower: null, upper: null, untried: [], partial: null }
}

/** The probabilities of each operator that may serve the cell or has a network there. */
export const presencesOfCell = (
  rule: Rule,
  networks: readonly NetworkEvidence[],
  context: RosterContext,
): OperatorPresence[] =>
  operatorPresencesOf(rule, networks, context.services, modelOf(rule, networks, context))

/** Prior of a group that was measured of an operator of the roster, but which the roster does not name: even odds. */
export const UNLISTED_GROUP_PRIOR = 0.5

function modelOf(rule: Rule, networks: readonly NetworkEvidence[], context: RosterContext): PresenceModel {
  if (!rule.roster) throw new Error(`rule ${rule.id} version ${rule.version} judges without a roster`)
  const { services, facts, coefficients } = context
  const standings = standingsOf(rule, networks)
  const othersWith = (operator: string, standing: Standing): number =>
    [...standings].filter(([other, itsStanding]) => other !== operator && itsStanding === standing).length
  const measured = networks.filter(({ weight }) => weight > 0)
  const declaring = [...new Set(facts.filter(({ declared }) => declared === 1).map((one) => one.operator))]
  const priorOfService: PriorOf = (operator, group) => {
    if (!coefficients || !services.some((service) => service.operator === operator)) return null
    const ofService = facts.find((one) => one.operator === operator && one.group === group)
    if (!ofService) return UNLISTED_GROUP_PRIOR
    return priorOf(coefficients, operator, {
      ...ofService,
      othersDeclaring: declaring.filter((other) => other !== operator).length,
      isUntried: !measured.some((one) => one.operator === operator && groupOf(one.technology) === group),
      othersPresent: othersWith(operator, 'present'),
      othersAbsent: othersWith(operator, 'absent'),
    })
  }
  return { priorOf: priorOfService, faults: rule.roster }
}

type Standing = 'present' | 'absent' | 'undecided'

/** The measured standing of each operator with a name: one of its networks is present, or all are decided and none is. */
export function standingsOf(rule: Rule, networks: readonly NetworkEvidence[]): Map<string, Standing> {
  const standings = new Map<string, Standing>()
  for (const network of networks) {
    if (network.operator === null || network.weight === 0) continue
    const state = networkState(rule, network)
    const standing = state === 'present' ? 'present' : isDecidedState(state) ? 'absent' : 'undecided'
    standings.set(network.operator, standingOfBoth(standings.get(network.operator) ?? standing, standing))
  }
  return standings
}

const standingOfBoth = (a: Standing, b: Standing): Standing =>
  a === 'present' || b === 'present'
    ? 'present'
    : a === 'undecided' || b === 'undecided'
      ? 'undecided'
      : 'absent'
