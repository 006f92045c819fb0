import { newToken, sha256 } from '#store/people'
import { insertTestToken } from '#store/probes'
import { Controller, Post, Req, Res, ServiceUnavailableException } from '@nestjs/common'
import { ApiBearerAuth, ApiCreatedResponse, ApiTags } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { RequireDevice } from '../people/route-rights.js'
import { Devices } from '../probes/devices.js'
import { Settings } from '../settings.js'
import { SpeedTestError } from './request.js'
import { TestSlots } from './slots.js'

/**
 * Lifetime of a token: long enough for both directions and a pause between them, but short, because a token in a URL
 * may end up in a log.
 */
const TOKEN_LIFETIME_MS = 3 * 60_000

export class TestTicket {
  /** Token for the query of /ndt/v7/download and /ndt/v7/upload, once for each: `token=…`. */
  token!: string
  /** Time until which the token is valid, RFC 3339. */
  expiresAt!: string
}

/** Speed tests against this server. */
@ApiTags('measuring')
@Controller('api/v1/tests')
export class TestsController {
  constructor(
    private readonly source: DataSource,
    private readonly devices: Devices,
    private readonly settings: Settings,
    private readonly slots: TestSlots,
  ) {}

  /** A token that ties the next speed test to this device. 503 with Retry-After while too many tests run. */
  @Post()
  @RequireDevice()
  @ApiBearerAuth()
  @ApiCreatedResponse({ type: TestTicket })
  async begin(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TestTicket> {
    const device = await this.devices.ofToken(request.headers.authorization)
    try {
      this.slots.throwIfFull({ isDevice: true, address: null })
    } catch (error) {
      if (!(error instanceof SpeedTestError)) throw error
      void reply.headers(error.headers)
      throw new ServiceUnavailableException(error.message)
    }
    const token = newToken()
    const expiresAt = new Date(this.settings.clock() + TOKEN_LIFETIME_MS)
    await insertTestToken(this.source.manager, { hash: sha256(token), deviceId: device.id!, expiresAt })
    return { token, expiresAt: expiresAt.toISOString() }
  }
}
