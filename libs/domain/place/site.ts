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
  /** As `operatorOf` gives it. */
  operator?: string | null
  technology?: Technology | null
  /** bit/s. */
  contractedDownBps?: number | null
  contractedUpBps?: number | null
}
