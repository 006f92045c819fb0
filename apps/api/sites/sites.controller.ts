import { operatorOf } from '#domain/operator'
import {
  type Account,
  insertDevice,
  newToken,
  probeLink,
  recordChange,
  revokeDevice,
  sha256,
} from '#store/people'
import { type SiteOrder, type SitePageQuery, type SiteRow, listSites, saveSite } from '#store/sites'
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
  Post,
  Query,
  Req,
} from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import type { DeviceToken } from '../devices/devices.controller.js'
import { REVALIDATE } from '../http/cache-policy.js'
import { ConditionalGet } from '../http/conditional-get.js'
import {
  DEFAULT_LIMIT,
  type Page,
  boxOf,
  decodeOrderedCursor,
  orderedCursorKey,
  pageOf,
} from '../http/page.dto.js'
import { SelectableFields } from '../http/sparse-fields.js'
import { CurrentAccount } from '../people/role-guard.js'
import { RequireRight } from '../people/route-rights.js'
import { outsideScope } from '../people/scope-refusal.js'
import { Devices } from '../probes/devices.js'
import { requireSite } from './require-site.js'
import { SiteBody, SitesQuery } from './sites.dto.js'

const SITE_FIELDS = [
  'code',
  'name',
  'nameAr',
  'type',
  'communeCode',
  'lat',
  'lng',
  'h3',
  'operator',
  'technology',
  'contractedDownBps',
  'contractedUpBps',
  'simulated',
] as const

/** A character of a JSON string. */
const JSON_CHARACTER = '(?:[^"\\\\\\u0000-\\u001f]|\\\\["\\\\bfnrt]|\\\\u[0-9a-f]{4})'
/** Name and code as a JSON array, because a name may contain spaces. */
const CURSOR_FORM = `(\\["${JSON_CHARACTER}{0,1200}","[\\w.:-]{1,60}"\\])`

function keysetPositionOf(cursor: string | undefined, order: SiteOrder): SitePageQuery['after'] {
  const [key] = decodeOrderedCursor(cursor, order, CURSOR_FORM) ?? []
  if (key === undefined) return null
  const [name, code] = JSON.parse(key) as [string, string]
  return { name, code }
}

/** The administrative places that should be connected, and the devices that measure there. */
@ApiTags('sites')
@Controller('api/v1')
export class SitesController {
  constructor(
    private readonly source: DataSource,
    private readonly devices: Devices,
  ) {}

  /** Sites in the order of their codes. */
  @Get('sites')
  @Header('cache-control', REVALIDATE)
  @ConditionalGet('changes')
  @SelectableFields<SiteRow>(...SITE_FIELDS)
  async list(@Query() query: SitesQuery): Promise<Page<SiteRow>> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const order = query.sort ?? 'code'
    const items = await listSites(this.source.manager, {
      order,
      after: keysetPositionOf(query.cursor, order),
      limit,
      box: boxOf(query.bbox),
    })
    return pageOf(items, limit, ({ name, code }) => orderedCursorKey(order, JSON.stringify([name, code])))
  }

  /** One site. */
  @Get('sites/:code')
  @Header('cache-control', REVALIDATE)
  @ConditionalGet('changes')
  async one(@Param('code') code: string): Promise<SiteRow> {
    return requireSite(this.source.manager, code)
  }

  /** Adds a site, or replaces the data of the site with this code. */
  @Post('sites')
  @RequireRight('change sites')
  async save(@Body() body: SiteBody, @CurrentAccount() author: Account): Promise<SiteRow> {
    const site = { ...body, operator: operatorOf(body.operator) }
    const result = await saveSite(this.source, site, { author: author.name, scope: author.areas })
    if ('outside' in result) throw outsideScope(author, `site "${body.code}" in ${body.communeCode}`)
    return this.one(body.code)
  }

  /** Adds a device to a site. Only this answer contains its token. */
  @Post('sites/:code/devices')
  @RequireRight('manage devices')
  async addDevice(
    @Param('code') code: string,
    @CurrentAccount() author: Account,
    @Req() { publicUrl }: FastifyRequest,
  ): Promise<DeviceToken> {
    await this.one(code)
    const token = newToken()
    const id = await insertDevice(this.source.manager, code, sha256(token), author.name)
    await recordChange(this.source.manager, author.name, 'add device', id, { site: code })
    return { id, token, link: probeLink(publicUrl, token) }
  }

  /** Revokes a device: its token is refused from now on. */
  @Delete('devices/:id')
  @HttpCode(204)
  @RequireRight('manage devices')
  async revoke(@Param('id', ParseUUIDPipe) id: string, @CurrentAccount() author: Account): Promise<void> {
    if (!(await revokeDevice(this.source.manager, id)))
      throw new NotFoundException(`no active device has the id ${id}`)
    this.devices.clearCache()
    await recordChange(this.source.manager, author.name, 'revoke device', id, {
      before: { state: 'active' },
      after: { state: 'revoked' },
    })
  }
}
