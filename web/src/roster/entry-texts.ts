/** The parts of an entry of the roster in words. */
import { ApiError } from '../api/api-error.js'
import type { Area } from '../api/schemas.js'
import { type Localizer, bidiIsolated, listText, localizedName, ltrIsolated } from '../language/language.js'
import { technologyName } from '../language/network-names.js'
import { problemText } from '../language/problem.js'
import type { RosterEntry } from './roster-api.js'
import { WORDS } from './words.js'

export const technologiesText = (words: Localizer, { technologies }: RosterEntry): string =>
  listText(
    words,
    technologies.map((technology) => technologyName(words, technology)),
  )

/** The regions by name, or by code while the names are loaded. */
export function placeText(words: Localizer, { regionCodes }: RosterEntry, regions: readonly Area[]): string {
  if (regionCodes === null) return words.translatorOf(WORDS)('wholeCountry')
  const nameOf = (code: string) => {
    const region = regions.find((area) => area.code === code)
    return region ? bidiIsolated(localizedName(words.lang, region)) : ltrIsolated(code)
  }
  return listText(words, regionCodes.map(nameOf))
}

export function timeText(words: Localizer, { from, to }: RosterEntry): string {
  const t = words.translatorOf(WORDS)
  if (from === null && to === null) return t('always')
  return listText(words, [
    ...(from === null ? [] : [t('since', { day: words.date(from) })]),
    ...(to === null ? [] : [t('until', { day: words.date(to) })]),
  ])
}

/** The reason why a change was refused, in the reader's language if the page has words for it. */
export function rosterProblemText(words: Localizer, error: unknown): string {
  const t = words.translatorOf(WORDS)
  if (error instanceof ApiError && error.code === 'roster_rejected') {
    if (error.fields.technologies?.includes('overlaps')) return t('overlap')
    if (error.fields.to?.includes('before')) return t('toBeforeFrom')
    if (error.fields.operator?.includes('must be')) return t('noOperator')
  }
  return problemText(words, error)
}
