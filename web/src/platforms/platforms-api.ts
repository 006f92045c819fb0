/** Requests for platforms and the lines that carry them. */
import { GET, unwrapResponse } from '../api/client.js'
import type { QueryParams, Schemas } from '../api/schemas.js'

export type SitePlatforms = Schemas['SitePlatforms']
export type SiteLine = SitePlatforms['lines'][number]
export type PlatformCarry = SiteLine['platforms'][number]
export type Catalogue = SitePlatforms['catalogue']
export type Platform = Catalogue['platforms'][number]
export type PlatformBoard = Schemas['PlatformBoard']
export type SiteType = NonNullable<QueryParams<'/api/v1/areas/{code}/platforms'>['type']>

export const platformsApi = {
  current: (signal: AbortSignal) => unwrapResponse<Catalogue>(GET('/api/v1/platforms', { signal })),
  ofSite: (code: string, signal: AbortSignal) =>
    unwrapResponse<SitePlatforms>(
      GET('/api/v1/sites/{code}/platforms', { params: { path: { code } }, signal }),
    ),
  ofArea: (code: string, type: SiteType | null, signal: AbortSignal) => {
    const params = { path: { code }, query: type === null ? {} : { type } }
    return unwrapResponse<PlatformBoard>(GET('/api/v1/areas/{code}/platforms', { params, signal }))
  },
}
