import {
  type Account,
  type SessionRow,
  endSession,
  endSessions,
  findAccount,
  listSessions,
  recordChange,
} from '#store/people'
import { Controller, Delete, Get, HttpCode, NotFoundException, Param, ParseUUIDPipe } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import type { Page } from '../http/page.dto.js'
import { CurrentAccount } from './role-guard.js'
import { RequireRight } from './route-rights.js'

/** The sessions of somebody's account, for administrators. */
@ApiTags('people')
@Controller('api/v1/accounts/:name/sessions')
export class AccountSessionsController {
  constructor(private readonly source: DataSource) {}

  /** The sessions of an account, the last used first. */
  @Get()
  @RequireRight('manage accounts')
  async list(@Param('name') name: string): Promise<Page<SessionRow>> {
    await this.requireAccount(name)
    return { items: await listSessions(this.source.manager, name), next: null }
  }

  /** Ends all sessions of an account. */
  @Delete()
  @HttpCode(204)
  @RequireRight('manage accounts')
  async endAll(@Param('name') name: string, @CurrentAccount() author: Account): Promise<void> {
    await this.requireAccount(name)
    const ended = await endSessions(this.source.manager, name)
    await recordChange(this.source.manager, author.name, 'end sessions', name, { ended })
  }

  /** Ends one session of an account. */
  @Delete(':id')
  @HttpCode(204)
  @RequireRight('manage accounts')
  async end(
    @Param('name') name: string,
    @Param('id', ParseUUIDPipe) id: string,
    @CurrentAccount() author: Account,
  ): Promise<void> {
    if (!(await endSession(this.source.manager, name, id)))
      throw new NotFoundException(`the account "${name}" has no session ${id}`)
    await recordChange(this.source.manager, author.name, 'end sessions', name, { ended: 1 })
  }

  private async requireAccount(name: string): Promise<void> {
    if (!(await findAccount(this.source.manager, name)))
      throw new NotFoundException(`no account has the name "${name}"`)
  }
}
