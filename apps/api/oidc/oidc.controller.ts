import { claimTexts, claimedName, claimedRole } from '#domain/account'
import {
  ROLES,
  accountNameOfPerson,
  accountOfPerson,
  newToken,
  recordEvent,
  sha256,
  startSession,
} from '#store/people'
import { Controller, Get, Logger, NotFoundException, Req, Res, UseGuards } from '@nestjs/common'
import { ApiExcludeController } from '@nestjs/swagger'
import { Throttle } from '@nestjs/throttler'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { STRANGER } from '../audit/audit-interceptor.js'
import { subscriberOf } from '../http/clients/client-address.js'
import { SESSION_COOKIE, cookieOptions } from '../people/authoriser.js'
import { SignInAttempts } from '../people/sign-in-attempts.js'
import { SignInThrottle } from '../people/sign-in-throttle.js'
import { OidcClient, type PendingSignIn } from './oidc-client.js'

const PENDING_COOKIE = 'taghtiya_oidc'
const PENDING_SECONDS = 10 * 60

/** The reason why nobody was signed in; the page has a sentence for each. */
type Failure = 'no_role' | 'no_name' | 'name' | 'removed' | 'disabled' | 'failed'

/**
 * Signing in at an OpenID Connect provider. These are addresses that the browser goes to, not ones that programs call: each answers with
 * a redirect.
 */
@ApiExcludeController()
@Controller('api/v1/session/oidc')
export class OidcController {
  private readonly logger = new Logger('sign-in')

  constructor(
    private readonly source: DataSource,
    private readonly client: OidcClient,
    private readonly attempts: SignInAttempts,
  ) {}

  /** Sends the browser to the provider. */
  @Get()
  @UseGuards(SignInThrottle)
  @Throttle({ default: { limit: 20, ttl: 60_000 } })
  async begin(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireProvider()
    try {
      const { url, pending } = await this.client.begin(callbackOf(request))
      const value = Buffer.from(JSON.stringify(pending)).toString('base64url')
      // `lax`, because the browser comes back from another site.
      void reply.setCookie(PENDING_COOKIE, value, {
        ...cookieOptions(request, 'lax'),
        maxAge: PENDING_SECONDS,
      })
      await redirect(reply, url)
    } catch (error) {
      await this.fail(request, reply, 'failed', error)
    }
  }

  /** The browser comes back with a code, for which the provider tells who it is. */
  @Get('callback')
  @UseGuards(SignInThrottle)
  @Throttle({ default: { limit: 20, ttl: 60_000 } })
  async callback(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireProvider()
    const pending = pendingOf(request)
    void reply.clearCookie(PENDING_COOKIE, { path: '/' })
    if (!pending)
      return this.fail(request, reply, 'failed', new Error('nobody left for the provider from here'))
    try {
      const query = request.originalUrl.split('?')[1] ?? ''
      const claims = await this.client.claimsOf(new URL(`${callbackOf(request)}?${query}`), pending)
      const result = await this.accountOf(claims)
      if (typeof result === 'string') {
        await this.recordRefusal(claims.sub, result, request)
        return await this.fail(request, reply, result)
      }
      const token = newToken()
      const failures = await startSession(this.source, {
        hash: sha256(token),
        accountName: result.name,
        proof: 'provider',
        address: request.ip,
        userAgent: request.headers['user-agent'] ?? null,
        attempt: this.attempts.attemptOf(request),
      })
      // An administrator ended the account in this moment.
      if (!failures) return await this.fail(request, reply, 'disabled')
      await recordEvent(this.source.manager, {
        kind: 'sign_in',
        author: result.name,
        action: 'sign in',
        subject: result.name,
        detail: { address: subscriberOf(request.ip), provider: this.client.config!.issuer },
      })
      void reply.setCookie(SESSION_COOKIE, token, cookieOptions(request, 'strict'))
      await redirect(reply, `${request.publicUrl}/`)
    } catch (error) {
      await this.fail(request, reply, 'failed', error)
    }
  }

  /** Sends the browser to the provider to sign out there too. The session here was ended before. */
  @Get('end')
  async end(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireProvider()
    const home = `${request.publicUrl}/`
    const url = await this.client.endUrl(home).catch(() => null)
    await redirect(reply, url ?? home)
  }

  private async accountOf(
    claims: Record<string, unknown> & { sub: string },
  ): Promise<{ name: string } | Failure> {
    const { issuer, roleClaim, roles } = this.client.config!
    const claimed = claimedRole(claimTexts(claims, roleClaim), roles, ROLES)
    if (!claimed) return 'no_role'
    const name = claimedName(claims)
    if (name === null) return 'no_name'
    const result = await accountOfPerson(this.source, { issuer, subject: claims.sub, name, ...claimed })
    if ('account' in result) return result.account
    if ('fault' in result) {
      this.logger.warn(`no account for ${JSON.stringify(name)} of ${issuer}: the name ${result.fault}`)
      return 'name'
    }
    return 'removed' in result ? 'removed' : 'disabled'
  }

  /** Who is refused after the provider’s word stands in the log as who typed a wrong password does. */
  private async recordRefusal(subject: string, reason: Failure, { ip }: FastifyRequest): Promise<void> {
    const { issuer } = this.client.config!
    const name = await accountNameOfPerson(this.source.manager, { issuer, subject })
    await recordEvent(this.source.manager, {
      kind: 'sign_in',
      author: STRANGER,
      action: 'fail to sign in',
      subject: name ?? 'unknown name',
      detail: { address: subscriberOf(ip), provider: issuer, reason },
    })
  }

  private async fail(
    request: FastifyRequest,
    reply: FastifyReply,
    failure: Failure,
    error?: unknown,
  ): Promise<void> {
    if (error)
      this.logger.warn(`sign-in by OpenID Connect failed: ${JSON.stringify((error as Error).message)}`)
    await redirect(reply, `${request.publicUrl}/#oidc=${failure}`)
  }

  private requireProvider(): void {
    if (!this.client.config) throw new NotFoundException('this server has no OpenID Connect provider')
  }
}

const callbackOf = ({ publicUrl }: FastifyRequest): string => `${publicUrl}/api/v1/session/oidc/callback`

async function redirect(reply: FastifyReply, url: string): Promise<void> {
  await reply.header('cache-control', 'no-store').redirect(url, 302)
}

function pendingOf(request: FastifyRequest): PendingSignIn | null {
  try {
    const text = Buffer.from(request.cookies[PENDING_COOKIE] ?? '', 'base64url').toString()
    const { state, nonce, verifier } = JSON.parse(text) as Partial<PendingSignIn>
    return state && nonce && verifier ? { state, nonce, verifier } : null
  } catch {
    return null
  }
}
