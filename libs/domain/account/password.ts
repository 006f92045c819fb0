/** The passwords that a person may choose: long ones that are not among the first that others guess. */

/** NIST SP 800-63B asks for 15 where a password stands alone and 8 beside a second factor; 12 is ASVS's figure. */
export const MIN_PASSWORD_LENGTH = 12
/** Longer ones cost time to hash and are no safer. */
export const MAX_PASSWORD_LENGTH = 128

/**
 * - `short`, `long`: its length, in characters.
 * - `common`: it is, or consists of, what many people choose.
 * - `name`: it contains the name of the account.
 * - `monotonous`: few different signs, or a row of the alphabet, of digits or of a keyboard.
 */
export type PasswordFault = 'short' | 'long' | 'common' | 'name' | 'monotonous'

const MIN_DISTINCT_SIGNS = 5

/** Rows that hands run along, also backwards: alphabet, digits, keyboards of Morocco (AZERTY) and of elsewhere. */
const ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890123456789',
  'azertyuiopqsdfghjklmwxcvbn',
  'qwertyuiopasdfghjklzxcvbnm',
]
const ALL_ROWS = [...ROWS, ...ROWS.map((row) => [...row].reverse().join(''))]

/** Words of the country and of this service, which lists made elsewhere lack. */
const LOCAL_WORDS = new Set(
  'maroc morocco almaghrib lmaghrib rabat fes fez marrakech tanger agadir meknes oujda wydad raja rajacasablanca taghtiya bismillah hamdoulillah mamma bladi khouya anrt pnhd couverture administrateur bienvenue changezmoi'.split(
    ' ',
  ),
)

/** Signs that stand for letters in what people think of as a disguise. */
const DISGUISES: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

/** The reason why a password may not be chosen; null if it may. `isCommon` tells whether a word is among the commonest passwords. */
export function passwordFaultOf(
  password: string,
  accountName: string,
  isCommon: (word: string) => boolean,
): PasswordFault | null {
  const { length } = [...password]
  if (length < MIN_PASSWORD_LENGTH) return 'short'
  if (length > MAX_PASSWORD_LENGTH) return 'long'
  const plain = password.normalize('NFKC').toLowerCase()
  if (new Set(plain).size < MIN_DISTINCT_SIGNS || isRow(plain)) return 'monotonous'
  // Before the list, in which many names stand: it is the reason that helps more.
  if (containsName(plain, accountName)) return 'name'
  const isWord = (text: string) => LOCAL_WORDS.has(text) || isCommon(text)
  return formsOf(plain).some((form) => isWord(form) || isWord(periodOf(form))) ? 'common' : null
}

const isRow = (text: string): boolean => ALL_ROWS.some((row) => row.repeat(2).includes(text))

/** The password itself, without the digits and signs around it, and both with disguised letters undone. */
function formsOf(plain: string): string[] {
  const letters = [...plain].map((sign) => DISGUISES[sign] ?? sign).join('')
  return [plain, letters].flatMap((text) => [
    text,
    text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, ''),
    text.replace(/[^\p{L}]+/gu, ''),
    // Digits and signs at the ends are mostly a year or a number, not letters in disguise.
    plain.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '').replace(/./gu, (sign) => DISGUISES[sign] ?? sign),
  ])
}

/** The part that is repeated to make the whole text; the text itself if nothing is. */
const periodOf = (text: string): string => /^(.+?)\1+$/u.exec(text)?.[1] ?? text

const MIN_NAME_PART_LENGTH = 4

/** Whether the account's name is in the password and what remains is no password by itself. */
function containsName(plain: string, accountName: string): boolean {
  const parts = accountName
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part.length >= MIN_NAME_PART_LENGTH)
  const rest = parts.reduce((text, part) => text.replaceAll(part, ''), plain)
  return rest.length < plain.length && rest.length < MIN_PASSWORD_LENGTH
}
