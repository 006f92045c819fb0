/** Names a page's next page in the header `Link` (RFC 8288), for clients that follow links and read no body. */
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Observable, tap } from 'rxjs'

@Injectable()
export class NextLinkInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, handler: CallHandler): Observable<unknown> {
    const http = context.switchToHttp()
    const [request, reply] = [http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>()]
    return handler.handle().pipe(
      tap((body: unknown) => {
        const cursor =
          body !== null && typeof body === 'object' && 'items' in body && 'next' in body && body.next
        if (typeof cursor !== 'string') return
        const url = new URL(request.publicUrl + request.url)
        url.searchParams.set('cursor', cursor)
        void reply.header('link', `<${url.pathname}${url.search}>; rel="next"`)
      }),
    )
  }
}
