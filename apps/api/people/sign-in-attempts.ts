import { type FailedSignIns, MAX_FREE_ATTEMPTS, beginAttempt, noteFailedSignIn } from '#store/people'
import { HttpException, HttpStatus, Injectable, Logger } from '@nestjs/common'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { subscriberOf } from '../http/clients/client-address.js'
import { refusal } from '../http/problem.js'
import { Settings } from '../settings.js'
import { Metrics } from '../status/metrics.js'

export type { FailedSignIns }

/** Counts attempts to sign in, refuses those that come too soon, and tells the operators of the server. */
@Injectable()
export class SignInAttempts {
  private readonly logger = new Logger('sign-in')

  constructor(
    private readonly source: DataSource,
    private readonly settings: Settings,
    private readonly metrics: Metrics,
  ) {}

  /** The facts of an attempt that the store needs beside the name. */
  attemptOf({ ip }: FastifyRequest): { subscriber: string; now: Date } {
    return { subscriber: subscriberOf(ip), now: new Date(this.settings.clock()) }
  }

  /** Counts an attempt before its password is checked, or refuses it with 429. */
  async begin(name: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const answer = await beginAttempt(this.source.manager, { name, ...this.attemptOf(request) })
    if ('waitMs' in answer) refuseAttempt(answer.waitMs, reply)
    if (answer.count === MAX_FREE_ATTEMPTS)
      this.logger.warn(`${answer.count} attempts to sign in as ${JSON.stringify(name)} without success`)
  }

  async failed(name: string): Promise<void> {
    this.metrics.countFailedSignIn()
    await noteFailedSignIn(this.source.manager, name)
  }
}

export function refuseAttempt(ms: number, reply: FastifyReply): never {
  const seconds = Math.ceil(ms / 1000)
  void reply.header('retry-after', seconds)
  throw new HttpException(
    refusal('account_delayed', `Too many attempts for this account. Retry in ${seconds} s.`, {
      seconds: String(seconds),
    }),
    HttpStatus.TOO_MANY_REQUESTS,
  )
}
