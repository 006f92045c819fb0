/**
 * Dependence of the zones' ranks on the planner's weights, estimated with random weights around the chosen ones. Pure.
 */
import { randomNormal, seededRandom } from '../random/random.js'
import { type FactorTable, type RankedIndex, type Weights, scoreOfRow, weightListOf } from './priority.js'

/** Variation of a zone's rank under random weights. */
export interface RankStability {
  /** Nine of ten draws give a rank from `low` to `high`; the rank itself always lies between the two. */
  low: number
  high: number
  /** Share of the draws in which the zone is among the first ones. */
  topShare: number
}

export interface StabilityRequest {
  weights: Weights
  /** Indexes of the zones that are ranked against one another. */
  chosen: readonly number[]
  /** The zones whose stability is computed. */
  targets: readonly RankedIndex[]
  /** Number of zones that count as "the first ones". */
  top: number
}

export const STABILITY_DRAWS = 200
const SEED = 2030
/** Standard deviation of the logarithm of a drawn weight: two thirds of the draws lie between half and double. */
const WEIGHT_SIGMA = Math.LN2

/**
 * Returns the stability of each target, in their order. The generator yields after each draw, so that a server can do other
 * work in between.
 */
export function* rankStabilities(
  table: FactorTable,
  { weights: centralWeights, chosen, targets, top }: StabilityRequest,
): Generator<void, RankStability[]> {
  const ranks = targets.map(() => new Int32Array(STABILITY_DRAWS))
  const random = seededRandom(SEED)
  const scores = new Float64Array(chosen.length)
  for (let draw = 0; draw < STABILITY_DRAWS; draw++) {
    const weights = weightListOf(centralWeights).map(
      (weight) => weight * Math.exp(WEIGHT_SIGMA * randomNormal(random)),
    )
    for (let i = 0; i < chosen.length; i++) scores[i] = scoreOfRow(table.values, chosen[i]!, weights)
    const targetScores = targets.map(({ index }) => scoreOfRow(table.values, index, weights))
    ranksAmong(scores, targetScores).forEach((rank, i) => (ranks[i]![draw] = rank))
    yield
  }
  return targets.map(({ rank }, i) => stabilityOf(rank, ranks[i]!.sort(), top))
}

function stabilityOf(rank: number, sortedRanks: Int32Array, top: number): RankStability {
  const quantile = (share: number) => sortedRanks[Math.round(share * (STABILITY_DRAWS - 1))]!
  const drawsInTop = sortedRanks.filter((drawn) => drawn <= top).length
  return {
    low: Math.min(rank, quantile(0.05)),
    high: Math.max(rank, quantile(0.95)),
    topShare: drawsInTop / STABILITY_DRAWS,
  }
}

/**
 * The rank of each target: 1 + how many of all scores are higher. Every score is looked up among the few targets, and not
 * the other way round, because there are many scores and few targets.
 */
function ranksAmong(scores: Float64Array, targetScores: readonly number[]): number[] {
  const sorted = Float64Array.from(targetScores).sort()
  const higher = new Int32Array(sorted.length + 1)
  for (let i = 0; i < scores.length; i++) higher[countBelow(sorted, scores[i]!)]!++
  for (let i = sorted.length - 1; i >= 0; i--) higher[i]! += higher[i + 1]!
  return targetScores.map((score) => {
    let next = countBelow(sorted, score)
    // Scores that were counted after the last equal target are higher than this one.
    while (sorted[next] === score) next++
    return 1 + higher[next]!
  })
}

/** Number of values of an ascending list that are lower than this one. */
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

/** Share of the draws that must agree: nineteen of twenty. */
const MIN_FIRM_SHARE = 0.95

/** Whether a zone is among the first ones, or outside them, whatever the weights; or whether it depends on them. */
export const firmnessOf = ({ topShare }: Pick<RankStability, 'topShare'>): Firmness =>
  topShare >= MIN_FIRM_SHARE ? 'firm_in' : topShare <= 1 - MIN_FIRM_SHARE ? 'firm_out' : 'depends'
