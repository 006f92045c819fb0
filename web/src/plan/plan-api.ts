/** Requests about the plan: items, progress, changes and imports. */
import type { PlanState } from '#domain/plan'
import { GET, POST, PUT, unwrapResponse } from '../api/client.js'
import type { PlanDetail, QueryParams, Schemas } from '../api/schemas.js'
import { type FileUpload, uploadFile } from '../api/upload-file.js'

export type PlanItem = Schemas['PlanItemRow']
export type PlanVersion = Schemas['PlanVersion']
export type PlanProgress = Schemas['PlanProgressAnswer']
export type PlanArea = Schemas['PlanArea']
export type PlanImportResult = Schemas['PlanImportAnswer']
export type PlanChange = Omit<Schemas['PlanEditBody'], 'version'>
type PlanListQuery = QueryParams<'/api/v1/plan'>

export interface PlanFilter {
  /** Code of an area. */
  area: string | null
  state: PlanState | null
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
  import: (upload: Omit<FileUpload, 'path'>, comment: string, preview: boolean) =>
    uploadFile<PlanImportResult>({
      ...upload,
      path: `api/v1/plan/import?${planQueryOf({ preview: String(preview), name: upload.file.name.slice(0, 200), comment })}`,
    }),
}

/** The values as text, without those that are null. */
const withoutNulls = (values: Readonly<Record<string, string | number | null>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]])),
  )

export const planQueryOf = (values: Readonly<Record<string, string | number | null>>): string =>
  new URLSearchParams(withoutNulls(values)).toString()
