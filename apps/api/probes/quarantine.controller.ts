import { type IngestResult, ProbeWriter, judgeRecord } from '#ingest'
import { MOROCCO_BOUNDS } from '#domain/probe'
import { type Account, recordChange } from '#store/people'
import { type QuarantineItem, findQuarantined, listQuarantine, resolveQuarantined } from '#store/probes'
import { findSite } from '#store/sites'
import {
  Body,
  ConflictException,
  Controller,
  Get,
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
import { DEFAULT_LIMIT, type Page, decodeCursor, pageOf } from '../http/page.dto.js'
import { CurrentAccount } from '../people/role-guard.js'
import { RequireRight } from '../people/route-rights.js'
import { Settings } from '../settings.js'
import { QuarantineQuery, ResubmitBody } from './quarantine.dto.js'

export type Resubmitted = Pick<IngestResult, 'accepted' | 'duplicates'>

/** Rejected records, each with its reason and the document as it came. */
@ApiTags('probes')
@Controller('api/v1/quarantine')
export class QuarantineController {
  constructor(
    private readonly source: DataSource,
    private readonly writer: ProbeWriter,
    private readonly settings: Settings,
  ) {}

  /** Rejected records that are not resolved yet, oldest first. */
  @Get()
  @RequireRight('manage the quarantine')
  async list(@Query() query: QuarantineQuery): Promise<Page<QuarantineItem>> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const after = decodeCursor(query.cursor, /^\d{1,18}$/, '0')
    const items = await listQuarantine(this.source.manager, {
      after,
      limit,
      resolved: query.resolved ?? false,
    })
    return pageOf(items, limit, (item) => item.id)
  }

  /** Submits the corrected document as the device that sent it. A document that is rejected again stays in quarantine: 422. */
  @Post(':id/resubmit')
  @HttpCode(200)
  @RequireRight('manage the quarantine')
  async resubmit(
    @Param('id', ParseIntPipe) id: number,
    @Body() body: ResubmitBody,
    @CurrentAccount() author: Account,
  ): Promise<Resubmitted> {
    const item = await this.requireUnresolved(String(id))
    const judged = judgeRecord(body.document, {
      device: await this.senderOf(item),
      bounds: MOROCCO_BOUNDS,
      now: this.settings.clock(),
    })
    if ('rejection' in judged) throw new UnprocessableEntityException(judged.rejection.reason)
    const accepted = await this.writer.write([judged.row])
    await resolveQuarantined(this.source.manager, item.id, author.name, body.comment)
    await recordChange(this.source.manager, author.name, 'resubmit quarantined', item.id, {
      comment: body.comment,
    })
    return { accepted, duplicates: 1 - accepted }
  }

  private async requireUnresolved(id: string): Promise<QuarantineItem> {
    const item = await findQuarantined(this.source.manager, id)
    if (!item) throw new NotFoundException(`there is no item ${id} in quarantine`)
    if (item.resolvedAt) throw new ConflictException(`item ${id} was already resolved by ${item.resolvedBy}`)
    return item
  }

  private async senderOf({ deviceId, siteCode }: QuarantineItem) {
    const site = siteCode ? await findSite(this.source.manager, siteCode) : undefined
    return site ? { id: deviceId, siteCode: site.code, lat: site.lat, lng: site.lng } : null
  }
}
