/** Requests for priorities and budgets. */
import type { Deployed } from '#domain/priority'
import { GET, POST, unwrapResponse } from '../api/client.js'
import type { QueryParams, Schemas } from '../api/schemas.js'

export type PriorityZone = Schemas['PriorityZone']
export type Priorities = Schemas['Priorities']
export type FundedZone = Schemas['FundedZone']
export type RankedZone = Omit<FundedZone, 'technology' | 'cost' | 'benefit'>
/** A request for a budget; its technologies are never empty. */
export type BudgetRequest = Omit<Schemas['BudgetBody'], 'technologies'> & { technologies: Deployed[] }
export type BudgetObjective = BudgetRequest['maximise']
export type BudgetAnswer = Schemas['BudgetAnswer']

export const fetchPriorities = (
  id: number,
  query: QueryParams<'/api/v1/runs/{id}/priorities'>,
  signal: AbortSignal,
): Promise<Priorities> =>
  unwrapResponse<Priorities>(GET('/api/v1/runs/{id}/priorities', { params: { path: { id }, query }, signal }))

export const allocateBudget = (
  id: number,
  request: BudgetRequest,
  signal: AbortSignal,
): Promise<BudgetAnswer> => {
  const body = request as Schemas['BudgetBody']
  return unwrapResponse<BudgetAnswer>(
    POST('/api/v1/runs/{id}/budget', { params: { path: { id } }, body, signal }),
  )
}
