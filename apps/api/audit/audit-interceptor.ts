/** Records who signed in, who read personal data or data of devices, and who exported what. */
import { findAccount, recordEvent } from '#store/people'
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common'
import type { FastifyRequest } from 'fastify'
import { type Observable, catchError, concatMap, from, map } from 'rxjs'
import { DataSource } from 'typeorm'
import { subscriberOf } from '../http/clients/client-address.js'
import { SESSION_COOKIE, accountOfSession } from '../people/authoriser.js'
import { AUDITED_ROUTES, type AuditedRoute } from './audited-routes.js'
import { FailedSignIns } from './failed-sign-ins.js'

/** Author of what somebody did who is not signed in. */
export const STRANGER = 'anonymous'

@Injectable()
export class AuditInterceptor implements NestInterceptor {
  private readonly failures = new FailedSignIns()

  constructor(private readonly source: DataSource) {}

  async intercept(context: ExecutionContext, handler: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<FastifyRequest>()
    const route = AUDITED_ROUTES[`${request.method} ${request.routeOptions.url}`]
    if (!route) return handler.handle()
    if (route.kind === 'sign_in' && request.method === 'POST') return this.signIn(route, request, handler)
    const author = await this.authorOf(request)
    if (!author) return handler.handle()
    if (route.onlyIfFound)
      return handler
        .handle()
        .pipe(
          concatMap((answer: unknown) => from(this.record(route, author, request)).pipe(map(() => answer))),
        )
    await this.record(route, author, request)
    return handler.handle()
  }

  /** The name that acts; null for a stranger. Routes that are open to everybody do not look for a session themselves. */
  private async authorOf(request: FastifyRequest): Promise<string | null> {
    if (request.account) return request.account.name
    if (!request.cookies[SESSION_COOKIE]) return null
    return (await accountOfSession(this.source, request))?.name ?? null
  }

  private async record(
    { kind, action }: AuditedRoute,
    author: string,
    request: FastifyRequest,
  ): Promise<void> {
    const params = Object.values((request.params ?? {}) as Record<string, string>)
    const query = request.query as Record<string, unknown>
    await recordEvent(this.source.manager, {
      kind,
      author,
      action,
      subject: params.join(' '),
      detail: Object.keys(query).length > 0 ? { query } : null,
    })
  }

  /** Recorded when it is over, with the address; a failure only under a name that exists: others may be passwords. */
  private signIn(route: AuditedRoute, request: FastifyRequest, handler: CallHandler): Observable<unknown> {
    const { name } = request.body as { name?: unknown }
    const address = subscriberOf(request.ip)
    return handler.handle().pipe(
      concatMap((answer: unknown) =>
        from(
          recordEvent(this.source.manager, {
            kind: route.kind,
            author: String(name),
            action: route.action,
            subject: String(name),
            detail: { address },
          }),
        ).pipe(map(() => answer)),
      ),
      catchError(async (error: unknown) => {
        await this.recordFailure(name, address, error)
        throw error
      }),
    )
  }

  private async recordFailure(name: unknown, address: string, error: unknown): Promise<void> {
    const { status } = error as { status?: unknown }
    if (typeof status !== 'number' || status >= 500 || typeof name !== 'string') return
    const unrecorded = this.failures.take(performance.now())
    if (unrecorded === null) return
    const account = await findAccount(this.source.manager, name)
    await recordEvent(this.source.manager, {
      kind: 'sign_in',
      author: STRANGER,
      action: 'fail to sign in',
      subject: account?.name ?? 'unknown name',
      detail: { address, status, ...(unrecorded > 0 && { unrecorded }) },
    })
  }
}
