import { accountNameFaultOf } from '#domain/account'
import { operatorOf } from '#domain/operator'
import { type ApiKeyRow, addApiKey, extendApiKey, listApiKeys, revokeApiKey } from '#store/keys'
import type { Account } from '#store/people'
import {
  Body,
  ConflictException,
  Controller,
  Delete,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  ParseUUIDPipe,
  Patch,
  Post,
  UnprocessableEntityException,
} from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import type { Page } from '../http/page.dto.js'
import { refusal } from '../http/problem.js'
import { CurrentAccount } from '../people/role-guard.js'
import { RequireRight } from '../people/route-rights.js'
import { requireAreasOfRole, unknownAreasRefusal } from '../people/scope-refusal.js'
import { ApiKeyGuard } from './api-key-guard.js'
import { ApiKeyBody, KeyDaysBody } from './keys.dto.js'

export interface NewApiKeyAnswer extends ApiKeyRow {
  /** The key, which only this answer contains. A program sends it as `Authorization: Bearer`. */
  key: string
}

/** Keys with which programs act. A key has the rights of its role until it ends or is revoked. */
@ApiTags('people')
@Controller('api/v1/keys')
export class KeysController {
  constructor(
    private readonly source: DataSource,
    private readonly guard: ApiKeyGuard,
  ) {}

  /** All keys, also those that have ended, without their texts. */
  @Get()
  @RequireRight('manage keys')
  async list(): Promise<Page<ApiKeyRow>> {
    return { items: await listApiKeys(this.source.manager), next: null }
  }

  /** Makes a key. It is shown once. */
  @Post()
  @RequireRight('manage keys')
  async add(@Body() body: ApiKeyBody, @CurrentAccount() author: Account): Promise<NewApiKeyAnswer> {
    const { name, role, days, areas = null } = body
    requireAreasOfRole({ role, areas })
    const operator = operatorOf(body.operator)
    if ((role === 'operator') !== (operator !== null))
      throw new UnprocessableEntityException(
        `operator is "${body.operator ?? ''}": it is required for the role operator and not allowed for others`,
      )
    const fault = accountNameFaultOf(name)
    if (fault) throw new UnprocessableEntityException(`name "${name}" ${fault}`)
    const added = await addApiKey(this.source, { name, role, operator, days, areas }, author.name)
    if (!added)
      throw new ConflictException(
        refusal('api_key_name_taken', `name "${name}" is taken by another key`, { name }),
      )
    if ('unknownAreas' in added) throw unknownAreasRefusal(added.unknownAreas)
    return { ...added.row, key: added.key }
  }

  /** Gives a key another end. A revoked key stays revoked. */
  @Patch(':id')
  @RequireRight('manage keys')
  async extend(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { days }: KeyDaysBody,
    @CurrentAccount() author: Account,
  ): Promise<ApiKeyRow> {
    const row = await extendApiKey(this.source, id, days, author.name)
    if (!row) throw new NotFoundException(`there is no API key ${id}, or it was revoked`)
    this.guard.clearCache()
    return row
  }

  /** Revokes a key for good; within five seconds it is refused everywhere. */
  @Delete(':id')
  @HttpCode(204)
  @RequireRight('manage keys')
  async revoke(@Param('id', ParseUUIDPipe) id: string, @CurrentAccount() author: Account): Promise<void> {
    if (!(await revokeApiKey(this.source, id, author.name)))
      throw new NotFoundException(`there is no API key ${id}, or it was revoked`)
    this.guard.clearCache()
  }
}
