import { findAccount, isPassword } from '#store/people'
import { ForbiddenException, Injectable, UnauthorizedException } from '@nestjs/common'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { refusal } from '../http/problem.js'
import { refuseForeignOrigin } from './authoriser.js'
import { SignInAttempts } from './sign-in-attempts.js'

export type AccountOfPassword = NonNullable<Awaited<ReturnType<typeof findAccount>>>

/** The first step of signing in: name and password. */
@Injectable()
export class PasswordCheck {
  constructor(
    private readonly source: DataSource,
    private readonly attempts: SignInAttempts,
  ) {}

  /** The account whose password it is. Throws 401, 403 for a disabled account, or 429 where passwords are guessed. */
  async require(
    { name, password }: { name: string; password: string },
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<AccountOfPassword> {
    refuseForeignOrigin(request)
    // Looked up first: a database that is away is no attempt.
    const account = await findAccount(this.source.manager, name)
    await this.attempts.begin(name, request, reply)
    if (!(await isPassword(account?.passwordHash, password)) || !account) {
      await this.attempts.failed(name)
      throw wrongNameOrPassword()
    }
    // Only who knows the password learns that the account exists.
    if (account.disabledAt)
      throw new ForbiddenException(
        refusal('account_disabled', `The account "${account.name}" is disabled: ask an administrator.`, {
          name: account.name,
        }),
      )
    return account
  }
}

export const wrongNameOrPassword = () =>
  new UnauthorizedException(refusal('wrong_name_or_password', 'The name or the password is wrong.'))
