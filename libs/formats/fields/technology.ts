/** Access technologies as contracts and inventories name them, in French, Arabic and English. */
import type { Technology } from '#domain/probe'
import { headerKey } from './headers.js'
import type { Parsed } from './parsed.js'

/** Names of each technology, separated by commas. */
const NAMES: Readonly<Record<Technology, string>> = {
  fibre: `fibre optique, fiber, fiber optic, optical fibre, optical fiber, fo, ftth, ftto, fttb, gpon,
    الألياف البصرية, ألياف بصرية, الألياف الضوئية, الفيبر`,
  cable: 'coaxial, docsis, hfc, الكابل',
  vdsl: 'vdsl2',
  adsl: 'adsl2, adsl2+, dsl, xdsl, ligne téléphonique, الخط الهاتفي, الأديسل',
  fwa: `fixed wireless, fixed wireless access, blr, boucle locale radio, faisceau hertzien, fh, wimax, 4g fixe, 5g fixe,
    lte fixe, اللاسلكي الثابت`,
  '2g': 'gsm, gprs, edge, الجيل الثاني',
  '3g': 'umts, hspa, hspa+, wcdma, cdma, الجيل الثالث',
  '4g': '4g+, lte, lte-a, الجيل الرابع',
  '5g': '5g nr, nr, 5g sa, 5g nsa, الجيل الخامس',
  satellite_geo: `satellite, vsat, geo, satellite géostationnaire, الأقمار الاصطناعية, القمر الاصطناعي, الأقمار الصناعية,
    الساتل, فيسات`,
  satellite_leo: 'leo, starlink, oneweb, satellite orbite basse, ستارلينك',
  wifi_unknown: 'wifi, wi-fi, wlan, الويفي, واي فاي',
}

const TECHNOLOGY_OF: ReadonlyMap<string, Technology> = new Map(
  (Object.keys(NAMES) as Technology[]).flatMap((technology) =>
    [technology, ...NAMES[technology].split(',')].map((name) => [headerKey(name), technology] as const),
  ),
)

/** The technology that a text names; null when no known technology has this name. */
export const technologyOf = (text: string): Technology | null => TECHNOLOGY_OF.get(headerKey(text)) ?? null

/** A technology, or null for an empty cell. */
export function optionalTechnology(text: string): Parsed<Technology | null> {
  if (text === '') return { value: null }
  const value = technologyOf(text)
  return value ? { value } : { reason: 'is not a known technology such as fibre, ADSL, 4G or VSAT' }
}
