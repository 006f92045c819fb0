/** Who may do what: a route names the least role; without one it is open to everybody. */
import { type Account, ROLES, type Role, findSession, sha256 } from '#store/people'
import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Injectable,
  SetMetadata,
  UnauthorizedException,
  createParamDecorator,
} from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import type { FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { refusal } from '../http/problem.js'

export const SESSION_COOKIE = 'taghtiya_session'

/** `public` asks for no more than an account. */
const MIN_ROLE = 'leastRole'
export const RequireRole = (role: Role) => SetMetadata(MIN_ROLE, role)

/** A route that a device may use as well, by its token: the route checks it. */
const ALLOW_DEVICE = 'orDevice'
export const AllowDevice = () => SetMetadata(ALLOW_DEVICE, true)

/** A route that is open to everybody and tells more to those who are signed in. */
const OPTIONAL_SIGN_IN = 'maySign'
export const OptionalSignIn = () => SetMetadata(OPTIONAL_SIGN_IN, true)

/** A route that a person may use before setting a password of their own. */
const BEFORE_PASSWORD = 'beforePassword'
export const BeforePassword = () => SetMetadata(BEFORE_PASSWORD, true)

type SignedRequest = FastifyRequest & { account?: Account }

/** The signed-in account of a route with `@RequireRole`; with `@OptionalSignIn` there may be none. */
export const CurrentAccount = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<SignedRequest>().account,
)

@Injectable()
export class RoleGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly source: DataSource,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const role = this.reflector.get<Role | undefined>(MIN_ROLE, context.getHandler())
    const request = context.switchToHttp().getRequest<SignedRequest>()
    if (!role && this.reflector.get(OPTIONAL_SIGN_IN, context.getHandler())) {
      const account = await accountOfSession(this.source, request)
      if (account && !account.mustChangePassword) request.account = account
    }
    if (!role) return true
    if (request.headers.authorization && this.reflector.get(ALLOW_DEVICE, context.getHandler())) return true
    refuseForeignOrigin(request)
    const account = await this.accountOf(request)
    if (account.mustChangePassword && !this.reflector.get(BEFORE_PASSWORD, context.getHandler()))
      throw new ForbiddenException(
        refusal('own_password_first', 'Set a password of your own first: POST /api/v1/session/password'),
      )
    if (ROLES.indexOf(account.role) < ROLES.indexOf(role))
      throw new ForbiddenException(
        refusal('role_needed', `This needs the role ${role}; ${account.name} is ${account.role}.`, {
          needed: role,
          role: account.role,
        }),
      )
    request.account = account
    return true
  }

  private async accountOf(request: FastifyRequest): Promise<Account> {
    const account = await accountOfSession(this.source, request)
    if (!account)
      throw new UnauthorizedException(refusal('sign_in_first', 'Sign in first: POST /api/v1/session'))
    return account
  }
}

/** Who asks, on a route that is open to everybody. */
export async function accountOfSession(
  source: DataSource,
  request: FastifyRequest,
): Promise<Account | undefined> {
  const token = request.cookies[SESSION_COOKIE]
  return token ? findSession(source.manager, sha256(token)) : undefined
}

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS']

/**
 * Closes cross-site request forgery beside the cookie's SameSite=Strict: a browser names the page's origin on every
 * request that changes something. Programs other than browsers send neither header and carry no ambient cookie.
 */
export function refuseForeignOrigin(request: FastifyRequest): void {
  if (SAFE_METHODS.includes(request.method)) return
  const { origin } = request.headers
  const site = request.headers['sec-fetch-site']
  const foreign =
    (origin !== undefined && hostOf(origin) !== request.host) ||
    (site !== undefined && site !== 'same-origin')
  if (foreign) throw new ForbiddenException('This request comes from another site.')
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null
}
