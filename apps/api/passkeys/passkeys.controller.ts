import {
  type Account,
  type PasskeyRow,
  addPasskey,
  findAccount,
  isPassword,
  listPasskeys,
  passkeyHandles,
  removePasskey,
  renamePasskey,
  sha256,
} from '#store/people'
import {
  Body,
  ConflictException,
  Controller,
  Get,
  Header,
  HttpCode,
  NotFoundException,
  Param,
  Patch,
  Post,
  Req,
  UnauthorizedException,
  UnprocessableEntityException,
  UseGuards,
} from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import type { Page } from '../http/page.dto.js'
import { refusal } from '../http/problem.js'
import { CurrentAccount } from '../people/role-guard.js'
import { BeforePassword, RequireRight } from '../people/route-rights.js'
import { OwnPasswordBody } from '../people/session.dto.js'
import { SignInThrottle } from '../people/sign-in-throttle.js'
import { PasskeyCheck } from './passkey-check.js'
import { NewPasskeyBody, PasskeyNameBody } from './passkeys.dto.js'
import { relyingPartyOf } from './relying-party.js'
import { ALGORITHMS, verifyNewPasskey } from './verify.js'

/** This is what a browser needs to make a passkey (`navigator.credentials.create`). */
export interface PasskeyCreation {
  /** It is in base64url, to be answered once within five minutes. */
  challenge: string
  rpId: string
  /** Id of the account for authenticators, in base64url; it tells nothing of the person. */
  userId: string
  /** The account's name, which authenticators show. */
  userName: string
  /** Numbers of the signature algorithms (COSE), the preferred first. */
  algorithms: number[]
  /** The passkeys that the account has: the same authenticator does not make a second one. */
  passkeys: { id: string; transports: string[] }[]
}

export interface AddedPasskey extends PasskeyRow {
  /** New recovery codes, where the account had none; only this answer contains them. */
  recoveryCodes: string[] | null
}

/** The passkeys of the signed-in person: a fingerprint, a phone or a security key in place of an app's code. */
@ApiTags('people')
@Controller('api/v1/session/passkeys')
export class PasskeysController {
  constructor(
    private readonly source: DataSource,
    private readonly check: PasskeyCheck,
  ) {}

  /** One's own passkeys. */
  @Get()
  @RequireRight('use an own account')
  @BeforePassword()
  async list(@CurrentAccount() { name }: Account): Promise<Page<PasskeyRow>> {
    return { items: await listPasskeys(this.source.manager, name), next: null }
  }

  /** Begins to add a passkey: the browser makes one for the challenge. */
  @Post('challenge')
  @HttpCode(200)
  @RequireRight('use an own account')
  @BeforePassword()
  @UseGuards(SignInThrottle)
  @Header('cache-control', 'no-store')
  async begin(
    @Body() body: OwnPasswordBody,
    @CurrentAccount() { name }: Account,
    @Req() request: FastifyRequest,
  ): Promise<PasskeyCreation> {
    await this.requirePassword(name, body.password)
    const { id: rpId } = relyingPartyOf(request)
    return {
      challenge: await this.check.challenge(name, 'add'),
      rpId,
      userId: sha256(`passkeys of ${name}`).toString('base64url'),
      userName: name,
      algorithms: [...ALGORITHMS],
      passkeys: await passkeyHandles(this.source.manager, name, rpId),
    }
  }

  /** Adds the passkey that the browser made. It counts as a second factor from now on. */
  @Post()
  @RequireRight('use an own account')
  @BeforePassword()
  @UseGuards(SignInThrottle)
  async add(
    @Body() body: NewPasskeyBody,
    @CurrentAccount() { name: account }: Account,
    @Req() request: FastifyRequest,
  ): Promise<AddedPasskey> {
    const party = relyingPartyOf(request)
    const verified = await verifyNewPasskey(body, party, this.check.taker(account, 'add')).catch(
      (error: unknown) => this.check.noteRefusal(account, error),
    )
    if (!verified)
      throw new UnprocessableEntityException(
        refusal(
          'wrong_passkey',
          'The passkey was not accepted: its challenge was used or is too old, or it was made for another address.',
        ),
      )
    const added = await addPasskey(this.source, account, { ...verified, name: body.name, rpId: party.id })
    if (added === 'taken') throw new ConflictException('this passkey is registered')
    if (added === 'full')
      throw new ConflictException('the maximum number of passkeys is reached: remove one first')
    return { ...added.passkey, recoveryCodes: added.recoveryCodes }
  }

  /** Gives a passkey another name. */
  @Patch(':id')
  @RequireRight('use an own account')
  @BeforePassword()
  async rename(
    @Param('id') id: string,
    @Body() { name }: PasskeyNameBody,
    @CurrentAccount() account: Account,
  ): Promise<PasskeyRow> {
    const renamed = await renamePasskey(this.source, account.name, id, name)
    if (!renamed) throw new NotFoundException(`"${account.name}" has no passkey ${id}`)
    return renamed
  }

  /** Removes a passkey, unless one's role needs a second factor and there is no other. */
  @Post(':id/remove')
  @HttpCode(204)
  @RequireRight('use an own account')
  @UseGuards(SignInThrottle)
  async remove(
    @Param('id') id: string,
    @Body() body: OwnPasswordBody,
    @CurrentAccount() { name, role }: Account,
  ): Promise<void> {
    await this.requirePassword(name, body.password)
    const result = await removePasskey(this.source, name, id)
    if (result === 'missing') throw new NotFoundException(`"${name}" has no passkey ${id}`)
    if (result === 'required')
      throw new ConflictException(
        refusal('second_factor_required', `The role ${role} of "${name}" needs a second factor.`),
      )
  }

  private async requirePassword(name: string, password: string): Promise<void> {
    const account = await findAccount(this.source.manager, name)
    if (!(await isPassword(account?.passwordHash, password)))
      throw new UnauthorizedException(refusal('wrong_current_password', 'The current password is wrong.'))
  }
}
