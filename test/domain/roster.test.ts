import { SHIPPED_RULES } from '#domain/rule'
import { type RosterEntry, SHIPPED_ROSTER, rosterRejections, servicesAt } from '#domain/roster'
import { expect, test } from 'vitest'

const entry: RosterEntry = {
  operator: 'iam',
  technologies: ['4g', 'adsl'],
  regionCodes: ['01', '02'],
  from: '2020-01-01',
  to: '2026-12-31',
  source: 'a licence',
  isAssumption: false,
}

test('the shipped roster is accepted, has the three operators everywhere, and labels its assumptions', () => {
  expect(rosterRejections(SHIPPED_ROSTER)).toEqual([])
  for (const rule of SHIPPED_RULES.filter(({ technologies }) => technologies.includes('4g')))
    for (const regionCode of ['01', '12', null]) {
      const services = servicesAt(SHIPPED_ROSTER, { regionCode, day: '2026-11-01' }, rule.technologies)
      expect(services.map(({ operator }) => operator)).toEqual(['iam', 'inwi', 'orange'])
      expect(services.every(({ technologies }) => technologies.includes('4g'))).toBe(true)
    }
  expect(
    SHIPPED_ROSTER.filter((one) => !one.technologies.includes('4g')).every((one) => one.isAssumption),
  ).toBe(true)
})

test.each<[string, Partial<RosterEntry>, string[]]>([
  ['accepted', {}, []],
  ['an operator by another of its names', { operator: 'Maroc Telecom' }, ['operator']],
  ['no operator', { operator: '' }, ['operator']],
  ['no technology', { technologies: [] }, ['technologies']],
  ['a technology twice', { technologies: ['4g', '4g'] }, ['technologies']],
  ['no region', { regionCodes: [] }, ['regionCodes']],
  ['a province in place of a region', { regionCodes: ['01.051'] }, ['regionCodes']],
  ['a region that does not exist', { regionCodes: ['13'] }, ['regionCodes']],
  ['a day that does not exist', { from: '2026-02-30' }, ['from']],
  ['an end before the beginning', { to: '2019-12-31' }, ['to']],
  ['no source', { source: ' ' }, ['source']],
])('%s', (_, changes, fields) => {
  expect(rosterRejections([{ ...entry, ...changes }]).map(({ field }) => field)).toEqual(fields)
})

test.each<[string, Partial<RosterEntry>, number]>([
  ['the same again', {}, 1],
  ['one shared region, technology and day', { regionCodes: ['02'], from: '2026-12-31', to: null }, 1],
  ['the whole country', { regionCodes: null }, 1],
  ['another region', { regionCodes: ['03'] }, 0],
  ['another technology', { technologies: ['5g'] }, 0],
  ['a later time', { from: '2027-01-01', to: null }, 0],
  ['another operator', { operator: 'inwi' }, 0],
])('overlapping entries of an operator are rejected: %s', (_, changes, rejected) => {
  const rejections = rosterRejections([entry, { ...entry, ...changes }])
  expect(rejections.map(({ index, field }) => [index, field])).toEqual(
    Array.from({ length: rejected }, () => [1, 'technologies']),
  )
})

test('an entry applies from its first to its last day, in its regions, by the technologies that count', () => {
  const at = (regionCode: string | null, day: string) =>
    servicesAt([entry], { regionCode, day }, ['4g', 'fibre'])
  const service = [{ operator: 'iam', technologies: ['4g'] }]
  expect(at('01', '2020-01-01')).toEqual(service)
  expect(at('02', '2026-12-31')).toEqual(service)
  for (const [regionCode, day] of [
    ['01', '2019-12-31'],
    ['01', '2027-01-01'],
    ['03', '2025-01-01'],
    [null, '2025-01-01'],
  ] as const)
    expect(at(regionCode, day)).toEqual([])
  expect(servicesAt([entry], { regionCode: '01', day: '2025-01-01' }, ['5g'])).toEqual([])
})

test('several entries of one operator add up', () => {
  const more = { ...entry, technologies: ['fibre'] as const, regionCodes: null, from: null, to: null }
  expect(servicesAt([entry, more], { regionCode: '01', day: '2025-01-01' }, ['4g', 'fibre'])).toEqual([
    { operator: 'iam', technologies: ['fibre', '4g'] },
  ])
  expect(servicesAt([entry, more], { regionCode: '05', day: '2025-01-01' }, ['4g', 'fibre'])).toEqual([
    { operator: 'iam', technologies: ['fibre'] },
  ])
})
