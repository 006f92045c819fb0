import { HttpException, HttpStatus, Injectable, Logger } from '@nestjs/common'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { subscriberOf } from '../http/clients/client-address.js'
import { Settings } from '../settings.js'
import { Metrics } from '../status/metrics.js'

/** Number of attempts for one account, from any address, before the delay begins. */
const MAX_FREE_ATTEMPTS = 20
const FIRST_DELAY_MS = 1_000
const MAX_DELAY_MS = 5 * 60_000
/** Time without an attempt after which the count of an account is dropped. */
const MEMORY_MS = 60 * 60_000
const MAX_ACCOUNTS = 10_000
/** Number of addresses that are remembered because a person has signed in there: the delay does not apply to them. */
const MAX_TRUSTED_ADDRESSES = 20_000

interface Attempts {
  count: number
  /** ms since 1970: the next attempt from an unknown address is refused before this time. */
  nextAt: number
}

/**
 * Delays guesses at one account from many addresses, which limits by address do not stop. Beyond the free attempts each
 * further one must wait, twice as long each time. Addresses from which the person has signed in before are exempt, so
 * that a stranger cannot lock a person out.
 */
@Injectable()
export class SignInAttempts {
  private readonly logger = new Logger('sign-in')
  private readonly byName = new LRUCache<string, Attempts>({ max: MAX_ACCOUNTS, ttl: MEMORY_MS })
  private readonly trusted = new LRUCache<string, true>({ max: MAX_TRUSTED_ADDRESSES })

  constructor(
    private readonly settings: Settings,
    private readonly metrics: Metrics,
  ) {}

  /** Counts an attempt before its password is checked, or refuses it. Attempts at the same time are thus all counted. */
  begin(name: string, request: FastifyRequest, reply: FastifyReply): void {
    if (this.trusted.has(trustKeyOf(name, request))) return
    const now = this.settings.clock()
    const attempts = this.byName.get(name) ?? { count: 0, nextAt: 0 }
    if (now < attempts.nextAt) this.refuse(attempts.nextAt - now, reply)
    const count = attempts.count + 1
    this.byName.set(name, { count, nextAt: now + delayOf(count) })
    if (count === MAX_FREE_ATTEMPTS)
      this.logger.warn(`${count} attempts to sign in as ${JSON.stringify(name)} without success`)
  }

  failed(): void {
    this.metrics.countFailedSignIn()
  }

  succeeded(name: string, request: FastifyRequest): void {
    this.byName.delete(name)
    this.trusted.set(trustKeyOf(name, request), true)
  }

  private refuse(ms: number, reply: FastifyReply): never {
    const seconds = Math.ceil(ms / 1000)
    void reply.header('retry-after', seconds)
    throw new HttpException(
      `Too many attempts for this account. Retry in ${seconds} s.`,
      HttpStatus.TOO_MANY_REQUESTS,
    )
  }
}

const trustKeyOf = (name: string, { ip }: FastifyRequest): string => `${subscriberOf(ip)} ${name}`

const delayOf = (count: number): number =>
  count < MAX_FREE_ATTEMPTS ? 0 : Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (count - MAX_FREE_ATTEMPTS))
