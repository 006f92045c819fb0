import {
  type Account,
  ROLES,
  type Role,
  type SignInRule,
  listSignInRules,
  setSignInRule,
} from '#store/people'
import { Body, Controller, Get, NotFoundException, Param, Put } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import type { Page } from '../http/page.dto.js'
import { CurrentAccount } from './role-guard.js'
import { RequireRight } from './route-rights.js'
import { SignInRuleBody } from './session.dto.js'

/** The requirements for signing in, role by role. */
@ApiTags('people')
@Controller('api/v1/sign-in-rules')
export class SignInRulesController {
  constructor(private readonly source: DataSource) {}

  /** Whether the accounts of each role must have a second factor. */
  @Get()
  @RequireRight('manage accounts')
  async list(): Promise<Page<SignInRule>> {
    return { items: await listSignInRules(this.source.manager), next: null }
  }

  /** Says whether the accounts of a role must have a second factor. Who has none can do nothing else before adding one. */
  @Put(':role')
  @RequireRight('manage accounts')
  async change(
    @Param('role') role: string,
    @Body() body: SignInRuleBody,
    @CurrentAccount() author: Account,
  ): Promise<SignInRule> {
    if (!ROLES.includes(role as Role))
      throw new NotFoundException(`no role is called "${role}": they are ${ROLES.join(', ')}`)
    const rule = { role: role as Role, secondFactor: body.secondFactor }
    await setSignInRule(this.source, rule, author.name)
    return rule
  }
}
