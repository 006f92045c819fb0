/** Speeds with their units, as headers and cells state them. All are converted to bit/s. */
import { foldName } from '#domain/place'
import { type DecimalMark, isAmbiguousNumber, numberOf, readingsOf } from './number.js'
import type { Parsed } from './parsed.js'

const PREFIX: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 }
const ARABIC_PREFIX: Readonly<Record<string, string>> = {
  كيلو: 'k',
  ميغا: 'm',
  ميجا: 'm',
  جيغا: 'g',
  جيجا: 'g',
}

// These match folded text: Mbps, Mbit/s, Mb/s, Mbits, mégabits par seconde.
const LATIN_UNIT =
  /(?<!\p{L})(?:(k|m|g|kilo|mega|giga) ?)?(?:bps|bits?(?: ?\/ ?s(?:ec(?:onde)?)?| par seconde| per second)?|b ?\/ ?s)(?!\p{L})|(?<!\p{L})([kmg])b(?!\p{L})/u
const WORD_UNIT = /(?<!\p{L})(kilo|mega|giga)s?(?!\p{L})/u
const ARABIC_UNIT = /(كيلو|ميغا|ميجا|جيغا|جيجا) ?(?:بت|بيت)?(?!\p{L})(?: ?\/ ?ث(?:انيه)?| في الثانيه)?/u

/**
 * Octets (bytes): `MB/s` and `MBps` with a capital B, `Mo/s`, `bytes per second`. They are eight times as much, so the person
 * is asked. Bytes alone (`download bytes`) are an amount, and no speed.
 */
const OCTETS = new RegExp(
  [
    // `MB/s`, `B/s`; `MB`, `MBps`; `Mo/s`. A lone `B` or `Mo` is no unit of octets.
    String.raw`(?<!\p{L})(?:(?<perSecond>[kKMG])?B ?\/ ?s|(?<attached>[kKMG])B(?:ps)?|(?<french>[kKmMGg])?o ?\/ ?s)(?!\p{L})`,
    // `mégaoctets par seconde`, `kilo-octets/s`, `bytes per second`, `KBytes/s`.
    String.raw`(?<word>[kK]ilo|[mM][ée]ga|[gG]iga|[kKMG])?[ -]?(?:[oO]ctets?|[bB]ytes?(?=[ _]?(?:\/|[pP]er[ _]|p)[ _]?[sS]))(?:[ _]?(?:\/|[pP]er|par|p)[ _]?[sS]\p{L}*)?`,
    // `ميغابايت`.
    String.raw`(?<arabic>كيلو|ميغا|ميجا|جيغا|جيجا)? ?بايت`,
  ].join('|'),
  'u',
)

/** The place in `downloadMBps` or `debitKo/s` where a unit of octets follows the word before it without a space. */
const ATTACHED_OCTETS = /(?<=\p{L})(?=[kKMG](?:B(?:ps| ?\/ ?s)|o ?\/ ?s)(?!\p{L}))/gu

const octetsIn = (text: string): RegExpExecArray | null =>
  OCTETS.exec(text.replace(ATTACHED_OCTETS, ' ')) ?? OCTETS.exec(splitCamelCase(text))

const OCTET_UNITS = { '': 'B/s', k: 'kB/s', m: 'MB/s', g: 'GB/s' } as const

/** A unit of octets as a text names it, such as `MB/s`; null where it names none. */
export function octetUnitOf(text: string): (typeof OCTET_UNITS)[keyof typeof OCTET_UNITS] | null {
  const match = octetsIn(text)
  if (!match) return null
  const { perSecond, attached, french, word, arabic = '' } = match.groups!
  const prefix = perSecond ?? attached ?? french ?? word ?? ARABIC_PREFIX[arabic] ?? ''
  return OCTET_UNITS[prefix.charAt(0).toLowerCase() as keyof typeof OCTET_UNITS]
}

/** Whether a text speaks of an amount of octets and no rate: `Download (MB)` beside `Download (Mbit/s)`. */
export function isVolume(text: string): boolean {
  const match = octetsIn(text)
  return match !== null && !/(?:\/|p|per|par)[ _]?s/i.test(match[0])
}

/** No access line has 1 Tbit/s: a larger speed means that the unit is wrong. */
const MAX_BPS = 1e12

