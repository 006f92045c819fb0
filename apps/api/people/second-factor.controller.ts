import {
  type Account,
  type NewSecondFactor,
  type SecondFactorState,
  beginSecondFactor,
  confirmSecondFactor,
  endSessions,
  findAccount,
  isPassword,
  removeApp,
  removeSecondFactor,
  renewRecoveryCodes,
  secondFactorOf,
} from '#store/people'
import { Secrets } from '#store/secrets'
import {
  Body,
  ConflictException,
  Controller,
  Delete,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  Post,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { refusal } from '../http/problem.js'
import { CurrentAccount } from './role-guard.js'
import { BeforePassword, RequireRight } from './route-rights.js'
import { SecondFactorCheck, wrongCode } from './second-factor-check.js'
import { CodeBody, OwnPasswordBody } from './session.dto.js'
import { SignInThrottle } from './sign-in-throttle.js'

export interface RecoveryCodes {
  /** Each signs in once in place of a code of the app. Only this answer contains them. */
  recoveryCodes: string[]
}

/** The authenticator app of the signed-in person, and recovery codes. */
@ApiTags('people')
@Controller('api/v1')
export class SecondFactorController {
  constructor(
    private readonly source: DataSource,
    private readonly check: SecondFactorCheck,
    private readonly secrets: Secrets,
  ) {}

  /** Whether one has a second factor, and whether one's role needs it. */
  @Get('session/second-factor')
  @RequireRight('use an own account')
  @BeforePassword()
  async state(@CurrentAccount() { name }: Account): Promise<SecondFactorState> {
    return secondFactorOf(this.source.manager, name)
  }

  /** Begins to set up a second factor. It counts once it is confirmed by its first code. */
  @Post('session/second-factor')
  @HttpCode(200)
  @RequireRight('use an own account')
  @BeforePassword()
  @UseGuards(SignInThrottle)
  async begin(@Body() body: OwnPasswordBody, @CurrentAccount() { name }: Account): Promise<NewSecondFactor> {
    await this.requirePassword(name, body.password)
    const factor = await beginSecondFactor(this.source, this.secrets, name)
    if (!factor) throw new ConflictException(`"${name}" has a second factor: remove it first`)
    return factor
  }

  /** Confirms a second factor by its first code. */
  @Post('session/second-factor/confirm')
  @HttpCode(200)
  @RequireRight('use an own account')
  @BeforePassword()
  @UseGuards(SignInThrottle)
  async confirm(@Body() body: CodeBody, @CurrentAccount() { name }: Account): Promise<RecoveryCodes> {
    const use = { name, code: body.code.replace(/\s/g, ''), now: this.check.now }
    const recoveryCodes = await confirmSecondFactor(this.source, this.secrets, use)
    if (!recoveryCodes) throw wrongCode()
    return { recoveryCodes }
  }

  /** Makes new recovery codes; the earlier ones no longer work. */
  @Post('session/second-factor/recovery-codes')
  @HttpCode(200)
  @RequireRight('use an own account')
  @UseGuards(SignInThrottle)
  async renew(@Body() body: OwnPasswordBody, @CurrentAccount() { name }: Account): Promise<RecoveryCodes> {
    await this.requirePassword(name, body.password)
    const { since, passkeys } = await secondFactorOf(this.source.manager, name)
    if (!since && passkeys === 0) throw new NotFoundException(`"${name}" has no second factor`)
    return { recoveryCodes: await renewRecoveryCodes(this.source, name) }
  }

  /** Removes one's own authenticator app, unless one's role needs a second factor and there is no passkey. */
  @Post('session/second-factor/remove')
  @HttpCode(204)
  @RequireRight('use an own account')
  @UseGuards(SignInThrottle)
  async removeOwn(@Body() body: OwnPasswordBody, @CurrentAccount() { name, role }: Account): Promise<void> {
    await this.requirePassword(name, body.password)
    const { isRequired, passkeys } = await secondFactorOf(this.source.manager, name)
    if (isRequired && passkeys === 0)
      throw new ConflictException(
        refusal('second_factor_required', `The role ${role} of "${name}" needs a second factor.`),
      )
    if (!(await removeApp(this.source, name)))
      throw new NotFoundException(`"${name}" has no authenticator app`)
  }

  /** Removes app, passkeys and recovery codes of a person who lost them; the person's sessions end. */
  @Delete('accounts/:name/second-factor')
  @HttpCode(204)
  @RequireRight('manage accounts')
  async remove(@Param('name') name: string, @CurrentAccount() author: Account): Promise<void> {
    if (!(await removeSecondFactor(this.source, name, author.name)))
      throw new NotFoundException(`"${name}" has no second factor`)
    await endSessions(this.source.manager, name)
  }

  private async requirePassword(name: string, password: string): Promise<void> {
    const account = await findAccount(this.source.manager, name)
    if (!(await isPassword(account?.passwordHash, password)))
      throw new UnauthorizedException(refusal('wrong_current_password', 'The current password is wrong.'))
  }
}
