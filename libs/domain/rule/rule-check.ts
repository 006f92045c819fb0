/** Validation of a rule's data. Rules are written by people and judge a whole country. */
import { TECHNOLOGIES } from '../probe/probe.js'
import type { Rejection } from '../probe/plausibility.js'
import {
  type Check,
  booleanCheck,
  fieldRejections,
  hoursCheck,
  integerCheck,
  isObject,
  listCheck,
  nullableCheck,
  numberCheck,
  textCheck,
  wordsCheck,
} from './field-checks.js'
import { CONFIDENCES, type Rule } from './rule.js'

const confidenceCheck: Check = (value) =>
  (CONFIDENCES as readonly unknown[]).includes(value) ? null : `must be one of ${CONFIDENCES.join(', ')}`

/** Above one half a measurement would speak for the opposite of what it says. */
const faultShareCheck = numberCheck(0, 0.5)

const rosterTermsCheck: Check = (value) =>
  isObject(value) &&
  Object.keys(value).length === 2 &&
  faultShareCheck(value['falseFailure']) === null &&
  faultShareCheck(value['falsePass']) === null
    ? null
    : 'must have the shares falseFailure and falsePass from 0 to 0.5 and nothing else, or be null'

const MAX_BPS = 1e11
const MAX_DAYS = 3650

const CHECKS: Record<keyof Omit<Rule, 'version'>, Check> = {
  id: textCheck(60, /^[a-z0-9-]+$/, ' from a-z, 0-9 and -'),
  title: wordsCheck(200),
  source: textCheck(500),
  assumption: booleanCheck,
  default: (value) => (value === false ? null : 'must be false: the default rule is built in'),
  minDownloadBps: numberCheck(1, MAX_BPS),
  minUploadBps: nullableCheck(numberCheck(1, MAX_BPS)),
  maxLatencyMs: nullableCheck(numberCheck(1, 60_000)),
  maxLossRatio: nullableCheck(numberCheck(0, 1)),
  passShare: numberCheck(0.01, 0.99),
  confidence: confidenceCheck,
  minSamples: integerCheck(1, 10_000),
  minDevices: integerCheck(1, 100),
  minDays: integerCheck(1, 365),
  minHours: integerCheck(1, 24),
  peakHours: nullableCheck(hoursCheck),
  deviceDayCap: integerCheck(1, 100_000),
  deviceCap: integerCheck(1, 1_000_000),
  halfWeightAfterDays: nullableCheck(integerCheck(1, MAX_DAYS)),
  settleDays: integerCheck(0, MAX_DAYS),
  keepConfidence: confidenceCheck,
  placeSpread: numberCheck(0, 5),
  classConfidence: numberCheck(0, 0.999),
  keepClassConfidence: numberCheck(0, 0.999),
  inferenceConfidence: (value) =>
    Array.isArray(value) && value.length <= 5 && value.every((share) => numberCheck(0, 1)(share) === null)
      ? null
      : 'must be a list of at most 5 shares from 0 to 1, one per ring',
  declaredCounts: booleanCheck,
  planningHorizonDays: nullableCheck(integerCheck(0, MAX_DAYS)),
  blackFrom: integerCheck(1, 10),
  technologies: listCheck(TECHNOLOGIES, 1),
  // Rules that were written before there was a roster do not name it.
  roster: (value) => (value === undefined ? null : nullableCheck(rosterTermsCheck)(value)),
  validityDays: integerCheck(1, MAX_DAYS),
}

/**
 * The faults of a rule's data, field by field; an empty list if there are none. A version is not needed: the store
 * assigns it.
 */
export function ruleRejections(data: unknown): Rejection[] {
  if (!isObject(data)) return [{ field: 'rule', reason: 'rule must be an object' }]
  return fieldRejections('a rule', CHECKS, data, ['version'])
}
