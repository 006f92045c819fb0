import { IntersectionType } from '@nestjs/swagger'
import { Type } from 'class-transformer'
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator'
import { CAMPAIGN_ORDERS, type CampaignOrder } from '#domain/campaign'
import { IsAreaCode } from '../http/area-code.js'
import { LANGUAGES, type Language } from '../http/languages.js'
import { AreaChoice, PageQuery } from '../http/page.dto.js'
import { RunChoice } from '../runs/runs.dto.js'

export class SamplingQuery extends IntersectionType(PageQuery, RunChoice, AreaChoice) {
  /** Number of places in a page; each includes its evidence. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000)
  declare limit?: number
}

export class RouteQuery extends RunChoice {
  /** HCP code of the commune or province with the undecided places to visit. */
  @IsAreaCode('province or commune', { required: true })
  area!: string

  @IsOptional()
  @IsIn(['csv', 'html'])
  format?: 'csv' | 'html'

  @IsOptional()
  @IsIn(LANGUAGES)
  lang?: Language
}

/** Limit of the stops of a campaign: a team visits three or four places a day. */
export const MAX_CAMPAIGN_STOPS = 100

export class CampaignQuery extends RunChoice {
  /** HCP code of the commune or province in which to measure. */
  @IsAreaCode('province or commune', { required: true })
  area!: string

  /** Ranks the places by the people whose class would be decided, or by the money of the plan. */
  @IsOptional()
  @IsIn(CAMPAIGN_ORDERS)
  sort?: CampaignOrder

  /** Number of places to visit, those that rank first. The default is 30. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_CAMPAIGN_STOPS)
  stops?: number
}

export const CAMPAIGN_FORMATS = ['csv', 'gpx', 'html'] as const

export class CampaignFileQuery extends CampaignQuery {
  /** A table, waypoints and a route for a navigation device, or a sheet to print. */
  @IsIn(CAMPAIGN_FORMATS)
  format!: (typeof CAMPAIGN_FORMATS)[number]

  @IsOptional()
  @IsIn(LANGUAGES)
  lang?: Language
}
