/** Networks as rows of the stage `network`, and as the domain has them. */
import { type Technology, TECHNOLOGIES } from '#domain/probe'
import { type Rule, SHIPPED_RULES } from '#domain/rule'
import type { NetworkEvidence } from '#domain/verdict'
import fc from 'fast-check'
import { EVIDENCE_FIGURES } from '../../../libs/store/classification/networks.js'
import { ladderStepNames } from '../../../libs/store/classification/figures.js'
import type { Columns } from './given.js'

/** Counts at the steps of a rule's ladders, such as `download_0` to `download_9`, in thousandths of a sample. */
export const ladderOf = (rule: Rule): Columns =>
  Object.fromEntries(ladderStepNames(rule).map((name) => [name, ['bigint', 0] as const]))

/** Of a rule that has a threshold for downloads only. */
export const LADDER = ladderOf(SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!)

export const NETWORK: Columns = {
  cell: ['bigint', '1'],
  operator: ['text', 'iam'],
  technology: ['text', '4g'],
  ...Object.fromEntries(EVIDENCE_FIGURES.map((name) => [name, ['bigint', 0] as const])),
  last_measured_at: ['timestamptz', null],
  declared_bps: ['bigint', null],
  planned_by: ['date', null],
  ...LADDER,
}

export const rowOfNetwork = (n: NetworkEvidence, cell: number) => ({
  cell: String(cell),
  operator: n.operator ?? '',
  technology: n.technology ?? '',
  samples: n.samples,
  passes: n.passes,
  no_service: n.noService,
  peak_samples: n.peakSamples,
  weight: n.weight,
  pass_weight: n.passWeight,
  settled_weight: n.settledWeight,
  settled_pass_weight: n.settledPassWeight,
  devices: n.devices,
  pass_devices: n.passDevices,
  fail_devices: n.failDevices,
  days: n.days,
  pass_days: n.passDays,
  fail_days: n.failDays,
  hours: n.hours,
  declared_bps: n.declaredBps,
  planned_by: n.plannedBy,
})

const upTo = (max: number) => fc.integer({ min: 0, max })
/** Shares near 0, near the rules' and near 1 come up as often as all others. */
const share = fc.oneof(
  fc.constantFrom(0, 0.5, 0.75, 0.8, 0.85, 0.95, 1),
  fc.double({ min: 0, max: 1, noNaN: true }),
)

/** Evidence with which every state of a network comes up, under rules that ask for little or much. */
export const someNetwork: fc.Arbitrary<NetworkEvidence> = fc
  .record({
    operator: fc.constantFrom('iam', 'orange', 'inwi', null),
    technology: fc.constantFrom<(Technology | null)[]>(...TECHNOLOGIES.slice(0, 3), null),
    samples: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 400 })),
    unit: fc.constantFrom(500, 1000),
    settled: fc.constantFrom(0, 0, 0.5, 0.9),
    passShare: share,
    settledShare: share,
    isSilent: fc.boolean(),
    counts: fc.record({
      devices: fc.integer({ min: 1, max: 4 }),
      passDevices: upTo(4),
      failDevices: upTo(4),
      days: upTo(30),
      passDays: upTo(12),
      failDays: upTo(12),
      hours: upTo(24),
    }),
    declaredBps: fc.constantFrom(null, null, 30_000_000),
    plannedBy: fc.constantFrom(null, null, null, '2026-12-01'),
  })
  .map(
    ({
      operator,
      technology,
      samples,
      unit,
      settled,
      passShare,
      settledShare,
      isSilent,
      counts,
      ...claims
    }) => {
      const weight = samples * unit
      const settledWeight = Math.round(weight * settled)
      const passes = Math.round(samples * passShare)
      return {
        operator,
        technology,
        samples,
        passes,
        peakSamples: 0,
        lastMeasuredAt: null,
        noService: isSilent && passes === 0 ? samples : 0,
        weight,
        passWeight: Math.round(weight * passShare),
        settledWeight,
        settledPassWeight: Math.round(settledWeight * settledShare),
        ...(samples > 0 ? counts : EMPTY_COUNTS),
        ...claims,
      }
    },
  )

const EMPTY_COUNTS = {
  devices: 0,
  passDevices: 0,
  failDevices: 0,
  days: 0,
  passDays: 0,
  failDays: 0,
  hours: 0,
}
