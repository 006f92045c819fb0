import { listEvents } from '#store/subscriptions'
import { Controller, Get, Header, Query, Req } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { DEFAULT_LIMIT, type Page, encodeCursor, decodeCursor } from '../http/page.dto.js'
import { type JsonFeed, type ListedEvent, feedOf } from './feed.js'
import { EventsQuery, FeedQuery } from './events.dto.js'

/** Microseconds and the event's id. */
const CURSOR_PATTERN = /^(\d{1,18}) ([a-z]+-[\p{L}\p{N}._/-]{1,90})$/u

/** What happened to zones and to the plan, and who is told of it. */
@ApiTags('events')
@Controller('api/v1/events')
export class EventsController {
  constructor(private readonly source: DataSource) {}

  /** What the runs did to zones and what became of items of the plan, the newest first. */
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
      batch: null,
      since: null,
      after: keysetPositionOf(query.cursor),
      limit,
    })
    const last = rows.length === limit ? rows.at(-1)! : null
    return {
      items: rows.map(({ micros: _micros, ...event }) => event),
      next: last && encodeCursor(`${last.micros} ${last.id}`),
    }
  }
}

function keysetPositionOf(cursor: string | undefined) {
  const key = CURSOR_PATTERN.exec(decodeCursor(cursor, CURSOR_PATTERN, ''))
  return key && { micros: key[1]!, id: key[2]! }
}
