/** What to do next: the factors of a zone, the planner's weights, score and rank, and how firm each rank is. Pure. */
import type { Limits } from './amounts.js'
import { type CostClass, type UnitCosts, type ZoneSize, costClassOf } from './deployment.js'
import { randomNormal, seededRandom } from '../random/random.js'
import type { ZoneClass } from '../zone/zone.js'

/** Each counts from 0 to 1; more of each moves a zone up. */
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

/** The defaults are an assumption of the project: no official weighting is known. */
export const WEIGHT_LIMITS = Object.fromEntries(
  FACTORS.map((factor) => [factor, { default: DEFAULTS[factor], max: MAX_WEIGHT }]),
) as Limits<Factor>

export const DEFAULT_WEIGHTS: Weights = DEFAULTS

/** Black zones need nothing. */
export type CandidateClass = Exclude<ZoneClass, 'black'>

/** What is known of a zone. Null: not known, which is not zero. */
export interface ZoneFactors {
  id: string
  class: CandidateClass
  communeCode: string | null
  provinceCode: string | null
  regionCode: string | null
  cellCount: number
  /** Of its localities whose population is known; null where none is, though it has localities, or none were imported. */
  people: number | null
  localities: number | null
  /** Those whose population is not known: they are not in `people`. */
  localitiesUncounted: number | null
  schools: number | null
  healthCentres: number | null
  /** Councils, caïdats, post offices and other administrations. */
  administrations: number | null
  otherSites: number | null
  /** Kilometres from its nearest cell to the nearest one with fibre, between their middles. */
  fibreKm: number | null
}

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

/** The zones of a run beside one another: a row of factors each, 0 to 1; not a number where one is not known. */
export interface FactorTable {
  zones: readonly ZoneFactors[]
  costClasses: readonly CostClass[]
  /** Row by row, in the order of FACTORS. */
  values: Float64Array
  /** Factors that are not known of any zone: they are left out of every score. */
  leftOut: Factor[]
}

const FACTOR_COUNT = FACTORS.length

/**
 * Counts and distances on a logarithmic scale from 0 to the largest of the run, so that one town does not flatten all
 * villages: ln(1 + x) / ln(1 + largest). White is 1 and grey 0; the cost classes 1 to 4 are 1, 2/3, 1/3 and 0.
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
  for (let at = f; at < values.length; at += FACTOR_COUNT) if (!Number.isNaN(values[at])) return false
  return true
}

function scaleColumn(values: Float64Array, f: number): void {
  let largest = 0
  for (let at = f; at < values.length; at += FACTOR_COUNT) if (values[at]! > largest) largest = values[at]!
  if (largest === 0) return
  for (let at = f; at < values.length; at += FACTOR_COUNT)
    values[at] = Math.log1p(values[at]!) / Math.log1p(largest)
}

const weightListOf = (weights: Weights): number[] => FACTORS.map((factor) => weights[factor])

/**
 * The weighted mean of what is known of a row, 0 to 100: a factor that is not known of a zone neither raises nor lowers it.
 * In whole billionths, so that the last digits of a sum make no order.
 */
function scoreOfRow(values: Float64Array, row: number, weights: readonly number[]): number {
  let [sum, all] = [0, 0]
  for (let f = 0; f < FACTOR_COUNT; f++) {
    const value = values[row * FACTOR_COUNT + f]!
    if (Number.isNaN(value)) continue
    sum += value * weights[f]!
    all += weights[f]!
  }
  return all === 0 ? 0 : Math.round((sum / all) * 1e9) / 1e7
}

export function scoresOf(table: FactorTable, weights: Weights): Float64Array {
  const list = weightListOf(weights)
  return Float64Array.from(table.zones, (_, i) => scoreOfRow(table.values, i, list))
}

export interface RankedIndex {
  /** Of the zone in the table. */
  index: number
  score: number
  /** 1 is first; zones of one score share a rank. */
  rank: number
}

