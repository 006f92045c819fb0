/** The texts about a person's account, in the reader's language. */
import { browserOf } from '#domain/account'
import { ApiError } from '../api/api-error.js'
import { type Localizer, bidiIsolated, ltrIsolated } from '../language/language.js'
import { operatorName } from '../language/network-names.js'
import { problemText } from '../language/problem.js'
import type { Person, Role, Session } from './people-api.js'
import { WORDS } from './words.js'

export const ROLES: readonly Role[] = ['public', 'operator', 'analyst', 'planner', 'administrator']

export function roleText(words: Localizer, { role, operator }: Pick<Person, 'role' | 'operator'>): string {
  const name = words.translatorOf(WORDS)(`role_${role}`)
  return operator ? `${name} (${bidiIsolated(operatorName(words, operator))})` : name
}

export const lastSignInText = (words: Localizer, { lastSignInAt }: Person): string =>
  lastSignInAt ? words.dateTime(lastSignInAt) : words.translatorOf(WORDS)('never')

export function stateText(words: Localizer, person: Person): string {
  const t = words.translatorOf(WORDS)
  if (person.disabledAt) return t('disabledSince', { day: words.date(person.disabledAt) })
  if (person.invitedUntil) return t('invitedUntil', { moment: words.dateTime(person.invitedUntil) })
  if (person.mustChangePassword) return t('oneTimePassword')
  return person.sessions > 0 ? t('sessionCount', { n: person.sessions }) : t('active')
}

/** “Firefox, Android”, or that the device is not known. */
export function deviceText(words: Localizer, { userAgent }: Session): string {
  const { browser, system } = browserOf(userAgent ?? '')
  const names = [browser, system].filter((name) => name !== null)
  return names.length > 0 ? ltrIsolated(names.join(', ')) : words.translatorOf(WORDS)('unknownDevice')
}

const CODES = ['last_administrator', 'invitation_over', 'name_taken', 'name_refused'] as const

export function peopleProblemText(words: Localizer, error: unknown): string {
  if (error instanceof ApiError && error.code === 'areas_unknown')
    return words.translatorOf(WORDS)('unknownAreas', { areas: bidiIsolated(error.fields['areas'] ?? '') })
  const code = error instanceof ApiError ? CODES.find((one) => one === error.code) : undefined
  return code
    ? words.translatorOf(WORDS)(code, { detail: bidiIsolated((error as ApiError).message) })
    : problemText(words, error)
}
