import type { Account } from '#store/people'
import { type CanActivate, type ExecutionContext, Injectable, createParamDecorator } from '@nestjs/common'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { NO_STORE } from '../http/cache-policy.js'
import { Authoriser } from './authoriser.js'
import { type RouteRights, isProtected, rightsOfHandler } from './route-rights.js'

/** The account that is signed in. With `@OptionalSignIn` there may be none. */
export const CurrentAccount = createParamDecorator(
  (_: unknown, context: ExecutionContext): Account | undefined =>
    context.switchToHttp().getRequest<FastifyRequest>().account,
)

/** Checks the rights of routes that `authoriseBeforeBody` does not cover. A guard runs after the body has been read. */
@Injectable()
export class RoleGuard implements CanActivate {
  constructor(private readonly authoriser: Authoriser) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>()
    if (!request.isAuthorised) await this.authoriser.authorise(request, rightsOfHandler(context.getHandler()))
    return true
  }
}

/** Checks the rights of a request before its body is read, so that the server reads no body that it will refuse. */
export function authoriseBeforeBody(
  server: FastifyInstance,
  rights: ReadonlyMap<string, RouteRights>,
  authoriser: () => Authoriser,
): void {
  server.addHook('onRequest', async (request, reply) => {
    const { method, url } = request.routeOptions
    const name = method === 'HEAD' ? 'GET' : String(method)
    const route = rights.get(`${name} ${url}`)
    if (!route) return
    // An answer to a protected request is for its reader only. Routes may set a weaker policy.
    if (isProtected(route)) void reply.header('cache-control', NO_STORE)
    await authoriser().authorise(request, route)
  })
}
