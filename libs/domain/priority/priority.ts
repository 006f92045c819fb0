/** The order in which zones should be served: factors of a zone, the planner's weights, score and rank. Pure. */
import type { Limits } from './amounts.js'
import { type CostClass, type UnitCosts, type ZoneSize, costClassOf } from './deployment.js'
import type { ZoneClass } from '../zone/zone.js'

/** The reasons to serve a zone first. Each factor is scaled to 0 to 1, and a higher factor moves the zone up. */
export const FACTORS = [
  'white',
  'people',
  'localities',
  'schools',
  'healthCentres',
  'administrations',
  'fibreDistance',
  'cost',
] as const
export type Factor = (typeof FACTORS)[number]

/** The weight of each factor in the score. */
export type Weights = Record<Factor, number>

const MAX_WEIGHT = 10

const DEFAULTS: Weights = {
  white: 4,
  people: 5,
  localities: 2,
  schools: 3,
  healthCentres: 3,
  administrations: 2,
  fibreDistance: 1,
  cost: 2,
}

/** The default weights are an assumption of the project: no official weighting is known. */
export const WEIGHT_LIMITS = Object.fromEntries(
  FACTORS.map((factor) => [factor, { default: DEFAULTS[factor], max: MAX_WEIGHT }]),
) as Limits<Factor>

export const DEFAULT_WEIGHTS: Weights = DEFAULTS

/** The classes of zones that are ranked; a black zone needs nothing. */
export type CandidateClass = Exclude<ZoneClass, 'black'>

/** The facts about a zone from which its factors follow. Null means unknown, which is not zero. */
export interface ZoneFactors {
  id: string
  class: CandidateClass
  communeCode: string | null
  provinceCode: string | null
  regionCode: string | null
  cellCount: number
  /**
   * Population of those of its localities whose population is known. Null where it is known of none of them, and where no
   * localities were imported.
   */
  people: number | null
  localities: number | null
  /** Number of localities whose population is unknown, so that they add nothing to `people`. */
  localitiesUncounted: number | null
  schools: number | null
  healthCentres: number | null
  /** Number of councils, caïdats, post offices and other administrations. */
  administrations: number | null
  otherSites: number | null
  /** Kilometres from the zone's nearest cell to the nearest cell with fibre, between their centres. */
  fibreKm: number | null
}

/** The size of a zone, from which its costs follow. Places whose number is not known count as none. */
export const sizeOf = (zone: ZoneFactors): ZoneSize => ({
  cellCount: zone.cellCount,
  fibreKm: zone.fibreKm,
  places:
    (zone.localities ?? 0) +
    (zone.schools ?? 0) +
    (zone.healthCentres ?? 0) +
    (zone.administrations ?? 0) +
    (zone.otherSites ?? 0),
})

/** The factors of all zones of a run: one row of values for each zone, each value 0 to 1, NaN where it is not known. */
export interface FactorTable {
  zones: readonly ZoneFactors[]
  costClasses: readonly CostClass[]
  /** Values row by row, in the order of FACTORS. */
  values: Float64Array
  /** Factors that are not known of any zone and are therefore left out of every score. */
  leftOut: Factor[]
}

const FACTOR_COUNT = FACTORS.length

/**
 * The factors of all zones of a run. Counts and distances are on a logarithmic scale from 0 to the largest of the run,
 * ln(1 + x) / ln(1 + largest), so that one town does not push all villages towards 0. A white zone has 1 and a grey one 0;
 * the cost classes 1 to 4 have 1, 2/3, 1/3 and 0.
 */
export function factorTable(zones: readonly ZoneFactors[], costs: UnitCosts): FactorTable {
  const values = new Float64Array(zones.length * FACTOR_COUNT)
  const costClasses = zones.map((zone) => costClassOf(sizeOf(zone), costs))
  zones.forEach((zone, i) => {
    FACTORS.forEach((factor, f) => (values[i * FACTOR_COUNT + f] = amountOf(factor, zone) ?? NaN))
    values[i * FACTOR_COUNT + FACTORS.indexOf('cost')] = (4 - costClasses[i]!) / 3
  })
  const leftOut = FACTORS.filter((_, f) => zones.length > 0 && isUnknownEverywhere(values, f))
  for (const factor of LOGARITHMIC_FACTORS) scaleColumn(values, FACTORS.indexOf(factor))
  return { zones, costClasses, values, leftOut }
}

const LOGARITHMIC_FACTORS = FACTORS.filter((factor) => factor !== 'white' && factor !== 'cost')

function amountOf(factor: Factor, zone: ZoneFactors): number | null {
  switch (factor) {
    case 'white':
      return zone.class === 'white' ? 1 : 0
    case 'fibreDistance':
      return zone.fibreKm
    case 'cost':
      return 0
    default:
      return zone[factor]
  }
}

function isUnknownEverywhere(values: Float64Array, f: number): boolean {
  for (let i = f; i < values.length; i += FACTOR_COUNT) if (!Number.isNaN(values[i])) return false
  return true
}

function scaleColumn(values: Float64Array, f: number): void {
  let largest = 0
  for (let i = f; i < values.length; i += FACTOR_COUNT) if (values[i]! > largest) largest = values[i]!
  if (largest === 0) return
  for (let i = f; i < values.length; i += FACTOR_COUNT)
    values[i] = Math.log1p(values[i]!) / Math.log1p(largest)
}

/** The weights in the order of FACTORS. */
export const weightListOf = (weights: Weights): number[] => FACTORS.map((factor) => weights[factor])

/**
 * The score of one row, 0 to 100: the weighted mean of the factors that are known, so that an unknown factor neither raises
 * nor lowers the zone. It is rounded to whole billionths of the mean, so that the last digits of a sum decide no order.
 */
export function scoreOfRow(values: Float64Array, row: number, weights: readonly number[]): number {
  let [sum, weightSum] = [0, 0]
  for (let f = 0; f < FACTOR_COUNT; f++) {
    const value = values[row * FACTOR_COUNT + f]!
    if (Number.isNaN(value)) continue
    sum += value * weights[f]!
    weightSum += weights[f]!
  }
  return weightSum === 0 ? 0 : Math.round((sum / weightSum) * 1e9) / 1e7
}

/** The scores of all zones, 0 to 100, in the order of the table. */
export function scoresOf(table: FactorTable, weights: Weights): Float64Array {
  const list = weightListOf(weights)
  return Float64Array.from(table.zones, (_, i) => scoreOfRow(table.values, i, list))
}

/** The rank of one zone. */
export interface RankedIndex {
  /** Index of the zone in the table. */
  index: number
  score: number
  /** Rank of the zone, from 1; zones of the same score share a rank. */
  rank: number
}

/** The chosen zones by descending score, zones of the same score in the order of their ids. */
export function rankedIndexesOf(
  table: FactorTable,
  scores: Float64Array,
  chosen: readonly number[],
): RankedIndex[] {
  const idOf = (index: number) => table.zones[index]!.id
  const byScore = chosen.toSorted(
    (a, b) => scores[b]! - scores[a]! || (idOf(a) < idOf(b) ? -1 : Number(idOf(a) > idOf(b))),
  )
  let rank = 0
  return byScore.map((index, i) => {
    if (i === 0 || scores[index] !== scores[byScore[i - 1]!]) rank = i + 1
    return { index, score: scores[index]!, rank }
  })
}
