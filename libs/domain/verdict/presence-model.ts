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
  /** Log odds of the share of the place's decided networks that are present, relative to the usual; 0 where nothing is known. */
  placeLogOdds: number
  /** Number of other operators with a present network in the cell. */
  othersPresent: number
  /** Number of other operators of which every measured network in the cell is decided and none is present. */
  othersAbsent: number
}

/** What each feature adds to the log odds, for one group of technologies. */
export interface GroupCoefficients {
  intercept: number
  declaredHere: number
  declaredElsewhere: number
  /** Factor of `placeLogOdds`. */
  place: number
  /** For one other operator, and for two or more. */
  othersPresent: readonly [number, number]
  othersAbsent: readonly [number, number]
}

export type PresenceCoefficients = Readonly<Record<TechnologyGroup, GroupCoefficients>>

/** Priors are rounded to this fraction, so that TypeScript and SQL have the same digits whatever their exponential gives. */
export const PRIOR_UNIT = 1e-4

const MAX_PRIOR = 1 - PRIOR_UNIT

/** The prior probability, in ten-thousandths, never 0 or 1. */
export function priorOf(coefficients: PresenceCoefficients, features: PresenceFeatures): number {
  const probability = 1 / (1 + Math.exp(-logOddsOf(coefficients[features.group], features)))
  return Math.min(MAX_PRIOR, Math.max(PRIOR_UNIT, Math.floor(probability * 10_000 + 0.5) / 10_000))
}

/** The terms are added in the order in which the SQL adds them. */
function logOddsOf(c: GroupCoefficients, features: PresenceFeatures): number {
  const { declared, placeLogOdds, othersPresent, othersAbsent } = features
  return (
    c.intercept +
    (declared === 1 ? c.declaredHere : declared === -1 ? c.declaredElsewhere : 0) +
    c.place * placeLogOdds +
    ofCount(c.othersPresent, othersPresent) +
    ofCount(c.othersAbsent, othersAbsent)
  )
}

const ofCount = ([one, more]: readonly [number, number], count: number): number =>
  count === 0 ? 0 : count === 1 ? one : more

/** Priors of fixed networks, of which nothing is declared, are low: they end at the edge of towns. */
const RARE: GroupCoefficients = {
  intercept: -3.5,
  declaredHere: 4,
  declaredElsewhere: -1,
  place: 0.35,
  othersPresent: [0, 0],
  othersAbsent: [0, 0],
}

/** Used until a model was fitted. An assumption of the project, from a simulated country. */
export const SHIPPED_PRESENCE_COEFFICIENTS: PresenceCoefficients = {
  fixed: RARE,
  wireless: RARE,
  mobile: {
    intercept: 0,
    declaredHere: 2.5,
    declaredElsewhere: -2.5,
    place: 0.35,
    othersPresent: [0.5, 1],
    othersAbsent: [-0.5, -1],
  },
  satellite: RARE,
  unnamed: RARE,
}
