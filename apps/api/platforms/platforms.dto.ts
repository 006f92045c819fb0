import { SITE_TYPES, type SiteType } from '#domain/place'
import type { PlatformCatalogue } from '#domain/platform'
import { IsIn, IsOptional } from 'class-validator'

/** The form of a new version in a request. `catalogueRejections` checks its data. */
export interface CatalogueBody extends PlatformCatalogue {
  /** The version that the author read; a newer one is not overwritten. */
  base: number
  /** The reason of the change. */
  comment: string
}

export class SiteTypeQuery {
  /** The type that sites must have. */
  @IsOptional()
  @IsIn(SITE_TYPES)
  type?: SiteType
}
