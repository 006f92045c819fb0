/** Authorisation: a route names the right that it needs. A route without one is open to everybody. */
import { RIGHTS, type Right, hasRight, isForPersons } from '#domain/account'
import { type Account, type Device, type SessionAccount, findSession, sha256 } from '#store/people'
import type { CookieSerializeOptions } from '@fastify/cookie'
import { ForbiddenException, Injectable, UnauthorizedException } from '@nestjs/common'
import type { FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { refusal } from '../http/problem.js'
import { hostOfUrl } from '../http/clients/public-url.js'
import { ApiKeyGuard, apiKeyOf } from '../keys/api-key-guard.js'
import { Devices } from '../probes/devices.js'
import type { RouteRights } from './route-rights.js'
import { countryNeeded } from './scope-refusal.js'

export const SESSION_COOKIE = 'taghtiya_session'

/**
 * Gives the options of the server’s cookies. They travel by TLS only where people reach the server by TLS, also behind a proxy that does not say so
 * but is named by PUBLIC_URL.
 */
export const cookieOptions = (
  { publicUrl, protocol }: FastifyRequest,
  sameSite: 'lax' | 'strict',
): CookieSerializeOptions => ({
  path: '/',
  httpOnly: true,
  sameSite,
  secure: protocol === 'https' || publicUrl.startsWith('https:'),
})

declare module 'fastify' {
  interface FastifyRequest {
    /** The account that is signed in, of a route that requires or allows a session. */
    account?: Account
    /** The device of the token, of a route that requires or allows one. */
    device?: Device
    /** The rights of the route have been checked. */
    isAuthorised?: boolean
  }
}

@Injectable()
export class Authoriser {
  constructor(
    private readonly source: DataSource,
    private readonly devices: Devices,
    private readonly keys: ApiKeyGuard,
  ) {}

  /** Sets the account or the device of the request, or throws 401 or 403. */
  async authorise(request: FastifyRequest, rights: RouteRights): Promise<void> {
    const { authorization } = request.headers
    const key = apiKeyOf(request)
    const isDevice = rights.device === 'required' || (rights.device === 'allowed' && authorization && !key)
    if (isDevice) request.device = await this.devices.ofToken(authorization)
    else if (key && (rights.right || rights.optionalSignIn))
      request.account = await this.requireKey(request, key, rights.right)
    else if (rights.right) request.account = await this.requireAccount(request, rights.right, rights)
    else if (rights.optionalSignIn) {
      const account = await accountOfSession(this.source, request)
      if (account && !account.mustChangePassword && !account.mustAddFactor) request.account = account
    }
    request.isAuthorised = true
  }

  /** A key acts with the rights of its role, but never in the place of a person. */
  private async requireKey(request: FastifyRequest, key: string, right: Right | null): Promise<Account> {
    const account = await this.keys.accountOfKey(key)
    const refused = right && keyRefusal(account, right)
    if (!refused) return account
    const { method, url = '' } = request.routeOptions
    await this.keys.recordForbidden(account, `${String(method)} ${url}`)
    throw refused
  }

  private async requireAccount(
    request: FastifyRequest,
    right: Right,
    { beforePassword }: RouteRights,
  ): Promise<Account> {
    refuseForeignOrigin(request)
    const account = await accountOfSession(this.source, request)
    if (!account)
      throw new UnauthorizedException(refusal('sign_in_first', 'Sign in first: POST /api/v1/session'))
    if (account.mustChangePassword && !beforePassword)
      throw new ForbiddenException(
        refusal('own_password_first', 'Set a password of your own first: POST /api/v1/session/password'),
      )
    if (account.mustAddFactor && !beforePassword)
      throw new ForbiddenException(
        refusal('second_factor_first', 'Set up a second factor first: POST /api/v1/session/second-factor'),
      )
    const refused = rightRefusal(account, right)
    if (refused) throw refused
    return account
  }
}

const keyRefusal = (account: Account, right: Right): ForbiddenException | null =>
  isForPersons(right)
    ? new ForbiddenException(
        refusal('person_needed', 'This needs a person who signs in: no API key may do it.'),
      )
    : rightRefusal(account, right)

/** The reason why an account may not use a right at all; null if it may. */
function rightRefusal(account: Account, right: Right): ForbiddenException | null {
  if (hasRight(account, right))
    return account.areas && RIGHTS[right].reach === 'country' ? countryNeeded(account) : null
  const [role] = RIGHTS[right].roles
  return new ForbiddenException(
    refusal('role_needed', `This needs the role ${role}; ${account.name} is ${account.role}.`, {
      needed: role!,
      role: account.role,
    }),
  )
}

/** The account of the request's session; undefined without a valid session. */
export async function accountOfSession(
  source: DataSource,
  request: FastifyRequest,
): Promise<SessionAccount | undefined> {
  const token = request.cookies[SESSION_COOKIE]
  return token ? findSession(source.manager, sha256(token)) : undefined
}

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS']

/**
 * Prevents cross-site request forgery, in addition to the cookie's SameSite=Strict: a browser sends the page's origin with
 * every request that changes something. Programs other than browsers send neither header, and no cookie by themselves.
 */
export function refuseForeignOrigin(request: FastifyRequest): void {
  if (SAFE_METHODS.includes(request.method)) return
  const { origin } = request.headers
  const site = request.headers['sec-fetch-site']
  const isForeign =
    (origin !== undefined && ![request.host, hostOfUrl(request.publicUrl)].includes(hostOfUrl(origin))) ||
    (site !== undefined && site !== 'same-origin')
  if (isForeign) throw new ForbiddenException('This request comes from another site.')
}
