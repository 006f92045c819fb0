/** Ids of operators. Each has exactly one, so that two spellings of a name never count as two networks. */
import { foldName } from '../place/place-name.js'

/** Display names of the three national operators. */
export const OPERATOR_NAMES = {
  iam: { fr: 'Maroc Telecom', ar: 'اتصالات المغرب', en: 'Maroc Telecom' },
  orange: { fr: 'Orange Maroc', ar: 'أورنج المغرب', en: 'Orange Morocco' },
  inwi: { fr: 'inwi', ar: 'إنوي', en: 'inwi' },
} as const
export type NationalOperator = keyof typeof OPERATOR_NAMES

/**
 * The names and former names of each operator, and the MCC and MNC of its SIMs (604 is Morocco; ITU-T E.212). Orange was
 * Médi Télécom (Méditel) until 2016; inwi is the brand of Wana Corporate, Maroc Telecom that of Itissalat Al-Maghrib.
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

/** The name without spacing, punctuation and a closing legal form (S.A.), which do not tell operators apart. */
const spellingKeyOf = (name: string): string =>
  foldName(name)
    .replace(/[^\p{L}\p{N}]+/gu, '')
    .replace(/(?<=\p{L}{3})sa$/u, '')

const ID_OF_KEY: ReadonlyMap<string, string> = new Map(
  Object.entries(SPELLINGS).flatMap(([id, names]) => names.map((name) => [spellingKeyOf(name), id] as const)),
)

/**
 * The id of the operator with this name. An operator that is not one of the national ones has its own normalised name as its
 * id. Null where there is no name.
 */
export function operatorOf(name: string | null | undefined): string | null {
  const normalised = normalisedNameOf(name ?? '')
  return normalised === '' ? null : (ID_OF_KEY.get(spellingKeyOf(normalised)) ?? normalised)
}

/**
 * The name in lower case without invisible characters: direction marks, control characters and unpaired surrogates.
 * Text with one of the last two could not be stored.
 */
function normalisedNameOf(name: string): string {
  return name
    .replace(/\p{Cf}/gu, '')
    .toLowerCase()
    .normalize('NFC')
    .replace(/[\s\p{Cc}\p{Cs}]+/gu, ' ')
    .trim()
}
