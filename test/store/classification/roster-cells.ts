/** Cells with a roster, for the stages and for the pure functions: networks, declarations, shares of places, services. */
import type { Technology } from '#domain/probe'
import type { RosterService } from '#domain/roster'
import type { Rule } from '#domain/rule'
import {
  type NetworkEvidence,
  type PresenceCoefficients,
  type RosterContext,
  TECHNOLOGY_GROUPS,
  type TechnologyGroup,
  groupOf,
} from '#domain/verdict'
import { cellAt, cellToSql } from '#geo'
import fc from 'fast-check'
import type { RegionService } from '../../../libs/store/classification/roster-scope.js'

/** Cells of several families and several parents of resolution 5, in two regions; the last has no region. */
export const CELLS = Array.from({ length: 24 }, (_, i) =>
  cellToSql(cellAt(31.5 + i * 0.004, -7.5 + (i % 5) * 0.03)),
)

export const regionOf = (cell: string): string => {
  const n = CELLS.indexOf(cell)
  return n === CELLS.length - 1 ? '' : n % 2 === 0 ? '07' : '04'
}

/** Cells with one number are the seven children of one parent. */
export const familyOf = (cell: string): bigint => BigInt(cell) >> 24n

/** H3 index of the parent of resolution 5. */
export const placeOf = (cell: string): string => {
  const all = (1n << 30n) - 1n
  return String((BigInt(cell) & ~(15n << 52n)) | (5n << 52n) | all)
}

export interface Declaration {
  cell: string
  operator: string
  technology: Technology
  downloadBps: number
}

export interface Share {
  place: string
  operator: string
  group: TechnologyGroup
  logOdds: number
}

/** Everything that a run knows beside evidence. */
export interface Country {
  services: (RosterService & { region: string })[]
  declarations: Declaration[]
  shares: Share[]
  coefficients: PresenceCoefficients
}

const OPERATORS = ['iam', 'inwi', 'orange'] as const
const ROSTER_TECHNOLOGIES = ['fibre', 'adsl', 'fwa', '4g'] as const

/** On a grid: PostgreSQL refuses products that are too small for a double. */
const coefficient = fc.integer({ min: -400, max: 400 }).map((hundredths) => hundredths / 100)
const pair = fc.tuple(coefficient, coefficient)

const groupCoefficients = fc.record({
  intercept: coefficient,
  declaredHere: coefficient,
  declaredElsewhere: coefficient,
  aroundHere: coefficient,
  aroundElsewhere: coefficient,
  othersDeclaring: coefficient,
  untried: coefficient,
  place: coefficient,
  othersPresent: pair,
  othersAbsent: pair,
})

const coefficients: fc.Arbitrary<PresenceCoefficients> = fc.record({
  groups: fc.record(
    Object.fromEntries(TECHNOLOGY_GROUPS.map((group) => [group, groupCoefficients])) as Record<
      TechnologyGroup,
      typeof groupCoefficients
    >,
  ),
  operators: fc.constantFrom<PresenceCoefficients['operators'][]>(
    {},
    { iam: { mobile: { intercept: 1, declaredHere: -0.5 } } },
  ),
})

export const someCountry: fc.Arbitrary<Country> = fc.record({
  services: fc.uniqueArray(
    fc.record({
      region: fc.constantFrom('07', '04', ''),
      operator: fc.constantFrom(...OPERATORS, 'another'),
      technologies: fc.subarray([...ROSTER_TECHNOLOGIES], { minLength: 1 }),
    }),
    { selector: ({ region, operator }) => `${region} ${operator}`, maxLength: 9 },
  ),
  declarations: fc.uniqueArray(
    fc.record({
      cell: fc.constantFrom(...CELLS),
      operator: fc.constantFrom(...OPERATORS, 'stranger'),
      technology: fc.constantFrom<Technology[]>('4g', 'fibre', 'adsl'),
      downloadBps: fc.constantFrom(1_000_000, 5_000_000, 50_000_000),
    }),
    { selector: ({ cell, operator, technology }) => `${cell} ${operator} ${technology}`, maxLength: 60 },
  ),
  shares: fc.uniqueArray(
    fc.record({
      place: fc.constantFrom(...new Set(CELLS.map(placeOf))),
      operator: fc.constantFrom(...OPERATORS),
      group: fc.constantFrom(...TECHNOLOGY_GROUPS),
      logOdds: coefficient,
    }),
    { selector: ({ place, operator, group }) => `${place} ${operator} ${group}`, maxLength: 10 },
  ),
  coefficients,
})

const isDeclaring =
  (rule: Rule, operator: string, group: TechnologyGroup) =>
  (declaration: Declaration): boolean =>
    declaration.operator === operator &&
    groupOf(declaration.technology) === group &&
    rule.technologies.includes(declaration.technology) &&
    declaration.downloadBps >= rule.minDownloadBps

const servicesIn = (country: Country, region: string): RosterService[] =>
  country.services
    .filter((service) => service.region === region)
    .map(({ operator, technologies }) => ({ operator, technologies }))
    .sort((a, b) => (a.operator < b.operator ? -1 : 1))

/** The services as a run has them. */
export const regionServicesOf = (rule: Rule, country: Country): RegionService[] =>
  ['07', '04', ''].flatMap((region) =>
    servicesIn(country, region).map((service) => ({
      ...service,
      region,
      declaredGroups: TECHNOLOGY_GROUPS.filter((group) =>
        country.declarations.some(
          (one) => regionOf(one.cell) === region && isDeclaring(rule, service.operator, group)(one),
        ),
      ),
    })),
  )

/** The context of a cell, found cell by cell. */
export function contextOf(rule: Rule, country: Country, cell: string): RosterContext {
  const services = servicesIn(country, regionOf(cell))
  const facts = services.flatMap(({ operator, technologies }) =>
    [...new Set(technologies.map(groupOf))].map((group) => {
      const declaring = country.declarations.filter(isDeclaring(rule, operator, group)).map((one) => one.cell)
      const isHere = declaring.includes(cell)
      const isInRegion = declaring.some((other) => regionOf(other) === regionOf(cell))
      const around = new Set(
        declaring.filter((other) => other !== cell && familyOf(other) === familyOf(cell)),
      )
      const share = country.shares.find(
        (one) => one.place === placeOf(cell) && one.operator === operator && one.group === group,
      )
      const declared: -1 | 0 | 1 = isHere ? 1 : isInRegion ? -1 : 0
      return { operator, group, declared, around: around.size / 6, placeLogOdds: share?.logOdds ?? 0 }
    }),
  )
  return { services, facts, coefficients: country.coefficients }
}

/** The networks of a cell, each operator and technology once. */
export const networksOf = (someNetwork: fc.Arbitrary<NetworkEvidence>): fc.Arbitrary<NetworkEvidence[]> =>
  fc.uniqueArray(someNetwork, {
    minLength: 1,
    maxLength: 6,
    selector: (n) => `${n.operator} ${n.technology}`,
  })
