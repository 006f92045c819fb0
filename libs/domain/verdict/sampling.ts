/** The measurements that would decide an undecided cell: number of further days, operator and hours. */
import { OPERATOR_NAMES } from '../operator/operator.js'
import type { Rule } from '../rule/rule.js'
import { type RosterContext, cellVerdictOf, presencesOfCell } from './cell-verdict.js'
import { NO_SAMPLES, type NetworkEvidence } from './evidence.js'
import { networkVerdict } from './network.js'

/**
 * The measurements that one network lacks. On a visit, one device measures for one day as often as the rule counts per
 * device and day.
 */
export interface Need {
  operator: string | null
  technology: string | null
  visits: number
  /** Samples of all visits together: visits times the samples that count for a device and a day. */
  samples: number
  /** Number of further local hours of the day, beside those already measured, at which samples must be taken. */
  otherHours: number
  /** Number of further devices, at other places of the cell, beside those that measured. */
  otherDevices: number
  /** The local hours whose samples count, `to` excluded; null if every hour counts. */
  hours: { from: number; to: number } | null
  /** Whether the pass share is so near the rule's that no reasonable number of visits decides; then none is advised. */
  isClose: boolean
}

/** Number of visits, one or two months of daily measuring, above which a device is installed instead. */
const MAX_VISITS = 60

/**
 * The needs of a cell whose class is not stated: those of its undecided networks, and of the operators of the roster (`context`,
 * null without one) that nobody tried, the least certain of them first. If nothing was measured, the needs of every operator
 * that may serve it.
 */
export function needsOf(
  rule: Rule,
  networks: readonly NetworkEvidence[],
  context: RosterContext | null = null,
): Need[] {
  const measured = networks.filter((network) => network.weight > 0)
  if (measured.length === 0)
    return (context?.services.map(({ operator }) => operator) ?? Object.keys(OPERATOR_NAMES)).map(
      (operator) => needOf(rule, emptyEvidenceOf(operator), 0),
    )
  const { class: colour, untried } = cellVerdictOf(rule, networks, context)
  if (colour !== 'unknown') return []
  // Each operator must be sure enough for all of them together to reach the confidence that the class needs.
  const operators = new Set([...measured.map((network) => network.operator), ...untried])
  const minConfidence = rule.classConfidence ** (1 / operators.size)
  return [
    ...(context ? byDoubt(rule, networks, context, untried) : []).map((operator) =>
      needOf(rule, emptyEvidenceOf(operator), minConfidence),
    ),
    ...measured
      .filter((network) => !isDecided(rule, network, minConfidence))
      .map((network) => needOf(rule, network, minConfidence)),
  ]
}

/** Untried operators, those whose presence is the least certain first: their tests change the class most. */
function byDoubt(
  rule: Rule,
  networks: readonly NetworkEvidence[],
  context: RosterContext,
  untried: readonly string[],
): string[] {
  const presences = presencesOfCell(rule, networks, context)
  const certainty = (operator: string): number => {
    const { current } = presences.find((one) => one.operator === operator)!
    return current ? Math.abs(current.presence - 0.5) : 0
  }
  return untried.toSorted((a, b) => certainty(a) - certainty(b))
}

function isDecided(rule: Rule, network: NetworkEvidence, minConfidence: number): boolean {
  const { state, confidence } = networkVerdict(rule, { ...network, plannedBy: null, declaredBps: null })
  return state !== 'unknown' && confidence >= minConfidence
}

/** The largest number of further devices that is advised beyond those that the rule requires. */
const MAX_EXTRA_DEVICES = 3

function needOf(rule: Rule, network: NetworkEvidence, minConfidence: number): Need {
  const decidingDevices = passShareOf(network) >= rule.passShare ? network.passDevices : network.failDevices
  const missingDevices = Math.max(0, rule.minDevices - decidingDevices)
  const need = {
    operator: network.operator,
    technology: network.technology,
    otherHours: Math.max(0, rule.minHours - network.hours),
    hours: rule.peakHours,
  }
  // One place says little about its cell, however long it is measured, so further devices are tried as well.
  for (let devices = missingDevices; devices <= missingDevices + MAX_EXTRA_DEVICES; devices++)
    for (let visits = 1; visits <= MAX_VISITS; visits++)
      if (isDecided(rule, evidenceAfterVisits(rule, network, visits, devices), minConfidence))
        return { ...need, visits, samples: visits * rule.deviceDayCap, otherDevices: devices, isClose: false }
  return { ...need, visits: 0, samples: 0, otherDevices: missingDevices, isClose: true }
}

/** The observed share, without shrinkage towards the middle, which would put 4 passes of 4 near the rule's share. */
const passShareOf = ({ weight, passWeight }: NetworkEvidence): number =>
  weight === 0 ? 1 : passWeight / weight

/**
 * The expected evidence after further visits by further devices, if the pass share stays the same. A network that was
 * never measured is expected to pass throughout; to fail throughout would take as many samples.
 */
export function evidenceAfterVisits(
  rule: Rule,
  network: NetworkEvidence,
  visits: number,
  otherDevices: number,
): NetworkEvidence {
  const share = passShareOf(network)
  const perVisit = rule.deviceDayCap
  const devices = Math.max(1, network.devices + otherDevices)
  const maxWeight = devices * rule.deviceCap * 1000
  const weight = Math.min(maxWeight, network.weight + visits * perVisit * 1000)
  const addedWeight = weight - network.weight
  const hasPass = perVisit * share >= 0.5
  const hasFail = perVisit * (1 - share) >= 0.5
  return {
    ...network,
    samples: network.samples + visits * perVisit,
    passes: network.passes + Math.round(visits * perVisit * share),
    weight,
    passWeight: network.passWeight + Math.round(addedWeight * share),
    devices,
    passDevices: hasPass ? devices : network.passDevices,
    failDevices: hasFail ? devices : network.failDevices,
    days: network.days + visits,
    passDays: network.passDays + (hasPass ? visits : 0),
    failDays: network.failDays + (hasFail ? visits : 0),
    hours: Math.min(24, Math.max(network.hours, rule.minHours)),
  }
}

const emptyEvidenceOf = (operator: string): NetworkEvidence => ({
  operator,
  ...NO_SAMPLES,
  technology: null,
  declaredBps: null,
  plannedBy: null,
})
