/** Speeds with their units, as headers and cells state them. Everything becomes bit/s. */
import { foldName } from '#domain/place'
import { numberOf } from './number.js'
import type { Parsed } from './parsed.js'

const PREFIX: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 }
const ARABIC_PREFIX: Readonly<Record<string, string>> = {
  كيلو: 'k',
  ميغا: 'm',
  ميجا: 'm',
  جيغا: 'g',
  جيجا: 'g',
}

// On folded text: Mbps, Mbit/s, Mb/s, Mbits, mégabits par seconde.
const LATIN_UNIT =
  /(?<!\p{L})(?:(k|m|g|kilo|mega|giga) ?)?(?:bps|bits?(?: ?\/ ?s(?:ec(?:onde)?)?| par seconde| per second)?|b ?\/ ?s)(?!\p{L})|(?<!\p{L})([kmg])b(?!\p{L})/u
const WORD_UNIT = /(?<!\p{L})(kilo|mega|giga)s?(?!\p{L})/u
const ARABIC_UNIT = /(كيلو|ميغا|ميجا|جيغا|جيجا) ?(?:بت|بيت)?(?!\p{L})(?: ?\/ ?ث(?:انيه)?| في الثانيه)?/u

/** Octets: `MB/s` with its capital B, `Mo/s`. Eight times as much, so it is asked about, not guessed. */
const OCTETS = /(?<!\p{L})[kKMG]B(?!\p{L})(?: ?\/ ?s)?|(?<!\p{L})[kmgKMG]o ?\/ ?s|\p{L}*[oO]ctets?|بايت/u

/** A capacity above 1 Tbit/s is a wrong unit. */
const MAX_BPS = 1e12

/** `contractedDownBps` in words. */
export const splitCamelCase = (name: string): string => name.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')

/** The unit in a text, in bit/s: null without one, `octets` where it counts those. */
export function speedUnitOf(text: string): number | 'octets' | null {
  if (OCTETS.test(text)) return 'octets'
  const folded = foldName(splitCamelCase(text))
  const latin = LATIN_UNIT.exec(folded)
  if (latin) return PREFIX[(latin[1] ?? latin[2] ?? '').charAt(0)] ?? null
  const word = WORD_UNIT.exec(folded)
  if (word) return PREFIX[word[1]!.charAt(0)] ?? null
  const arabic = ARABIC_UNIT.exec(folded)
  return arabic ? PREFIX[ARABIC_PREFIX[arabic[1]!]!]! : null
}

/** A header's name alone: `Débit descendant (Mbit/s)` without its bracket. */
export const withoutUnit = (header: string): string =>
  foldName(splitCamelCase(header.replace(OCTETS, ' ')))
    .replace(LATIN_UNIT, ' ')
    .replace(WORD_UNIT, ' ')
    .replace(ARABIC_UNIT, ' ')

/** bit/s of a cell; the cell's own unit comes before the header's. An empty cell is null. */
export function speedOf(cell: string, header: string): Parsed<number | null> {
  if (cell.trim() === '') return { value: null }
  const [, digits = '', written = ''] = /^([-+−\d.,\s]*)(.*)$/su.exec(cell.trim()) ?? []
  const amount = numberOf(digits)
  if (amount === null) return { reason: 'is not a speed such as “20” or “20 Mbit/s”' }
  const unit = written === '' ? speedUnitOf(header) : cellUnit(written)
  if (unit === 'octets') return { reason: 'is it bits or octets (8 bits)? Write the speed in Mbit/s' }
  if (unit === null) return { reason: missingUnitReason(digits.trim(), written) }
  const bps = Math.round(amount * unit)
  return bps > 0 && bps <= MAX_BPS ? { value: bps } : { reason: outOfRangeReason(bps) }
}

/** In a cell, a letter alone will do: `20 M`. */
const cellUnit = (written: string): number | 'octets' | null =>
  PREFIX[/^[kmg]$/i.test(written) ? written.toLowerCase() : '?'] ?? speedUnitOf(written)

const missingUnitReason = (digits: string, written: string): string =>
  written === ''
    ? `has no unit: is ${digits} in Mbit/s, kbit/s or bit/s? Write it in the header, such as “(Mbit/s)”`
    : `the unit “${written}” is not known: is it Mbit/s, kbit/s or bit/s?`

const outOfRangeReason = (bps: number): string =>
  bps > 0
    ? 'is more than 1 Tbit/s: is the unit right?'
    : 'must be above 0; leave the cell empty if there is none'
