import { type Localizer, bidiIsolated } from './language.js'
import { ApiError } from '../api/api-error.js'

/** Codes that this page has messages for; views have their own for further codes. */
const CODES = [
  'sign_in_first',
  'session_over',
  'wrong_name_or_password',
  'wrong_current_password',
  'own_password_first',
  'account_delayed',
  'second_factor_first',
  'second_factor_needed',
  'second_factor_required',
  'wrong_code',
  'wrong_passkey',
  'passkeys_need_name',
  'password_refused',
  'account_disabled',
  'role_needed',
  'scope_areas',
  'scope_country',
  'file_empty',
  'file_unread',
  'file_columns',
  'file_encoding',
  'file_old_office',
  'file_not_json',
  'file_memory',
  'site_unknown',
  'database_away',
  'database_busy',
  'disk_full',
  'read_only',
] as const

/** The reason of a failure, in the reader's language if the page has a message for it, else in the server's words. */
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

/** Roles and reasons are translated by their id; other fields appear in the sentence as they are. */
const IDS = ['needed', 'reason', 'seconds']
const namesOf = (fields: ApiError['fields']) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, IDS.includes(name) ? value : bidiIsolated(value)]),
  )
