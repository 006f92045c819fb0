/** Number formats of a workbook (ECMA-376-1, 18.8.30), as far as they decide what a number in a cell means. */
import { parseSerialDate } from '../../civil-time/index.js'
import type { Parsed } from '../../fields/parsed.js'

export type NumberFormat =
  | { kind: 'plain' }
  | { kind: 'date'; hasFraction: boolean }
  | { kind: 'percent' }
  /** Digits with leading zeros or with signs between them, such as a code: `00000`, `00\.000\.00\.00`. */
  | { kind: 'digits'; pattern: string }

const PLAIN: NumberFormat = { kind: 'plain' }

/** Built-in formats that are dates and times: 14 to 22 everywhere, the others in some languages (18.8.30). */
const DATE_IDS = [
  [14, 22],
  [27, 36],
  [45, 47],
  [50, 58],
] as const
const PERCENT_IDS = [9, 10]

/** The format of a style: by its number where it is built in, else by its code. */
export function numberFormatOf(id: number, code: string | undefined): NumberFormat {
  if (code === undefined) {
    if (DATE_IDS.some(([from, to]) => id >= from && id <= to)) return { kind: 'date', hasFraction: id === 47 }
    return PERCENT_IDS.includes(id) ? { kind: 'percent' } : PLAIN
  }
  // The first section is that of positive numbers. Colours, conditions and languages stand in brackets, elapsed hours too.
  const section = sectionOf(code)
  const isElapsed = /\[[hms]+\]/i.test(section)
  const symbols = section.replace(/\[[^\]]*\]/g, '')
  const bare = symbols.replace(/"[^"]*"|\\.|_.|\*./g, '')
  if (isElapsed || (/[dmyhs]/i.test(bare) && !/general|standard/i.test(bare)))
    return { kind: 'date', hasFraction: /s[.,]0/i.test(bare) }
  if (bare.includes('%')) return { kind: 'percent' }
  return isDigitPattern(symbols, bare) ? { kind: 'digits', pattern: symbols } : PLAIN
}

/** Up to the first semicolon that is no text. */
function sectionOf(code: string): string {
  return /^(?:"[^"]*"|\\.|[^;"\\])*/.exec(code)![0]
}

/** Tells whether the pattern has placeholders and text only, and at least a second placeholder that must be filled. */
const isDigitPattern = (symbols: string, bare: string): boolean =>
  /^[0# /():-]+$/.test(bare) && (bare.match(/0/g)?.length ?? 0) > 1 && !/_.|\*./.test(symbols)

/** A number as its cell shows it, as far as that is its meaning. Rejected where the cell shows no value. */
export function formatNumber(value: number, format: NumberFormat, is1904: boolean): Parsed<string> {
  if (format.kind === 'date') return parseSerialDate(value, { is1904, hasFraction: format.hasFraction })
  if (format.kind === 'percent') return { value: `${Number((value * 100).toPrecision(15))}%` }
  if (Math.abs(value) >= 1e15 && Number.isInteger(value))
    return {
      reason:
        'is a number of more than 15 digits, of which a spreadsheet keeps 15: format the column as text',
    }
  if (format.kind === 'digits' && Number.isInteger(value) && value >= 0)
    return { value: filledPattern(String(value), format.pattern) }
  return { value: String(value) }
}

/** Digits are filled in from the right; those for which there is no placeholder stand before the first one. */
function filledPattern(digits: string, pattern: string): string {
  const symbols = pattern.match(/"[^"]*"|\\.|./g) ?? []
  const places = symbols.filter((symbol) => symbol === '0' || symbol === '#').length
  let surplus = digits.slice(0, Math.max(0, digits.length - places))
  let rest = digits.slice(surplus.length).padStart(places, ' ')
  let text = ''
  for (const symbol of symbols) {
    if (symbol !== '0' && symbol !== '#') {
      text += /^["\\]/.test(symbol) ? symbol.replace(/^\\|"/g, '') : symbol
      continue
    }
    const digit = rest.charAt(0)
    text += surplus + (digit === ' ' ? (symbol === '0' ? '0' : '') : digit)
    surplus = ''
    rest = rest.slice(1)
  }
  return text
}
