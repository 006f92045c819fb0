/** What the server says of priorities and budgets. */
import type { Deployed, Factor, Firmness, UnitCosts, Weights, ZoneFactors } from '#domain'
import { call } from '../api.js'

export interface RankedZone extends ZoneFactors {
  areaFr: string | null
  areaAr: string | null
  localityFr: string | null
  localityAr: string | null
  bbox: [number, number, number, number]
  lng: number
  lat: number
  costClass: number
  score: number
  rank: number
}

export interface PriorityZone extends RankedZone {
  rankLow: number
  rankHigh: number
  topShare: number
  firmness: Firmness
}

export interface Priorities {
  takenAt: string
  leftOut: Factor[]
  zones: number
  draws: number
  top: number
  items: PriorityZone[]
}

export interface FundedZone extends RankedZone {
  technology: Deployed
  cost: number
  benefit: number
}

export type Maximised = 'people' | 'score'

export interface BudgetQuestion {
  budget: number
  maximise: Maximised
  technologies: Deployed[]
  class?: string
  area?: string
  weights: Weights
  unitCosts: UnitCosts
  oneZonePerRegion: boolean
  regionShare: number
}

export interface BudgetAnswer {
  id: string
  run: number
  budget: number
  maximise: Maximised
  status: 'optimal' | 'time_limit'
  zones: FundedZone[]
  cost: number
  remaining: number
  benefit: number
  whole: number
  zonesLeft: number
  peopleLeft: number | null
  gap: number
  notConsidered: number
  oneMore: {
    benefit: number
    added: FundedZone[]
    dropped: FundedZone[]
    changed: FundedZone[]
  } | null
}

export const priorities = (run: number, query: URLSearchParams, signal: AbortSignal) =>
  call<Priorities>(`/api/v1/runs/${run}/priorities?${query.toString()}`, { signal })

export const planBudget = (run: number, question: BudgetQuestion, signal: AbortSignal) =>
  call<BudgetAnswer>(`/api/v1/runs/${run}/budget`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(question),
    signal,
  })
