import { countAttempt, endCodeAttempts, useSecondFactor } from '#store/people'
import { Injectable, UnauthorizedException } from '@nestjs/common'
import type { FastifyReply } from 'fastify'
import { DataSource } from 'typeorm'
import { refusal } from '../http/problem.js'
import { Settings } from '../settings.js'
import { SignInAttempts, refuseAttempt } from './sign-in-attempts.js'

/** Asks for the second factor of accounts that have one, after their password was right. */
@Injectable()
export class SecondFactorCheck {
  constructor(
    private readonly source: DataSource,
    private readonly settings: Settings,
    private readonly attempts: SignInAttempts,
  ) {}

  get now(): Date {
    return new Date(this.settings.clock())
  }

  /** Throws 401 without a right code, and 429 where codes are guessed. */
  async require(
    { name, hasSecondFactor }: { name: string; hasSecondFactor: boolean },
    code: string | undefined,
    reply: FastifyReply,
  ): Promise<void> {
    if (!hasSecondFactor) return
    if (!code)
      throw new UnauthorizedException(
        refusal('second_factor_needed', 'The code of the second factor is needed: send it as `code`.'),
      )
    const answer = await countAttempt(this.source.manager, 'code', name, this.now)
    if ('waitMs' in answer) refuseAttempt(answer.waitMs, reply)
    if (!(await useSecondFactor(this.source, name, code, this.now))) {
      await this.attempts.failed(name)
      throw wrongCode()
    }
    await endCodeAttempts(this.source.manager, name)
  }
}

export const wrongCode = () =>
  new UnauthorizedException(refusal('wrong_code', 'The code is wrong, was used, or is too old.'))
