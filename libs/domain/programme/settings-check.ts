/** Validation of the programme's settings. */
import { SITE_TYPES } from '../place/site.js'
import { VERIFICATIONS } from '../platform/platform.js'
import type { Rejection } from '../probe/plausibility.js'
import { TECHNOLOGIES } from '../probe/probe.js'
import {
  type Check,
  choiceCheck,
  fieldRejections,
  integerCheck,
  isObject,
  listCheck,
  nullableCheck,
  numberCheck,
  textCheck,
  wordsCheck,
} from '../rule/field-checks.js'
import { FUNNEL_STEPS, MAX_TARGETS, type ProgrammeTarget } from './settings.js'

const provenance = { source: textCheck(500), verification: choiceCheck(VERIFICATIONS) }

const TARGET_CHECKS: Record<keyof ProgrammeTarget, Check> = {
  id: textCheck(60, /^[a-z0-9-]+$/, ' from a-z, 0-9 and -'),
  title: wordsCheck(100),
  sites: integerCheck(1, 1_000_000),
  step: choiceCheck(FUNNEL_STEPS),
  types: nullableCheck(listCheck(SITE_TYPES, 1)),
  technologies: nullableCheck(listCheck(TECHNOLOGIES, 1)),
  year: nullableCheck(integerCheck(2000, 2100)),
  ...provenance,
}

const FOLLOW_UP_CHECKS = {
  liveDays: integerCheck(1, 365),
  droppedDays: integerCheck(1, 730),
  reportingDays: integerCheck(1, 365),
  followUpShare: numberCheck(0, 1),
  escalateShare: numberCheck(0, 1),
  ...provenance,
}

/** The faults of settings; `platforms` are the ids of the catalogue in force. An empty list if there are none. */
export function settingsRejections(data: unknown, platforms: readonly string[]): Rejection[] {
  if (!isObject(data)) return [{ field: 'settings', reason: 'settings must be an object' }]
  const { targets, requiredPlatforms, followUp } = data
  if (!Array.isArray(targets) || targets.length > MAX_TARGETS)
    return [{ field: 'targets', reason: `targets must be a list of at most ${MAX_TARGETS} targets` }]
  if (!isObject(followUp)) return [{ field: 'followUp', reason: 'followUp must be an object' }]
  return [
    ...fieldRejections('the settings', { requiredPlatforms: listCheck(platforms, 1) }, { requiredPlatforms }),
    ...fieldRejections('followUp', FOLLOW_UP_CHECKS, followUp),
    ...(Number(followUp['liveDays']) > Number(followUp['droppedDays'])
      ? [{ field: 'droppedDays', reason: 'droppedDays must not be less than liveDays' }]
      : []),
    ...targets.flatMap((target: unknown, i) => targetRejections(target, i + 1)),
  ]
}

function targetRejections(target: unknown, position: number): Rejection[] {
  const rejections = isObject(target)
    ? fieldRejections('a target', TARGET_CHECKS, target)
    : [{ field: 'targets', reason: 'must be an object' }]
  return rejections.map(({ field, reason }) => ({ field, reason: `target ${position}: ${reason}` }))
}
