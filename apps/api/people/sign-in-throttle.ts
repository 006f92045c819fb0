import { Injectable } from '@nestjs/common'
import { ThrottlerGuard, type ThrottlerRequest } from '@nestjs/throttler'
import type { FastifyRequest } from 'fastify'
import { remoteAddressOf, subscriberOf } from '../http/clients/client-address.js'

/**
 * Limit of the attempts for all names together: each costs 45 ms of processor time. An office behind one address needs
 * far fewer.
 */
const MAX_ATTEMPTS_PER_ADDRESS = 60

/** Counts attempts by address and name, so that one person's mistakes do not lock out an office behind one address. */
@Injectable()
export class SignInThrottle extends ThrottlerGuard {
  protected override async getTracker(request: FastifyRequest): Promise<string> {
    const name = (request.body as { name?: unknown } | undefined)?.name
    return `${subscriberOf(request.ip)} ${String(name).slice(0, 100)}`
  }

  /** The attempts of an address are counted for all names together as well. */
  protected override async handleRequest(byName: ThrottlerRequest): Promise<boolean> {
    const address = remoteAddressOf(byName.context.switchToHttp().getRequest<FastifyRequest>())
    if (address === null) return super.handleRequest(byName)
    const getTracker = async () => subscriberOf(address)
    const byAddress = { ...byName, limit: MAX_ATTEMPTS_PER_ADDRESS, getTracker }
    return (await super.handleRequest(byAddress)) && super.handleRequest(byName)
  }

  protected override errorMessage = 'Too many attempts: wait a minute.'
}
