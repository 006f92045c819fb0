/**
 * The effort of deciding a network by measuring: devices, days and tests, and what each of these tests counts for under the
 * rule. Pure.
 */
import type { Technology } from '../probe/probe.js'
import type { Rule } from '../rule/rule.js'
import { NO_SAMPLES, type NetworkEvidence, isDecidedState, networkState } from '../verdict/index.js'

/** A number of tests of one network. Each of them counts as one sample, and none is one too many for the rule's caps. */
export interface Effort {
  /** Devices, each at another place of the cell. */
  devices: number
  /** Local days on which each device tests. */
  days: number
  /** Tests of one device on one day. */
  samplesPerDay: number
  /** Tests of all devices on all days. */
  samples: number
  /** Number of different local hours of the day over which the tests are spread. */
  hours: number
}

/** The network that is tested: an operator's best technology of those that count. */
export interface TestedNetwork {
  operator: string
  technology: Technology
}

/** The largest number of devices that is advised beyond those that the rule requires. */
const MAX_EXTRA_DEVICES = 2
/** More days than this are no visit any more: a device is installed instead. */
const MAX_EXTRA_DAYS = 9

/**
 * Efforts that decide a network, whether all tests pass or all fail, from the smallest on: for each number of devices the fewest
 * tests, and as many on the same days as the rule counts. Empty where none decides. `evidence` is what was measured before; null
 * for a network that nobody tried.
 */
export function effortsOf(rule: Rule, network: TestedNetwork, evidence: NetworkEvidence | null): Effort[] {
  const efforts: Effort[] = []
  for (let devices = rule.minDevices; devices <= rule.minDevices + MAX_EXTRA_DEVICES; devices++) {
    const least = leastEffortOf(rule, network, evidence, devices)
    if (!least) continue
    efforts.push(least)
    const most = effortOf(rule, devices, least.days, rule.deviceDayCap)
    if (most.samples > least.samples && isWithinCaps(rule, most)) efforts.push(most)
  }
  return efforts.sort((a, b) => a.devices - b.devices || a.samples - b.samples)
}

function leastEffortOf(
  rule: Rule,
  network: TestedNetwork,
  evidence: NetworkEvidence | null,
  devices: number,
): Effort | null {
  for (let days = rule.minDays; days <= rule.minDays + MAX_EXTRA_DAYS; days++)
    for (let perDay = 1; perDay <= rule.deviceDayCap; perDay++) {
      const effort = effortOf(rule, devices, days, perDay)
      if (!isWithinCaps(rule, effort)) continue
      const isDecidedBy = (passes: boolean) =>
        isDecidedState(networkState(rule, evidenceAfter(network, evidence, effort, passes)))
      if (isDecidedBy(true) && isDecidedBy(false)) return effort
    }
  return null
}

const effortOf = (rule: Rule, devices: number, days: number, samplesPerDay: number): Effort => ({
  devices,
  days,
  samplesPerDay,
  samples: devices * days * samplesPerDay,
  hours: rule.minHours,
})

/** Whether every test counts, and there are enough tests for the hours over which they are spread. */
const isWithinCaps = (rule: Rule, { days, samplesPerDay, samples, hours }: Effort): boolean =>
  samplesPerDay <= rule.deviceDayCap && days * samplesPerDay <= rule.deviceCap && samples >= hours

/** The evidence of a network after an effort of which all tests pass, or all find no service. */
export function evidenceAfter(
  { operator, technology }: TestedNetwork,
  before: NetworkEvidence | null,
  { devices, days, samples, hours }: Effort,
  passes: boolean,
): NetworkEvidence {
  const { plannedBy = null, declaredBps = null } = before ?? {}
  const n = before ?? NO_SAMPLES
  const [passed, failed] = passes ? [1, 0] : [0, 1]
  return {
    ...n,
    operator,
    technology,
    plannedBy,
    declaredBps,
    samples: n.samples + samples,
    passes: n.passes + passed * samples,
    noService: n.noService + failed * samples,
    weight: n.weight + samples * 1000,
    passWeight: n.passWeight + passed * samples * 1000,
    devices: n.devices + devices,
    passDevices: n.passDevices + passed * devices,
    failDevices: n.failDevices + failed * devices,
    days: n.days + days,
    passDays: n.passDays + passed * days,
    failDays: n.failDays + failed * days,
    hours: Math.max(n.hours, hours),
  }
}
