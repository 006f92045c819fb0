import { webhookUrlRefusal } from '#domain/event'
import { type Account } from '#store/people'
import {
  type DeliveryRow,
  type SubscriptionRow,
  deleteSubscription,
  findSubscription,
  insertSubscription,
  listDeliveries,
  listSubscriptions,
  pauseSubscription,
} from '#store/subscriptions'
import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  NotFoundException,
  Param,
  ParseUUIDPipe,
  Patch,
  Post,
  Query,
  UnprocessableEntityException,
} from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { refusal } from '../http/problem.js'
import { DEFAULT_LIMIT, type Page, PageQuery, decodeCursor, pageOf } from '../http/page.dto.js'
import { RequireRole, CurrentAccount } from '../people/role-guard.js'
import { Settings } from '../settings.js'
import { PauseBody, SubscriptionBody } from './subscriptions.dto.js'

/** A subscription with its secret, which is in this answer and nowhere else. */
export interface NewSubscriptionAnswer extends SubscriptionRow {
  /** Signs every message, as Standard Webhooks has it: `whsec_…`. */
  secret: string
}

/** Webhooks: who is told of events. */
@ApiTags('events')
@Controller('api/v1/subscriptions')
export class SubscriptionsController {
  constructor(
    private readonly source: DataSource,
    private readonly settings: Settings,
  ) {}

  /** Subscriptions, without their secrets. */
  @Get()
  @RequireRole('planner')
  async list(): Promise<Page<SubscriptionRow>> {
    return { items: await listSubscriptions(this.source.manager), next: null }
  }

  /** Begins to send events to an address; the secret is told once. */
  @Post()
  @RequireRole('planner')
  @Header('cache-control', 'no-store')
  async add(
    @Body() body: SubscriptionBody,
    @CurrentAccount() author: Account,
  ): Promise<NewSubscriptionAnswer> {
    const fault = webhookUrlRefusal(body.url, this.settings.config.webhooksLoopback)
    if (fault)
      throw new UnprocessableEntityException(refusal('webhook_address', `url is "${body.url}": it ${fault}`))
    const { url, kinds, area = null, rule = null } = body
    const wanted = { url, kinds: kinds ?? [], area, rule }
    const made = await insertSubscription(this.source, wanted, author.name, this.now())
    if (!made)
      throw new UnprocessableEntityException(
        refusal('webhooks_full', 'there are as many subscriptions as are taken: delete one'),
      )
    return { ...(await this.requireSubscription(made.id)), secret: made.secret }
  }

  /** Holds messages back, or goes on. */
  @Patch(':id')
  @RequireRole('planner')
  async pause(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { paused }: PauseBody,
    @CurrentAccount() author: Account,
  ): Promise<SubscriptionRow> {
    await this.requireSubscription(id)
    await pauseSubscription(this.source.manager, id, paused, author.name)
    return this.requireSubscription(id)
  }

  /** Ends a subscription. */
  @Delete(':id')
  @HttpCode(204)
  @RequireRole('planner')
  async remove(@Param('id', ParseUUIDPipe) id: string, @CurrentAccount() author: Account): Promise<void> {
    await this.requireSubscription(id)
    await deleteSubscription(this.source.manager, id, author.name, this.now())
  }

  /** What was sent, waits or was given up, and why; the newest first. */
  @Get(':id/deliveries')
  @RequireRole('planner')
  async deliveries(
    @Param('id', ParseUUIDPipe) id: string,
    @Query() query: PageQuery,
  ): Promise<Page<DeliveryRow>> {
    await this.requireSubscription(id)
    const limit = query.limit ?? DEFAULT_LIMIT
    const before = Number(decodeCursor(query.cursor, /^\d{1,9}$/, String(2 ** 31 - 1)))
    const items = await listDeliveries(this.source.manager, id, { before, limit })
    return pageOf(items, limit, ({ number }) => String(number))
  }

  private now = () => new Date(this.settings.clock())

  private async requireSubscription(id: string): Promise<SubscriptionRow> {
    const subscription = await findSubscription(this.source.manager, id)
    if (!subscription) throw new NotFoundException(`there is no subscription ${id}`)
    return subscription
  }
}
