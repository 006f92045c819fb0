/** Names of a plan item and of its targets. */
import type { PlanFields } from '#domain/plan'
import { type Localizer, localizedPlaceName } from '../language/language.js'
import { operatorName, technologyName } from '../language/network-names.js'
import { WORDS } from './words.js'

/** The dates of an item, in chronological order. */
export const PLAN_DATES = ['awardedOn', 'startedOn', 'promisedBy', 'inServiceOn'] as const

/** Name of the item in the page's language, or its only name. */
export const planItemName = (
  words: Localizer,
  { nameFr, nameAr }: Pick<PlanFields, 'nameFr' | 'nameAr'>,
): string => localizedPlaceName(words, nameFr, nameAr)

export function planNetworkText(
  words: Localizer,
  { operator, technology }: Pick<PlanFields, 'operator' | 'technology'>,
): string {
  const names = [operator && operatorName(words, operator), technology && technologyName(words, technology)]
  return names.filter(Boolean).join(' · ') || words.translatorOf(WORDS)('nobody')
}

/** The promised speed; empty if none is promised. */
export const targetText = (words: Localizer, bps: number | null): string =>
  bps === null ? '' : `${words.mbit(bps)} ${words.lang === 'ar' ? 'ميغابت/ث' : 'Mbit/s'}`
