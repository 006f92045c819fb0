import { webhookUrlRefusal } from '#domain/event'
import { type Account } from '#store/people'
import { Secrets } from '#store/secrets'
import {
  type DeliveryRow,
  type SubscriptionRow,
  deleteSubscription,
  findSubscription,
  insertSubscription,
  listDeliveries,
  listSubscriptions,
  pauseSubscription,
  renewSubscriptionSecret,
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
import { DEFAULT_LIMIT, type Page, PageQuery, decodeCursor, pageOf } from '../http/page.dto.js'
import { refusal } from '../http/problem.js'
import { CurrentAccount } from '../people/role-guard.js'
import { RequireRight } from '../people/route-rights.js'
import { Settings } from '../settings.js'
import { PauseBody, SubscriptionBody } from './subscriptions.dto.js'

/** A subscription with its secret, which only this answer contains. */
export interface NewSubscriptionAnswer extends SubscriptionRow {
  /** Signs every message as Standard Webhooks specifies: `whsec_…`. */
  secret: string
}

/** A new secret, which only this answer contains. */
export interface NewSecretAnswer {
  secret: string
  /** Until when messages are signed with the earlier secret as well. */
  previousSecretUntil: Date
}

/** Subscriptions: webhooks that receive events. */
@ApiTags('events')
@Controller('api/v1/subscriptions')
export class SubscriptionsController {
  constructor(
    private readonly source: DataSource,
    private readonly settings: Settings,
    private readonly secrets: Secrets,
  ) {}

  /** Subscriptions, without their secrets. */
  @Get()
  @RequireRight('manage webhooks')
  async list(): Promise<Page<SubscriptionRow>> {
    return { items: await listSubscriptions(this.source.manager), next: null }
  }

  /** Starts to send events to an address. The secret is shown once. */
  @Post()
  @RequireRight('manage webhooks')
  @Header('cache-control', 'no-store')
  async add(
    @Body() body: SubscriptionBody,
    @CurrentAccount() author: Account,
  ): Promise<NewSubscriptionAnswer> {
    const reason = webhookUrlRefusal(body.url, this.settings.config.webhooksLoopback)
    if (reason)
      throw new UnprocessableEntityException(refusal('webhook_address', `url is "${body.url}": it ${reason}`))
    const { url, kinds, area = null, rule = null } = body
    const fields = { url, kinds: kinds ?? [], area, rule }
    const inserted = await insertSubscription(this.source, this.secrets, fields, {
      author: author.name,
      at: this.now(),
    })
    if (!inserted)
      throw new UnprocessableEntityException(
        refusal('webhooks_full', 'maximum number of subscriptions reached: delete one'),
      )
    return { ...(await this.requireSubscription(inserted.id)), secret: inserted.secret }
  }

  /** Pauses a subscription, or resumes it. */
  @Patch(':id')
  @RequireRight('manage webhooks')
  async pause(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { paused }: PauseBody,
    @CurrentAccount() author: Account,
  ): Promise<SubscriptionRow> {
    await this.requireSubscription(id)
    await pauseSubscription(this.source.manager, id, paused, author.name)
    return this.requireSubscription(id)
  }

  /** Gives a subscription a new secret, shown once. For a day messages are signed with the earlier one, too. */
  @Post(':id/secret')
  @HttpCode(200)
  @RequireRight('manage webhooks')
  @Header('cache-control', 'no-store')
  async renewSecret(
    @Param('id', ParseUUIDPipe) id: string,
    @CurrentAccount() author: Account,
  ): Promise<NewSecretAnswer> {
    await this.requireSubscription(id)
    return renewSubscriptionSecret(this.source, this.secrets, id, { author: author.name, at: this.now() })
  }

  /** Ends a subscription. */
  @Delete(':id')
  @HttpCode(204)
  @RequireRight('manage webhooks')
  async remove(@Param('id', ParseUUIDPipe) id: string, @CurrentAccount() author: Account): Promise<void> {
    await this.requireSubscription(id)
    await deleteSubscription(this.source.manager, id, author.name, this.now())
  }

  /** Messages that were sent, wait or were given up, with the reason; newest first. */
  @Get(':id/deliveries')
  @RequireRight('manage webhooks')
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
    if (!subscription) throw new NotFoundException(`subscription ${id} not found`)
    return subscription
  }
}
