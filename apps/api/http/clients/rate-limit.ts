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
import { Settings } from '../../settings.js'
import { remoteAddressOf, subscriberOf } from './client-address.js'

const WINDOW_MS = 60_000
/** Number of readers that are remembered; the one that has been quiet longest is dropped first. */
const MAX_READERS = 20_000
/**
 * Our own page in a browser is counted apart from programs, and has this many times their limit, because an office shares
 * one address. A program that pretends to be the page is limited, too.
 */
const PAGE_FACTOR = 2

interface RateLimitWindow {
  count: number
  /** End of the minute, ms since 1970. */
  endsAt: number
}

@Injectable()
export class RateLimitGuard implements CanActivate {
  private readonly windows = new LRUCache<string, RateLimitWindow>({ max: MAX_READERS })

  constructor(private readonly settings: Settings) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp()
    const [request, reply] = [http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>()]
    const perMinute = this.settings.config.readRateLimitPerMinute
    if (perMinute === null || !isRateLimited(request)) return true
    const reader = readerOf(request)
    const limit = reader?.isPage ? perMinute * PAGE_FACTOR : perMinute
    const now = this.settings.clock()
    const { count, endsAt } =
      reader === null ? { count: 0, endsAt: now + WINDOW_MS } : this.countRequest(reader.key, now)
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

  private countRequest(reader: string, now: number): RateLimitWindow {
    const current = this.windows.get(reader)
    const window = current && current.endsAt > now ? current : { count: 0, endsAt: now + WINDOW_MS }
    window.count++
    this.windows.set(reader, window)
    return window
  }
}

/**
 * Whether a request counts. Tiles do not, because a map requests hundreds; requests of devices have limits of their
 * own.
 */
const isRateLimited = ({ method, url }: FastifyRequest): boolean =>
  (method === 'GET' || method === 'HEAD') && /^\/(api\/v1|ogc)\b/.test(url)

interface Reader {
  key: string
  isPage: boolean
}

/**
 * The reader that a request counts for; null for programs on this machine. All 2^64 addresses of a subscriber of IPv6
 * count as one.
 */
function readerOf(request: FastifyRequest): Reader | null {
  const address = remoteAddressOf(request)
  if (address === null) return null
  const isPage = request.headers['sec-fetch-site'] === 'same-origin'
  return { key: `${isPage ? 'page' : 'program'} ${subscriberOf(address)}`, isPage }
}
