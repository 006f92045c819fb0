import {
  type Account,
  type SessionAccount,
  changePassword,
  deleteSession,
  findAccount,
  findSession,
  hashPassword,
  isPassword,
  newToken,
  sha256,
  startSession,
} from '#store/people'
import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Post,
  Req,
  Res,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { Throttle } from '@nestjs/throttler'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { NO_STORE } from '../http/cache-policy.js'
import { refusal } from '../http/problem.js'
import { PasskeyCheck, type PasskeyRequest } from '../passkeys/passkey-check.js'
import { SESSION_COOKIE, cookieOptions, refuseForeignOrigin } from './authoriser.js'
import { refusedPassword, requireGoodPassword } from './chosen-password.js'
import { CurrentAccount } from './role-guard.js'
import { BeforePassword, RequireRight } from './route-rights.js'
import { PasswordCheck, wrongNameOrPassword } from './password-check.js'
import { NameAndPasswordBody, PasswordBody, SignInBody } from './session.dto.js'
import { SecondFactorCheck } from './second-factor-check.js'
import { type FailedSignIns, SignInAttempts } from './sign-in-attempts.js'
import { SignInThrottle } from './sign-in-throttle.js'

/** The account that signed in, and what was tried since it signed in before. */
export interface SignedIn extends SessionAccount, FailedSignIns {}

/** Signing in and out. */
@ApiTags('people')
@Controller('api/v1/session')
export class SessionController {
  constructor(
    private readonly source: DataSource,
    private readonly attempts: SignInAttempts,
    private readonly passwords: PasswordCheck,
    private readonly factor: SecondFactorCheck,
    private readonly passkeys: PasskeyCheck,
  ) {}

  /**
   * Signs in and sets the session's cookie. At most five attempts per minute for one name from one address; after twenty from
   * anywhere each must wait, twice as long each time, but for addresses from which the person has signed in before.
   */
  @Post()
  @HttpCode(200)
  @UseGuards(SignInThrottle)
  @Throttle({ default: { limit: 5, ttl: 60_000 } })
  async signIn(
    @Body() body: SignInBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedIn> {
    const account = await this.passwords.require(body, request, reply)
    await this.factor.require(account, body, request, reply)
    const token = newToken()
    const failures = await startSession(this.source, {
      hash: sha256(token),
      accountName: account.name,
      proof: account,
      address: request.ip,
      userAgent: request.headers['user-agent'] ?? null,
      attempt: this.attempts.attemptOf(request),
    })
    if (!failures) throw wrongNameOrPassword()
    void reply.setCookie(SESSION_COOKIE, token, cookieOptions(request, 'strict'))
    const { name, role, mustChangePassword, operator, areas } = account
    const { mustAddFactor, isExternal } = (await findSession(this.source.manager, sha256(token)))!
    return { name, role, mustChangePassword, operator, areas, mustAddFactor, isExternal, ...failures }
  }

  /**
   * Asks for the question that a passkey answers in signing in, after the password. Send the browser's answer with name and password as
   * `passkey` to POST /api/v1/session.
   */
  @Post('challenge')
  @HttpCode(200)
  @UseGuards(SignInThrottle)
  @Throttle({ default: { limit: 5, ttl: 60_000 } })
  @Header('cache-control', NO_STORE)
  async challenge(
    @Body() body: NameAndPasswordBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PasskeyRequest> {
    const { name } = await this.passwords.require(body, request, reply)
    return this.passkeys.requestFor(name, request)
  }

  /** The signed-in account; 204 if nobody is signed in. */
  @Get()
  @Header('cache-control', NO_STORE)
  async who(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionAccount | undefined> {
    const token = request.cookies[SESSION_COOKIE]
    if (!token) return void reply.status(204)
    const account = await findSession(this.source.manager, sha256(token))
    if (!account)
      throw new UnauthorizedException(
        refusal('session_over', 'This session has ended. Sign in: POST /api/v1/session'),
      )
    return account
  }

  /** Ends the session. */
  @Delete()
  @HttpCode(204)
  async signOut(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    refuseForeignOrigin(request)
    const token = request.cookies[SESSION_COOKIE]
    if (token) await deleteSession(this.source.manager, sha256(token))
    void reply.clearCookie(SESSION_COOKIE, { path: '/' })
  }

  /** Sets the person's own password; their other sessions end. */
  @Post('password')
  @HttpCode(204)
  @RequireRight('use an own account')
  @BeforePassword()
  @UseGuards(SignInThrottle)
  async password(
    @Body() body: PasswordBody,
    @CurrentAccount() { name }: Account,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const account = await findAccount(this.source.manager, name)
    if (!(await isPassword(account?.passwordHash, body.current)) || !account) throw wrongCurrentPassword()
    if (body.next === body.current) throw refusedPassword('same')
    requireGoodPassword(body.next, name)
    const change = {
      passwordHash: await hashPassword(body.next),
      currentHash: account.passwordHash,
      ownSession: sha256(request.cookies[SESSION_COOKIE]!),
    }
    if (!(await changePassword(this.source, name, change))) throw wrongCurrentPassword()
  }
}

const wrongCurrentPassword = () =>
  new UnauthorizedException(refusal('wrong_current_password', 'The current password is wrong.'))
