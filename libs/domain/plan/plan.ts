/**
 * The plan (PNHD 2): what operators were charged to build where and by when, what is said of it, and what the measurements
 * say. Pure: a day is a local one (Africa/Casablanca), written YYYY-MM-DD, so that days compare as texts.
 */
import type { AreaGeometry } from '../place/area.js'
import type { Technology } from '../probe/probe.js'
import { type Rule, SHIPPED_RULES } from '../rule/rule.js'
import type { NetworkState } from '../verdict/verdict.js'

/** What an item of the plan says; each change of it is a new version. */
export interface PlanFields {
  nameFr: string
  nameAr: string | null
  /** HCP code of the commune, or of the smallest known area that holds its centre. */
  areaCode: string | null
  /** Null while nobody was charged with it. */
  operator: string | null
  technology: Technology | null
  /** Promised download, bit/s; null: the rule's threshold. */
  targetBps: number | null
  awardedOn: string | null
  startedOn: string | null
  promisedBy: string | null
  inServiceOn: string | null
}

/** What the dates say, from the last step to the first. */
export const PLAN_STEPS = ['planned', 'awarded', 'works', 'in_service'] as const
export type PlanStep = (typeof PLAN_STEPS)[number]

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

/** Where an item lies, as a file says it. */
export type PlanPlace =
  | { localityId: string }
  | { zoneId: string }
  | { name: string; communeCode: string }
  | { lat: number; lng: number }
  | { geometry: AreaGeometry }

/** A line of a file of the plan. What the file has no column for is not in `fields`. */
export interface PlanRow {
  line: number
  code: string
  fields: Partial<PlanFields>
  place: PlanPlace | null
  comment: string | null
}

export const PLAN_CODE = /^[\p{L}\p{N}][\p{L}\p{N}._/-]{0,59}$/u

/** The plan is held against the runs of the rule that the map opens with. */
export const PLAN_RULE = SHIPPED_RULES.find((rule) => rule.default)!.id

/** What an item's own network was measured to be, in its cells and since its day of service. */
export interface PlanEvidence {
  state: NetworkState
  /** Cells of the item, and those of them in which the rule could judge a sample. */
  cells: number
  cellsMeasured: number
}

/** One school says nothing of forty villages: fewer of an item's cells measured than this share verify nothing. */
export const MIN_MEASURED_SHARE = 0.5

/**
 * The rule by which an item is judged: that of the run, with the promised speed as its threshold and the promised technology
 * as its only one. A declaration or a promise verifies nothing.
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

/** What people say: the last step whose day has come. */
export function planStepOf({ awardedOn, startedOn, inServiceOn }: PlanDates, today: string): PlanStep {
  const has = (day: string | null) => day !== null && day <= today
  if (has(inServiceOn)) return 'in_service'
  if (has(startedOn)) return 'works'
  return has(awardedOn) ? 'awarded' : 'planned'
}

/**
 * What people say, held against the measurements. Only a measured network verifies and only a refuted one contradicts: what
 * nobody measured stays in service, as it is said.
 */
export function planStateOf(item: PlanDates, evidence: PlanEvidence | null, today: string): PlanState {
  const step = planStepOf(item, today)
  if (step !== 'in_service') return item.promisedBy !== null && item.promisedBy < today ? 'late' : step
  if (evidence?.state === 'refuted' || evidence?.state === 'absent') return 'contradicted'
  const isSeen = evidence !== null && evidence.cellsMeasured >= evidence.cells * MIN_MEASURED_SHARE
  return evidence?.state === 'present' && isSeen ? 'verified' : 'in_service'
}

export interface PlanRejection {
  field: keyof PlanFields
  reason: string
}

/** Why an item cannot stand as it is. */
export function planRejections(item: PlanFields, today: string): PlanRejection[] {
  const faults: PlanRejection[] = []
  const { startedOn, inServiceOn } = item
  if (item.nameFr === '') faults.push({ field: 'nameFr', reason: 'is missing' })
  for (const field of ['awardedOn', 'startedOn', 'inServiceOn'] as const)
    if (item[field] !== null && item[field] > today)
      faults.push({ field, reason: 'lies in the future: what is promised stands in promised_by' })
  if (inServiceOn !== null && startedOn !== null && inServiceOn < startedOn)
    faults.push({ field: 'inServiceOn', reason: `lies before the start of the works, ${startedOn}` })
  if (inServiceOn !== null)
    for (const field of ['operator', 'technology'] as const)
      if (item[field] === null)
        faults.push({ field, reason: 'is missing: what is in service has an operator and a technology' })
  return faults
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

/** The fields in which two versions differ. */
export const changedPlanFields = (a: PlanFields, b: PlanFields): (keyof PlanFields)[] =>
  COMPARED_FIELDS.filter((field) => a[field] !== b[field])

/** Items by the month (YYYY-MM) of a day of theirs. */
export interface PlanMonthCount {
  kind: 'promised' | 'inService' | 'verified' | 'contradicted'
  month: string
  count: number
}

/** Items up to the end of a month; what is said to be in service has no future: null there. */
export interface PlanMonth {
  month: string
  /** Promised for a day by then. */
  promised: number
  /** Said to be in service since a day by then. */
  inService: number | null
  /** Of those, what the measurements confirm today, and what they refute. */
  verified: number | null
  contradicted: number | null
}

/** The burn-down: month by month without a gap, from the first that has anything to the last, and at least to this one. */
export function burnDown(counts: readonly PlanMonthCount[], thisMonth: string): PlanMonth[] {
  const months = counts.map((row) => row.month).sort()
  const sums = { promised: 0, inService: 0, verified: 0, contradicted: 0 }
  const series: PlanMonth[] = []
  const last = [thisMonth, ...months.slice(-1)].sort().at(-1)!
  for (let month = months[0]; month !== undefined && month <= last; month = monthAfter(month)) {
    for (const { kind, count } of counts.filter((row) => row.month === month)) sums[kind] += count
    const { promised, ...done } = sums
    const isPast = month <= thisMonth
    series.push({
      month,
      promised,
      ...(isPast ? done : { inService: null, verified: null, contradicted: null }),
    })
  }
  return series
}

export function monthAfter(month: string): string {
  const [year, number] = month.split('-').map(Number) as [number, number]
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`
}
