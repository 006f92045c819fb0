/** A site: an administrative place that should be connected. */
import type { Technology } from '../probe/probe.js'

export const SITE_TYPES = [
  'council',
  'caidat',
  'school',
  'health_centre',
  'post_office',
  'administration',
  'other',
] as const
export type SiteType = (typeof SITE_TYPES)[number]

export interface SiteRecord {
  code: string
  name: string
  nameAr?: string | null
  type: SiteType
  /** Dotted HCP code. */
  communeCode: string
  /** WGS 84 degrees. */
  lat: number
  lng: number
  /** Operator id as given by `operatorOf`. */
  operator?: string | null
  technology?: Technology | null
  /** Contracted speeds of the site's line, bit/s. */
  contractedDownBps?: number | null
  contractedUpBps?: number | null
}
