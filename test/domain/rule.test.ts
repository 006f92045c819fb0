import { TECHNOLOGIES } from '#domain/probe'
import { type Rule, SHIPPED_RULES, ruleRejections, normalQuantileOf } from '#domain/rule'
import {
  type NetworkEvidence,
  type RosterContext,
  SHIPPED_PRESENCE_COEFFICIENTS,
  cellVerdictOf,
  groupOf,
  normalCdf,
  wilsonInterval,
} from '#domain/verdict'
import { describe, expect, test } from 'vitest'

/** A roster of the operators of these networks, of which those declare here that pass, in a place with few networks. */
const contextOf = (networks: readonly NetworkEvidence[]): RosterContext => ({
  services: networks.map(({ operator, technology }) => ({
    operator: operator!,
    technologies: [technology!],
  })),
  facts: networks.map(({ operator, technology, passWeight }) => ({
    operator: operator!,
    group: groupOf(technology),
    declared: passWeight > 0 ? 1 : -1,
    around: passWeight > 0 ? 1 : 0,
    placeLogOdds: -2,
  })),
  coefficients: SHIPPED_PRESENCE_COEFFICIENTS,
})

test('the quantile of each confidence leaves half of the remaining probability on each side', () => {
  for (const confidence of [0.8, 0.9, 0.95, 0.99] as const)
    expect(normalCdf(normalQuantileOf(confidence))).toBeCloseTo((1 + confidence) / 2, 6)
})

test('no two rules share a name and a version', () => {
  const keys = SHIPPED_RULES.map((rule) => `${rule.id} ${rule.version}`)
  expect(new Set(keys).size).toBe(keys.length)
})

test('the map opens with exactly one rule, the national floor', () => {
  expect(SHIPPED_RULES.filter((rule) => rule.default).map((rule) => rule.id)).toEqual(['ma-floor'])
})

test('the thresholds are those of the sources', () => {
  const figures = (rule: Rule) => [
    rule.minDownloadBps / 1e6,
    rule.minUploadBps === null ? null : rule.minUploadBps / 1e6,
    rule.maxLatencyMs,
  ]
  expect(Object.fromEntries(SHIPPED_RULES.map((rule) => [rule.id, figures(rule)]))).toEqual({
    'ma-floor': [2, null, null],
    'eu-2013': [30, null, null],
    'eu-ultrafast': [100, null, null],
    'fcc-unserved': [25, 3, 100],
    'fcc-underserved': [100, 20, 100],
    'giga-school': [20, null, null],
    'ma-fibre': [100, null, null],
  })
})

test('data are a rule where every field is valid; each rejection names its field and value', () => {
  const good: Record<string, unknown> = { ...SHIPPED_RULES[1]!, id: 'my-rule' }
  expect(ruleRejections(good)).toEqual([])
  expect(ruleRejections({ ...good, roster: undefined })).toEqual([])
  expect(ruleRejections({ ...good, roster: { falseFailure: 0.03, falsePass: 0.01 } })).toEqual([])
  const bad: [string, unknown][] = [
    ['id', 'My rule'],
    ['title', { en: 'x', fr: 'y' }],
    ['minDownloadBps', '2'],
    ['minDownloadBps', NaN],
    ['maxLossRatio', 1.01],
    ['passShare', 1],
    ['confidence', 0.85],
    ['minDays', 1.5],
    ['peakHours', { from: 23, to: 19 }],
    ['technologies', ['4g', '4g']],
    ['technologies', []],
    ['classConfidence', 1],
    ['default', true],
    ['blackFrom', undefined],
    ['roster', { falseFailure: 0.03 }],
    ['roster', { falseFailure: 0.03, falsePass: 0.6 }],
    ['roster', { falseFailure: 0.03, falsePass: 0.01, falseAlarm: 0 }],
    ['roster', true],
    ['colour', 'white'],
  ]
  for (const [field, value] of bad) {
    const faults = ruleRejections({ ...good, [field]: value })
    expect(faults.map((fault) => fault.field)).toEqual([field])
    expect(faults[0]!.reason.startsWith(field)).toBe(true)
  }
  for (const nothing of [null, [], 'rule']) expect(ruleRejections(nothing)).toHaveLength(1)
})

describe.each(SHIPPED_RULES.map((rule) => [rule.id, rule] as const))('the rule %s', (_, rule) => {
  const { minSamples, passShare } = rule
  const lower = (samples: number) => wilsonInterval(samples, samples, normalQuantileOf(rule.confidence)).lower

  test('can be met by the smallest number of samples that it asks for, when all of them pass', () => {
    expect(lower(minSamples)).toBeGreaterThanOrEqual(passShare)
  })

  test('can give every class from the minimum of evidence, three full days of one device per network, where operators declare the same', () => {
    const days = Math.max(rule.minDays, Math.ceil(minSamples / rule.deviceDayCap))
    const weight = days * rule.deviceDayCap * 1000
    const network = (operator: string, passWeight: number): NetworkEvidence => ({
      operator,
      technology: rule.technologies[0]!,
      samples: weight / 1e3,
      passes: passWeight / 1e3,
      noService: 0,
      peakSamples: 0,
      weight,
      passWeight,
      settledWeight: 0,
      settledPassWeight: 0,
      devices: 1,
      passDevices: 1,
      failDevices: 1,
      days,
      passDays: days,
      failDays: days,
      hours: rule.minHours,
      lastMeasuredAt: 0,
      declaredBps: null,
      plannedBy: null,
    })
    const [good, bad] = [(name: string) => network(name, weight), (name: string) => network(name, 0)]
    const classOf = (networks: NetworkEvidence[]) => cellVerdictOf(rule, networks, contextOf(networks)).class
    expect(classOf([good('a'), good('b')])).toBe('black')
    expect(classOf([good('a'), bad('b'), bad('c')])).toBe('grey')
    expect(classOf([bad('a'), bad('b'), bad('c')])).toBe('white')
  })

  test('asks for evidence that can exist', () => {
    expect(rule.minDays).toBeGreaterThan(0)
    expect(rule.minDays).toBeLessThanOrEqual(rule.validityDays)
    expect(rule.minHours).toBeLessThanOrEqual(rule.peakHours ? rule.peakHours.to - rule.peakHours.from : 24)
    expect(passShare > 0 && passShare < 1).toBe(true)
    expect(rule.blackFrom).toBeGreaterThan(1)
  })

  test('counts known technologies, each once, and never a geostationary satellite', () => {
    expect(new Set(rule.technologies).size).toBe(rule.technologies.length)
    expect(rule.technologies.length).toBeGreaterThan(0)
    expect(rule.technologies.every((technology) => TECHNOLOGIES.includes(technology))).toBe(true)
    expect(rule.technologies).not.toContain('satellite_geo')
  })

  test('has a title in three languages and a source', () => {
    expect(Object.values(rule.title).every((text) => text.trim() !== '')).toBe(true)
    expect(rule.title.ar).toMatch(/[\u0600-\u06ff]/)
    expect(rule.source).not.toBe('')
  })

  test('survives being stored as JSON', () => {
    expect(JSON.parse(JSON.stringify(rule))).toEqual(rule)
  })
})
