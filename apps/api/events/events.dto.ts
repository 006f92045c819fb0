import { EVENT_KINDS, type EventKind } from '#store/subscriptions'
import { IntersectionType } from '@nestjs/swagger'
import { Transform, Type } from 'class-transformer'
import { ArrayMaxSize, IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator'
import { LANGUAGES, type Language } from '../http/languages.js'
import { AreaChoice, PageQuery } from '../http/page.dto.js'

/** Filter of the events in a list or a feed. */
class EventsFilter extends AreaChoice {
  /** One or more kinds, separated by commas: `zone.born,plan.late`. */
  @IsOptional()
  @Transform(({ value }) => (typeof value === 'string' ? value.split(',') : value))
  @ArrayMaxSize(EVENT_KINDS.length)
  @IsIn(EVENT_KINDS, { each: true })
  kind?: EventKind[]

  /** Id of a rule. It selects events of its runs, and of the plan if the plan is judged by it. */
  @IsOptional()
  @IsString()
  @MaxLength(60)
  rule?: string
}

export class EventsQuery extends IntersectionType(PageQuery, EventsFilter) {
  /** Number of rows in a page. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000)
  declare limit?: number
}

export class FeedQuery extends EventsQuery {
  /** Language of the titles; the default is French. */
  @IsOptional()
  @IsIn(LANGUAGES)
  lang?: Language
}
