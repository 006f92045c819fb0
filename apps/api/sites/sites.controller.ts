import { operatorOf } from '#domain/operator'
import { type Account, insertDevice, newToken, recordChange, revokeDevice, sha256 } from '#store/people'
import { type SiteOrder, type SitePage, type SiteRow, findSite, listSites, upsertSites } from '#store/sites'
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
} from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { SelectableFields } from '../http/sparse-fields.js'
import { DEFAULT_LIMIT, type Page, boxOf, decodeCursor, pageOf } from '../http/page.dto.js'
import { ConditionalGet } from '../http/conditional-get.js'
import { RequireRole, CurrentAccount } from '../people/role-guard.js'
import { Devices } from '../probes/devices.js'
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

/** A cursor holds the order it was made in. */
function keysetPositionOf(cursor: string | undefined, order: SiteOrder): SitePage['after'] {
  const key = decodeCursor(
    cursor,
    new RegExp(`^${order} \\["(?:[^"\\\\]|\\\\.){0,1200}","[\\w.:-]{1,60}"\\]$`, 'u'),
    '',
  )
  if (key === '') return null
  const [name, code] = JSON.parse(key.slice(order.length + 1)) as [string, string]
  return { name, code }
}

export interface NewDevice {
  id: string
  /** Shown once. */
  token: string
}

/** The places that should be connected, and the devices that measure there. */
@ApiTags('sites')
@Controller('api/v1')
export class SitesController {
  constructor(
    private readonly source: DataSource,
    private readonly devices: Devices,
  ) {}

  /** Sites in the order of their codes. */
  @Get('sites')
  @Header('cache-control', 'no-cache')
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
    return pageOf(items, limit, (site) => `${order} ${JSON.stringify([site.name, site.code])}`)
  }

  /** One site. */
  @Get('sites/:code')
  @Header('cache-control', 'no-cache')
  @ConditionalGet('changes')
  async one(@Param('code') code: string): Promise<SiteRow> {
    const site = await findSite(this.source.manager, code)
    if (!site) throw new NotFoundException(`no site has the code "${code}"`)
    return site
  }

  /** Adds a site, or corrects the one with this code. */
  @Post('sites')
  @RequireRole('planner')
  async save(@Body() body: SiteBody, @CurrentAccount() author: Account): Promise<SiteRow> {
    const site = { ...body, operator: operatorOf(body.operator) }
    await upsertSites(this.source.manager, [site], { author: author.name, simulated: false })
    await recordChange(this.source.manager, author.name, 'save site', body.code, body)
    return this.one(body.code)
  }

  /** Adds a device to a site. Its token is in this answer and nowhere else. */
  @Post('sites/:code/devices')
  @RequireRole('administrator')
  async addDevice(@Param('code') code: string, @CurrentAccount() author: Account): Promise<NewDevice> {
    await this.one(code)
    const token = newToken()
    const id = await insertDevice(this.source.manager, code, sha256(token), author.name)
    await recordChange(this.source.manager, author.name, 'add device', id, { site: code })
    return { id, token }
  }

  /** From now on the device's token is refused. */
  @Delete('devices/:id')
  @HttpCode(204)
  @RequireRole('administrator')
  async revoke(@Param('id', ParseUUIDPipe) id: string, @CurrentAccount() author: Account): Promise<void> {
    if (!(await revokeDevice(this.source.manager, id)))
      throw new NotFoundException(`no active device has the id ${id}`)
    this.devices.clearCache()
    await recordChange(this.source.manager, author.name, 'revoke device', id)
  }
}
