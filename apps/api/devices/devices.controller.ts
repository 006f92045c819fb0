import {
  type Account,
  type DeviceRow,
  listDevices,
  newToken,
  probeLink,
  renameDevice,
  replaceDevice,
  rotateDeviceToken,
  sha256,
} from '#store/people'
import {
  Body,
  Controller,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  ParseUUIDPipe,
  Patch,
  Post,
  Query,
  Req,
} from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { DEFAULT_LIMIT, type Page, decodeOrderedCursor, orderedCursorKey, pageOf } from '../http/page.dto.js'
import { CurrentAccount } from '../people/role-guard.js'
import { RequireRight } from '../people/route-rights.js'
import { Devices } from '../probes/devices.js'
import { DeviceBody, DevicesQuery } from './devices.dto.js'

export interface DeviceToken {
  id: string
  /** The device's token, which only this answer contains. */
  token: string
  /** The address at which a phone takes the token, for a QR code. */
  link: string
}

const ORDER = 'site'
const CURSOR_FORM = '([\\w.:-]{1,60}) ([0-9a-f-]{36})'

/** The devices of all sites, for administrators. */
@ApiTags('devices')
@Controller('api/v1/devices')
export class DevicesController {
  constructor(
    private readonly source: DataSource,
    private readonly devices: Devices,
  ) {}

  /** Devices in the order of their sites, with the time of their newest measurement. */
  @Get()
  @RequireRight('manage devices')
  async list(@Query() query: DevicesQuery): Promise<Page<DeviceRow>> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const [siteCode, id] = decodeOrderedCursor(query.cursor, ORDER, CURSOR_FORM) ?? []
    const items = await listDevices(this.source.manager, {
      text: query.q,
      isRevokedToo: query.revoked === 'true',
      after: siteCode === undefined ? null : { siteCode, id: id! },
      limit,
    })
    return pageOf(items, limit, (last) => orderedCursorKey(ORDER, last.siteCode, last.id))
  }

  /** Names a device. */
  @Patch(':id')
  @RequireRight('manage devices')
  async rename(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: DeviceBody,
    @CurrentAccount() author: Account,
  ): Promise<DeviceRow> {
    const device = await renameDevice(this.source, id, body.name, author.name)
    if (!device) throw noActiveDevice(id)
    return device
  }

  /** Gives a device another token; the earlier one is refused from now on. Only this answer contains the token. */
  @Post(':id/token')
  @HttpCode(200)
  @RequireRight('manage devices')
  async rotate(
    @Param('id', ParseUUIDPipe) id: string,
    @CurrentAccount() author: Account,
    @Req() { publicUrl }: FastifyRequest,
  ): Promise<DeviceToken> {
    const token = newToken()
    if (!(await rotateDeviceToken(this.source, id, sha256(token), author.name))) throw noActiveDevice(id)
    this.devices.clearCache()
    return { id, token, link: probeLink(publicUrl, token) }
  }

  /**
   * Replaces a lost device by a new one of the same site: the lost one is revoked, and what it sent stays. Only this answer contains
   * the token.
   */
  @Post(':id/replacement')
  @RequireRight('manage devices')
  async replace(
    @Param('id', ParseUUIDPipe) id: string,
    @CurrentAccount() author: Account,
    @Req() { publicUrl }: FastifyRequest,
  ): Promise<DeviceToken> {
    const token = newToken()
    const replacement = await replaceDevice(this.source, id, sha256(token), author.name)
    if (!replacement) throw noActiveDevice(id)
    this.devices.clearCache()
    return { id: replacement, token, link: probeLink(publicUrl, token) }
  }
}

const noActiveDevice = (id: string) => new NotFoundException(`no active device has the id ${id}`)
