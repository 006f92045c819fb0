import { operatorOf } from '#domain/operator'
import { type Account } from '#store/people'
import {
  type RosterFieldRejection,
  type RosterRow,
  addRosterEntry,
  endRosterEntry,
  listRoster,
  listRosterHistory,
  withdrawRosterEntry,
} from '#store/roster'
import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  NotFoundException,
  Param,
  ParseIntPipe,
  Post,
  Query,
  UnprocessableEntityException,
} from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { REVALIDATE } from '../http/cache-policy.js'
import { ConditionalGet } from '../http/conditional-get.js'
import { DEFAULT_LIMIT, type Page, PageQuery, decodeCursor, pageOf } from '../http/page.dto.js'
import { refusal } from '../http/problem.js'
import { CurrentAccount } from '../people/role-guard.js'
import { RequireRight } from '../people/route-rights.js'
import { RosterEndBody, RosterEntryBody, RosterListQuery, RosterReason } from './roster.dto.js'

/** The roster: which operators may serve the country, with which technologies, where and when. */
@ApiTags('roster')
@Controller('api/v1/roster')
export class RosterController {
  constructor(private readonly source: DataSource) {}

  /** The entries that stand, or stood at a time, by operator. */
  @Get()
  @Header('cache-control', REVALIDATE)
  @ConditionalGet('changes')
  async list(@Query() { at, knownBefore }: RosterListQuery): Promise<Page<RosterRow>> {
    const query = { day: at ?? null, knownBefore: knownBefore ?? null }
    return { items: await listRoster(this.source.manager, query), next: null }
  }

  /** All entries that were ever written, also withdrawn ones, newest first. */
  @Get('history')
  @Header('cache-control', REVALIDATE)
  @ConditionalGet('changes')
  async history(@Query() query: PageQuery): Promise<Page<RosterRow>> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const before = Number(decodeCursor(query.cursor, /^\d{1,15}$/, String(Number.MAX_SAFE_INTEGER)))
    const items = await listRosterHistory(this.source.manager, { before, limit })
    return pageOf(items, limit, ({ id }) => String(id))
  }

  /** Adds an entry. It may not state again what another entry states of the same operator, place and time. */
  @Post()
  @RequireRight('change the roster')
  async add(@Body() body: RosterEntryBody, @CurrentAccount() { name }: Account): Promise<RosterRow> {
    const { technologies, regionCodes = null, from = null, to = null, source, isAssumption = false } = body
    const operator = operatorOf(body.operator) ?? ''
    const entry = { operator, technologies, regionCodes, from, to, source, isAssumption }
    const result = await addRosterEntry(this.source, entry, { author: name, comment: body.comment })
    if ('rejections' in result) throw rejected(result.rejections)
    return result.entry
  }

  /** Gives an entry a last day. The answer is the entry that replaces it, which has an id of its own. */
  @Post(':id/end')
  @HttpCode(200)
  @RequireRight('change the roster')
  async end(
    @Param('id', ParseIntPipe) id: number,
    @Body() { to, comment }: RosterEndBody,
    @CurrentAccount() { name }: Account,
  ): Promise<RosterRow> {
    const result = await endRosterEntry(this.source, id, to, { author: name, comment })
    if ('missing' in result) throw notStanding(id)
    if ('rejections' in result) throw rejected(result.rejections)
    return result.entry
  }

  /** Withdraws an entry that should not have been written. Runs made before still know it. */
  @Delete(':id')
  @HttpCode(204)
  @RequireRight('change the roster')
  async withdraw(
    @Param('id', ParseIntPipe) id: number,
    @Query() { comment }: RosterReason,
    @CurrentAccount() { name }: Account,
  ): Promise<void> {
    if (!(await withdrawRosterEntry(this.source, id, { author: name, comment }))) throw notStanding(id)
  }
}

const notStanding = (id: number) =>
  new NotFoundException(`id is "${id}": the roster has no such entry, or it was withdrawn`)

const rejected = (rejections: readonly RosterFieldRejection[]) =>
  new UnprocessableEntityException(
    refusal(
      'roster_rejected',
      rejections.map(({ field, value, reason }) => `${field} is "${value}": ${reason}`).join('; '),
      Object.fromEntries(rejections.map(({ field, reason }) => [field, reason])),
    ),
  )
