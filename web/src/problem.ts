import { Refused } from './refused.js'
import type { Language } from './language.js'

/** Why something did not work, in the reader's language where we know it; else in the server's own words. */
export function problemIn({ t }: Language, error: unknown): string {
  if (!(error instanceof Refused)) return t('problemLost')
  if (error.status === 401) return t('problemPassword')
  if (error.status === 404) return t('problemUnknown')
  if (error.status === 429) return t('problemTooMany')
  if (error.status >= 500) return t('problemServer')
  return error.message
}
