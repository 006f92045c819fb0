/** Names of an item of the plan and of what it promises. */
import type { PlanFields } from '#domain/plan'
import { type Localizer, localizedPlaceName } from '../language/language.js'
import { operatorName, technologyName } from '../language/network-names.js'
import { WORDS } from './words.js'

/** The days of an item, in the order in which they come. */
export const PLAN_DATES = ['awardedOn', 'startedOn', 'promisedBy', 'inServiceOn'] as const

/** An item of a list in one language has only one name. */
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

/** Empty where no speed is promised. */
export const targetText = (words: Localizer, bps: number | null): string =>
  bps === null ? '' : `${words.mbit(bps)} ${words.lang === 'ar' ? 'ميغابت/ث' : 'Mbit/s'}`
