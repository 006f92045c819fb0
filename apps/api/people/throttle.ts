import { Injectable } from '@nestjs/common'
import { ThrottlerGuard } from '@nestjs/throttler'
import type { FastifyRequest } from 'fastify'

/** Counts tries by address and name: one clerk's mistakes do not lock out an office behind one address. */
@Injectable()
export class SignInThrottle extends ThrottlerGuard {
  protected override async getTracker(request: FastifyRequest): Promise<string> {
    const name = (request.body as { name?: unknown } | undefined)?.name
    return `${request.ip} ${String(name).slice(0, 100)}`
  }

  protected override errorMessage = 'Too many tries: wait a minute.'
}
