/**
 * How often one address may ask, so that one greedy program leaves room for the others. Said in every answer
 * (draft-ietf-httpapi-ratelimit-headers, as it is spelled in use): `RateLimit-Limit`, `-Remaining`, `-Reset` in seconds.
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
/** Addresses remembered; the one that was quiet longest is forgotten first. */
const MAX_ADDRESSES = 20_000

interface RateLimitWindow {
  count: number
  /** ms since 1970. */
  ends: number
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
    const { count, ends } =
      address === null ? { count: 0, ends: now + WINDOW_MS } : this.countRequest(address, now)
    const seconds = Math.ceil((ends - now) / 1000)
    void reply.headers({
      'ratelimit-limit': limit,
      'ratelimit-remaining': Math.max(0, limit - count),
      'ratelimit-reset': seconds,
    })
    if (count <= limit) return true
    void reply.header('retry-after', seconds)
    throw new HttpException(
      `Too many requests from this address: ${limit} a minute are answered. Ask again in ${seconds} s.`,
      HttpStatus.TOO_MANY_REQUESTS,
    )
  }

  private countRequest(address: string, now: number): RateLimitWindow {
    const known = this.windows.get(address)
    const window = known && known.ends > now ? known : { count: 0, ends: now + WINDOW_MS }
    window.count++
    this.windows.set(address, window)
    return window
  }
}

/** Tiles are made to be asked for in hundreds; what devices send has limits of its own. */
const isRateLimited = ({ method, url }: FastifyRequest): boolean =>
  (method === 'GET' || method === 'HEAD') && /^\/(api\/v1|ogc)\b/.test(url)

/** Null for who is not counted: our own page in a browser, and programs on this machine. */
const rateLimitedAddressOf = (request: FastifyRequest): string | null =>
  request.headers['sec-fetch-site'] === 'same-origin' ? null : remoteAddressOf(request)

/** Null for this machine. Behind a proxy on it, the address from which the proxy took the request. */
export const remoteAddressOf = ({ ip }: FastifyRequest): string | null =>
  /^(::ffff:)?127\.|^::1$/.test(ip) ? null : ip
