/** Requests for the log. */
import { GET, unwrapResponse } from '../api/client.js'
import type { Schemas } from '../api/schemas.js'

export type LogRow = Schemas['LogRow']
export type LogKind = LogRow['kind']
export type LogVerification = Schemas['LogVerification']

export interface LogFilter {
  kind?: LogKind
  author?: string
  subject?: string
  from?: string
  to?: string
}

const PAGE = 50

export const logApi = {
  list: (filter: LogFilter, cursor: string | null) => async (signal: AbortSignal) => {
    const query = { ...filter, limit: PAGE, ...(cursor && { cursor }) }
    return unwrapResponse<Schemas['LogRowPage']>(GET('/api/v1/log', { params: { query }, signal }))
  },
  verify: () => unwrapResponse<LogVerification>(GET('/api/v1/log/verification')),
}

/** Address of the table with the same filters, relative to the page. */
export const tableAddress = (filter: LogFilter): string =>
  `api/v1/log/table.csv?${new URLSearchParams({ ...filter }).toString()}`
