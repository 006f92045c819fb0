/** Lines of sites, as people report them: who provides what, and how far it has come. Pure; a day is written YYYY-MM-DD. */
import { operatorOf } from '../operator/operator.js'
import type { Rejection } from '../probe/plausibility.js'
import { TECHNOLOGIES, type Technology } from '../probe/probe.js'

export const LINE_ROLES = ['main', 'spare'] as const
export type LineRole = (typeof LINE_ROLES)[number]

/** The steps that people report, in their order, with the field that holds the day. */
export const REPORTED_STEPS = {
  surveyed: 'surveyedOn',
  contracted: 'contractedOn',
  installed: 'installedOn',
} as const
export type ReportedStep = keyof typeof REPORTED_STEPS
type StepField = (typeof REPORTED_STEPS)[ReportedStep]

/** A site has at most one line of each role. */
export interface LineRecord extends Record<StepField, string | null> {
  siteCode: string
  role: LineRole
  /** Operator id, as `operatorOf` gives it; null where it is not known. */
  operator: string | null
  technology: Technology | null
  /** Reference of the contract; null where none is stored. */
  contract: string | null
}

export const LINE_FIELDS = [
  'operator',
  'technology',
  'contract',
  'surveyedOn',
  'contractedOn',
  'installedOn',
] as const satisfies (keyof LineRecord)[]

export const MAX_CONTRACT_LENGTH = 100

/** The reasons why a line is not accepted; an empty list where it is. `today` is the local day. */
export function lineRejections(line: LineRecord, today: string): Rejection[] {
  const rejections: Rejection[] = []
  const reject = (field: keyof LineRecord, reason: string) => rejections.push({ field, reason })
  if (line.operator !== null && operatorOf(line.operator) !== line.operator)
    reject('operator', 'must be the id of an operator')
  if (line.technology !== null && !TECHNOLOGIES.includes(line.technology))
    reject('technology', `must be one of ${TECHNOLOGIES.join(', ')}`)
  if (line.contract !== null && (!/\S/u.test(line.contract) || line.contract.length > MAX_CONTRACT_LENGTH))
    reject('contract', `must be a text of 1 to ${MAX_CONTRACT_LENGTH} characters`)
  let earlier: { field: StepField; day: string } | null = null
  for (const field of Object.values(REPORTED_STEPS)) {
    const day = line[field]
    if (day === null) continue
    if (day > today) reject(field, `must not be after today, ${today}: what will be done is no step yet`)
    if (earlier && day < earlier.day) reject(field, `must not be before ${earlier.field}, ${earlier.day}`)
    earlier = { field, day }
  }
  return rejections
}

/** A step is reached by its own day, or by that of a later one: what is installed was contracted. */
export function isStepReached(line: LineRecord, step: ReportedStep): boolean {
  const steps = Object.keys(REPORTED_STEPS) as ReportedStep[]
  return steps.slice(steps.indexOf(step)).some((one) => line[REPORTED_STEPS[one]] !== null)
}
