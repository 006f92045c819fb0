import {
  MAX_PASSWORD_LENGTH,
  MIN_PASSWORD_LENGTH,
  type PasswordFault,
  passwordFaultOf,
} from '#domain/account'
import { isCommonPassword } from '#store/people'
import { UnprocessableEntityException } from '@nestjs/common'
import { refusal } from '../http/problem.js'

const REASONS: Record<PasswordFault | 'same', string> = {
  short: `it has fewer than ${MIN_PASSWORD_LENGTH} characters`,
  long: `it has more than ${MAX_PASSWORD_LENGTH} characters`,
  common: 'it is, or consists of, a password that many people choose',
  name: 'it contains the name of the account',
  monotonous: 'it has few different characters, or a row of the alphabet or the keyboard',
  same: 'it is the current one',
}

/** Refuses a password that is easily guessed (422). The text never repeats the password. */
export function requireGoodPassword(password: string, accountName: string): void {
  const fault = passwordFaultOf(password, accountName, isCommonPassword)
  if (fault) throw refusedPassword(fault)
}

export const refusedPassword = (reason: keyof typeof REASONS): UnprocessableEntityException =>
  new UnprocessableEntityException(
    refusal('password_refused', `The new password is refused: ${REASONS[reason]}.`, { reason }),
  )
