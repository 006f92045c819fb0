/** Names of areas in the page's language. */
import type { Area } from '../api/schemas.js'
import { type Localizer, localizedName } from './language.js'

/** Key of the message that names an area's kind. */
export const areaKindOf = ({ level, type }: Pick<Area, 'level' | 'type'>) =>
  type === 'prefecture' ? 'prefecture' : level

/** Names from the largest area to the smallest, in one line of text. */
export const areaPathText = (
  { lang }: Localizer,
  areas: readonly { nameFr: string; nameAr: string }[],
): string => areas.map((area) => localizedName(lang, area)).join(lang === 'ar' ? ' ‹ ' : ' › ')
