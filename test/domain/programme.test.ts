/** The programme: what a line may say, which steps a site has reached, when a device is silent. */
import {
  FUNNEL_STEPS,
  type LineRecord,
  SHIPPED_SETTINGS,
  deviceStateOf,
  followUpLevelOf,
  isStepReached,
  lineRejections,
  settingsRejections,
  standingOf,
  stepsOf,
} from '#domain/programme'
import { SHIPPED_CATALOGUE } from '#domain/platform'
import { DAY_MS } from '#domain/units'
import { describe, expect, test } from 'vitest'

const NOW = Date.parse('2026-04-01T12:00:00Z')
const { followUp, requiredPlatforms } = SHIPPED_SETTINGS
const LINE: LineRecord = {
  siteCode: 'S-1',
  role: 'main',
  operator: 'iam',
  technology: 'fibre',
  contract: 'M-1',
  surveyedOn: null,
  contractedOn: '2026-01-10',
  installedOn: null,
}
const reasonsOf = (change: Partial<LineRecord>) =>
  lineRejections({ ...LINE, ...change }, '2026-04-01').map(({ field, reason }) => `${field} ${reason}`)

describe('a line', () => {
  test('may leave out steps, and has them in their order until today', () => {
    expect(reasonsOf({})).toEqual([])
    expect(reasonsOf({ installedOn: '2026-04-01' })).toEqual([])
    expect(reasonsOf({ installedOn: '2026-04-02' })[0]).toContain(
      'installedOn must not be after today, 2026-04-01',
    )
    expect(reasonsOf({ installedOn: '2026-01-09' })).toEqual([
      'installedOn must not be before contractedOn, 2026-01-10',
    ])
    expect(reasonsOf({ surveyedOn: '2026-02-01' })).toEqual([
      'contractedOn must not be before surveyedOn, 2026-02-01',
    ])
    expect(reasonsOf({ operator: 'Maroc Telecom' })[0]).toContain('id of an operator')
    expect(reasonsOf({ contract: ' ' })[0]).toContain('contract must be a text of 1 to 100')
  })

  test('reaches a step by a later one, and no later step by an earlier', () => {
    expect(isStepReached(LINE, 'surveyed')).toBe(true)
    expect(isStepReached(LINE, 'contracted')).toBe(true)
    expect(isStepReached(LINE, 'installed')).toBe(false)
  })
})

test.each([
  [0, null, 'no_device'],
  [0, 1, 'no_device'],
  [1, null, 'never'],
  [1, 21, 'live'],
  [1, 21.001, 'at_risk'],
  [1, 28, 'at_risk'],
  [1, 28.001, 'dropped'],
] as const)('%s devices that measured %s days ago are %s', (devices, days, state) => {
  const measuredAt = days === null ? null : NOW - days * DAY_MS
  expect(deviceStateOf({ devices, measuredAt }, followUp, NOW)).toBe(state)
})

test('a site stands at the last step that it reached with all before it; what is measured is told as it is', () => {
  const facts = { line: LINE, devices: 1, measuredAt: NOW - DAY_MS, carries: requiredPlatforms }
  const steps = stepsOf(facts, SHIPPED_SETTINGS, NOW)
  expect(FUNNEL_STEPS.filter((step) => steps[step])).toEqual([
    'listed',
    'surveyed',
    'contracted',
    'measured',
    'carries',
  ])
  expect(standingOf(steps)).toBe('contracted')
  const installed = stepsOf({ ...facts, line: { ...LINE, installedOn: '2026-02-01' } }, SHIPPED_SETTINGS, NOW)
  expect(standingOf(installed)).toBe('carries')
  const one = stepsOf({ ...facts, carries: requiredPlatforms.slice(1) }, SHIPPED_SETTINGS, NOW)
  expect(one.carries).toBe(false)
  expect(
    standingOf(stepsOf({ line: null, devices: 0, measuredAt: null, carries: [] }, SHIPPED_SETTINGS, NOW)),
  ).toBe('listed')
})

test('an area is followed up below 70 % of reporting sites and escalated below 50 %', () => {
  const levelOf = (reporting: number, withDevice = 100) =>
    followUpLevelOf({ withDevice, reporting }, followUp)
  expect([70, 69, 50, 49].map((reporting) => levelOf(reporting))).toEqual([
    'fine',
    'follow_up',
    'follow_up',
    'escalate',
  ])
  expect(levelOf(0, 0)).toBe('fine')
})

test('the shipped settings have no fault, and faults are named with field and value', () => {
  const platforms = SHIPPED_CATALOGUE.platforms.map(({ id }) => id)
  expect(settingsRejections(SHIPPED_SETTINGS, platforms)).toEqual([])
  const reasonsFor = (change: object) =>
    settingsRejections({ ...SHIPPED_SETTINGS, ...change }, platforms).map(({ reason }) => reason)
  expect(reasonsFor({ requiredPlatforms: ['sewa'] })[0]).toContain(
    'requiredPlatforms must be a list without repetition',
  )
  expect(reasonsFor({ followUp: { ...followUp, droppedDays: 20 } })).toEqual([
    'droppedDays must not be less than liveDays',
  ])
  expect(reasonsFor({ followUp: { ...followUp, liveDays: 0 } })[0]).toContain('it is 0')
  const [target] = SHIPPED_SETTINGS.targets
  expect(reasonsFor({ targets: [{ ...target, step: 'painted' }] })[0]).toContain(
    'target 1: step must be one of',
  )
  expect(reasonsFor({ targets: 'none' })[0]).toContain('targets must be a list')
  expect(settingsRejections(null, platforms)[0]!.reason).toContain('must be an object')
})
