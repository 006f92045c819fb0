import {
  type Account,
  type AccountChange,
  type AccountRefusal,
  type AccountRow,
  type FirstCredential,
  type Role,
  addAccount,
  changeAccount,
  firstCredential,
  invitationLink,
  listAccounts,
  removeAccount,
  resetAccount,
} from '#store/people'
import { canBeBound } from '#domain/account'
import { operatorOf } from '#domain/operator'
import {
  Body,
  ConflictException,
  Controller,
  Delete,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  Patch,
  Post,
  Req,
  UnprocessableEntityException,
} from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import type { Page } from '../http/page.dto.js'
import { refusal } from '../http/problem.js'
import { AccountBody, AccountChangeBody, ResetBody } from './account.dto.js'
import { CurrentAccount } from './role-guard.js'
import { RequireRight } from './route-rights.js'
import { requireAreasOfRole, unknownAreasRefusal } from './scope-refusal.js'

/** The means by which a person signs in for the first time. Only this answer contains it. */
export interface ShownCredential {
  /** The one-time password, which serves only to set another one; null for a link. */
  password: string | null
  /** The address at which the person sets a password, usable once; null for a password. */
  link: string | null
  /** When the link expires. */
  linkExpiresAt: Date | null
}

export interface NewAccount extends Account, ShownCredential {}

@ApiTags('people')
@Controller('api/v1/accounts')
export class AccountsController {
  constructor(private readonly source: DataSource) {}

  /** All accounts, without their passwords. Removed ones are not listed. */
  @Get()
  @RequireRight('manage accounts')
  async list(): Promise<Page<AccountRow>> {
    return { items: await listAccounts(this.source.manager), next: null }
  }

  /** Creates an account. Its password or its link is shown once, and serves only to set a password of one's own. */
  @Post()
  @RequireRight('manage accounts')
  async add(
    @Body() body: AccountBody,
    @CurrentAccount() author: Account,
    @Req() request: FastifyRequest,
  ): Promise<NewAccount> {
    const { name, role, areas = null } = body
    const account = { name, role, operator: operatorOf(body.operator), areas }
    requireOperatorOfRole(account)
    requireAreasOfRole(account)
    const credential = await firstCredential(body.by ?? 'password')
    const result = await addAccount(this.source, account, credential, author.name)
    if ('fault' in result)
      throw new UnprocessableEntityException(refusal('name_refused', `name "${body.name}" ${result.fault}`))
    if ('unknownAreas' in result) throw unknownAreasRefusal(result.unknownAreas)
    if ('taken' in result) throw new ConflictException(refusal('name_taken', `name "${body.name}" is taken`))
    const { invitedUntil } = result.account
    return { ...account, mustChangePassword: true, ...shownCredential(credential, request, invitedUntil) }
  }

  /** Changes the role of an account, its areas, or whether it may sign in. The last administrator stays one. */
  @Patch(':name')
  @RequireRight('manage accounts')
  async change(
    @Param('name') name: string,
    @Body() body: AccountChangeBody,
    @CurrentAccount() author: Account,
  ): Promise<AccountRow> {
    const result = await changeAccount(this.source, name, (before) => changeOf(before, body), author.name)
    if ('account' in result) return result.account
    if ('unknownAreas' in result) throw unknownAreasRefusal(result.unknownAreas)
    throw refusedChange(name, result)
  }

  /** Removes an account: its sessions end, and nobody else can take its name. The last administrator stays. */
  @Delete(':name')
  @HttpCode(204)
  @RequireRight('manage accounts')
  async remove(@Param('name') name: string, @CurrentAccount() author: Account): Promise<void> {
    const result = await removeAccount(this.source, name, author.name)
    if (!('removed' in result)) throw refusedChange(name, result)
  }

  /** Replaces the password of an account that lost it. Its sessions end. */
  @Post(':name/reset')
  @HttpCode(200)
  @RequireRight('manage accounts')
  async reset(
    @Param('name') name: string,
    @Body() body: ResetBody,
    @CurrentAccount() author: Account,
    @Req() request: FastifyRequest,
  ): Promise<ShownCredential> {
    const credential = await firstCredential(body.by)
    const result = await resetAccount(this.source, name, credential, author.name)
    if ('missing' in result) throw refusedChange(name, result)
    return shownCredential(credential, request, result.invitedUntil)
  }
}

/** Completes a change that names only some fields of an account. Throws 422 where the fields do not go together. */
function changeOf(before: AccountRow, body: AccountChangeBody): AccountChange {
  const role = body.role ?? before.role
  const named = body.operator === undefined ? before.operator : operatorOf(body.operator)
  const operator = role === 'operator' || body.operator !== undefined ? named : null
  requireOperatorOfRole({ role, operator })
  const areas = body.areas === undefined && canBeBound(role) ? before.areas : (body.areas ?? null)
  requireAreasOfRole({ role, areas })
  return { role, operator, areas, ...(body.disabled !== undefined && { isDisabled: body.disabled }) }
}

function requireOperatorOfRole({ role, operator }: { role: Role; operator: string | null }): void {
  if ((role === 'operator') !== (operator !== null))
    throw new UnprocessableEntityException(
      `operator is "${operator ?? ''}": it is required for the role operator and not allowed for others; role is "${role}"`,
    )
}

function refusedChange(name: string, result: AccountRefusal): NotFoundException | ConflictException {
  return 'missing' in result
    ? new NotFoundException(`no account has the name "${name}"`)
    : new ConflictException(
        refusal(
          'last_administrator',
          `"${name}" is the last administrator who can sign in: make another one first`,
          { name },
        ),
      )
}

const shownCredential = (
  { password, token }: FirstCredential,
  { publicUrl }: FastifyRequest,
  linkExpiresAt: Date | null,
): ShownCredential => ({ password, link: token && invitationLink(publicUrl, token), linkExpiresAt })