/** `contractedDownBps` becomes `contracted Down Bps`. */
export const splitCamelCase = (name: string): string => name.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')

/** The unit that a text names, in bit/s; null without one, `octets` where the text speaks of bytes. */
export function speedUnitOf(text: string): number | 'octets' | null {
  if (octetsIn(text)) return 'octets'
  const folded = foldName(splitCamelCase(text))
  const latin = LATIN_UNIT.exec(folded)
  if (latin) return PREFIX[(latin[1] ?? latin[2] ?? '').charAt(0)] ?? null
  const word = WORD_UNIT.exec(folded)
  if (word) return PREFIX[word[1]!.charAt(0)] ?? null
  const arabic = ARABIC_UNIT.exec(folded)
  return arabic ? PREFIX[ARABIC_PREFIX[arabic[1]!]!]! : null
}

/** A header without its unit: `Débit descendant (Mbit/s)` without the bracket. */
export const withoutUnit = (header: string): string =>
  foldName(splitCamelCase(header.replace(ATTACHED_OCTETS, ' ').replace(OCTETS, ' ')))
    .replace(LATIN_UNIT, ' ')
    .replace(WORD_UNIT, ' ')
    .replace(ARABIC_UNIT, ' ')

/** No speed with its unit is longer. */
const MAX_CELL_CHARS = 100

/** The way in which the numbers of a row are written. */
export interface NumberStyle {
  /** The decimal mark that a person states for the file. */
  mark?: DecimalMark | undefined
  /** See `hasDecimalCommas`. */
  hasCommas: boolean
}

/** The speed of a cell in bit/s, null for an empty one. A unit in the cell takes precedence over that of the header. */
export function speedOf(
  cell: string,
  header: string,
  { mark, hasCommas }: NumberStyle = { hasCommas: false },
): Parsed<number | null> {
  if (cell.trim() === '') return { value: null }
  if (cell.length > MAX_CELL_CHARS) return { reason: 'is not a speed such as “20” or “20 Mbit/s”' }
  const [, digits = '', unitText = ''] = /^([-+−\d.,\s]*)(.*)$/su.exec(cell.trim()) ?? []
  if (!mark && isAmbiguousNumber(digits, hasCommas)) return { reason: ambiguousReason(digits) }
  const amount = numberOf(digits, mark)
  if (amount === null) return { reason: 'is not a speed such as “20” or “20 Mbit/s”' }
  // Two numbers (`2 x 20 Mbit/s`, `10 à 20 Mbit/s`, `20/5 Mbit/s`) are no single speed.
  if (/\p{N}/u.test(unitText))
    return { reason: 'is not a speed such as “20” or “20 Mbit/s”: it has more than one number' }
  const unit = unitText === '' ? speedUnitOf(header) : cellUnit(unitText)
  if (unit === 'octets') return { reason: 'is it bits or octets (8 bits)? Write the speed in Mbit/s' }
  if (unit === null) return { reason: missingUnitReason(digits.trim(), unitText) }
  const bps = Math.round(amount * unit)
  return bps > 0 && bps <= MAX_BPS ? { value: bps } : { reason: outOfRangeReason(bps) }
}

/** The reason why a number with a comma (or a point) before exactly three digits is not taken. */
export const ambiguousReason = (digits: string): string =>
  `is it ${readingsOf(digits)}? Write it without a sign between the thousands, or name the decimal sign of the file (decimal)`

/** A single letter is enough in a cell: `20 M`. */
const cellUnit = (unitText: string): number | 'octets' | null =>
  PREFIX[/^[kmg]$/i.test(unitText) ? unitText.toLowerCase() : '?'] ?? speedUnitOf(unitText)

const missingUnitReason = (digits: string, unitText: string): string =>
  unitText === ''
    ? `has no unit: is ${digits} in Mbit/s, kbit/s or bit/s? Write it in the header, such as “(Mbit/s)”`
    : `the unit “${unitText}” is not known: is it Mbit/s, kbit/s or bit/s?`

const outOfRangeReason = (bps: number): string =>
  bps > 0
    ? 'is more than 1 Tbit/s: is the unit right?'
    : 'must be above 0; leave the cell empty if there is none'
