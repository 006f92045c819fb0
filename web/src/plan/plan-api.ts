/** What the server says of the plan. */
import { GET, POST, PUT, type QueryParams, type Schemas, unwrapResponse } from '../api/api.js'
import { type FileUpload, uploadFile } from '../api/upload-file.js'

export type PlanItem = Schemas['PlanItemRow']
export type PlanDetail = Schemas['PlanDetail']
export type PlanVersion = Schemas['PlanVersion']
export type PlanProgress = Schemas['PlanProgressAnswer']
export type PlanArea = Schemas['PlanArea']
export type PlanImportResult = Schemas['PlanImportAnswer']
export type PlanChange = Omit<Schemas['PlanEditBody'], 'version'>
type PlanListQuery = QueryParams<'/api/v1/plan'>

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
    const query = withoutNulls({ ...filter, ...page }) as PlanListQuery
    return unwrapResponse<Schemas['PlanPageAnswer']>(GET('/api/v1/plan', { params: { query }, signal }))
  },
  progress: (area: string | null, signal: AbortSignal) =>
    unwrapResponse<PlanProgress>(
      GET('/api/v1/plan/burn-down', { params: { query: withoutNulls({ area }) }, signal }),
    ),
  one: (code: string, signal: AbortSignal) =>
    unwrapResponse<PlanDetail>(GET('/api/v1/plan/{code}', { params: { path: { code } }, signal })),
  create: (code: string, change: PlanChange) =>
    unwrapResponse<PlanDetail>(POST('/api/v1/plan', { body: { code, ...change } })),
  change: (code: string, version: number, change: PlanChange) =>
    unwrapResponse<PlanDetail>(
      PUT('/api/v1/plan/{code}', { params: { path: { code } }, body: { version, ...change } }),
    ),
  withdraw: (code: string, version: number, comment: string) =>
    unwrapResponse<PlanDetail>(
      POST('/api/v1/plan/{code}/withdraw', { params: { path: { code } }, body: { version, comment } }),
    ),
  import: (sending: Omit<FileUpload, 'path'>, comment: string, preview: boolean) =>
    uploadFile<PlanImportResult>({
      ...sending,
      path: `/api/v1/plan/import?${planQueryOf({ preview: String(preview), name: sending.file.name.slice(0, 200), comment })}`,
    }),
}

/** What is null is not said. */
const withoutNulls = (given: Readonly<Record<string, string | number | null>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]])),
  )

export const planQueryOf = (given: Readonly<Record<string, string | number | null>>): string =>
  new URLSearchParams(withoutNulls(given)).toString()
