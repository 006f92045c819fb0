/** What would decide an undecided cell: how many more days of measuring, of which operator, at which hours. */
import { OPERATOR_NAMES } from '../operator/operator.js'
import { distanceM } from '../probe/plausibility.js'
import type { Rule } from '../rule/rule.js'
import { type NetworkEvidence, networkVerdict, verdictOf } from './verdict.js'

/** What is missing for one network. One visit is one day on which one device measures as often as counts. */
export interface Need {
  operator: string | null
  technology: string | null
  visits: number
  /** In all: visits times the samples that count for a device and a day. */
  samples: number
  /** Local hours of the day, other than those already measured, that must be among them. */
  otherHours: number
  /** Devices, at other places of the cell, beside those that measured. */
  otherDevices: number
  /** Only samples of these local hours count; null: any. */
  hours: { from: number; to: number } | null
  /** The share is so near the rule's that no foreseeable number of visits decides, and none is advised. */
  isClose: boolean
}

/** A month or two of daily measuring: whoever plans more plans a device, not visits. */
const MAX_VISITS = 60

/** The needs of a cell's undecided networks; of one that nobody measured, those of every national operator. */
export function needsOf(rule: Rule, networks: readonly NetworkEvidence[]): Need[] {
  const measured = networks.filter((network) => network.weight > 0)
  if (measured.length === 0)
    return Object.keys(OPERATOR_NAMES).map((operator) => needOf(rule, emptyEvidenceOf(operator), 0))
  if (verdictOf(rule, networks).class !== 'unknown') return []
  // So sure must each be that together they are as sure as the class has to be.
  const sure = rule.classConfidence ** (1 / new Set(measured.map((network) => network.operator)).size)
  return measured
    .filter((network) => !isDecided(rule, network, sure))
    .map((network) => needOf(rule, network, sure))
}

function isDecided(rule: Rule, network: NetworkEvidence, sure: number): boolean {
  const { state, confidence } = networkVerdict(rule, { ...network, plannedBy: null, declaredBps: null })
  return state !== 'unknown' && confidence >= sure
}

/** One place says little of its cell however long it is measured: beyond this many more devices nothing is advised. */
const MAX_EXTRA_DEVICES = 3

function needOf(rule: Rule, network: NetworkEvidence, sure: number): Need {
  const leaning = passShareOf(network) >= rule.passShare ? network.passDevices : network.failDevices
  const lacking = Math.max(0, rule.minDevices - leaning)
  const need = {
    operator: network.operator,
    technology: network.technology,
    otherHours: Math.max(0, rule.minHours - network.hours),
    hours: rule.peakHours,
  }
  for (let more = lacking; more <= lacking + MAX_EXTRA_DEVICES; more++)
    for (let visits = 1; visits <= MAX_VISITS; visits++)
      if (isDecided(rule, evidenceAfterVisits(rule, network, visits, more), sure))
        return { ...need, visits, samples: visits * rule.deviceDayCap, otherDevices: more, isClose: false }
  return { ...need, visits: 0, samples: 0, otherDevices: lacking, isClose: true }
}

/** As observed: drawn towards the middle, 4 passes of 4 would look like a share near the rule's. */
const passShareOf = ({ weight, passWeight }: NetworkEvidence): number =>
  weight === 0 ? 1 : passWeight / weight

/**
 * The evidence after so many visits, by so many devices more, that find the share found so far. What was never measured is expected to pass or to
 * fail throughout: both take the same number of samples at least.
 */
export function evidenceAfterVisits(
  rule: Rule,
  network: NetworkEvidence,
  visits: number,
  moreDevices: number,
): NetworkEvidence {
  const share = passShareOf(network)
  const perVisit = rule.deviceDayCap
  const devices = Math.max(1, network.devices + moreDevices)
  const most = devices * rule.deviceCap * 1000
  const weight = Math.min(most, network.weight + visits * perVisit * 1000)
  const added = weight - network.weight
  const hasPass = perVisit * share >= 0.5
  const hasFail = perVisit * (1 - share) >= 0.5
  return {
    ...network,
    samples: network.samples + visits * perVisit,
    passes: network.passes + Math.round(visits * perVisit * share),
    weight,
    passWeight: network.passWeight + Math.round(added * share),
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
  technology: null,
  samples: 0,
  passes: 0,
  noService: 0,
  peakSamples: 0,
  weight: 0,
  passWeight: 0,
  settledWeight: 0,
  settledPassWeight: 0,
  devices: 0,
  passDevices: 0,
  failDevices: 0,
  days: 0,
  passDays: 0,
  failDays: 0,
  hours: 0,
  lastMeasuredAt: null,
  declaredBps: null,
  plannedBy: null,
})

interface Stop {
  lat: number
  lng: number
}

/** A short way through all stops from the first: the nearest next, then pairs of legs turned round while that shortens it. */
export function routeOf<T extends Stop>(stops: readonly T[]): T[] {
  const left = [...stops]
  const route = left.splice(0, 1)
  while (left.length > 0) {
    const from = route.at(-1)!
    const next = left.reduce(
      (best, stop, i) => (distanceM(from, stop) < distanceM(from, left[best]!) ? i : best),
      0,
    )
    route.push(...left.splice(next, 1))
  }
  return twoOptRoute(route)
}

/** Straight lines, in metres. */
export const routeLengthM = (route: readonly Stop[]): number =>
  route.reduce((sum, stop, i) => (i === 0 ? 0 : sum + distanceM(route[i - 1]!, stop)), 0)

/** Two-opt; each turn shortens the way, so it ends. Rounds are bounded, for a sheet has at most a few hundred stops. */
function twoOptRoute<T extends Stop>(route: T[]): T[] {
  for (let round = 0, turned = true; turned && round < 20; round++) {
    turned = false
    for (let i = 0; i < route.length - 2; i++)
      for (let j = i + 2; j < route.length; j++)
        if (twoOptGainM(route, i, j) > 1) {
          route.splice(i + 1, j - i, ...route.slice(i + 1, j + 1).reverse())
          turned = true
        }
  }
  return route
}

/** Metres saved by turning round the stops after i up to j. */
function twoOptGainM(route: readonly Stop[], i: number, j: number): number {
  const [a, b, c, d] = [route[i]!, route[i + 1]!, route[j]!, route[j + 1]]
  const before = distanceM(a, b) + (d ? distanceM(c, d) : 0)
  return before - distanceM(a, c) - (d ? distanceM(b, d) : 0)
}
