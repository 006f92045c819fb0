/** Whether data make a rule: a rule is written by people, and judges a country. */
import { TECHNOLOGIES } from '../probe/probe.js'
import type { Rejection } from '../probe/plausibility.js'
import { CONFIDENCES, type Rule } from './rule.js'

type Check = (value: unknown) => string | null

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const number =
  (min: number, max: number, kind: 'number' | 'whole' = 'number'): Check =>
  (value) =>
    typeof value === 'number' &&
    value >= min &&
    value <= max &&
    (kind === 'number' || Number.isInteger(value))
      ? null
      : `must be a ${kind} number from ${min} to ${max}`
const whole = (min: number, max: number) => number(min, max, 'whole')
const optional =
  (check: Check): Check =>
  (value) =>
    value === null ? null : check(value)
const yesNo: Check = (value) => (typeof value === 'boolean' ? null : 'must be true or false')
const text =
  (most: number, pattern = /\S/u): Check =>
  (value) =>
    typeof value === 'string' && value.length <= most && pattern.test(value)
      ? null
      : `must be a text of at most ${most} letters`
const confidence: Check = (value) =>
  (CONFIDENCES as readonly unknown[]).includes(value) ? null : `must be one of ${CONFIDENCES.join(', ')}`

const BPS = 1e11
const DAYS = 3650

const CHECKS: Record<keyof Omit<Rule, 'version'>, Check> = {
  id: text(60, /^[a-z0-9-]+$/),
  title: (value) =>
    isObject(value) && ['en', 'fr', 'ar'].every((lang) => text(200)(value[lang]) === null)
      ? null
      : 'must have a text each for en, fr and ar',
  source: text(500),
  assumption: yesNo,
  default: (value) => (value === false ? null : 'must be false: the project itself names the default rule'),
  minDownloadBps: number(1, BPS),
  minUploadBps: optional(number(1, BPS)),
  maxLatencyMs: optional(number(1, 60_000)),
  maxLossRatio: optional(number(0, 1)),
  passShare: number(0.01, 0.99),
  confidence,
  minSamples: whole(1, 10_000),
  minDevices: whole(1, 100),
  minDays: whole(1, 365),
  minHours: whole(1, 24),
  peakHours: optional((value) =>
    isObject(value) &&
    whole(0, 23)(value['from']) === null &&
    whole(1, 24)(value['to']) === null &&
    (value['from'] as number) < (value['to'] as number)
      ? null
      : 'must have whole hours, from (0 to 23) below to (1 to 24)',
  ),
  deviceDayCap: whole(1, 100_000),
  deviceCap: whole(1, 1_000_000),
  halfWeightAfterDays: optional(whole(1, DAYS)),
  settleDays: whole(0, DAYS),
  keepConfidence: confidence,
  placeSpread: number(0, 5),
  classConfidence: number(0, 0.999),
  keepClassConfidence: number(0, 0.999),
  inferenceConfidence: (value) =>
    Array.isArray(value) && value.length <= 5 && value.every((share) => number(0, 1)(share) === null)
      ? null
      : 'must be a list of at most 5 shares, one a ring',
  declaredCounts: yesNo,
  planningHorizonDays: optional(whole(0, DAYS)),
  blackFrom: whole(1, 10),
  technologies: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    new Set(value).size === value.length &&
    value.every((technology) => (TECHNOLOGIES as readonly unknown[]).includes(technology))
      ? null
      : `must be a list, each once, of ${TECHNOLOGIES.join(', ')}`,
  validityDays: whole(1, DAYS),
}

/** What keeps data from being a rule, field by field; empty when nothing does. The version is given by the store. */
export function ruleFaults(data: unknown): Rejection[] {
  if (!isObject(data)) return [{ field: 'rule', reason: 'rule must be an object' }]
  const unknown = Object.keys(data).filter((field) => !(field in CHECKS) && field !== 'version')
  return [
    ...unknown.map((field) => ({ field, reason: `${field} is not a field of a rule` })),
    ...Object.entries(CHECKS).flatMap(([field, check]) => {
      const fault = check(data[field])
      return fault
        ? [{ field, reason: `${field} ${fault}; it is ${JSON.stringify(data[field]) ?? 'missing'}` }]
        : []
    }),
  ]
}
