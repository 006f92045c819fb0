import { listEvents } from '#store/subscriptions'
import { Controller, Get, Header, Query, Req } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { REVALIDATE } from '../http/cache-policy.js'
import { DEFAULT_LIMIT, type Page, decodeCursor, pageOf } from '../http/page.dto.js'
import { EventsQuery, FeedQuery } from './events.dto.js'
import { type JsonFeed, type ListedEvent, feedOf } from './feed.js'

/** Cursor: microseconds and the event's id. */
const CURSOR_PATTERN = /^(\d{1,18}) ([a-z]+-[\p{L}\p{N}._/-]{1,90})$/u

/** Events of zones and of the plan, and the subscriptions to them. */
@ApiTags('events')
@Controller('api/v1/events')
export class EventsController {
  constructor(private readonly source: DataSource) {}

  /** Changes of zones between runs and of the state of plan items, newest first. */
  @Get()
  @Header('cache-control', REVALIDATE)
  async list(@Query() query: EventsQuery): Promise<Page<ListedEvent>> {
    return this.page(query)
  }

  /** The same events as JSON Feed 1.1, for feed readers. Supports conditional requests. */
  @Get('feed.json')
  @Header('cache-control', REVALIDATE)
  @Header('content-type', 'application/feed+json; charset=utf-8')
  async feed(@Query() query: FeedQuery, @Req() request: FastifyRequest): Promise<JsonFeed> {
    const page = await this.page(query)
    return feedOf(page, query.lang ?? 'fr', { root: request.publicUrl, path: request.url })
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
    return pageOf(
      rows,
      limit,
      ({ micros, id }) => `${micros} ${id}`,
      ({ micros: _micros, ...event }) => event,
    )
  }
}

function keysetPositionOf(cursor: string | undefined) {
  const key = CURSOR_PATTERN.exec(decodeCursor(cursor, CURSOR_PATTERN, ''))
  return key && { micros: key[1]!, id: key[2]! }
}
