/**
 * An inferred class for a cell that its own measurements do not decide, from the cells around it. It is kept apart from
 * verdicts everywhere: in the data, on the map and in totals.
 *
 * The range of a technology decides what a neighbour implies. A radio network that is present in the next cell is
 * likely to be present here too; a satellite in low orbit serves all cells alike; a fibre or copper line says nothing
 * about the next village. A network counts as not present here when at least two neighbours measured it and none of
 * them found it.
 */
import { OPERATOR_NAMES } from '../operator/operator.js'
import type { Technology } from '../probe/probe.js'
import type { Rule } from '../rule/rule.js'
import type { Class } from './class.js'
import { type JudgedNetwork, type NetworkVerdict, isDecidedState, networkVerdict } from './network.js'
import { groupOf } from './technology-group.js'

const REACHES_NEIGHBOURS: readonly (Technology | null)[] = ['2g', '3g', '4g', '5g', 'fwa', 'satellite_leo']

/** Number of neighbouring networks of an operator that must have failed before the operator counts as not present. */
const MIN_FAILED_NEIGHBOURS = 2

/** Confidence in a declaration that nobody has tested: an assumption, until enough declarations have been tested. */
const DECLARED_CONFIDENCE = 0.7

/** Minimum confidence of an inferred class. */
const MIN_INFERRED_CONFIDENCE = 0.6

/** A cell near the one to be inferred. */
export interface Neighbour {
  /** Distance in rings of cells, from 1. */
  ring: number
  networks: readonly JudgedNetwork[]
}

/** The assumption about one operator behind an inferred class, and its reason. */
export interface Basis {
  operator: string
  isPresent: boolean
  /** Probability that `isPresent` is right, 0 to 1. */
  confidence: number
  from: 'measured' | 'neighbours' | 'declared'
  /** Ring of the neighbour that it rests on; null if it rests on the cell itself. */
  ring: number | null
}

export interface Inferred {
  class: Exclude<Class, 'unknown'>
  /** Probability that the class is right, 0 to 1 in thousandths. */
  confidence: number
  basis: Basis[]
}

type VerdictOf = (network: JudgedNetwork) => NetworkVerdict

/** The verdicts of networks that are asked for again and again, by the object: each is made once. */
export function verdictsOnce(rule: Rule): VerdictOf {
  const known = new Map<JudgedNetwork, NetworkVerdict>()
  return (network) => {
    const verdict = known.get(network) ?? networkVerdict(rule, network)
    known.set(network, verdict)
    return verdict
  }
}

/**
 * The inferred class of a cell, from the cell's own networks, those of its neighbours, and the operators whose declared
 * network here meets the rule (`declared`). Null if no class can be inferred: white and grey need a basis for every
 * national operator and every operator measured in the neighbourhood, black only for those that make it black. A
 * network is a neighbour of up to 36 cells, so that who infers many cells gives one `verdictOf` for all.
 */
export function inferredOf(
  rule: Rule,
  cellNetworks: readonly JudgedNetwork[],
  neighbours: readonly Neighbour[],
  declared: readonly string[],
  verdictOf: VerdictOf = verdictsOnce(rule),
): Inferred | null {
  const networks = [...cellNetworks, ...neighbours.flatMap((neighbour) => neighbour.networks)]
  const measuredOperators = networks.flatMap((n) => n.operator ?? [])
  const operators = [...new Set([...Object.keys(OPERATOR_NAMES), ...measuredOperators, ...declared])].sort()
  const basis = operators.flatMap(
    (operator) =>
      measuredBasisOf(rule, cellNetworks, operator, verdictOf) ??
      neighbourBasisOf(rule, neighbours, operator, verdictOf) ??
      (declared.includes(operator) ? declaredBasisOf(operator) : []),
  )
  const present = basis.filter((b) => b.isPresent).sort((a, b) => b.confidence - a.confidence)
  if (present.length >= rule.blackFrom)
    return inferredWhenConfident('black', present.slice(0, rule.blackFrom), basis)
  if (basis.length < operators.length) return null
  return inferredWhenConfident(present.length > 0 ? 'grey' : 'white', basis, basis)
}

function inferredWhenConfident(
  colour: Inferred['class'],
  needed: readonly Basis[],
  basis: Basis[],
): Inferred | null {
  const probability = needed.reduce((product, { confidence }) => product * confidence, 1)
  const confidence = Math.floor(probability * 1000 + 0.5) / 1000
  return confidence < MIN_INFERRED_CONFIDENCE ? null : { class: colour, confidence, basis }
}

const declaredBasisOf = (operator: string): Basis => ({
  operator,
  isPresent: true,
  confidence: DECLARED_CONFIDENCE,
  from: 'declared',
  ring: null,
})

function measuredBasisOf(
  rule: Rule,
  cellNetworks: readonly JudgedNetwork[],
  operator: string,
  verdictOf: VerdictOf,
): Basis | null {
  const decided = cellNetworks
    .filter((n) => n.operator === operator)
    .map((n) => ({ technology: n.technology, ...verdictOf(n) }))
    .filter(({ state }) => isDecidedState(state))
  const present = decided.filter(({ state }) => state === 'present')
  const deciding = present.length > 0 ? present : decided
  if (deciding.length === 0) return null
  // By the roster a line that fails says nothing of the operator's mobile network.
  const isTried = present.length > 0 || decided.some(({ technology }) => groupOf(technology) === 'mobile')
  if (rule.roster && !isTried) return null
  const confidence = Math.max(...deciding.map((n) => n.confidence))
  return { operator, isPresent: present.length > 0, confidence, from: 'measured', ring: null }
}

function neighbourBasisOf(
  rule: Rule,
  neighbours: readonly Neighbour[],
  operator: string,
  verdictOf: VerdictOf,
): Basis | null {
  const decided = neighbours
    .flatMap(({ ring, networks }) =>
      networks
        .filter((n) => n.operator === operator && REACHES_NEIGHBOURS.includes(n.technology))
        .map((n) => ({ ring, ...verdictOf(n) })),
    )
    .filter(({ state }) => isDecidedState(state))
  const confidenceHere = (n: { ring: number; confidence: number }) =>
    n.confidence * (rule.inferenceConfidence[n.ring - 1] ?? 0)
  const present = decided.filter(({ state }) => state === 'present')
  if (present.length === 0 && decided.length < MIN_FAILED_NEIGHBOURS) return null
  const best = (present.length > 0 ? present : decided).reduce((a, b) =>
    confidenceHere(b) > confidenceHere(a) ? b : a,
  )
  // If neighbours disagree, the confidence is lowered by the share of those that agree.
  const agreeingShare = present.length > 0 ? present.length / decided.length : 1
  return {
    operator,
    isPresent: present.length > 0,
    confidence: confidenceHere(best) * agreeingShare,
    from: 'neighbours',
    ring: best.ring,
  }
}
