/**
 * Limits the reading requests of one address per minute, so that one greedy program leaves room for the others. Every
 * answer states the limit in the headers of draft-ietf-httpapi-ratelimit-headers as they are commonly spelled:
 * `RateLimit-Limit`, `-Remaining`, and `-Reset` in seconds.
 */
import {
  type CanActivate,
  type ExecutionContext,
  HttpException,
  HttpStatus,
  Injectable,
} from '@nestjs/common'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { Settings } from '../settings.js'

const WINDOW_MS = 60_000
/** Number of addresses that are remembered; the one that has been quiet longest is dropped first. */
const MAX_ADDRESSES = 20_000

interface RateLimitWindow {
  count: number
  /** End of the minute, ms since 1970. */
  endsAt: number
}

@Injectable()
export class RateLimitGuard implements CanActivate {
  private readonly windows = new LRUCache<string, RateLimitWindow>({ max: MAX_ADDRESSES })

  constructor(private readonly settings: Settings) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp()
    const [request, reply] = [http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>()]
    const limit = this.settings.config.readRateLimitPerMinute
    if (limit === null || !isRateLimited(request)) return true
    const address = rateLimitedAddressOf(request)
    const now = this.settings.clock()
    const { count, endsAt } =
      address === null ? { count: 0, endsAt: now + WINDOW_MS } : this.countRequest(address, now)
    const seconds = Math.ceil((endsAt - now) / 1000)
    void reply.headers({
      'ratelimit-limit': limit,
      'ratelimit-remaining': Math.max(0, limit - count),
      'ratelimit-reset': seconds,
    })
    if (count <= limit) return true
    void reply.header('retry-after', seconds)
    throw new HttpException(
      `Too many requests from this address; the limit is ${limit} requests per minute. Retry in ${seconds} s.`,
      HttpStatus.TOO_MANY_REQUESTS,
    )
  }

  private countRequest(address: string, now: number): RateLimitWindow {
    const current = this.windows.get(address)
    const window = current && current.endsAt > now ? current : { count: 0, endsAt: now + WINDOW_MS }
    window.count++
    this.windows.set(address, window)
    return window
  }
}

/**
 * Whether a request counts. Tiles do not, because a map requests hundreds; requests of devices have limits of their
 * own.
 */
const isRateLimited = ({ method, url }: FastifyRequest): boolean =>
  (method === 'GET' || method === 'HEAD') && /^\/(api\/v1|ogc)\b/.test(url)

/**
 * The address that a request counts for; null for requests of our own page in a browser and of programs on this
 * machine.
 */
const rateLimitedAddressOf = (request: FastifyRequest): string | null =>
  request.headers['sec-fetch-site'] === 'same-origin' ? null : remoteAddressOf(request)

/**
 * The remote address of a request; null for this machine. Behind a proxy on this machine it is the address from which
 * the proxy got the request.
 */
export const remoteAddressOf = ({ ip }: FastifyRequest): string | null =>
  /^(::ffff:)?127\.|^::1$/.test(ip) ? null : ip
