import { Injectable } from '@nestjs/common'
import { ThrottlerGuard, type ThrottlerRequest } from '@nestjs/throttler'
import type { FastifyRequest } from 'fastify'
import { remoteAddressOf } from '../http/reader-limit.js'

/** Of all names together: each try costs 45 ms of a processor. An office behind one address needs far fewer. */
const MAX_TRIES_PER_ADDRESS = 60

/** Counts tries by address and name: one clerk's mistakes do not lock out an office behind one address. */
@Injectable()
export class SignInThrottle extends ThrottlerGuard {
  protected override async getTracker(request: FastifyRequest): Promise<string> {
    const name = (request.body as { name?: unknown } | undefined)?.name
    return `${request.ip} ${String(name).slice(0, 100)}`
  }

  /** An address that tries one name after the other is counted as a whole as well. */
  protected override async handleRequest(asked: ThrottlerRequest): Promise<boolean> {
    const address = remoteAddressOf(asked.context.switchToHttp().getRequest<FastifyRequest>())
    const whole = { ...asked, limit: MAX_TRIES_PER_ADDRESS, getTracker: async () => `${address}` }
    return (address === null || (await super.handleRequest(whole))) && super.handleRequest(asked)
  }

  protected override errorMessage = 'Too many tries: wait a minute.'
}
