import { EVENT_KINDS, type EventKind, isSimulated, listEvents } from '#store'
import { Controller, Get, Header, Query, Req } from '@nestjs/common'
import { Transform } from 'class-transformer'
import { ArrayMaxSize, IsIn, IsOptional, IsString, Max, MaxLength } from 'class-validator'
import { ApiTags, IntersectionType } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { AreaChoice, DEFAULT_LIMIT, type Page, PageQuery, cursorOf, keyOf } from '../http/page.dto.js'
import { FEED_LANGUAGES, type FeedLanguage, type JsonFeed, type ListedEvent, feedOf } from './feed.js'

/** What a list, a feed or a subscription is narrowed to. */
export class EventsFilter extends AreaChoice {
  /** One or more, with commas between: `zone.born,zone.resolved`. */
  @IsOptional()
  @Transform(({ value }) => (typeof value === 'string' ? value.split(',') : value))
  @ArrayMaxSize(EVENT_KINDS.length)
  @IsIn(EVENT_KINDS, { each: true })
  kind?: EventKind[]

  /** Id of a rule: of its runs alone. */
  @IsOptional()
  @IsString()
  @MaxLength(60)
  rule?: string
}

class EventsQuery extends IntersectionType(PageQuery, EventsFilter) {
  /** Rows in a page. */
  @Max(1_000)
  declare limit?: number
}

class FeedQuery extends EventsQuery {
  @IsOptional()
  @IsIn(FEED_LANGUAGES)
  lang?: FeedLanguage
}

/** Microseconds and the event's id. */
const KEY = /^(\d{1,18}) ([a-z]+-[\w-]{1,60})$/

@ApiTags('events')
@Controller('api/v1/events')
export class EventsController {
  constructor(private readonly source: DataSource) {}

  /** What the runs did to zones, the newest first. */
  @Get()
  @Header('cache-control', 'no-cache')
  async list(@Query() query: EventsQuery): Promise<Page<ListedEvent>> {
    return this.page(query)
  }

  /** The same as JSON Feed 1.1, for readers of feeds; answers 304 to an ETag that it gave. */
  @Get('feed.json')
  @Header('cache-control', 'no-cache')
  @Header('content-type', 'application/feed+json; charset=utf-8')
  async feed(@Query() query: FeedQuery, @Req() request: FastifyRequest): Promise<JsonFeed> {
    const page = await this.page(query)
    return feedOf(page, query.lang ?? 'fr', new URL(request.url, `${request.protocol}://${request.host}`))
  }

  private async page(query: EventsQuery): Promise<Page<ListedEvent>> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const rows = await listEvents(this.source.manager, {
      kinds: query.kind ?? [],
      area: query.area ?? null,
      rule: query.rule ?? null,
      run: null,
      after: afterOf(query.cursor),
      limit,
    })
    const simulated = await isSimulated(this.source.manager)
    const last = rows.length === limit ? rows.at(-1)! : null
    return {
      items: rows.map(({ micros: _micros, ...event }) => ({ ...event, simulated })),
      next: last && cursorOf(`${last.micros} ${last.id}`),
    }
  }
}

function afterOf(cursor: string | undefined) {
  const key = KEY.exec(keyOf(cursor, KEY, ''))
  return key && { micros: key[1]!, id: key[2]! }
}
