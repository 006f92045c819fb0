import {
  type Account,
  hashPassword,
  insertAccount,
  listAccounts,
  newAccountNameFault,
  recordChange,
} from '#store/people'
import { operatorOf } from '#domain/operator'
import { Body, ConflictException, Controller, Get, Post, UnprocessableEntityException } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { randomBytes } from 'node:crypto'
import { DataSource } from 'typeorm'
import type { Page } from '../http/page.dto.js'
import { CurrentAccount } from './role-guard.js'
import { RequireRole } from './route-rights.js'
import { AccountBody } from './session.dto.js'

export interface NewAccount extends Account {
  /** The password, which only this answer contains. */
  password: string
}

@ApiTags('people')
@Controller('api/v1/accounts')
export class AccountsController {
  constructor(private readonly source: DataSource) {}

  /** All accounts, without their passwords. */
  @Get()
  @RequireRole('administrator')
  async list(): Promise<Page<Account>> {
    return { items: await listAccounts(this.source.manager), next: null }
  }

  /** Creates an account. Its password is shown once, and serves only to set another one. */
  @Post()
  @RequireRole('administrator')
  async add(@Body() body: AccountBody, @CurrentAccount() author: Account): Promise<NewAccount> {
    const operator = operatorOf(body.operator)
    if ((body.role === 'operator') !== (operator !== null))
      throw new UnprocessableEntityException(
        `operator is "${body.operator ?? ''}": it is required for the role operator and not allowed for others`,
      )
    const fault = await newAccountNameFault(this.source.manager, body.name)
    if (fault) throw new UnprocessableEntityException(`name "${body.name}" ${fault}`)
    const password = randomBytes(12).toString('base64url')
    const account: Account = { name: body.name, role: body.role, mustChangePassword: true, operator }
    const row = { ...account, passwordHash: await hashPassword(password) }
    if (!(await insertAccount(this.source.manager, row, author.name)))
      throw new ConflictException(`name "${body.name}" is taken`)
    await recordChange(this.source.manager, author.name, 'add account', body.name, {
      role: body.role,
      operator,
    })
    return { ...account, password }
  }
}
