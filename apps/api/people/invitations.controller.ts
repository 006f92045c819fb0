import { acceptInvitation, findInvitation, hashPassword, type Invitation, sha256 } from '#store/people'
import { Body, Controller, GoneException, HttpCode, Post, Req, UseGuards } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { Throttle } from '@nestjs/throttler'
import type { FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { refusal } from '../http/problem.js'
import { AcceptBody, InvitationBody } from './account.dto.js'
import { refuseForeignOrigin } from './authoriser.js'
import { requireGoodPassword } from './chosen-password.js'
import { SignInThrottle } from './sign-in-throttle.js'

/** Links by which people set a password: usable once, for three days. */
@ApiTags('people')
@Controller('api/v1/invitations')
export class InvitationsController {
  constructor(private readonly source: DataSource) {}

  /** The account that a link is for. The token is in the body, because addresses are logged. */
  @Post('read')
  @HttpCode(200)
  @UseGuards(SignInThrottle)
  @Throttle({ default: { limit: 20, ttl: 60_000 } })
  async read(@Body() body: InvitationBody): Promise<Invitation> {
    const invitation = await findInvitation(this.source.manager, sha256(body.token))
    if (!invitation) throw invitationOver()
    return invitation
  }

  /** Sets the password of the account that a link is for. The link is used up; sign in with the password. */
  @Post('accept')
  @HttpCode(204)
  @UseGuards(SignInThrottle)
  @Throttle({ default: { limit: 20, ttl: 60_000 } })
  async accept(@Body() body: AcceptBody, @Req() request: FastifyRequest): Promise<void> {
    refuseForeignOrigin(request)
    const hash = sha256(body.token)
    const invitation = await findInvitation(this.source.manager, hash)
    if (!invitation) throw invitationOver()
    requireGoodPassword(body.password, invitation.name)
    if (!(await acceptInvitation(this.source, hash, await hashPassword(body.password))))
      throw invitationOver()
  }
}

const invitationOver = () =>
  new GoneException(
    refusal(
      'invitation_over',
      'This link is unknown, was used, or has expired: ask an administrator for another one',
    ),
  )
