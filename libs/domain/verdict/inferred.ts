/**
 * A class for a cell that its own measurements do not decide, from what lies around it. It is an offer, kept apart from
 * verdicts everywhere: in data, on the map, in totals.
 *
 * What a technology allows: a radio cell reaches its neighbours, so a mobile or fixed-wireless network that is present next
 * door is likely here; a satellite in low orbit serves them all alike; a fibre or copper line says nothing of the next
 * village. A network counts as not here when at least two neighbours tried it and none found it.
 */
import { OPERATOR_NAMES } from '../operator/operator.js'
import type { Technology } from '../probe/probe.js'
import type { Rule } from '../rule/rule.js'
import { type Class, type JudgedNetwork, networkVerdict } from './verdict.js'

const REACHES_NEIGHBOURS: readonly (Technology | null)[] = ['2g', '3g', '4g', '5g', 'fwa', 'satellite_leo']

/** Fewest neighbours that must have tried an operator in vain. */
const MIN_FAILED_NEIGHBOURS = 2

/** What a declaration is worth where nobody measured: an assumption, until enough declarations were tested. */
const DECLARED_CONFIDENCE = 0.7

/** A weaker offer helps nobody. */
const MIN_INFERRED_CONFIDENCE = 0.6

export interface Neighbour {
  /** Distance in rings of cells, from 1. */
  ring: number
  networks: readonly JudgedNetwork[]
}

export interface Basis {
  operator: string
  isPresent: boolean
  confidence: number
  from: 'measured' | 'neighbours' | 'declared'
  /** Ring of the nearest neighbour that says so; null for what the cell itself says. */
  ring: number | null
}

export interface Inferred {
  class: Exclude<Class, 'unknown'>
  /** 0..1 in thousandths. */
  confidence: number
  basis: Basis[]
}

/** Null where nothing can be offered. `declared` are the operators that declare a network here that meets the rule. */
export function inferredOf(
  rule: Rule,
  own: readonly JudgedNetwork[],
  neighbours: readonly Neighbour[],
  declared: readonly string[],
): Inferred | null {
  const tried = [...own, ...neighbours.flatMap((neighbour) => neighbour.networks)].flatMap(
    (n) => n.operator ?? [],
  )
  const operators = [...new Set([...Object.keys(OPERATOR_NAMES), ...tried, ...declared])].sort()
  const basis = operators.flatMap((operator) => {
    const known = measuredBasisOf(rule, own, operator) ?? neighbourBasisOf(rule, neighbours, operator)
    return known ?? (declared.includes(operator) ? declaredBasisOf(operator) : [])
  })
  const present = basis.filter((b) => b.isPresent).sort((a, b) => b.confidence - a.confidence)
  const isWhole = basis.length === operators.length
  if (present.length >= rule.blackFrom)
    return inferredWhenConfident('black', present.slice(0, rule.blackFrom), basis)
  if (!isWhole) return null
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

function measuredBasisOf(rule: Rule, own: readonly JudgedNetwork[], operator: string): Basis | null {
  const decided = own
    .filter((n) => n.operator === operator)
    .map((n) => networkVerdict(rule, n))
    .filter(({ state }) => state === 'present' || state === 'refuted' || state === 'absent')
  const present = decided.filter(({ state }) => state === 'present')
  const said = present.length > 0 ? present : decided
  if (said.length === 0) return null
  const confidence = Math.max(...said.map((n) => n.confidence))
  return { operator, isPresent: present.length > 0, confidence, from: 'measured', ring: null }
}

function neighbourBasisOf(rule: Rule, neighbours: readonly Neighbour[], operator: string): Basis | null {
  const said = neighbours
    .flatMap(({ ring, networks }) =>
      networks
        .filter((n) => n.operator === operator && REACHES_NEIGHBOURS.includes(n.technology))
        .map((n) => ({ ring, ...networkVerdict(rule, n) })),
    )
    .filter(({ state }) => state === 'present' || state === 'refuted' || state === 'absent')
  const sure = (n: { ring: number; confidence: number }) =>
    n.confidence * (rule.inferenceConfidence[n.ring - 1] ?? 0)
  const present = said.filter(({ state }) => state === 'present')
  if (present.length === 0 && said.length < MIN_FAILED_NEIGHBOURS) return null
  const best = (present.length > 0 ? present : said).reduce((a, b) => (sure(b) > sure(a) ? b : a))
  // Neighbours that disagree make it as unsure as their shares.
  const agree = present.length > 0 ? present.length / said.length : 1
  return {
    operator,
    isPresent: present.length > 0,
    confidence: sure(best) * agree,
    from: 'neighbours',
    ring: best.ring,
  }
}
