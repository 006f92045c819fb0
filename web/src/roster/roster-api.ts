/** Requests for the roster of operators. */
import { DELETE, GET, POST, unwrapResponse } from '../api/client.js'
import type { Area, Schemas } from '../api/schemas.js'

export type RosterEntry = Schemas['RosterRow']
export type NewRosterEntry = Schemas['RosterEntryBody']

/** Entries that were ever written are few; older ones are for programs. */
const MAX_HISTORY = 200
/** There are twelve regions. */
const MAX_REGIONS = 20

export const rosterApi = {
  list: async (signal: AbortSignal) =>
    (await unwrapResponse<Schemas['RosterRowPage']>(GET('/api/v1/roster', { signal }))).items,
  /** All entries that were ever written, newest first. */
  history: async (signal: AbortSignal) => {
    const params = { query: { limit: MAX_HISTORY } }
    return (await unwrapResponse<Schemas['RosterRowPage']>(GET('/api/v1/roster/history', { params, signal })))
      .items
  },
  regions: async (signal: AbortSignal): Promise<Area[]> => {
    const params = { query: { level: 'region', limit: MAX_REGIONS } } as const
    return (await unwrapResponse<Schemas['AreaRowPage']>(GET('/api/v1/areas', { params, signal }))).items
  },
  add: (body: NewRosterEntry) => unwrapResponse<RosterEntry>(POST('/api/v1/roster', { body })),
  end: (id: number, to: string, comment: string) =>
    unwrapResponse<RosterEntry>(
      POST('/api/v1/roster/{id}/end', { params: { path: { id } }, body: { to, comment } }),
    ),
  withdraw: (id: number, comment: string) =>
    unwrapResponse<void>(DELETE('/api/v1/roster/{id}', { params: { path: { id }, query: { comment } } })),
}
