import {
  type Account,
  type SessionRow,
  endSession,
  endSessions,
  listSessions,
  recordChange,
  sessionIdOf,
  sha256,
} from '#store/people'
import {
  Controller,
  Delete,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  ParseUUIDPipe,
  Req,
} from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import type { Page } from '../http/page.dto.js'
import { SESSION_COOKIE } from './authoriser.js'
import { CurrentAccount } from './role-guard.js'
import { BeforePassword, RequireRight } from './route-rights.js'

export interface OwnSession extends SessionRow {
  /** Whether it is the session that asks. */
  isCurrent: boolean
}

/** The sessions of the signed-in person. */
@ApiTags('people')
@Controller('api/v1/sessions')
export class OwnSessionsController {
  constructor(private readonly source: DataSource) {}

  /** One's own sessions, the last used first. */
  @Get()
  @RequireRight('use an own account')
  @BeforePassword()
  async list(@CurrentAccount() { name }: Account, @Req() request: FastifyRequest): Promise<Page<OwnSession>> {
    const current = await this.currentId(request)
    const sessions = await listSessions(this.source.manager, name)
    return {
      items: sessions.map((session) => ({ ...session, isCurrent: session.id === current })),
      next: null,
    }
  }

  /** Ends all of one's own sessions but the one that asks. */
  @Delete()
  @HttpCode(204)
  @RequireRight('use an own account')
  @BeforePassword()
  async endOthers(@CurrentAccount() { name }: Account, @Req() request: FastifyRequest): Promise<void> {
    const ended = await endSessions(this.source.manager, name, await this.currentId(request))
    await recordChange(this.source.manager, name, 'end sessions', name, { ended })
  }

  /** Ends one of one's own sessions. */
  @Delete(':id')
  @HttpCode(204)
  @RequireRight('use an own account')
  @BeforePassword()
  async end(@Param('id', ParseUUIDPipe) id: string, @CurrentAccount() { name }: Account): Promise<void> {
    if (!(await endSession(this.source.manager, name, id)))
      throw new NotFoundException(`"${name}" has no session ${id}`)
    await recordChange(this.source.manager, name, 'end sessions', name, { ended: 1 })
  }

  private async currentId(request: FastifyRequest): Promise<string | null> {
    return (await sessionIdOf(this.source.manager, sha256(request.cookies[SESSION_COOKIE] ?? ''))) ?? null
  }
}
