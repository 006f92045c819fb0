import { EVENT_KINDS, type EventKind } from '#store/subscriptions'
import { IntersectionType } from '@nestjs/swagger'
import { Transform, Type } from 'class-transformer'
import { ArrayMaxSize, IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator'
import { LANGUAGES, type Language } from '../http/languages.js'
import { AreaChoice, PageQuery } from '../http/page.dto.js'

/** Which events a list or a feed contains. */
class EventsFilter extends AreaChoice {
  /** One or more kinds, separated by commas: `zone.born,plan.late`. */
  @IsOptional()
  @Transform(({ value }) => (typeof value === 'string' ? value.split(',') : value))
  @ArrayMaxSize(EVENT_KINDS.length)
  @IsIn(EVENT_KINDS, { each: true })
  kind?: EventKind[]

  /** Id of a rule: events of its runs, and of the plan where the plan is judged by it. */
  @IsOptional()
  @IsString()
  @MaxLength(60)
  rule?: string
}

export class EventsQuery extends IntersectionType(PageQuery, EventsFilter) {
  /** Rows in a page. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000)
  declare limit?: number
}

export class FeedQuery extends EventsQuery {
  /** Language of the titles; French without it. */
  @IsOptional()
  @IsIn(LANGUAGES)
  lang?: Language
}