/** The chosen zones from the highest score; equal ones in the order of their ids. */
export function rankedIndexesOf(
  table: FactorTable,
  scores: Float64Array,
  chosen: readonly number[],
): RankedIndex[] {
  const idOf = (index: number) => table.zones[index]!.id
  const order = chosen.toSorted(
    (a, b) => scores[b]! - scores[a]! || (idOf(a) < idOf(b) ? -1 : Number(idOf(a) > idOf(b))),
  )
  let rank = 0
  return order.map((index, i) => {
    if (i === 0 || scores[index] !== scores[order[i - 1]!]) rank = i + 1
    return { index, score: scores[index]!, rank }
  })
}

/** How a rank moves when the weights do. */
export interface RankStability {
  /** Between them the rank lies in nine draws of ten, or is the rank itself. */
  low: number
  high: number
  /** Part of the draws in which it is among the first ones. */
  topShare: number
}

export interface StabilityRequest {
  weights: Weights
  /** Among which zones ranks are given. */
  chosen: readonly number[]
  /** Of which ones the stability is asked. */
  targets: readonly RankedIndex[]
  /** How many are "the first ones". */
  top: number
}

export const STABILITY_DRAWS = 200
const SEED = 2030
/** Weights are drawn around the planner's: two thirds of them between half and double. */
const WEIGHT_SIGMA = Math.LN2

/** Ends with the stability of each asked zone; stops after each draw, so that a server can do other work between. */
export function* rankStabilities(
  table: FactorTable,
  request: StabilityRequest,
): Generator<void, RankStability[]> {
  const { chosen, targets: asked } = request
  const ranks = asked.map(() => new Int32Array(STABILITY_DRAWS))
  const random = seededRandom(SEED)
  const scores = new Float64Array(chosen.length)
  for (let draw = 0; draw < STABILITY_DRAWS; draw++) {
    const weights = weightListOf(request.weights).map(
      (weight) => weight * Math.exp(WEIGHT_SIGMA * randomNormal(random)),
    )
    for (let i = 0; i < chosen.length; i++) scores[i] = scoreOfRow(table.values, chosen[i]!, weights)
    const own = asked.map(({ index }) => scoreOfRow(table.values, index, weights))
    ranksAmong(scores, own).forEach((rank, i) => (ranks[i]![draw] = rank))
    yield
  }
  return asked.map(({ rank }, i) => stabilityOf(rank, ranks[i]!.sort(), request.top))
}

function stabilityOf(rank: number, sorted: Int32Array, top: number): RankStability {
  const at = (share: number) => sorted[Math.round(share * (STABILITY_DRAWS - 1))]!
  const inTop = sorted.filter((drawn) => drawn <= top).length
  return { low: Math.min(rank, at(0.05)), high: Math.max(rank, at(0.95)), topShare: inTop / STABILITY_DRAWS }
}

/** 1 + how many of `all` are higher, for each of `some`: each of all is looked up among the few, not the other way. */
function ranksAmong(all: Float64Array, some: readonly number[]): number[] {
  const sorted = Float64Array.from(some).sort()
  const higher = new Int32Array(sorted.length + 1)
  for (let i = 0; i < all.length; i++) higher[countBelow(sorted, all[i]!)]!++
  for (let i = sorted.length - 1; i >= 0; i--) higher[i]! += higher[i + 1]!
  return some.map((score) => {
    let behind = countBelow(sorted, score)
    // Behind the last equal one: what was counted from there on is higher.
    while (sorted[behind] === score) behind++
    return 1 + higher[behind]!
  })
}

/** How many of a rising list are lower than a value. */
function countBelow(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

export const FIRMNESS = ['firm_in', 'firm_out', 'depends'] as const
export type Firmness = (typeof FIRMNESS)[number]

/** Nineteen draws of twenty agree. */
const MIN_FIRM_SHARE = 0.95

/** Whether the weights decide that a zone is among the first. */
export const firmnessOf = ({ topShare }: Pick<RankStability, 'topShare'>): Firmness =>
  topShare >= MIN_FIRM_SHARE ? 'firm_in' : topShare <= 1 - MIN_FIRM_SHARE ? 'firm_out' : 'depends'
