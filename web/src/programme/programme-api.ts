/** Requests for the administrations' programme. */
import { GET, unwrapResponse } from '../api/client.js'
import type { QueryParams, Schemas } from '../api/schemas.js'

export type Board = Schemas['ProgrammeBoard']
export type BoardRow = Board['items'][number]
export type Target = Board['targets'][number]
export type ProgrammeSite = Schemas['ProgrammeSite']
export type BoardFilter = NonNullable<QueryParams<'/api/v1/programme/board'>>
export type SiteFilter = NonNullable<QueryParams<'/api/v1/programme/sites'>>

export const programmeApi = {
  board: (query: BoardFilter, signal: AbortSignal) =>
    unwrapResponse<Board>(GET('/api/v1/programme/board', { params: { query }, signal })),
  sites: (query: SiteFilter, signal: AbortSignal) =>
    unwrapResponse<Schemas['ProgrammeSitePage']>(
      GET('/api/v1/programme/sites', { params: { query }, signal }),
    ),
}
