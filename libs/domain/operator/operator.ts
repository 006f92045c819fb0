/** One id per operator: two spellings of one name must never count as two networks. */
import { foldName } from '../place/place-name.js'

/** Display names of the three national operators. */
export const OPERATOR_NAMES = {
  iam: { fr: 'Maroc Telecom', ar: 'اتصالات المغرب', en: 'Maroc Telecom' },
  orange: { fr: 'Orange Maroc', ar: 'أورنج المغرب', en: 'Orange Morocco' },
  inwi: { fr: 'inwi', ar: 'إنوي', en: 'inwi' },
} as const
export type NationalOperator = keyof typeof OPERATOR_NAMES

/**
 * Names, former names and the SIM's MCC + MNC: 604 is Morocco; Orange was Médi Télécom (Méditel) until 2016, inwi is
 * the mark of Wana Corporate, Maroc Telecom the mark of Itissalat Al-Maghrib.
 */
const SPELLINGS: Readonly<Record<NationalOperator, readonly string[]>> = {
  iam: [
    'iam',
    'Maroc Telecom',
    'Maroc Telecom IAM',
    'IAM Maroc Telecom',
    'Morocco Telecom',
    'Itissalat Al-Maghrib',
    'Itissalat Al-Maghrib IAM',
    'Ittissalat Al-Maghrib',
    'اتصالات المغرب',
    '60401',
  ],
  orange: [
    'Orange',
    'Orange Maroc',
    'Orange Morocco',
    'Orange MA',
    'Médi Télécom',
    'Médi Telecom Orange',
    'Méditel',
    'Méditelecom',
    'أورنج',
    'أورانج',
    'أورنج المغرب',
    'أورانج المغرب',
    'ميديتل',
    'ميديتيل',
    '60400',
  ],
  inwi: [
    'inwi',
    'inwi Maroc',
    'inwi Morocco',
    'Wana',
    'Wana Corporate',
    'Wana Corporate inwi',
    'إنوي',
    'إينوي',
    'وانا',
    '60402',
    '60405',
  ],
}

/** Spacing, punctuation and a closing legal form (S.A.) say nothing about who it is. */
const spellingKeyOf = (name: string): string =>
  foldName(name)
    .replace(/[^\p{L}\p{N}]+/gu, '')
    .replace(/(?<=\p{L}{3})sa$/u, '')

const ID_OF_KEY: ReadonlyMap<string, string> = new Map(
  Object.entries(SPELLINGS).flatMap(([id, names]) => names.map((name) => [spellingKeyOf(name), id] as const)),
)

/** The operator's id; any other operator goes by its own tidied name. Null when nothing is said. */
export function operatorOf(name: string | null | undefined): string | null {
  const tidy = normalisedNameOf(name ?? '')
  return tidy === '' ? null : (ID_OF_KEY.get(spellingKeyOf(tidy)) ?? tidy)
}

/** Direction marks, controls and lone surrogates cannot be seen, and the last two cannot be stored as text either. */
function normalisedNameOf(name: string): string {
  return name
    .replace(/\p{Cf}/gu, '')
    .toLowerCase()
    .normalize('NFC')
    .replace(/[\s\p{Cc}\p{Cs}]+/gu, ' ')
    .trim()
}
