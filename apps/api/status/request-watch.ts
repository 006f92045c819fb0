/** Follows each request to the end of its answer: its duration by route for Prometheus, and a line of the log. */
import type { Log } from '#log'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Metrics } from './metrics.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Id of the run that the answer is made of, where the address does not name it. */
    servedRun?: number
    /** The place from which the answer came, of routes with a cache on this server: `database` where it had to be made. */
    servedFrom?: 'cache' | 'database' | 'client'
  }
}

/** The route of addresses that no route takes: each of them as its own would let strangers fill the memory. */
const NO_ROUTE = 'none'
/** Methods that no route has count as one, for the same reason. */
const OTHER_METHOD = 'other'
const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

type Watch = (request: FastifyRequest, reply: FastifyReply) => void

/** Ids of requests: unique among the processes and starts of all servers, and cheap. */
export function requestIds(): () => string {
  const start = randomBytes(6).toString('base64url')
  let count = 0
  return () => `${start}-${(++count).toString(36)}`
}

/** Must be registered before any other hook, so that it also sees what a hook answers. */
export function watchRequests(server: FastifyInstance, watch: Watch): void {
  server.addHook('onRequest', (request, reply, done) => {
    watch(request, reply)
    done()
  })
}

/** The watcher of requests. A request ends with its answer, or when the client goes away. */
export function requestWatch(metrics: Metrics, log: Log): Watch {
  const sentBefore = new WeakMap<Socket, number>()
  return (request, reply) => {
    const begin = performance.now()
    reply.raw.once('close', () => {
      const ms = performance.now() - begin
      const route = request.is404 ? NO_ROUTE : (request.routeOptions?.url ?? NO_ROUTE)
      const method = METHODS.includes(request.method) ? request.method : OTHER_METHOD
      const { statusCode: status, writableFinished } = reply.raw
      metrics.observeRequest({ method, route, status: String(status) }, ms / 1000)
      if (!log.hasRecords) return
      log.record(
        'request',
        {
          id: request.id,
          method,
          route,
          status,
          ms: Math.round(ms * 10) / 10,
          bytes: bytesSince(sentBefore, request.socket),
          run: runOf(request),
          cache: request.servedFrom ?? (status === 304 ? 'client' : undefined),
          account: request.account?.name,
          device: request.device?.id ?? undefined,
          aborted: writableFinished ? undefined : true,
        },
        isFault(status) ? 'warn' : 'info',
      )
    })
  }
}

/** A 503 is answered on purpose; its fault has a line of its own. */
const isFault = (status: number): boolean => status >= 500 && status !== 503

/** Bytes that were sent on the connection since its last answer, headers included. */
function bytesSince(sentBefore: WeakMap<Socket, number>, socket: Socket): number {
  const bytes = socket.bytesWritten - (sentBefore.get(socket) ?? 0)
  sentBefore.set(socket, socket.bytesWritten)
  return bytes
}

/** Id of the run of the answer, or the one that the address names. Anything but a number may be a secret in a wrong place. */
function runOf({ servedRun, params, query }: FastifyRequest): number | undefined {
  if (servedRun !== undefined) return servedRun
  const named = (params as { run?: unknown } | null)?.run ?? (query as { run?: unknown } | null)?.run
  return typeof named === 'string' && /^\d{1,9}$/.test(named) ? Number(named) : undefined
}
