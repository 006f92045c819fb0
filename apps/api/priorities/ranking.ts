/** Ranks the zones of a run by a planner's weights. */
import {
  type CandidateClass,
  type CostClass,
  STABILITY_DRAWS,
  type FactorTable,
  type Firmness,
  type RankedIndex,
  type RankStability,
  type UnitCosts,
  type Weights,
  type ZoneFactors,
  factorTable,
  firmnessOf,
  rankedIndexesOf,
  scoresOf,
  rankStabilities,
} from '#domain/priority'
import type { RunRow } from '#store/runs'
import type { NamedZone } from '#store/zones'
import { setImmediate } from 'node:timers/promises'
import type { ZoneFactorsSnapshot } from './factors.js'

export interface RankingRequest {
  weights: Weights
  unitCosts: UnitCosts
  class: CandidateClass | null
  area: string | null
  /** Number of zones that count as "the first ones". */
  top: number
}

export interface Ranking extends RankingRequest {
  run: RunRow
  takenAt: Date
  table: FactorTable
  /** Indexes in the table of the ranked zones. */
  chosen: number[]
  order: RankedIndex[]
}

/** Scores and ranks. Scores compare zones of the whole country; ranks are among the chosen zones. */
export function rankingOf(
  run: RunRow,
  { zones, takenAt }: ZoneFactorsSnapshot,
  request: RankingRequest,
): Ranking {
  const table = factorTable(zones, request.unitCosts)
  const scores = scoresOf(table, request.weights)
  const chosen = zones.flatMap((zone, i) => (isChosen(zone, request) ? [i] : []))
  return { ...request, run, takenAt, table, chosen, order: rankedIndexesOf(table, scores, chosen) }
}

const isChosen = (zone: ZoneFactors, request: Pick<RankingRequest, 'class' | 'area'>): boolean =>
  (request.class === null || zone.class === request.class) &&
  (request.area === null || [zone.communeCode, zone.provinceCode, zone.regionCode].includes(request.area))

/** A zone with its factors, its score and its rank. */
export interface RankedZone extends ZoneFactors, Omit<NamedZone, 'id'> {
  /** Class of its costs, from 1 (up to 1 million MAD) to 4 (above 5 million), by the cheapest terrestrial network. */
  costClass: CostClass
  /** Weighted mean of its factors, 0 to 100. */
  score: number
  /** Rank from 1. Zones with the same score share a rank. */
  rank: number
}

/** A ranked zone, and how stable its rank is. */
export interface PriorityZone extends RankedZone {
  /** The lowest and the highest rank in nine of ten draws of other weights. */
  rankLow: number
  rankHigh: number
  /** Share of the draws in which it is among the first `top` zones. */
  topShare: number
  firmness: Firmness
}

/** Number of draws between two pauses for other requests; they take about 20 ms for 100,000 zones. */
const DRAWS_AT_ONCE = 4
const yieldToEventLoop = setImmediate

export async function stabilityOf(ranking: Ranking, rows: readonly RankedIndex[]): Promise<RankStability[]> {
  const { table, weights, chosen, top } = ranking
  const work = rankStabilities(table, { weights, chosen, targets: rows, top })
  for (let draw = 1; draw <= STABILITY_DRAWS + 1; draw++) {
    const step = work.next()
    if (step.done) return step.value
    if (draw % DRAWS_AT_ONCE === 0) await yieldToEventLoop()
  }
  throw new Error('the draws did not end')
}

export const rankedZones = (
  { table }: Ranking,
  rows: readonly RankedIndex[],
  names: ReadonlyMap<string, NamedZone>,
): RankedZone[] =>
  rows.map(({ index, score, rank }) => {
    const zone = table.zones[index]!
    return { ...zone, ...names.get(zone.id)!, costClass: table.costClasses[index]!, score, rank }
  })

export const priorityZone = (zone: RankedZone, { low, high, topShare }: RankStability): PriorityZone => ({
  ...zone,
  rankLow: low,
  rankHigh: high,
  topShare,
  firmness: firmnessOf({ topShare }),
})
