/**
 * The plan (PNHD 2): the networks that operators must build, with places and deadlines; their reported progress; and
 * the measurements. Pure. A day is a local day (Africa/Casablanca), written YYYY-MM-DD, so that days compare as texts.
 */
import type { AreaGeometry } from '../place/area.js'
import type { Technology } from '../probe/probe.js'
import { DEFAULT_RULE } from '../rule/shipped-rules.js'
import type { Rule } from '../rule/rule.js'
import type { NetworkState } from '../verdict/network.js'

/** The contents of an item of the plan. Each change of it makes a new version of the item. */
export interface PlanFields {
  nameFr: string
  nameAr: string | null
  /** HCP code of the commune, or of the smallest area in the database that contains the item's centre. */
  areaCode: string | null
  /** Operator id; null while no operator is charged with the item. */
  operator: string | null
  technology: Technology | null
  /** Promised download speed, bit/s; null if the rule's threshold applies. */
  targetBps: number | null
  awardedOn: string | null
  startedOn: string | null
  promisedBy: string | null
  inServiceOn: string | null
}

/** The steps of an item from the first to the last, as its reported dates imply them. */
export const PLAN_STEPS = ['planned', 'awarded', 'works', 'in_service'] as const
export type PlanStep = (typeof PLAN_STEPS)[number]

/** The states of an item: its step, corrected by the deadline and the measurements. */
export const PLAN_STATES = [
  'planned',
  'awarded',
  'works',
  'late',
  'in_service',
  'verified',
  'contradicted',
] as const
export type PlanState = (typeof PLAN_STATES)[number]

/** The place of an item, in one of the forms that a file may use. */
export type PlanPlace =
  | { localityId: string }
  | { zoneId: string }
  | { name: string; communeCode: string }
  | { lat: number; lng: number }
  | { geometry: AreaGeometry }

/** One line of a file of the plan. `fields` has only the fields for which the file has a column. */
export interface PlanRow {
  line: number
  code: string
  fields: Partial<PlanFields>
  place: PlanPlace | null
  comment: string | null
}

export const PLAN_CODE = /^[\p{L}\p{N}][\p{L}\p{N}._/-]{0,59}$/u

/** The plan is compared with the runs of the default rule. */
export const PLAN_RULE = DEFAULT_RULE.id

/** The evidence of an item's own network, in its cells and since its day of service. */
export interface PlanEvidence {
  state: NetworkState
  /** Number of the item's cells. */
  cells: number
  /** Number of its cells with at least one sample that the rule can judge. */
  cellsMeasured: number
}

/**
 * The share of an item's cells that must have been measured before the item can be verified: measurements at one school say
 * nothing about forty villages.
 */
export const MIN_MEASURED_SHARE = 0.5

/**
 * The rule by which an item is judged: the run's rule, with the promised speed as its threshold and only the promised
 * technologies. Declarations and promises do not count, because they verify nothing.
 */
export function planRuleOf(rule: Rule, targetBps: number | null, technologies: readonly Technology[]): Rule {
  return {
    ...rule,
    minDownloadBps: targetBps ?? rule.minDownloadBps,
    technologies,
    declaredCounts: false,
    planningHorizonDays: null,
  }
}

type PlanDates = Pick<PlanFields, 'awardedOn' | 'startedOn' | 'promisedBy' | 'inServiceOn'>

/** The step as reported: the last step whose day has come. `today` is a local day. */
export function planStepOf({ awardedOn, startedOn, inServiceOn }: PlanDates, today: string): PlanStep {
  const hasCome = (day: string | null) => day !== null && day <= today
  if (hasCome(inServiceOn)) return 'in_service'
  if (hasCome(startedOn)) return 'works'
  return hasCome(awardedOn) ? 'awarded' : 'planned'
}

/**
 * The reported step, compared with the measurements. Only a network that is measured as present verifies an item, and only a
 * refuted or absent one contradicts it; an item that nobody measured stays in service, as reported.
 */
