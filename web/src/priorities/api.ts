/** What the server says of priorities and budgets. */
import type { Deployed } from '#domain/priority'
import { GET, POST, type QueryParams, type Schemas, unwrapResponse } from '../api/api.js'

export type PriorityZone = Schemas['PriorityZone']
export type Priorities = Schemas['Priorities']
export type FundedZone = Schemas['FundedZone']
export type RankedZone = Omit<FundedZone, 'technology' | 'cost' | 'benefit'>
/** With none of the technologies chosen it is not asked. */
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
  question: BudgetRequest,
  signal: AbortSignal,
): Promise<BudgetAnswer> => {
  const body = question as Schemas['BudgetBody']
  return unwrapResponse<BudgetAnswer>(
    POST('/api/v1/runs/{id}/budget', { params: { path: { id } }, body, signal }),
  )
}
