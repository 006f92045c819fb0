/** The evidence of one network in one cell, and the conditions for a probe to enter it under a rule. */
import type { ProbeInput, Technology } from '../probe/probe.js'
import type { Rule } from '../rule/rule.js'

/** The measurements and claims of one network (operator with technology) in one cell, under one rule. */
export interface NetworkEvidence {
  operator: string | null
  technology: Technology | null
  /** Samples that the rule can judge: every figure that it needs was measured, or there was no service. */
  samples: number
  passes: number
  noService: number
  /** Samples between 19:00 and 23:00 local time. */
  peakSamples: number
  /** Weight of the samples in thousandths of one sample, after the rule's caps and its weight by age. */
  weight: number
  /** Weight of the samples that pass, in the same unit. */
  passWeight: number
  /** The part of `weight` that was measured on local days before the rule's `settleDays`. */
  settledWeight: number
  /** The part of `passWeight` that was measured on local days before the rule's `settleDays`. */
  settledPassWeight: number
  /** Distinct devices. Probes without a device count as one device. */
  devices: number
  /** Distinct devices with at least one sample that passes. */
  passDevices: number
  /** Distinct devices with at least one sample that fails. */
  failDevices: number
  /** Distinct local days, Africa/Casablanca. */
  days: number
  /** Distinct local days with at least one sample that passes. */
  passDays: number
  /** Distinct local days with at least one sample that fails. */
  failDays: number
  /** Distinct local hours of the day. */
  hours: number
  /** Milliseconds since 1970; null if nothing was measured. */
  lastMeasuredAt: number | null
  /** Declared download speed, bit/s, if the declaration meets the rule's thresholds; else null. */
  declaredBps: number | null
  /** Date (YYYY-MM-DD) by which a network that meets the thresholds is promised, within the rule's horizon; else null. */
  plannedBy: string | null
}

/** The measurements of a network that nobody tried. */
export const NO_SAMPLES = {
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
} as const satisfies Partial<NetworkEvidence>

/** Local hours whose samples the evidence counts as evening samples: `from` is included, `to` excluded. */
export const EVENING_HOURS = { from: 19, to: 23 } as const

/** Whether the rule counts this probe as a sample. `localHour` is the hour of the day in Africa/Casablanca, 0 to 23. */
export function isJudgeableSample(rule: Rule, probe: ProbeInput, localHour: number): boolean {
  const { peakHours } = rule
  if (!rule.technologies.includes(probe.technology ?? 'wifi_unknown')) return false
  if (peakHours && (localHour < peakHours.from || localHour >= peakHours.to)) return false
  if (probe.outcome === 'no_service') return true
  return probe.outcome === 'ok' && hasNeededFigures(rule, probe)
}

function hasNeededFigures(rule: Rule, probe: ProbeInput): boolean {
  if (probe.downloadBps == null) return false
  if (rule.minUploadBps !== null && probe.uploadBps == null) return false
  if (rule.maxLatencyMs !== null && probe.latencyMs == null) return false
  return rule.maxLossRatio === null || probe.lossRatio != null
}

/** The ways in which a sample fails a rule. One without service fails by that alone; another may fail in several ways. */
export const FAILURE_KINDS = ['noService', 'slowDownload', 'slowUpload', 'highLatency', 'highLoss'] as const
export type FailureKind = (typeof FAILURE_KINDS)[number]

/**
 * Number of samples that fail, by kind. The kinds add up to more than the samples where one fails in several ways. Those
 * with service are null where they are too few to be public.
 */
export type Failures = { noService: number } & Record<Exclude<FailureKind, 'noService'>, number | null>

/** The ways in which a sample fails the rule's thresholds. The probe must be judgeable (see `isJudgeableSample`). */
export function failureKindsOf(rule: Rule, probe: ProbeInput): FailureKind[] {
  if (probe.outcome === 'no_service') return ['noService']
  const { minUploadBps, maxLatencyMs, maxLossRatio } = rule
  const kinds: FailureKind[] = []
  if (probe.downloadBps! < rule.minDownloadBps) kinds.push('slowDownload')
  if (minUploadBps !== null && probe.uploadBps! < minUploadBps) kinds.push('slowUpload')
  if (maxLatencyMs !== null && probe.latencyMs! > maxLatencyMs) kinds.push('highLatency')
  if (maxLossRatio !== null && probe.lossRatio! > maxLossRatio) kinds.push('highLoss')
  return kinds
}

/** Whether a sample meets the rule's thresholds. The probe must be judgeable (see `isJudgeableSample`). */
export const isPassingSample = (rule: Rule, probe: ProbeInput): boolean =>
  probe.outcome === 'ok' && failureKindsOf(rule, probe).length === 0