export function planStateOf(item: PlanDates, evidence: PlanEvidence | null, today: string): PlanState {
  const step = planStepOf(item, today)
  if (step !== 'in_service') return item.promisedBy !== null && item.promisedBy < today ? 'late' : step
  if (evidence?.state === 'refuted' || evidence?.state === 'absent') return 'contradicted'
  const isMeasured = evidence !== null && evidence.cellsMeasured >= evidence.cells * MIN_MEASURED_SHARE
  return evidence?.state === 'present' && isMeasured ? 'verified' : 'in_service'
}

export interface PlanRejection {
  field: keyof PlanFields
  reason: string
}

/** The reasons for which an item is rejected; an empty list if it is valid. `today` is a local day. */
export function planRejections(item: PlanFields, today: string): PlanRejection[] {
  const rejections: PlanRejection[] = []
  const { startedOn, inServiceOn } = item
  if (item.nameFr === '') rejections.push({ field: 'nameFr', reason: 'is missing' })
  for (const field of ['awardedOn', 'startedOn', 'inServiceOn'] as const)
    if (item[field] !== null && item[field] > today)
      rejections.push({ field, reason: 'must not be in the future: use promised_by for a promised date' })
  if (inServiceOn !== null && startedOn !== null && inServiceOn < startedOn)
    rejections.push({ field: 'inServiceOn', reason: `must not be before startedOn (${startedOn})` })
  if (inServiceOn !== null)
    for (const field of ['operator', 'technology'] as const)
      if (item[field] === null) rejections.push({ field, reason: 'is required for an item in service' })
  return rejections
}

const COMPARED_FIELDS = [
  'nameFr',
  'nameAr',
  'areaCode',
  'operator',
  'technology',
  'targetBps',
  'awardedOn',
  'startedOn',
  'promisedBy',
  'inServiceOn',
] as const satisfies readonly (keyof PlanFields)[]

/** The fields in which two versions of an item differ. */
export const changedPlanFields = (a: PlanFields, b: PlanFields): (keyof PlanFields)[] =>
  COMPARED_FIELDS.filter((field) => a[field] !== b[field])

/** Number of items per month (YYYY-MM) of one of their dates. */
export interface PlanMonthCount {
  kind: 'promised' | 'inService' | 'verified' | 'contradicted'
  month: string
  count: number
}

/** Numbers of items up to the end of a month. Only the promises are known for future months; the rest is null there. */
export interface PlanMonth {
  month: string
  /** Number of items promised for a day up to then. */
  promised: number
  /** Number of items reported to be in service since a day up to then. */
  inService: number | null
  /** Number of those items `inService` that the present measurements confirm. */
  verified: number | null
  /** Number of those items `inService` that the present measurements refute. */
  contradicted: number | null
}

/** The burn-down month by month without a gap, from the first month that has an item to the last, at least up to this one. */
export function burnDown(counts: readonly PlanMonthCount[], thisMonth: string): PlanMonth[] {
  const monthsWithItems = counts.map((row) => row.month).sort()
  const sums = { promised: 0, inService: 0, verified: 0, contradicted: 0 }
  const series: PlanMonth[] = []
  const lastMonth = [thisMonth, ...monthsWithItems.slice(-1)].sort().at(-1)!
  for (let month = monthsWithItems[0]; month !== undefined && month <= lastMonth; month = monthAfter(month)) {
    for (const { kind, count } of counts.filter((row) => row.month === month)) sums[kind] += count
    const { promised, ...reported } = sums
    const isPast = month <= thisMonth
    series.push({
      month,
      promised,
      ...(isPast ? reported : { inService: null, verified: null, contradicted: null }),
    })
  }
  return series
}

/** The month after this one; both are YYYY-MM. */
export function monthAfter(month: string): string {
  const [year, number] = month.split('-').map(Number) as [number, number]
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`
}
