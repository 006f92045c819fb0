/** Requests for a campaign of measuring. */
import { GET, unwrapResponse } from '../api/client.js'
import type { QueryParams, Schemas } from '../api/schemas.js'

export type Campaign = Schemas['CampaignAnswer']
export type CampaignStop = Campaign['stops'][number]
export type CampaignTest = CampaignStop['tests'][number]
export type CampaignSort = NonNullable<QueryParams<'/api/v1/sampling/campaign'>>['sort'] & string

export const loadCampaign = (query: { area: string; run: number; sort: CampaignSort }, signal: AbortSignal) =>
  unwrapResponse<Campaign>(GET('/api/v1/sampling/campaign', { params: { query }, signal }))

/** Address of the same campaign as a file. */
export const campaignFilePath = (
  query: { area: string; run: number; sort: CampaignSort },
  format: 'csv' | 'gpx' | 'html',
  lang: string,
): string =>
  `api/v1/sampling/campaign/file?${new URLSearchParams({ area: query.area, run: String(query.run), sort: query.sort, format, lang }).toString()}`
