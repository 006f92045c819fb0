/**
 * The prior probability that an operator serves a cell by a group of technologies, before anything of it was measured there:
 * a logistic model whose coefficients are data. Pure; the SQL of the classification computes the same.
 */
import type { TechnologyGroup } from './technology-group.js'

/** The facts about one operator and one group of its technologies in one cell that the prior rests on. */
export interface PresenceFeatures {
  group: TechnologyGroup
  /**
   * 1 if the operator declares a network of the group here that meets the rule; -1 if it declares one in the region but not here;
   * 0 if it declares none in the region.
   */
  declared: -1 | 0 | 1
  /** Share of the six other cells of the cell's parent (H3 resolution 7) in which the operator declares such a network, 0 to 1. */
  around: number
  /** Number of other operators of the roster that declare a network here. */
  othersDeclaring: number
  /** Whether no network of the operator and group was measured in the cell: who chose another one knew something. */
  isUntried: boolean
  /** Log odds of the share of the place's decided networks that are present, relative to the usual; 0 where nothing is known. */
  placeLogOdds: number
  /** Number of other operators with a present network in the cell. */
  othersPresent: number
  /** Number of other operators of which every measured network in the cell is decided and none is present. */
  othersAbsent: number
}

/** The summand of each feature in the log odds, for one group of technologies. */
export interface GroupCoefficients {
  intercept: number
  declaredHere: number
  declaredElsewhere: number
  /** Factor of `around` where the operator declares a network here, and where it declares one elsewhere in the region. */
  aroundHere: number
  aroundElsewhere: number
  /** The summand for each other operator that declares, at most two. */
  othersDeclaring: number
  untried: number
  /** Factor of `placeLogOdds`. */
  place: number
  /** The summands for one other operator, and for two or more. */
  othersPresent: readonly [number, number]
  othersAbsent: readonly [number, number]
}

/** The summands that one operator adds to the coefficients of a group. */
export type OperatorDeviation = Pick<GroupCoefficients, 'intercept' | 'declaredHere'>

export interface PresenceCoefficients {
  groups: Readonly<Record<TechnologyGroup, GroupCoefficients>>
  operators: Readonly<Record<string, Partial<Record<TechnologyGroup, OperatorDeviation>>>>
}

/** The coefficients for one operator and group. */
export function groupCoefficientsOf(
  { groups, operators }: PresenceCoefficients,
  operator: string,
  group: TechnologyGroup,
): GroupCoefficients {
  const deviation = operators[operator]?.[group]
  if (!deviation) return groups[group]
  return {
    ...groups[group],
    intercept: groups[group].intercept + deviation.intercept,
    declaredHere: groups[group].declaredHere + deviation.declaredHere,
  }
}

/** Priors are rounded to this fraction, so that TypeScript and SQL have the same digits whatever their exponential gives. */
export const PRIOR_UNIT = 1e-4

const MAX_PRIOR = 1 - PRIOR_UNIT

/** The prior probability, in ten-thousandths, never 0 or 1. */
export function priorOf(
  coefficients: PresenceCoefficients,
  operator: string,
  features: PresenceFeatures,
): number {
  const logOdds = logOddsOf(groupCoefficientsOf(coefficients, operator, features.group), features)
  const probability = 1 / (1 + Math.exp(-logOdds))
  return Math.min(MAX_PRIOR, Math.max(PRIOR_UNIT, Math.floor(probability * 10_000 + 0.5) / 10_000))
}

/** The terms are added in the order in which the SQL adds them. */
function logOddsOf(c: GroupCoefficients, features: PresenceFeatures): number {
  const { declared, around, othersDeclaring, isUntried, placeLogOdds, othersPresent, othersAbsent } = features
  const ofDeclared =
    declared === 1
      ? c.declaredHere + c.aroundHere * around
      : declared === -1
        ? c.declaredElsewhere + c.aroundElsewhere * around
        : 0
  return (
    c.intercept +
    ofDeclared +
    c.othersDeclaring * Math.min(2, othersDeclaring) +
    (isUntried ? c.untried : 0) +
    c.place * placeLogOdds +
    ofCount(c.othersPresent, othersPresent) +
    ofCount(c.othersAbsent, othersAbsent)
  )
}

const ofCount = ([one, more]: readonly [number, number], count: number): number =>
  count === 0 ? 0 : count === 1 ? one : more

/** A line that somebody measures exists, and mostly passes; whether there is one that nobody measures is another question. */
const LINES: GroupCoefficients = {
  intercept: 1.5,
  declaredHere: 3,
  declaredElsewhere: -2,
  aroundHere: 0,
  aroundElsewhere: 0,
  othersDeclaring: 0.4,
  untried: -5,
  place: 0.5,
  othersPresent: [0.4, 0.8],
  othersAbsent: [0, 0],
}

/** Fixed wireless access is offered in few places yet. */
const WIRELESS: GroupCoefficients = { ...LINES, untried: -6.5 }

/** Networks that can be tried anywhere. What an operator declares says the more the farther the edge of its network is. */
const MOBILE: GroupCoefficients = {
  intercept: 0.2,
  declaredHere: -0.6,
  declaredElsewhere: -5.5,
  aroundHere: 4.5,
  aroundElsewhere: 5,
  othersDeclaring: 0.15,
  untried: -1.2,
  place: 0.5,
  othersPresent: [0.3, 0.6],
  othersAbsent: [-0.4, -0.8],
}

/** Used until a model was fitted. An assumption of the project, in round figures from simulated countries. */
export const SHIPPED_PRESENCE_COEFFICIENTS: PresenceCoefficients = {
  groups: { fixed: LINES, wireless: WIRELESS, mobile: MOBILE, satellite: MOBILE, unnamed: MOBILE },
  operators: {},
}
