/** The reasons for a cell's class: codes and figures, from which the page makes a sentence in each language. */
import type { Technology } from '../probe/probe.js'
import type { Rule } from '../rule/rule.js'
import { type CellVerdict, type RosterContext, presencesOfCell } from './cell-verdict.js'
import type { Class } from './class.js'
import type { Failures, NetworkEvidence } from './evidence.js'
import { type Missing, type NetworkState, missingOf, networkState } from './network.js'
import { roundToThousandths } from './statistics.js'
import { groupOf } from './technology-group.js'
import { verdictOf } from './verdict.js'

/** One reason: its code, and the figures that its sentence needs. Speeds are bit/s, dates YYYY-MM-DD. */
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
      /** The samples that do not pass, by the way they fail; null where that is not known: it is not part of the evidence. */
      failures: Failures | null
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
  /** Some operators serve the cell, and it is not known of the others whether they do. */
  | { code: 'served_by_some'; operators: (string | null)[]; untried: string[] }
  /** None of the operators that were tried serves the cell. */
  | { code: 'none_tried_serves'; operators: (string | null)[]; untried: string[] }
  /** `presence` is the probability that the operator serves the cell, 0 to 1; null where nothing is known of it. */
  | { code: 'operator_untried'; operator: string; presence: number | null }
  /** What was measured of the operator fails, but it may serve by other technologies, which nobody tried. */
  | { code: 'operator_not_refuted'; operator: string; technologies: Technology[] }

/**
 * A verdict with its context, where the rule judges by the roster. The context is null where nobody needs the probabilities of
 * the operators that nobody tried.
 */
export interface RosterFindings {
  verdict: Omit<CellVerdict, 'confidence'>
  context: RosterContext | null
}

/**
 * The reasons for a cell's class: first those for the class itself, then one for each operator that was not tried with all it
 * may serve by, then one for each network that is not present. `findings` is null where the rule judges by what was measured.
 */
export function reasonsOf(
  rule: Rule,
  networks: readonly NetworkEvidence[],
  findings: RosterFindings | null = null,
): Reason[] {
  if (networks.length === 0) return [{ code: 'no_evidence' }]
  const judged = networks.map((network) => ({ network, state: networkState(rule, network) }))
  const operators = [...new Set(judged.filter((j) => j.state === 'present').map((j) => j.network.operator))]
  const isDecided = judged.every((j) => j.state !== 'unknown')
  const colour = findings?.verdict.class ?? verdictOf(rule, networks).class
  const partial = findings && partialReason(findings.verdict, networks, operators)
  return [
    ...(partial ? [partial] : classReasons(rule, operators, colour, isDecided)),
    ...(findings ? operatorReasons(rule, networks, findings) : []),
    ...judged.flatMap(({ network, state }) => networkReason(rule, network, state)),
  ]
}

/** The reason for partial knowledge; null where there is none. */
function partialReason(
  { partial, untried }: RosterFindings['verdict'],
  networks: readonly NetworkEvidence[],
  operators: (string | null)[],
): Reason | null {
  if (partial === 'served') return { code: 'served_by_some', operators, untried }
  if (partial === null) return null
  const tried = networks.filter(({ weight }) => weight > 0).map(({ operator }) => operator)
  return { code: 'none_tried_serves', operators: [...new Set(tried)], untried }
}

/** The reasons about the operators that were not tried with all that they may serve by. */
function operatorReasons(
  rule: Rule,
  networks: readonly NetworkEvidence[],
  { verdict: { untried }, context }: RosterFindings,
): Reason[] {
  const presences = context ? presencesOfCell(rule, networks, context) : []
  const untriedReasons = untried.map((operator): Reason => {
    const odds = presences.find((presence) => presence.operator === operator)?.current
    return { code: 'operator_untried', operator, presence: odds ? roundToThousandths(odds.presence) : null }
  })
  const openReasons = presences.flatMap(({ operator, known, untriedGroups }): Reason[] => {
    if (operator === null || known === 'serves' || untried.includes(operator)) return []
    const technologies = (context?.services ?? [])
      .filter((service) => service.operator === operator)
      .flatMap((service) => service.technologies)
      .filter((technology) => untriedGroups.includes(groupOf(technology)))
    return technologies.length > 0 ? [{ code: 'operator_not_refuted', operator, technologies }] : []
  })
  return [...untriedReasons, ...openReasons]
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
    return [
      { code: 'network_refuted', operator, technology, passes: network.passes, samples, failures: null },
    ]
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
