/** The server's report of an area. */
import { GET, unwrapResponse } from '../src/api/client.js'
import type { Schemas } from '../src/api/schemas.js'

/** [lng, lat], closed. */
export type Ring = readonly (readonly [number, number])[]

export type AreaReport = Schemas['AreaReport']
export type Outline = Schemas['ReportOutline']
export type WhiteZone = Schemas['WhiteZone']

export interface ReportParams {
  code: string
  run: string | null
  rule: string | null
}

export function fetchReport({ code, run, rule }: ReportParams, signal: AbortSignal): Promise<AreaReport> {
  const params = {
    path: { code },
    query: { ...(run && { run: Number(run) }), ...(rule && !run && { rule }) },
  }
  return unwrapResponse<AreaReport>(GET('/api/v1/areas/{code}/report', { params, signal }))
}
