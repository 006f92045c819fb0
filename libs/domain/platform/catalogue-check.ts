/** Validation of a catalogue of platforms: it is written by people and judges every site. */
import type { Rejection } from '../probe/plausibility.js'
import {
  type Check,
  choiceCheck,
  fieldRejections,
  hoursCheck,
  integerCheck,
  isObject,
  listCheck,
  nullableCheck,
  numberCheck,
  textCheck,
  wordsCheck,
} from '../rule/field-checks.js'
import { MAX_PLATFORMS, PLATFORM_KINDS, type Platform, QUANTITIES, VERIFICATIONS } from './platform.js'

const MAX_BPS = 1e11
const MAX_BYTES = 1e12
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7]

const transferCheck: Check = (value) =>
  isObject(value) &&
  Object.keys(value).length === 3 &&
  wordsCheck(100)(value['title']) === null &&
  integerCheck(1, MAX_BYTES)(value['bytes']) === null &&
  choiceCheck(['download', 'upload'])(value['direction']) === null
    ? null
    : 'must have title (en, fr, ar), bytes and direction (download or upload) and nothing else, or be null'

const speed = numberCheck(0, MAX_BPS)
const provenance = { source: textCheck(500), verification: choiceCheck(VERIFICATIONS) }

const PLATFORM_CHECKS: Record<keyof Platform, Check> = {
  id: textCheck(60, /^[a-z0-9-]+$/, ' from a-z, 0-9 and -'),
  kind: choiceCheck(PLATFORM_KINDS),
  title: wordsCheck(100),
  baseDownBps: speed,
  baseUpBps: speed,
  perPersonDownBps: speed,
  perPersonUpBps: speed,
  maxLatencyMs: nullableCheck(numberCheck(1, 60_000)),
  maxLossRatio: nullableCheck(numberCheck(0, 1)),
  transfer: nullableCheck(transferCheck),
  ...provenance,
}

const EVIDENCE_CHECKS = {
  windowDays: integerCheck(1, 730),
  officeDays: listCheck(WEEKDAYS, 1),
  officeHours: hoursCheck,
  minSamples: integerCheck(1, 10_000),
  minDays: integerCheck(1, 365),
  optionalQuantities: listCheck(QUANTITIES, 0),
  ...provenance,
}

/** The faults of a catalogue; a fault of a platform is named by its position, from 1. An empty list if there are none. */
export function catalogueRejections(evidence: unknown, platforms: unknown): Rejection[] {
  if (!isObject(evidence)) return [{ field: 'evidence', reason: 'evidence must be an object' }]
  if (!Array.isArray(platforms) || platforms.length === 0 || platforms.length > MAX_PLATFORMS)
    return [{ field: 'platforms', reason: `platforms must be a list of 1 to ${MAX_PLATFORMS} platforms` }]
  return [
    ...fieldRejections('the evidence', EVIDENCE_CHECKS, evidence),
    ...platforms.flatMap((platform: unknown, i) => platformRejections(platform, i + 1)),
    ...repeatedIds(platforms),
  ]
}

function platformRejections(platform: unknown, position: number): Rejection[] {
  const rejections = isObject(platform)
    ? fieldRejections('a platform', PLATFORM_CHECKS, platform)
    : [{ field: 'platforms', reason: 'must be an object' }]
  return rejections.map(({ field, reason }) => ({ field, reason: `platform ${position}: ${reason}` }))
}

function repeatedIds(platforms: readonly unknown[]): Rejection[] {
  const ids = platforms.map((platform) => (isObject(platform) ? platform['id'] : null))
  const repeated = ids.filter((id, i) => ids.indexOf(id) < i)
  return repeated.map((id) => ({ field: 'id', reason: `id "${String(id)}" is the id of two platforms` }))
}
