/** Authorisation: a route names the lowest role that may use it. A route without a role is open to everybody. */
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

const MIN_ROLE = 'minRole'
/** The lowest role that may use the route. `public` requires no more than an account. */
export const RequireRole = (role: Role) => SetMetadata(MIN_ROLE, role)

const ALLOW_DEVICE = 'allowDevice'
/** A device may use the route as well, by its token. The route itself checks the token. */
export const AllowDevice = () => SetMetadata(ALLOW_DEVICE, true)

const OPTIONAL_SIGN_IN = 'optionalSignIn'
/** The route is open to everybody, and gives more to signed-in accounts. */
export const OptionalSignIn = () => SetMetadata(OPTIONAL_SIGN_IN, true)

const BEFORE_PASSWORD = 'beforePassword'
/** A person may use the route before setting a password of their own. */
export const BeforePassword = () => SetMetadata(BEFORE_PASSWORD, true)

type SignedInRequest = FastifyRequest & { account?: Account }

/** The account that is signed in. With `@OptionalSignIn` there may be none. */
export const CurrentAccount = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<SignedInRequest>().account,
)

@Injectable()
export class RoleGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly source: DataSource,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const role = this.reflector.get<Role | undefined>(MIN_ROLE, context.getHandler())
    const request = context.switchToHttp().getRequest<SignedInRequest>()
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
    if (!hasRole(account, role))
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

/** Whether the account has the role or a higher one. */
export const hasRole = ({ role }: Account, minRole: Role): boolean =>
  ROLES.indexOf(role) >= ROLES.indexOf(minRole)

/** The account of the request's session; undefined without a valid session. */
export async function accountOfSession(
  source: DataSource,
  request: FastifyRequest,
): Promise<Account | undefined> {
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
    (origin !== undefined && hostOf(origin) !== request.host) ||
    (site !== undefined && site !== 'same-origin')
  if (isForeign) throw new ForbiddenException('This request comes from another site.')
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null
}
