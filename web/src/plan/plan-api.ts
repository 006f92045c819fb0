/** What the server says of the plan. */
import { GET, POST, PUT, type Query, type Schemas, answerTo } from '../api.js'
import { type Sending, sendFile } from '../send-file.js'

export type PlanItem = Schemas['PlanListed']
export type PlanDetail = Schemas['PlanDetail']
export type PlanVersion = Schemas['PlanVersion']
export type PlanProgress = Schemas['PlanProgressAnswer']
export type PlanArea = Schemas['PlanArea']
export type PlanImported = Schemas['PlanImportAnswer']
export type PlanChange = Omit<Schemas['PlanEditBody'], 'version'>
type List = Query<'/api/v1/plan'>

export interface PlanFilter {
  area: string | null
  state: string | null
  operator: string | null
  technology: string | null
}

export const planApi = {
  list: (
    filter: PlanFilter,
    page: { sort: string; cursor: string | null; limit: number },
    signal: AbortSignal,
  ) => {
    const query = said({ ...filter, ...page }) as List
    return answerTo<Schemas['PlanPageAnswer']>(GET('/api/v1/plan', { params: { query }, signal }))
  },
  progress: (area: string | null, signal: AbortSignal) =>
    answerTo<PlanProgress>(GET('/api/v1/plan/burn-down', { params: { query: said({ area }) }, signal })),
  one: (code: string, signal: AbortSignal) =>
    answerTo<PlanDetail>(GET('/api/v1/plan/{code}', { params: { path: { code } }, signal })),
  create: (code: string, change: PlanChange) =>
    answerTo<PlanDetail>(POST('/api/v1/plan', { body: { code, ...change } })),
  change: (code: string, version: number, change: PlanChange) =>
    answerTo<PlanDetail>(
      PUT('/api/v1/plan/{code}', { params: { path: { code } }, body: { version, ...change } }),
    ),
  withdraw: (code: string, version: number, comment: string) =>
    answerTo<PlanDetail>(
      POST('/api/v1/plan/{code}/withdraw', { params: { path: { code } }, body: { version, comment } }),
    ),
  import: (sending: Omit<Sending, 'path'>, comment: string, preview: boolean) =>
    sendFile<PlanImported>({
      ...sending,
      path: `/api/v1/plan/import?${queryOf({ preview: String(preview), name: sending.file.name.slice(0, 200), comment })}`,
    }),
}

/** What is null is not said. */
const said = (given: Readonly<Record<string, string | number | null>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]])),
  )

export const queryOf = (given: Readonly<Record<string, string | number | null>>): string =>
  new URLSearchParams(said(given)).toString()
