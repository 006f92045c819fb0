import { Secrets } from '#store/secrets'
import { countAttempt, endCodeAttempts, useSecondFactor } from '#store/people'
import { Injectable, UnauthorizedException } from '@nestjs/common'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { refusal } from '../http/problem.js'
import { PasskeyCheck } from '../passkeys/passkey-check.js'
import type { PasskeyAnswer } from '../passkeys/passkeys.dto.js'
import { Settings } from '../settings.js'
import type { SignInBody } from './session.dto.js'
import { SignInAttempts, refuseAttempt } from './sign-in-attempts.js'

/** Asks for the second factor of accounts that have one, after their password was right. */
@Injectable()
export class SecondFactorCheck {
  constructor(
    private readonly source: DataSource,
    private readonly settings: Settings,
    private readonly secrets: Secrets,
    private readonly passkeys: PasskeyCheck,
    private readonly attempts: SignInAttempts,
  ) {}

  get now(): Date {
    return new Date(this.settings.clock())
  }

  /** Throws 401 without a right code or passkey, and 429 where codes are guessed. */
  async require(
    { name, hasSecondFactor, hasPasskey }: FactorsOfAccount,
    { code, passkey }: Pick<SignInBody, 'code' | 'passkey'>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    if (!hasSecondFactor) return
    if (passkey) return this.requirePasskey(name, passkey, request)
    if (!code) throw factorNeeded(hasPasskey)
    const answer = await countAttempt(this.source.manager, 'code', name, this.now)
    if ('waitMs' in answer) refuseAttempt(answer.waitMs, reply)
    if (!(await useSecondFactor(this.source, this.secrets, { name, code, now: this.now }))) {
      await this.attempts.failed(name)
      throw wrongCode()
    }
    await endCodeAttempts(this.source.manager, name)
  }

  /** Nobody guesses at signatures, so that these attempts are not counted. */
  private async requirePasskey(name: string, passkey: PasskeyAnswer, request: FastifyRequest): Promise<void> {
    if (await this.passkeys.isRight(name, passkey, request)) return
    await this.attempts.failed(name)
    throw new UnauthorizedException(
      refusal(
        'wrong_passkey',
        'The passkey was refused: it is not right, or its challenge was used or is too old.',
      ),
    )
  }
}

export interface FactorsOfAccount {
  name: string
  hasSecondFactor: boolean
  hasPasskey: boolean
}

const factorNeeded = (hasPasskey: boolean) =>
  new UnauthorizedException(
    refusal(
      'second_factor_needed',
      hasPasskey
        ? 'A second factor is needed: send the answer of a passkey as `passkey`, or a code as `code`.'
        : 'The code of the second factor is needed: send it as `code`.',
      { by: hasPasskey ? 'passkey' : 'code' },
    ),
  )

export const wrongCode = () =>
  new UnauthorizedException(refusal('wrong_code', 'The code is wrong, was used, or is too old.'))
