/** The reasons for a cell's class: codes and figures, from which the page makes a sentence in each language. */
import type { Rule } from '../rule/rule.js'
import type { Class } from './class.js'
import type { Failures, NetworkEvidence } from './evidence.js'
import { type Missing, type NetworkState, missingOf, networkState } from './network.js'
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

/** The reasons for a cell's class: first those for the class itself, then one for each network that is not present. */
export function reasonsOf(rule: Rule, networks: readonly NetworkEvidence[]): Reason[] {
  if (networks.length === 0) return [{ code: 'no_evidence' }]
  const judged = networks.map((network) => ({ network, state: networkState(rule, network) }))
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
