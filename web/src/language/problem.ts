import { type Localizer, bidiIsolated } from './language.js'
import { ApiError } from '../api/api-error.js'

/** What the server's codes are called here; those of one view are said by the view. */
const CODES = [
  'sign_in_first',
  'session_over',
  'wrong_name_or_password',
  'wrong_current_password',
  'own_password_first',
  'role_needed',
  'file_empty',
  'file_unread',
  'file_columns',
  'file_encoding',
  'file_old_office',
  'file_not_json',
  'site_unknown',
] as const

/** Why something did not work, in the reader's language where we know it; else in the server's own words. */
export function problemText({ t }: Localizer, error: unknown): string {
  if (!(error instanceof ApiError)) return t('problemLost')
  const code = CODES.find((known) => known === error.code)
  if (code) return t(`problem_${code}`, { ...namesOf(error.fields), detail: bidiIsolated(error.message) })
  if (error.status === 401) return t('problemPassword')
  if (error.status === 404) return t('problemUnknown')
  if (error.status === 429) return t('problemTooMany')
  if (error.status >= 500) return t('problemServer')
  return error.message
}

/** A role is chosen by its id; the others stand in the sentence as they are. */
const namesOf = (fields: ApiError['fields']) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, name === 'needed' ? value : bidiIsolated(value)]),
  )
